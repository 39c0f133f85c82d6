"""What a rule may ask about the past of a zone: is what it sees usual at this hour?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """How a zone usually is at an hour of the week.

    Attributes:
        speed: Mean speed of its vehicles, in the unit of the camera's speeds per second.
        fullness: Mean density in vehicles per kilometre of lane where the camera is calibrated,
            else mean share of the zone that boxes cover.
        hours: For how long it was watched at that hour, all weeks together.
    """

    speed: float
    fullness: float
    hours: float


class Normality(Protocol):
    """What was learned about the zones of one camera."""

    def usual(self, zone_id: UUID, at: datetime, *, hours: float) -> Usual | None:
        """How the zone usually is at that time; None unless it was watched for `hours` then."""
        ...

    def free_flow(self, zone_id: UUID) -> float | None:
        """Speed of vehicles that nothing holds up; None where too little was learned."""
        ...

"""Flow on the wire."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import Field

from sentinel_api.schemas import Answer, Body, UtcTime

Level = Literal["A", "B", "C", "D", "E", "F"]


class FlowStep(StrEnum):
    """How long the spans are that figures are given for."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"

    @property
    def length(self) -> timedelta:
        """As a duration."""
        return _LENGTHS[self]

    @property
    def longest(self) -> timedelta:
        """The longest span that may be asked for in such steps."""
        return _LONGEST[self]

    def begin_of(self, at: datetime) -> datetime:
        """When the span that contains a moment began, UTC."""
        if self is FlowStep.DAY:
            return at.replace(hour=0, minute=0, second=0, microsecond=0)
        if self is FlowStep.HOUR:
            return at.replace(minute=0, second=0, microsecond=0)
        return at.replace(second=0, microsecond=0)


_LENGTHS = {
    FlowStep.MINUTE: timedelta(minutes=1),
    FlowStep.HOUR: timedelta(hours=1),
    FlowStep.DAY: timedelta(days=1),
}
_LONGEST = {
    FlowStep.MINUTE: timedelta(days=1),
    FlowStep.HOUR: timedelta(days=14),
    FlowStep.DAY: timedelta(days=31),
}


class FlowQuery(Body):
    """Which figures to give.

    Attributes:
        start: From then on; by default an hour before `end`.
        end: Up to then (not included); by default now.
        zone: Only this zone or line.
    """

    start: UtcTime | None = None
    end: UtcTime | None = None
    step: FlowStep = Field(
        default=FlowStep.MINUTE,
        description="At most a day in minutes, 14 days in hours, 31 days in days (UTC).",
    )
    zone: UUID | None = Field(default=None, description="Only this zone or counting line.")


class ZonePoint(Answer):
    """A zone in one span.

    Attributes:
        at: When it began.
        coverage: Share of it in which frames were inferred: what was counted is of that time.
        unit: Speeds are metres or body lengths per second.
        entered: Vehicles that came into the zone.
        persons_entered: Persons that came into it.
        vehicles_mean: Vehicles at a time.
        speed_mean: Mean over the vehicles; null where no speed is known.
        speed_p85: 85 of 100 vehicles were not faster; over several minutes the mean of theirs.
        occupancy: Share of the watched time with a vehicle in the zone.
        covered: Mean share of the zone under boxes of vehicles.
        density: Vehicles per kilometre of lane, where calibrated.
        level_of_service: A to F; over several minutes that of the median minute.
        los_basis: By density where calibrated, else by speed against free flow.
    """

    at: UtcTime
    coverage: float
    unit: Literal["m", "BL"]
    entered: int
    persons_entered: int
    vehicles_mean: float
    speed_mean: float | None
    speed_p85: float | None
    occupancy: float
    covered: float
    density: float | None
    level_of_service: Level | None
    los_basis: Literal["density", "speed"] | None


class ZoneSeries(Answer):
    """A zone over time; spans in which nothing was watched are left out."""

    zone_id: UUID
    name: str
    points: list[ZonePoint]


class LinePoint(Answer):
    """A counting line in one span: crossings by class.

    Attributes:
        forward: To the right of who follows the line from its first to its last point.
    """

    at: UtcTime
    coverage: float
    forward: dict[str, int]
    backward: dict[str, int]


class LineSeries(Answer):
    """A counting line over time, and all crossings together."""

    line_id: UUID
    name: str
    points: list[LinePoint]
    forward: dict[str, int]
    backward: dict[str, int]


class TurnTotal(Answer):
    """Road users whose first line was one and whose last line was another, by class."""

    entered_by: UUID
    left_by: UUID
    counts: dict[str, int]


class FlowReport(Answer):
    """How traffic flowed at a camera from `start` to `end`.

    Attributes:
        camera_id: The camera's key.
        coverage: Share of the whole time in which frames were inferred.
    """

    camera_id: str
    start: UtcTime
    end: UtcTime
    step: FlowStep
    coverage: float
    zones: list[ZoneSeries]
    lines: list[LineSeries]
    turns: list[TurnTotal]


class UsualHour(Answer):
    """An hour of the week as it usually is.

    Attributes:
        hour: 0..167 of the site's time zone; 0 is Monday from midnight to one.
        minutes: How many were learned.
        days: Different days among them.
        speed_mean: Units per second; null where no vehicle was seen.
        speed_spread: Standard deviation over the minutes.
        fullness_mean: Vehicles per kilometre of lane where calibrated, else share under boxes.
        fullness_spread: As `speed_spread`.
    """

    hour: int
    minutes: int
    days: int
    speed_mean: float | None
    speed_spread: float | None
    fullness_mean: float
    fullness_spread: float


class UsualZone(Answer):
    """What was learned about a zone as it is drawn now.

    Attributes:
        free_flow: Speed of vehicles that nothing holds up; null where too little was learned.
        hours: Those of which something is known.
    """

    zone_id: UUID
    name: str
    free_flow: float | None
    hours: list[UsualHour]


class UsualFlow(Answer):
    """What is usual at a camera. Speeds are metres or body lengths per second.

    Attributes:
        timezone: IANA name of the zone that the hours are of; daylight saving is in it.
    """

    camera_id: str
    timezone: str
    unit: Literal["m", "BL"]
    zones: list[UsualZone]

"""Incident transitions on the wire."""

from typing import Literal, Self
from uuid import UUID

import msgspec
from pydantic import Field

from sentinel_api.incidents.schemas import ExplanationAnswer
from sentinel_api.queries import PageQuery
from sentinel_api.schemas import Answer
from sentinel_core.contracts.generated.incident_event import IncidentEvent
from sentinel_core.domain.incidents import Condition, Priority


class EvidenceAnswer(Answer):
    """Object keys, known before the objects are there."""

    snapshot: str | None
    snapshot_boxes: str | None
    clip: str | None
    complete: bool


class EventAnswer(Answer):
    """One transition of an incident, as on the topic `events.incidents`."""

    schema_version: Literal[1]
    event_id: UUID
    transition: Literal["opened", "updated", "ended", "evidence_complete"]
    timestamp: str
    incident_id: UUID
    camera_id: str
    type: str
    key: str
    rule_version: int
    zone_id: str | None
    zone_name: str | None
    zone_version: int
    stream_epoch: str
    start_pts_90k: int
    pts_90k: int
    frame_id: str
    started_at: str
    alarm_at: str
    ended_at: str | None
    condition: Condition
    reason: str | None
    severity: float
    priority: Priority
    track_ids: list[int]
    explain: list[ExplanationAnswer]
    evidence: EvidenceAnswer
    model_version: str

    @classmethod
    def of(cls, event: IncidentEvent) -> Self:
        """The event as it was published."""
        return cls.model_validate(msgspec.to_builtins(event))


class EventPage(Answer):
    """Transitions by `timestamp`, newest first. `next` is the cursor of the next page."""

    items: list[EventAnswer]
    next: str | None


class EventQuery(PageQuery):
    """Which transitions to list.

    Attributes:
        incident: Only those of one incident.
    """

    incident: UUID | None = Field(default=None)

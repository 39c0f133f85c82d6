"""Incidents on the wire."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import BeforeValidator, Field

from sentinel_api.incidents.groups import EventGroup
from sentinel_api.queries import PageQuery, split_words
from sentinel_api.schemas import Answer, Body, UtcTime
from sentinel_core.domain.incidents import (
    Condition,
    EndReason,
    Handling,
    HandlingAction,
    Incident,
    IncidentType,
    Priority,
    allowed_actions,
)


class ExplanationAnswer(Answer):
    """One condition of the rule: what was measured against which threshold, since when."""

    condition: str
    measured: float
    threshold: float
    unit: str
    since: UtcTime


class IncidentAnswer(Answer):
    """An incident: `condition` is the rule's, `handling` is the people's.

    Attributes:
        camera_id: The camera's key.
        camera_name: Its name, or its key where the camera was removed.
        key: What the rule watches: a zone's id or `track:<id>`.
        started_at: When the condition began, back-dated from `alarm_at`.
        severity: Peak, 0..10.
        has_snapshot: Whether `GET /incidents/{id}/snapshot` has a picture.
        has_clip: Whether `GET /incidents/{id}/clip` has video.
        evidence_complete: Whether all files that can be had are there, and the manifest.
        place: What several cameras see, by its name.
        duplicate_of: The incident of the camera that saw the same event first.
        also_seen_by: Keys of the other cameras that saw the event. While it goes on for one of
            them the first one's incident is active, too.
        allowed_actions: What a person can do now, in the order of the buttons.
    """

    id: UUID
    camera_id: str
    camera_name: str
    type: IncidentType
    key: str
    zone_id: UUID | None
    zone_name: str | None
    rule_version: int
    zone_version: int
    stream_epoch: str
    start_pts_90k: int
    started_at: UtcTime
    alarm_at: UtcTime
    ended_at: UtcTime | None
    condition: Condition
    reason: EndReason | None
    severity: float
    priority: Priority
    track_ids: list[int]
    explain: list[ExplanationAnswer]
    has_snapshot: bool
    has_clip: bool
    evidence_complete: bool
    place: str | None
    duplicate_of: UUID | None
    also_seen_by: list[str]
    model_version: str
    handling: Handling
    handled_by: str | None
    handled_at: UtcTime | None
    allowed_actions: list[HandlingAction]

    @classmethod
    def of(cls, incident: Incident, camera_name: str, group: EventGroup) -> Self:
        """The incident as everybody sees it."""
        goes_on = incident.condition is Condition.ACTIVE or (
            incident.duplicate_of is None and group.goes_on_elsewhere
        )
        return cls(
            id=incident.id,
            camera_id=incident.camera_key,
            camera_name=camera_name,
            type=incident.type,
            key=incident.key,
            zone_id=incident.zone_id,
            zone_name=incident.zone_name,
            rule_version=incident.rule_version,
            zone_version=incident.zone_version,
            stream_epoch=incident.stream_epoch,
            start_pts_90k=incident.start_pts_90k,
            started_at=incident.started_at,
            alarm_at=incident.alarm_at,
            ended_at=None if goes_on else incident.ended_at,
            condition=Condition.ACTIVE if goes_on else Condition.ENDED,
            reason=None if goes_on else incident.end_reason,
            severity=incident.severity,
            priority=incident.priority,
            track_ids=list(incident.track_ids),
            explain=[
                ExplanationAnswer(
                    condition=item.condition,
                    measured=item.measured,
                    threshold=item.threshold,
                    unit=item.unit,
                    since=item.since,
                )
                for item in incident.explain
            ],
            has_snapshot=incident.evidence.has_snapshot,
            has_clip=incident.evidence.has_clip,
            evidence_complete=incident.evidence.complete,
            place=incident.place,
            duplicate_of=incident.duplicate_of,
            also_seen_by=group.also_seen_by(incident.camera_key),
            model_version=incident.model_version,
            handling=incident.handling,
            handled_by=incident.handled_by,
            handled_at=incident.handled_at,
            allowed_actions=list(allowed_actions(incident.handling)),
        )


class IncidentPage(Answer):
    """Incidents by `alarm_at`, newest first. `next` is the cursor of the next page."""

    items: list[IncidentAnswer]
    next: str | None


class HandleIncident(Body):
    """What a person does with an incident.

    Attributes:
        expected: The handling that the person saw; 409 where it is another by now.
    """

    expected: Handling | None = Field(default=None, examples=["new"])


class IncidentQuery(PageQuery):
    """Which incidents to list.

    Attributes:
        handling: One or more, repeated or separated by commas.
        active: Only those whose condition holds now.
        duplicates: Also what other cameras saw of the same event. Not given: only where one
            camera is asked for.
        q: Part of a camera's key or name, a zone's name or a type.
    """

    handling: Annotated[frozenset[Handling] | None, BeforeValidator(split_words)] = Field(
        default=None, description="One or more, repeated or separated by commas."
    )
    active: bool = False
    duplicates: bool | None = Field(
        default=None,
        description="Also what other cameras saw of the same event; not given: with camera only.",
    )
    q: str | None = Field(default=None, max_length=100)

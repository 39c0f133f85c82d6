"""Between an incident's event, its row and the domain's `Incident`."""

from typing import Any
from uuid import UUID

import msgspec

from sentinel_core.adapters.sql.models import IncidentRow, IncidentTransitionRow
from sentinel_core.contracts.generated.incident_event import IncidentEvent
from sentinel_core.domain.incidents import (
    Condition,
    EndReason,
    Evidence,
    Explanation,
    Incident,
    IncidentType,
    Priority,
)
from sentinel_core.domain.media_clock import parse_utc


def incident_columns(event: IncidentEvent) -> dict[str, Any]:
    """What the rule owns of an incident, as columns; without the id."""
    return {
        "camera_key": event.camera_id,
        "type": IncidentType(event.type).value,
        "key": event.key,
        "zone_id": None if event.zone_id is None else UUID(event.zone_id),
        "zone_name": event.zone_name,
        "rule_version": event.rule_version,
        "zone_version": event.zone_version,
        "stream_epoch": event.stream_epoch,
        "start_pts_90k": event.start_pts_90k,
        "started_at": parse_utc(event.started_at),
        "alarm_at": parse_utc(event.alarm_at),
        "ended_at": None if event.ended_at is None else parse_utc(event.ended_at),
        "condition": Condition(event.condition),
        "end_reason": None if event.reason is None else EndReason(event.reason).value,
        "severity": event.severity,
        "priority": Priority(event.priority),
        "track_ids": event.track_ids,
        "explain": msgspec.to_builtins(event.explain),
        "evidence": msgspec.to_builtins(event.evidence),
        "model_version": event.model_version,
        "place": event.place or None,
        "search_text": _search_text(event),
    }


def transition_columns(event: IncidentEvent) -> dict[str, Any]:
    """A transition as columns."""
    return {
        "event_id": UUID(event.event_id),
        "incident_id": UUID(event.incident_id),
        "camera_key": event.camera_id,
        "type": event.type,
        "transition": event.transition,
        "timestamp": parse_utc(event.timestamp),
        "document": msgspec.to_builtins(event),
    }


def to_incident(row: IncidentRow) -> Incident:
    """The domain's object."""
    return Incident(
        id=row.id,
        camera_key=row.camera_key,
        type=IncidentType(row.type),
        key=row.key,
        zone_id=row.zone_id,
        zone_name=row.zone_name,
        rule_version=row.rule_version,
        zone_version=row.zone_version,
        stream_epoch=row.stream_epoch,
        start_pts_90k=row.start_pts_90k,
        started_at=row.started_at,
        alarm_at=row.alarm_at,
        ended_at=row.ended_at,
        condition=row.condition,
        end_reason=None if row.end_reason is None else EndReason(row.end_reason),
        severity=row.severity,
        priority=row.priority,
        track_ids=tuple(row.track_ids),
        explain=tuple(_explanation(item) for item in row.explain),
        evidence=Evidence(**row.evidence),
        model_version=row.model_version,
        place=row.place,
        duplicate_of=row.duplicate_of,
        handling=row.handling,
        handled_by=row.handled_by,
        handled_at=row.handled_at,
    )


def to_event(row: IncidentTransitionRow) -> IncidentEvent:
    """The message as it was on the bus."""
    return msgspec.convert(row.document, IncidentEvent)


def _explanation(item: dict[str, Any]) -> Explanation:
    return Explanation(**{**item, "since": parse_utc(item["since"])})


def _search_text(event: IncidentEvent) -> str:
    # Line breaks keep a match from running from one word into the next.
    words = (event.camera_id, event.zone_name or "", event.type, event.type.replace("_", " "))
    return "\n".join(words).casefold()

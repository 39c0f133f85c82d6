"""Incidents that an earlier run told of, and nobody stored."""

from datetime import datetime
from uuid import UUID

from msgspec import structs

from sentinel_core.contracts.generated.incident_event import IncidentEvent
from sentinel_core.domain.incidents import (
    Condition,
    EndReason,
    Explanation,
    Incident,
    IncidentType,
    Priority,
)
from sentinel_core.domain.media_clock import parse_utc


def incident_of(opened: IncidentEvent, lost_at: datetime) -> Incident:
    """The incident of that alarm, ended when it was found: the process that watched it is gone."""
    started_at = parse_utc(opened.started_at)
    return Incident(
        id=UUID(opened.incident_id),
        camera_key=opened.camera_id,
        type=IncidentType(opened.type),
        key=opened.key,
        zone_id=None if opened.zone_id is None else UUID(opened.zone_id),
        zone_name=opened.zone_name,
        rule_version=opened.rule_version,
        zone_version=opened.zone_version,
        stream_epoch=opened.stream_epoch,
        start_pts_90k=opened.start_pts_90k,
        started_at=started_at,
        alarm_at=parse_utc(opened.alarm_at),
        ended_at=max(lost_at, started_at),
        condition=Condition.ENDED,
        end_reason=EndReason.RESTARTED,
        severity=opened.severity,
        priority=Priority(opened.priority),
        track_ids=tuple(opened.track_ids),
        explain=tuple(
            Explanation(**{**structs.asdict(entry), "since": parse_utc(entry.since)})
            for entry in opened.explain
        ),
        model_version=opened.model_version,
        place=opened.place or None,
    )

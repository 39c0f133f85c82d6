"""Valid objects with sensible values; a test names only what it is about.

`make_camera(key="cam_02")`; two calls with the same arguments make equal objects, but for ids
that must differ between things (cameras, users, sessions, audit entries).
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4, uuid5

import msgspec

from sentinel_core.contracts.generated.camera_state_event import CameraStateEvent
from sentinel_core.contracts.generated.detection_event import (
    ActiveIncident,
    DetectedObject,
    DetectionEvent,
    FrameSize,
)
from sentinel_core.contracts.generated.flow_event import (
    FlowEvent,
    LineFlow,
    TurnFlow,
    ZoneFlow,
)
from sentinel_core.contracts.generated.incident_event import (
    EvidenceKeys,
    ExplainedCondition,
    IncidentEvent,
)
from sentinel_core.domain.cameras import Camera
from sentinel_core.domain.identifiers import SENTINEL_NAMESPACE, detection_event_id, incident_id
from sentinel_core.domain.media_clock import TICKS_PER_SECOND, format_utc
from sentinel_core.domain.users import AuditEntry, Role, Session, User
from sentinel_core.domain.zones import Zone, ZoneSet, ZoneType

NOON = datetime(2026, 1, 10, 12, 0, 0, tzinfo=UTC)
"""When everything begins: tick 0 of the default epoch."""

EPOCH = "01KEKWE4G0AAAAAAAAAAAAAAAA"
ZONE_ID = UUID("6f6dd0f4-5a0c-4b5e-9b51-1b6a4a1e7a01")
LINE_ID = UUID("6f6dd0f4-5a0c-4b5e-9b51-1b6a4a1e7a02")

Transition = Literal["opened", "updated", "ended", "evidence_complete"]
_TRANSITION_SECONDS = {"opened": 20.0, "updated": 30.0, "ended": 60.0, "evidence_complete": 70.0}


def at(seconds: float) -> datetime:
    """A moment after `NOON`."""
    return NOON + timedelta(seconds=seconds)


def make_camera(**changes: Any) -> Camera:
    """A camera in Helsinki, online-to-be, with a password in its URL."""
    camera = Camera(
        id=uuid4(),
        key="cam_01",
        name="Toll km 39",
        source_url="rtsp://viewer:s3cret@192.0.2.7:554/main",
        latitude=60.1699,
        longitude=24.9384,
        created_at=NOON,
        updated_at=NOON,
    )
    return replace(camera, **changes)


def make_zone(**changes: Any) -> Zone:
    """A lane over the left half of the picture, down the road."""
    values: dict[str, Any] = {
        "id": ZONE_ID,
        "name": "Left carriageway",
        "type": ZoneType.LANE,
        "polygon": ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)),
        "direction": (0.0, 1.0),
    }
    return Zone(**{**values, **changes})


def make_zone_set(**changes: Any) -> ZoneSet:
    """One lane, nothing calibrated."""
    return ZoneSet(**{"zones": (make_zone(),), **changes})


def make_object(**changes: Any) -> DetectedObject:
    """A car, track 1."""
    found = DetectedObject(class_="car", confidence=0.9, bbox=[0.1, 0.2, 0.3, 0.4], track_id=1)
    return msgspec.structs.replace(found, **changes)


def make_active_incident(**changes: Any) -> ActiveIncident:
    """What a detection event says of an active incident; see `make_incident_event`."""
    incident = ActiveIncident(
        id=make_incident_event().incident_id,
        type="congestion",
        zone_id=str(ZONE_ID),
        track_ids=[1],
    )
    return msgspec.structs.replace(incident, **changes)


def make_detection_event(index: int = 0, /, **changes: Any) -> DetectionEvent:
    """The `index`-th sample, 5 a second, of a camera that sees one car.

    Time, tick and frame follow from `index`, and the event's id from what identifies it, unless
    they are given.
    """
    event = DetectionEvent(
        schema_version=1,
        event_id="",
        timestamp=format_utc(at(index / 5)),
        camera_id="cam_01",
        frame_id=f"frame_{index * 5}",
        stream_epoch=EPOCH,
        pts_90k=index * TICKS_PER_SECOND // 5,
        frame=FrameSize(width=1280, height=720),
        detections=[make_object()],
        anomaly_type=None,
        incident_id=None,
        image_url=None,
        clip_url=None,
        incidents=[],
        model_version="v0",
        inferred_at=format_utc(at(index / 5 + 0.05)),
    )
    event = msgspec.structs.replace(event, **changes)
    if not event.event_id:
        event.event_id = str(
            detection_event_id(
                event.camera_id, event.stream_epoch, event.frame_id, event.model_version
            )
        )
    return event


def make_incident_event(transition: Transition = "opened", /, **changes: Any) -> IncidentEvent:
    """Congestion in a zone, alarm at noon + 20 s; `ended` ends it at noon + 60 s.

    The ids follow from what identifies the incident and the transition, unless they are given.
    """
    moment = _TRANSITION_SECONDS[transition]
    is_over = transition in ("ended", "evidence_complete")
    camera = changes.get("camera_id", "cam_01")
    event = IncidentEvent(
        schema_version=1,
        event_id="",
        transition=transition,
        timestamp=format_utc(at(moment)),
        incident_id="",
        camera_id="cam_01",
        type="congestion",
        key=str(ZONE_ID),
        rule_version=1,
        zone_id=str(ZONE_ID),
        zone_name="Left carriageway",
        zone_version=1,
        stream_epoch=EPOCH,
        start_pts_90k=5 * TICKS_PER_SECOND,
        pts_90k=int(moment * TICKS_PER_SECOND),
        frame_id=f"frame_{int(moment * 25)}",
        started_at=format_utc(at(5)),
        alarm_at=format_utc(at(20)),
        ended_at=format_utc(at(60)) if is_over else None,
        condition="ended" if is_over else "active",
        reason="cleared" if is_over else None,
        severity=6.5,
        priority="medium",
        track_ids=[1, 2],
        explain=[_slow_traffic()],
        evidence=EvidenceKeys(
            snapshot=f"s3://sentinel-clips/{camera}/anomalies/1.jpg",
            snapshot_boxes=f"s3://sentinel-clips/{camera}/anomalies/1-boxes.jpg",
            clip=None,
            complete=transition == "evidence_complete",
        ),
        model_version="v0",
    )
    return _identified(msgspec.structs.replace(event, **changes))


def make_camera_state_event(**changes: Any) -> CameraStateEvent:
    """A camera that came online at noon."""
    event = CameraStateEvent(
        schema_version=1,
        camera_id="cam_01",
        state="online",
        reason=None,
        detail=None,
        epoch=EPOCH,
        since=format_utc(NOON),
        fps=25.0,
        clock=None,
    )
    return msgspec.structs.replace(event, **changes)


def make_zone_flow(**changes: Any) -> ZoneFlow:
    """A minute of a lane in which ten vehicles went at 12 m/s."""
    flow = ZoneFlow(
        zone_id=str(ZONE_ID),
        name="Left carriageway",
        shape="0123456789ab",
        vehicles=10,
        entered=9,
        vehicles_mean=1.5,
        persons=0,
        persons_entered=0,
        speed_mean=12.0,
        speed_p85=14.0,
        occupancy=0.6,
        covered=0.1,
        density=8.0,
        level_of_service="B",
        los_basis="density",
    )
    return msgspec.structs.replace(flow, **changes)


def make_flow_event(index: int = 0, /, **changes: Any) -> FlowEvent:
    """The `index`-th minute since noon: one lane, one line that nine cars crossed, one turn."""
    event = FlowEvent(
        schema_version=1,
        event_id="",
        camera_id="cam_01",
        minute=format_utc(at(60.0 * index)),
        coverage=1.0,
        frames=300,
        stream_epoch=EPOCH,
        zone_version=1,
        model_version="v0",
        unit="m",
        is_disturbed=False,
        zones=[make_zone_flow()],
        lines=[LineFlow(line_id=str(LINE_ID), name="Gate", forward={"car": 9}, backward={})],
        turns=[TurnFlow(entered_by=str(LINE_ID), left_by=str(LINE_ID), counts={"car": 1})],
    )
    event = msgspec.structs.replace(event, **changes)
    if not event.event_id:
        name = f"flow/{event.camera_id}/{event.minute}/{event.zone_version}"
        event.event_id = str(uuid5(SENTINEL_NAMESPACE, name))
    return event


def make_user(**changes: Any) -> User:
    """An operator."""
    user = User(
        id=uuid4(),
        name="olga",
        role=Role.OPERATOR,
        password_hash="$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA",  # noqa: S106  (of no password)
        created_at=NOON,
    )
    return replace(user, **changes)


def make_session(user: User, **changes: Any) -> Session:
    """A fortnight's session of `user`."""
    session = Session(
        id=uuid4(),
        user_id=user.id,
        token_hash="0" * 64,
        created_at=NOON,
        expires_at=NOON + timedelta(days=14),
    )
    return replace(session, **changes)


def make_audit_entry(**changes: Any) -> AuditEntry:
    """A camera was renamed."""
    entry = AuditEntry(
        id=uuid4(),
        at=NOON,
        actor="olga",
        action="camera.update",
        subject="cam_01",
        before={"name": "Toll"},
        after={"name": "Toll km 39"},
        origin="192.0.2.44",
    )
    return replace(entry, **changes)


def _slow_traffic() -> ExplainedCondition:
    return ExplainedCondition(
        condition="mean speed", measured=0.8, threshold=2.0, unit="m/s", since=format_utc(at(5))
    )


def _identified(event: IncidentEvent) -> IncidentEvent:
    if not event.incident_id:
        event.incident_id = str(
            incident_id(
                event.camera_id, event.type, event.key, event.stream_epoch, event.start_pts_90k
            )
        )
    if not event.event_id:
        name = f"{event.transition}/{event.pts_90k}"
        event.event_id = str(uuid5(UUID(event.incident_id), name))
    return event

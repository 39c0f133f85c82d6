"""From bytes on the bus to events: everything that could break later is checked here."""

from collections.abc import Callable, Mapping
from uuid import UUID

import msgspec

from sentinel_core.contracts.generated.camera_state_event import CameraStateEvent
from sentinel_core.contracts.generated.detection_event import DetectionEvent
from sentinel_core.contracts.generated.flow_event import FlowEvent
from sentinel_core.contracts.generated.incident_event import IncidentEvent
from sentinel_core.contracts.topics import CAMERA_STATES, DETECTIONS, FLOW, INCIDENTS
from sentinel_core.domain.cameras import is_camera_key
from sentinel_core.domain.incidents import EndReason, IncidentType
from sentinel_core.domain.media_clock import parse_utc
from sentinel_core.evidence.keys import parse_key
from sentinel_core.ports.event_bus import Message

Event = DetectionEvent | IncidentEvent | CameraStateEvent | FlowEvent

_detections = msgspec.json.Decoder(DetectionEvent)
_incidents = msgspec.json.Decoder(IncidentEvent)
_states = msgspec.json.Decoder(CameraStateEvent)
_flows = msgspec.json.Decoder(FlowEvent)


def decode_detections(value: bytes) -> DetectionEvent:
    """An inferred frame. Raises ValueError with the reason."""
    event = _detections.decode(value)
    _check_camera(event.camera_id)
    UUID(event.event_id)
    parse_utc(event.timestamp)
    for incident in event.incidents:
        UUID(incident.id)
    if event.incident_id is not None:
        UUID(event.incident_id)
    return event


def decode_incident(value: bytes) -> IncidentEvent:
    """A transition. Raises ValueError with the reason."""
    event = _incidents.decode(value)
    _check_camera(event.camera_id)
    UUID(event.event_id)
    UUID(event.incident_id)
    if event.zone_id is not None:
        UUID(event.zone_id)
    for text in (event.timestamp, event.started_at, event.alarm_at, event.ended_at):
        if text is not None:
            parse_utc(text)
    for condition in event.explain:
        parse_utc(condition.since)
    IncidentType(event.type)
    found = event.evidence
    for url in (found.snapshot, found.snapshot_boxes, found.clip, found.manifest):
        if isinstance(url, str):
            parse_key(url, event.camera_id)
    if event.reason is not None:
        EndReason(event.reason)
    return event


def decode_camera_state(value: bytes) -> CameraStateEvent:
    """A camera's state. Raises ValueError with the reason."""
    event = _states.decode(value)
    _check_camera(event.camera_id)
    parse_utc(event.since)
    if event.clock is not None:
        parse_utc(event.clock.utc)
    return event


def decode_flow(value: bytes) -> FlowEvent:
    """A minute of flow. Raises ValueError with the reason."""
    event = _flows.decode(value)
    _check_camera(event.camera_id)
    UUID(event.event_id)
    parse_utc(event.minute)
    for zone in event.zones:
        UUID(zone.zone_id)
    for line in event.lines:
        UUID(line.line_id)
    for turn in event.turns:
        UUID(turn.entered_by)
        UUID(turn.left_by)
    return event


_DECODERS: Mapping[str, Callable[[bytes], Event]] = {
    DETECTIONS: decode_detections,
    INCIDENTS: decode_incident,
    CAMERA_STATES: decode_camera_state,
    FLOW: decode_flow,
}


def decode(message: Message) -> Event:
    """The event of a message.

    Raises:
        ValueError: It breaks its schema; says where.
    """
    return _decoded(_DECODERS[message.position.topic], message.value)


def _decoded(decoder: Callable[[bytes], Event], value: bytes) -> Event:
    try:
        return decoder(value)
    except OverflowError as error:
        raise ValueError("a time is out of range") from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _check_camera(key: str) -> None:
    if not is_camera_key(key):
        raise ValueError(f"{key!r} is no camera key")

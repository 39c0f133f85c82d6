"""The generated types and the JSON Schemas accept the same messages."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import sentinel_core.contracts
from sentinel_core.contracts.generated.camera_state_event import (
    CameraStateEvent,
    ClockAnchorMessage,
)
from sentinel_core.contracts.generated.detection_event import DetectionEvent
from sentinel_core.contracts.generated.flow_event import FlowEvent
from sentinel_core.contracts.generated.incident_event import IncidentEvent
from sentinel_core.domain.cameras import SourceState
from sentinel_core.domain.incidents import Condition, Priority, Transition
from sentinel_core.testing.builders import (
    make_active_incident,
    make_camera_state_event,
    make_detection_event,
    make_flow_event,
    make_incident_event,
    make_object,
    make_zone_flow,
)

SCHEMAS = Path(sentinel_core.contracts.__file__).parent / "schemas"
DETECTION, INCIDENT, CAMERA_STATE = "detection-event", "incident-event", "camera-state-event"
FLOW = "flow-event"
TYPES: dict[str, type[msgspec.Struct]] = {
    DETECTION: DetectionEvent,
    INCIDENT: IncidentEvent,
    CAMERA_STATE: CameraStateEvent,
    FLOW: FlowEvent,
}
NUMBERS = st.floats(0, 1)
TRACKS = st.none() | st.integers(0, 2**53)

MESSAGES = [
    (DETECTION, make_detection_event()),
    (DETECTION, make_detection_event(detections=[])),
    (
        DETECTION,
        make_detection_event(
            detections=[make_object(track_id=None), make_object(class_="bus")],
            anomaly_type="congestion",
            incident_id=make_active_incident().id,
            image_url="s3://sentinel-clips/cam_01/anomalies/1.jpg",
            clip_url="s3://sentinel-clips/cam_01/anomalies/1.mp4",
            incidents=[make_active_incident(), make_active_incident(zone_id=None, track_ids=[])],
        ),
    ),
    (INCIDENT, make_incident_event("opened")),
    (INCIDENT, make_incident_event("updated", zone_id=None, zone_name=None, explain=[])),
    (INCIDENT, make_incident_event("ended")),
    (INCIDENT, make_incident_event("evidence_complete")),
    (FLOW, make_flow_event()),
    (FLOW, make_flow_event(zones=[make_zone_flow(speed_mean=None, density=None)], turns=[])),
    (CAMERA_STATE, make_camera_state_event()),
    (
        CAMERA_STATE,
        make_camera_state_event(state="offline", reason="refused", fps=None, epoch=None),
    ),
    (CAMERA_STATE, make_camera_state_event(clock=ClockAnchorMessage(pts_90k=0, utc="2026"))),
]
EXAMPLES = [MESSAGES[0], MESSAGES[2], MESSAGES[3], MESSAGES[9]]


def load_schema(name: str) -> dict[str, Any]:
    schema = json.loads((SCHEMAS / f"{name}.json").read_text())
    assert isinstance(schema, dict)
    return schema


VALIDATORS = {name: Draft202012Validator(load_schema(name)) for name in TYPES}


def accepted_by_type(name: str, document: object) -> bool:
    try:
        msgspec.json.decode(msgspec.json.encode(document), type=TYPES[name])
    except msgspec.ValidationError:
        return False
    return True


def accepted_by_schema(name: str, document: object) -> bool:
    return VALIDATORS[name].is_valid(document)


@pytest.mark.parametrize(("name", "message"), MESSAGES)
def test_message_meets_its_schema_and_comes_back(name: str, message: msgspec.Struct) -> None:
    encoded = msgspec.json.encode(message)
    VALIDATORS[name].validate(json.loads(encoded))
    assert msgspec.json.decode(encoded, type=TYPES[name]) == message


def parts_of(document: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Paths to all members of a document, at any depth."""
    members = document.items() if isinstance(document, dict) else enumerate(document)
    paths = []
    for key, value in members:
        paths.append((*path, key))
        if isinstance(value, dict | list):
            paths.extend(parts_of(value, (*path, key)))
    return paths


def at_path(document: Any, path: tuple[str | int, ...]) -> Any:
    for key in path:
        document = document[key]
    return document


BREAKS = [
    (name, message, path)
    for name, message in EXAMPLES
    for path in parts_of(json.loads(msgspec.json.encode(message)))
]


@pytest.mark.parametrize(("name", "message", "path"), BREAKS)
def test_missing_member_is_refused_by_both(
    name: str, message: msgspec.Struct, path: tuple[str | int, ...]
) -> None:
    document = json.loads(msgspec.json.encode(message))
    parent = at_path(document, path[:-1])
    del parent[path[-1]]
    expected = isinstance(parent, list) and "bbox" not in path
    assert accepted_by_schema(name, document) is expected
    assert accepted_by_type(name, document) is expected


@pytest.mark.parametrize(("name", "message", "path"), BREAKS)
def test_both_agree_on_other_values(
    name: str, message: msgspec.Struct, path: tuple[str | int, ...]
) -> None:
    document = json.loads(msgspec.json.encode(message))
    for value in (None, True, 7, -1.5, "word", [], {}, ["word"], {"a": 1}):
        at_path(document, path[:-1])[path[-1]] = value
        by_type, by_schema = accepted_by_type(name, document), accepted_by_schema(name, document)
        assert by_type is by_schema, value


@given(bbox=st.lists(NUMBERS, min_size=4, max_size=4), confidence=NUMBERS, track_id=TRACKS)
def test_any_detection_comes_back(
    bbox: list[float], confidence: float, track_id: int | None
) -> None:
    found = make_object(bbox=bbox, confidence=confidence, track_id=track_id)
    event = make_detection_event(detections=[found])
    assert msgspec.json.decode(msgspec.json.encode(event), type=DetectionEvent) == event


@pytest.mark.parametrize("name", TYPES)
def test_newer_members_are_passed_over(name: str) -> None:
    """Contracts are extended, never renamed: an older reader must not choke on a newer member."""
    message = next(message for of, message in MESSAGES if of == name)
    document = json.loads(msgspec.json.encode(message)) | {"member_of_tomorrow": [1]}
    assert accepted_by_schema(name, document)
    assert accepted_by_type(name, document)


def test_schema_and_domain_have_the_same_words() -> None:
    incident, camera = load_schema(INCIDENT)["properties"], load_schema(CAMERA_STATE)["properties"]
    assert incident["transition"]["enum"] == list(Transition)
    assert incident["condition"]["enum"] == list(Condition)
    assert incident["priority"]["enum"] == list(Priority)
    assert camera["state"]["enum"] == list(SourceState)

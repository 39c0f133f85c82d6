"""The JSON Schemas are valid, agree with each other, and hold for whole messages."""

from collections.abc import Mapping
from typing import Any

import house
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

SCHEMAS = house.ROOT / "packages/sentinel-core/src/sentinel_core/contracts/schemas"
DETECTION_EVENT = {
    "schema_version": 1,
    "event_id": "9b2f0d5e-6b0c-5d8e-9b0b-0a4f2f3c9a11",
    "timestamp": "2026-01-10T12:00:01.000Z",
    "camera_id": "cam_01",
    "frame_id": "frame_123456",
    "stream_epoch": "01JH7Z0000000000000000000",
    "pts_90k": 123456789,
    "frame": {"width": 1920, "height": 1080},
    "detections": [
        {"class": "car", "confidence": 0.95, "bbox": [0.1, 0.2, 0.3, 0.4], "track_id": 42}
    ],
    "anomaly_type": "congestion",
    "incident_id": "9b2f0d5e-6b0c-5d8e-9b0b-0a4f2f3c9a12",
    "image_url": "s3://sentinel-clips/cam_01/anomalies/123456.jpg",
    "clip_url": None,
    "incidents": [{"id": "i", "type": "congestion", "zone_id": "z", "track_ids": []}],
    "model_version": "v1",
    "inferred_at": "2026-01-10T12:00:01.120Z",
}


@pytest.fixture(scope="module")
def schemas() -> dict[str, dict[str, object]]:
    """By `$id`."""
    documents = [house.load_json(path) for path in sorted(SCHEMAS.glob("*.json"))]
    return {str(document["$id"]): document for document in documents}


def test_schemas_are_valid(schemas: dict[str, dict[str, object]]) -> None:
    assert schemas
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)


def test_every_property_of_an_event_is_required(schemas: dict[str, dict[str, object]]) -> None:
    """Consumers never have to tell a missing member from a null one.

    What came later may be missing: older messages are stored and read for ever.
    """
    came_later = {"place"}
    for name in ("urn:sentinel:events.detections:1", "urn:sentinel:events.incidents:1"):
        properties, required = schemas[name]["properties"], schemas[name]["required"]
        assert isinstance(properties, dict)
        assert isinstance(required, list)
        assert sorted(properties.keys() - came_later) == sorted(required)


def test_a_live_message_carries_a_detection_event(schemas: dict[str, dict[str, object]]) -> None:
    resources = [(name, Resource.from_contents(document)) for name, document in schemas.items()]
    registry: Registry[bool | Mapping[str, Any]] = Registry().with_resources(resources)
    live = Draft202012Validator(schemas["urn:sentinel:live:1"], registry=registry)
    message = {"type": "detections", "seq": 1, "event": DETECTION_EVENT}
    assert live.is_valid(message)
    broken = DETECTION_EVENT | {"detections": [{"class": "car"}]}
    assert not live.is_valid(message | {"event": broken})

"""Ids never change: what is stored today must be recognised tomorrow."""

from sentinel_core.domain.identifiers import (
    detection_event_id,
    detection_id,
    frame_id,
    incident_id,
)
from sentinel_core.domain.users import Role
from sentinel_core.testing.builders import EPOCH


def test_ids_are_what_they_were_when_this_was_written() -> None:
    event_id = detection_event_id("cam_01", EPOCH, "frame_1", "v0")
    assert str(event_id) == "4a71baf2-bd8c-5cfa-a62d-5e1de495142f"
    assert str(detection_id(event_id, 3)) == "2d58fb76-fdf8-5419-88ab-984c195a6540"
    assert (
        str(incident_id("cam_01", "congestion", "zone", EPOCH, 90_000))
        == "e6ffc34c-7c9e-55b6-b559-2715496fb14f"
    )
    assert frame_id(123) == "frame_123"


def test_each_part_makes_another_id() -> None:
    ids = [
        incident_id("cam_01", "congestion", "zone", EPOCH, 0),
        incident_id("cam_02", "congestion", "zone", EPOCH, 0),
        incident_id("cam_01", "wrong_way", "zone", EPOCH, 0),
        incident_id("cam_01", "congestion", "other", EPOCH, 0),
        incident_id("cam_01", "congestion", "zone", "later", 0),
        incident_id("cam_01", "congestion", "zone", EPOCH, 1),
    ]
    assert len(set(ids)) == 6


def test_roles_include_the_ones_before_them() -> None:
    for index, role in enumerate(Role):
        for other_index, other in enumerate(Role):
            assert role.includes(other) is (index >= other_index)

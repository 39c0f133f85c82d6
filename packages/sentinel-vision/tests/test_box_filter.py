"""What a camera's settings leave out is never tracked; by themselves they leave out nothing."""

import numpy as np
import pytest

from sentinel_core.domain.errors import InvalidInput
from sentinel_core.domain.zones import RuleValues, Zone, ZoneSet, ZoneType
from sentinel_vision.detection.classes import BICYCLE, CAR, PERSON
from sentinel_vision.detection.detections import Detections
from sentinel_vision.rules.box_filter import BoxFilter
from sentinel_vision.rules.catalogue import validate_zone_rules

LEFT_HALF = Zone(
    name="private",
    type=ZoneType.IGNORE,
    polygon=((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)),
)
WIDTH, HEIGHT = 1000, 500


def zones(**boxes: float | bool) -> ZoneSet:
    rules: RuleValues = {"boxes": boxes} if boxes else {}
    return ZoneSet(zones=(LEFT_HALF,), rules=rules)


SEEN = Detections.from_arrays(
    np.array(
        [[100, 100, 200, 200], [600, 100, 700, 200], [600, 300, 610, 330], [700, 300, 740, 400]]
    ),
    np.array([0.9, 0.8, 0.7, 0.3]),
    np.array([CAR, CAR, PERSON, BICYCLE]),
)


@pytest.mark.parametrize(
    ("boxes", "kept"),
    [
        ({}, [0, 1, 2, 3]),
        ({"masks_ignored": True}, [1, 2, 3]),
        ({"side_px": 11.0}, [0, 1, 3]),
        ({"side_px": 41.0}, [0, 1]),
        ({"share": 0.001}, [0, 1, 3]),
        ({"share": 0.01}, [0, 1]),
        ({"bicycle": 0.5}, [0, 1, 2]),
        ({"car": 0.85, "person": 0.7}, [0, 2, 3]),
        ({"masks_ignored": True, "side_px": 50.0}, [1]),
    ],
)
def test_each_parameter_leaves_out_what_it_says(
    boxes: dict[str, float | bool], kept: list[int]
) -> None:
    found = BoxFilter(zones(**boxes)).select(SEEN, WIDTH, HEIGHT)
    np.testing.assert_array_equal(found.boxes, SEEN.boxes[kept])


def test_a_box_stands_where_its_bottom_centre_is() -> None:
    reaches_over = Detections.from_arrays(
        np.array([[300, 100, 698, 400], [300, 100, 702, 400]]), np.ones(2), np.array([CAR, CAR])
    )
    found = BoxFilter(zones(masks_ignored=True)).select(reaches_over, WIDTH, HEIGHT)
    assert found.boxes[:, 2].tolist() == [702]


def test_without_parameters_nothing_changes() -> None:
    assert BoxFilter(zones()).select(SEEN, WIDTH, HEIGHT) is SEEN


def test_an_empty_frame_stays_empty() -> None:
    found = BoxFilter(zones(masks_ignored=True, car=0.5)).select(Detections.empty(), WIDTH, HEIGHT)
    assert len(found) == 0


@pytest.mark.parametrize(
    ("boxes", "field"),
    [
        ({"side_px": -1.0}, "rules.boxes.side_px"),
        ({"dog": 0.5}, "rules.boxes.dog"),
        ({"car": 1.5}, "rules.boxes.car"),
        ({"masks_ignored": 1.0}, "rules.boxes.masks_ignored"),
    ],
)
def test_what_makes_no_sense_is_refused_before_it_is_stored(
    boxes: dict[str, float | bool], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        validate_zone_rules(zones(**boxes))
    assert refused.value.field == field


def test_what_makes_sense_is_accepted() -> None:
    validate_zone_rules(zones(masks_ignored=True, side_px=12.0, share=0.0005, car=0.4))

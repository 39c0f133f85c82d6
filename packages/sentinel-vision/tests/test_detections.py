"""The struct of arrays that all parts hand boxes over in."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentinel_vision.detection.classes import CAR, PERSON, TRUCK
from sentinel_vision.detection.detections import NO_TRACK, Detections


def three() -> Detections:
    boxes = np.array([[10, 20, 30, 60], [0, 0, 5, 5], [50, 40, 90, 50]])
    return Detections.from_arrays(boxes, np.array([0.9, 0.5, 0.7]), np.array([CAR, PERSON, TRUCK]))


def test_from_arrays_takes_any_number_type_and_tracks_nothing() -> None:
    detections = three()
    assert len(detections) == 3
    assert detections.boxes.dtype == np.float32
    assert detections.confidences.dtype == np.float32
    assert detections.class_ids.dtype == np.int64
    assert detections.class_ids.tolist() == [CAR, PERSON, TRUCK]
    assert detections.track_ids.tolist() == [NO_TRACK] * 3


def test_from_arrays_copies() -> None:
    boxes = np.zeros((1, 4), dtype=np.float32)
    detections = Detections.from_arrays(boxes, np.ones(1, dtype=np.float32), np.zeros(1))
    boxes[0, 0] = 7.0
    assert detections.boxes[0, 0] == 0.0


def test_a_list_without_boxes_is_empty_in_every_array() -> None:
    for detections in (
        Detections.empty(),
        Detections.from_arrays(np.empty(0), np.empty(0), np.empty(0)),
    ):
        assert len(detections) == 0
        assert detections.boxes.shape == (0, 4)
        assert detections.normalised_xywh(640, 360).shape == (0, 4)


@pytest.mark.parametrize(
    ("boxes", "confidences", "class_ids"), [(2, 3, 3), (3, 3, 2), (3, 2, 3), (0, 1, 1)]
)
def test_arrays_of_different_length_are_refused(
    boxes: int, confidences: int, class_ids: int
) -> None:
    with pytest.raises(ValueError, match="shapes do not agree"):
        Detections.from_arrays(np.zeros((boxes, 4)), np.zeros(confidences), np.zeros(class_ids))


def test_select_takes_a_mask_or_indices_in_their_order() -> None:
    detections = three().with_tracks(np.array([4, NO_TRACK, 9]), np.array([CAR, PERSON, CAR]))
    masked = detections.select(detections.confidences > 0.6)
    assert masked.track_ids.tolist() == [4, 9]
    picked = detections.select(np.array([2, 0]))
    assert picked.track_ids.tolist() == [9, 4]
    assert picked.boxes[0].tolist() == [50.0, 40.0, 90.0, 50.0]
    assert picked.class_ids.tolist() == [CAR, CAR]
    assert len(detections.select(np.zeros(3, dtype=bool))) == 0


def test_with_tracks_keeps_the_boxes_and_leaves_the_original() -> None:
    detections = three()
    tracked = detections.with_tracks(np.array([1, 2, 3]), np.array([CAR, PERSON, CAR]))
    assert np.array_equal(tracked.boxes, detections.boxes)
    assert np.array_equal(tracked.confidences, detections.confidences)
    assert tracked.track_ids.tolist() == [1, 2, 3]
    assert detections.track_ids.tolist() == [NO_TRACK] * 3
    assert detections.class_ids.tolist() == [CAR, PERSON, TRUCK]


def test_normalised_boxes_are_corner_and_size_in_parts_of_the_frame() -> None:
    assert three().normalised_xywh(100, 200)[0] == pytest.approx([0.1, 0.1, 0.2, 0.2])


def test_normalised_boxes_are_cut_at_the_frame() -> None:
    boxes = np.array([[-20, -10, 50, 300], [90, 150, 130, 260], [-30, 10, -10, 20]])
    detections = Detections.from_arrays(boxes, np.ones(3), np.zeros(3))
    cut = detections.normalised_xywh(100, 200)
    assert cut[0] == pytest.approx([0.0, 0.0, 0.5, 1.0])
    assert cut[1] == pytest.approx([0.9, 0.75, 0.1, 0.25])
    assert cut[2] == pytest.approx([0.0, 0.05, 0.0, 0.05])


@given(
    st.lists(st.tuples(*[st.floats(-500, 2500, width=32)] * 4), min_size=1, max_size=5),
    st.integers(1, 2000),
    st.integers(1, 2000),
)
def test_normalised_boxes_lie_in_the_frame(
    corners: list[tuple[float, float, float, float]], width: int, height: int
) -> None:
    raw = np.array(corners, dtype=np.float32)
    boxes = np.concatenate(
        (np.minimum(raw[:, :2], raw[:, 2:]), np.maximum(raw[:, :2], raw[:, 2:])), axis=1
    )
    detections = Detections.from_arrays(boxes, np.ones(len(boxes)), np.zeros(len(boxes)))
    xywh = detections.normalised_xywh(width, height)
    assert (xywh >= 0.0).all()
    assert (xywh[:, :2] + xywh[:, 2:] <= 1.0).all()

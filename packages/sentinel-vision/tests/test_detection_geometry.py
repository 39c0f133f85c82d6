"""Letterbox and suppression, by property."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sentinel_vision.detection.classes import BUS, CAR, PERSON, TRUCK
from sentinel_vision.detection.letterbox import Letterbox
from sentinel_vision.detection.suppression import box_iou, suppress
from sentinel_vision.frames.frame import analysis_size

sizes = st.tuples(st.integers(32, 4096), st.integers(32, 4096)).filter(
    lambda size: max(size) / min(size) < 8
)


@given(sizes)
def test_a_box_of_the_source_survives_the_letterbox(source: tuple[int, int]) -> None:
    letterbox = Letterbox(analysis_size(*source), source)
    scale_x = letterbox.picture[0] / source[0]
    scale_y = letterbox.picture[1] / source[1]
    left, top = letterbox.offset
    box = np.array([[0.1, 0.2, 0.7, 0.9]]) * [*source, *source]
    in_tensor = box * [scale_x, scale_y, scale_x, scale_y] + [left, top, left, top]
    back = letterbox.to_source(in_tensor.astype(np.float32))
    np.testing.assert_allclose(back, box, rtol=1e-3, atol=0.05)


@given(sizes)
def test_the_tensor_has_sides_that_the_stride_divides_and_holds_the_picture(
    source: tuple[int, int],
) -> None:
    letterbox = Letterbox(analysis_size(*source), source)
    rows, columns = letterbox.input_shape
    assert rows % 32 == columns % 32 == 0
    assert 0 <= columns - letterbox.picture[0] < 32
    assert 0 <= rows - letterbox.picture[1] < 32


def test_a_wide_picture_is_padded_not_stretched() -> None:
    letterbox = Letterbox((640, 360), (1920, 1080))
    tensor = letterbox.blank_tensor()
    letterbox.fill(tensor, np.full((360, 640, 3), 255, dtype=np.uint8))
    assert tensor.shape == (1, 3, 384, 640)
    assert np.all(tensor[0, :, 12:372] == 1.0)
    np.testing.assert_allclose(tensor[0, :, :12], 114 / 255)
    np.testing.assert_allclose(tensor[0, :, 372:], 114 / 255)


def test_boxes_are_clipped_to_the_frame() -> None:
    letterbox = Letterbox((640, 360), (640, 360))
    boxes = letterbox.to_source(np.array([[-50, -50, 700, 700]], dtype=np.float32))
    np.testing.assert_array_equal(boxes, [[0, 0, 640, 360]])


def _boxes(*rows: tuple[float, float, float, float]) -> NDArray[np.float32]:
    return np.array(rows, dtype=np.float32)


def test_the_better_of_two_alike_boxes_stays() -> None:
    boxes = _boxes((0, 0, 10, 10), (1, 0, 11, 10), (50, 50, 60, 60))
    kept = suppress(boxes, np.array([0.4, 0.9, 0.5], dtype=np.float32), np.array([CAR] * 3))
    assert kept.tolist() == [1, 2]


def test_neighbours_of_other_classes_stay() -> None:
    boxes = _boxes((0, 0, 10, 10), (2, 0, 12, 10))
    kept = suppress(boxes, np.array([0.9, 0.8], dtype=np.float32), np.array([CAR, PERSON]))
    assert kept.tolist() == [0, 1]


def test_one_vehicle_seen_as_car_and_truck_is_one() -> None:
    boxes = _boxes((0, 0, 100, 50), (1, 1, 100, 50), (0, 0, 99, 50))
    scores = np.array([0.6, 0.7, 0.5], dtype=np.float32)
    kept = suppress(boxes, scores, np.array([CAR, TRUCK, BUS]))
    assert kept.tolist() == [1]


@given(st.data())
def test_what_stays_does_not_overlap_and_what_goes_overlaps_a_better_one(
    data: st.DataObject,
) -> None:
    n = data.draw(st.integers(0, 30))
    numbers = st.floats(0, 100, width=32)
    corners = np.array(
        [[data.draw(numbers) for _ in range(4)] for _ in range(n)], dtype=np.float32
    ).reshape(n, 4)
    boxes = np.concatenate([corners[:, :2], corners[:, :2] + corners[:, 2:] + 1], axis=1)
    scores = np.array([data.draw(st.floats(0, 1, width=32)) for _ in range(n)], dtype=np.float32)
    kept = suppress(boxes, scores, np.full(n, CAR, dtype=np.int64))
    overlaps = box_iou(boxes, boxes)
    for i in kept:
        assert all(overlaps[i, j] <= 0.5 for j in kept if j != i)
    for i in set(range(n)) - set(kept.tolist()):
        assert any(overlaps[i, j] > 0.5 and scores[j] >= scores[i] for j in kept)

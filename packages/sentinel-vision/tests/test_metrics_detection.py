"""Average precision, beside the values of pycocotools 2.0 on the same boxes."""

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from sentinel_vision.detection.detections import Detections
from sentinel_vision.metrics.detection import (
    DetectionScore,
    TrueBoxes,
    evaluate_detector,
    score_detections,
)

# COCOeval of the pictures below: mean over the overlaps, and at 0.50.
COCO_AP = {"person": 0.134550, "bicycle": 0.238503, "car": 0.210363}
COCO_AP50 = {"person": 0.404703, "bicycle": 0.546575, "car": 0.608037}


def pictures() -> Iterator[tuple[Detections, TrueBoxes]]:
    """Shifted, missed, confused and invented boxes."""
    random = np.random.default_rng(5)
    for _ in range(20):
        n = int(random.integers(0, 8))
        corner, size = random.uniform(0, 500, (n, 2)), random.uniform(20, 120, (n, 2))
        boxes = np.hstack([corner, corner + size])
        classes = random.integers(0, 3, n)
        is_found = random.random(n) < 0.8
        found = boxes[is_found] + random.normal(0, 8, (int(is_found.sum()), 4))
        as_class = np.where(random.random(len(found)) < 0.9, classes[is_found], 2)
        m = int(random.integers(0, 4))
        invented = random.uniform(0, 500, (m, 2))
        found = np.vstack([found, np.hstack([invented, invented + 60])])
        as_class = np.concatenate([as_class, random.integers(0, 3, m)])
        confidences = random.random(len(found)).round(3)
        yield Detections.from_arrays(found, confidences, as_class), TrueBoxes(boxes, classes)


def test_average_precision_is_that_of_coco() -> None:
    score = score_detections(pictures())
    assert score.ap == pytest.approx(COCO_AP, abs=1e-6)
    assert score.ap50 == pytest.approx(COCO_AP50, abs=1e-6)
    assert score.mean_ap == pytest.approx(np.mean(list(COCO_AP.values())), abs=1e-6)


def one_car(*boxes: tuple[float, float, float, float, float]) -> DetectionScore:
    """A picture with a car of 100 px and what was found: box and confidence."""
    rows = np.array(boxes, dtype=np.float64).reshape(-1, 5)
    found = Detections.from_arrays(rows[:, :4], rows[:, 4], np.full(len(rows), 2))
    truth = TrueBoxes(np.array([[0.0, 0.0, 100.0, 100.0]]), np.array([2]))
    return score_detections([(found, truth)])


def test_a_perfect_box_scores_all() -> None:
    assert one_car((0, 0, 100, 100, 0.5)).ap == {"car": 1.0}


def test_nothing_found_scores_nothing() -> None:
    assert one_car().ap == {"car": 0.0}


def test_a_box_that_overlaps_by_three_quarters_counts_up_to_there() -> None:
    score = one_car((0, 0, 100, 76, 0.5))
    assert score.ap50["car"] == 1.0
    assert score.ap["car"] == pytest.approx(0.6)


def test_a_second_box_of_the_same_car_is_wrong() -> None:
    assert one_car((0, 0, 100, 100, 0.9), (0, 0, 100, 100, 0.5)).ap["car"] == pytest.approx(1.0)
    assert one_car((0, 0, 100, 90, 0.9), (0, 0, 100, 100, 0.5)).ap["car"] < 1.0


def test_classes_without_truth_are_left_out() -> None:
    score = one_car((0, 0, 100, 100, 0.5))
    assert list(score.ap) == list(score.boxes) == ["car"]


class FindsTheSame:
    """Reports one car wherever it looks."""

    def detect(self, rgb: NDArray[np.uint8], source: tuple[int, int]) -> Detections:
        del rgb
        box = np.array([[0.0, 0.0, source[0] / 2, source[1]]])
        return Detections.from_arrays(box, np.array([0.9]), np.array([2]))


def test_a_detector_is_run_over_the_pictures() -> None:
    images = [np.zeros((50, 100, 3), dtype=np.uint8)] * 3
    right = TrueBoxes(np.array([[0.0, 0.0, 50.0, 50.0]]), np.array([2]))
    score = evaluate_detector(FindsTheSame(), images, [right, right, right])
    assert (score.ap, score.boxes) == ({"car": 1.0}, {"car": 3})
    with pytest.raises(ValueError, match="shorter"):
        evaluate_detector(FindsTheSame(), images, [right])

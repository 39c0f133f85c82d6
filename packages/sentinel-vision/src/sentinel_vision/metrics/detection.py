"""Mean average precision of a detector, as COCO measures it.

Source: cocodataset/cocoapi, COCOeval at its defaults: overlaps 0.50, 0.55 .. 0.95, at most 100
boxes a picture and class, precision read at 101 recalls.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.detection.classes import CLASS_NAMES
from sentinel_vision.detection.detections import Detections
from sentinel_vision.tracking.association import overlaps

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

OVERLAPS: Floats = np.linspace(0.5, 0.95, 10)
RECALLS: Floats = np.linspace(0.0, 1.0, 101)
MAX_BOXES = 100


class BoxFinder(Protocol):
    """The part of a `Detector` that is scored."""

    def detect(self, rgb: NDArray[np.uint8], source: tuple[int, int]) -> Detections:
        """See `Detector.detect`."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class TrueBoxes:
    """What is really in one picture.

    Attributes:
        boxes: float64, shape (n, 4), x1, y1, x2, y2 in pixels of the picture.
        class_ids: int64, shape (n,), indices into `CLASS_NAMES`.
    """

    boxes: Floats
    class_ids: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionScore:
    """Average precision by class name, of the classes that occur in the truth.

    Attributes:
        ap: Mean over the overlaps 0.50 .. 0.95.
        ap50: At overlap 0.50.
        boxes: How many true boxes there are.
    """

    ap: Mapping[str, float]
    ap50: Mapping[str, float]
    boxes: Mapping[str, int]

    @property
    def mean_ap(self) -> float:
        """mAP50-95: the mean over the classes; NaN without truth."""
        return float(np.mean(list(self.ap.values()))) if self.ap else float("nan")

    @property
    def mean_ap50(self) -> float:
        """mAP50."""
        return float(np.mean(list(self.ap50.values()))) if self.ap50 else float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """The boxes of one class in one picture.

    Attributes:
        confidences: float64, shape (m,), descending.
        is_right: bool, shape (overlaps, m).
    """

    confidences: Floats
    is_right: Flags


def evaluate_detector(
    detector: BoxFinder, images: Iterable[NDArray[np.uint8]], labels: Iterable[TrueBoxes]
) -> DetectionScore:
    """Run a detector over pictures and score what it finds.

    Args:
        detector: Only boxes that it reports count: a floor of confidence costs precision at high
            recall.
        images: uint8, shape (h, w, 3), RGB, longer side 640 as `Detector.detect` wants them.
        labels: Of the pictures, in their order, in their pixels.

    Raises:
        ValueError: There are not as many labels as pictures.
    """
    return score_detections(
        (detector.detect(image, (image.shape[1], image.shape[0])), true)
        for image, true in zip(images, labels, strict=True)
    )


def score_detections(pictures: Iterable[tuple[Detections, TrueBoxes]]) -> DetectionScore:
    """Score found boxes against true ones, picture by picture."""
    judged: dict[int, list[_Judged]] = defaultdict(list)
    true_count = np.zeros(len(CLASS_NAMES), dtype=np.int64)
    for found, true in pictures:
        true_count += np.bincount(true.class_ids, minlength=len(CLASS_NAMES))
        for class_id in np.unique(found.class_ids).tolist():
            judged[class_id].append(_judge(found, true, class_id))
    curves = {
        class_id: _average_precisions(judged[class_id], int(true_count[class_id]))
        for class_id in np.flatnonzero(true_count).tolist()
    }
    return DetectionScore(
        ap={CLASS_NAMES[key]: float(curve.mean()) for key, curve in curves.items()},
        ap50={CLASS_NAMES[key]: float(curve[0]) for key, curve in curves.items()},
        boxes={CLASS_NAMES[key]: int(true_count[key]) for key in curves},
    )


def _judge(found: Detections, true: TrueBoxes, class_id: int) -> _Judged:
    """Each box, best first, takes the true box that it overlaps most of those that are left."""
    rows = np.flatnonzero(found.class_ids == class_id)
    rows = rows[np.argsort(-found.confidences[rows], kind="stable")][:MAX_BOXES]
    truth = true.boxes[true.class_ids == class_id]
    overlap = overlaps(truth.T, found.boxes[rows].astype(np.float64).T)
    is_right = np.zeros((len(OVERLAPS), len(rows)), dtype=bool)
    for level, least in enumerate(OVERLAPS.tolist()):
        is_free = np.ones(len(truth), dtype=bool)
        for column in range(len(rows)):
            fits = np.where(is_free, overlap[:, column], 0.0)
            best = int(fits.argmax()) if len(fits) else 0
            if len(fits) and fits[best] >= least:
                is_free[best] = False
                is_right[level, column] = True
    return _Judged(found.confidences[rows].astype(np.float64), is_right)


def _average_precisions(judged: Sequence[_Judged], true_count: int) -> Floats:
    """At each of `OVERLAPS`."""
    if not judged:
        return np.zeros(len(OVERLAPS))
    order = np.argsort(-np.concatenate([one.confidences for one in judged]), kind="stable")
    is_right = np.concatenate([one.is_right for one in judged], axis=1)[:, order]
    hits = is_right.cumsum(axis=1)
    recall = hits / true_count
    precision = hits / np.arange(1, len(order) + 1)
    # A lower confidence may not raise the precision: each recall has the best that is still to come.
    envelope = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    return np.array([_read_curve(*curve) for curve in zip(recall, envelope, strict=True)])


def _read_curve(recall: Floats, precision: Floats) -> float:
    places = recall.searchsorted(RECALLS, side="left")
    return float(np.append(precision, 0.0)[places].mean())

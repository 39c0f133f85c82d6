"""The golden picture: a loaded model must see there what it is known to see, before it may serve.

It finds what hashes and shapes cannot: an accelerator, a library or an int8 file that computes
something else here than where the model was made.
"""

import hashlib
from functools import cache
from typing import Final

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from sentinel_core.domain.errors import ModelRefused
from sentinel_core.runtime.assets import asset
from sentinel_vision.detection.classes import CLASS_GROUPS, CLASS_NAMES
from sentinel_vision.detection.detections import Detections
from sentinel_vision.detection.engine import Detector
from sentinel_vision.detection.model import ExpectedBox, GoldenExpectation, ModelFile
from sentinel_vision.detection.onnx_engine import OnnxDetector
from sentinel_vision.detection.suppression import box_iou

GOLDEN_PICTURE: Final = "data/models/golden.jpg"

CLEAR_CONFIDENCE: Final = 0.5
SAME_BOX_IOU: Final = 0.7
MAX_CONFIDENCE_SHIFT: Final = 0.2
"""8-bit numbers move a clear box by 0.04 to 0.1."""

NOTED_CONFIDENCE: Final = CLEAR_CONFIDENCE - MAX_CONFIDENCE_SHIFT
"""Weaker boxes take no part in the comparison."""

MAX_DIFFERENT_SHARE: Final = 0.2


def expect_golden(model: ModelFile) -> GoldenExpectation:
    """What the model sees, computed by the reference: float32 on ONNX Runtime's CPU provider."""
    return describe_golden(OnnxDetector(model, threads=1))


def describe_golden(detector: Detector) -> GoldenExpectation:
    """What a detector sees in the golden picture, for the manifest."""
    digest, rgb = _picture()
    height, width = rgb.shape[:2]
    seen = detector.detect(rgb, (width, height))
    seen = seen.select(seen.confidences >= NOTED_CONFIDENCE)
    corners = (seen.boxes / [width, height, width, height]).round(5).tolist()
    return GoldenExpectation(
        picture_sha256=digest,
        boxes=tuple(
            ExpectedBox(name=CLASS_NAMES[class_id], confidence=round(confidence, 4), box=tuple(box))
            for class_id, confidence, box in zip(
                seen.class_ids.tolist(), seen.confidences.tolist(), corners, strict=True
            )
        ),
    )


def check_golden(detector: Detector, model: ModelFile) -> None:
    """Compare with the manifest's expectation; without one, with the reference, computed here.

    A model whose bytes are not here (another server runs it) must only see something clearly.

    Raises:
        ModelRefused: Over a fifth of the clear boxes differ, or nothing is seen clearly.
    """
    digest, rgb = _picture()
    height, width = rgb.shape[:2]
    seen = detector.detect(rgb, (width, height))
    if not np.isfinite(seen.boxes).all() or not np.isfinite(seen.confidences).all():
        raise ModelRefused("what the model says of the golden picture is no number")
    expectation = model.golden
    if expectation is not None and expectation.picture_sha256 == digest:
        _compare(_as_detections(expectation, width, height), seen)
        return
    if not (seen.confidences >= CLEAR_CONFIDENCE).any():
        raise ModelRefused("the model sees nothing clearly in the golden picture")
    if model.content:
        _compare(_as_detections(expect_golden(model), width, height), seen)


def _compare(expected: Detections, seen: Detections) -> None:
    lost = _count_unmatched(expected, seen)
    invented = _count_unmatched(seen, expected)
    clear = int((expected.confidences >= CLEAR_CONFIDENCE).sum())
    if lost + invented > MAX_DIFFERENT_SHARE * max(1, clear):
        raise ModelRefused(
            f"in the golden picture {lost} of {clear} clear objects are lost or changed and "
            f"{invented} are new: the model or its engine does not compute what it should"
        )


def _count_unmatched(boxes: Detections, others: Detections) -> int:
    """Clear boxes that have no counterpart of their group, place and confidence."""
    clear = boxes.select(boxes.confidences >= CLEAR_CONFIDENCE)
    alike = (
        (box_iou(clear.boxes, others.boxes) >= SAME_BOX_IOU)
        & (CLASS_GROUPS[clear.class_ids][:, None] == CLASS_GROUPS[others.class_ids])
        & (np.abs(clear.confidences[:, None] - others.confidences) <= MAX_CONFIDENCE_SHIFT)
    )
    return int((~alike.any(axis=1)).sum())


def _as_detections(expectation: GoldenExpectation, width: int, height: int) -> Detections:
    known = [box for box in expectation.boxes if box.name in CLASS_NAMES]
    return Detections.from_arrays(
        np.array([box.box for box in known]).reshape(-1, 4) * [width, height, width, height],
        np.array([box.confidence for box in known]),
        np.array([CLASS_NAMES.index(box.name) for box in known]),
    )


@cache
def _picture() -> tuple[str, NDArray[np.uint8]]:
    """Its SHA-256 and its pixels, uint8, shape (h, w, 3), longer side 640."""
    content = asset(GOLDEN_PICTURE).read_bytes()
    rgb: NDArray[np.uint8] = simplejpeg.decode_jpeg(content, colorspace="RGB")
    return hashlib.sha256(content).hexdigest(), rgb

"""Where a thing that somebody left is, beside all that the detector sees."""

from typing import Final, NamedTuple

import numpy as np

from sentinel_vision.rules.geometry import Floats, box_areas, intersections
from sentinel_vision.rules.scene import Instant, SceneFrame
from sentinel_vision.rules.static_blobs import Blob

_COVERED: Final = 0.3
"""A blob that is under a box by more than this is what the box says."""


class Seen(NamedTuple):
    """What the detector saw in a look.

    Attributes:
        persons: Boxes in pixels, (n, 4).
        others: The same of all that is no person.
    """

    at: Instant
    persons: Floats
    others: Floats


def source_box(blob: Blob, scene: SceneFrame) -> Floats:
    """The blob's box in pixels of the source."""
    rows, columns = (1, 1) if scene.luma is None else scene.luma.shape
    scale = np.array([scene.width / columns, scene.height / rows])
    box: Floats = np.array(blob.box, dtype=np.float64) * np.tile(scale, 2)
    return box


def luma_boxes(seen: Seen, scene: SceneFrame) -> list[tuple[int, int, int, int]]:
    """All that the detector has seen, in pixels of the luma."""
    rows, columns = (1, 1) if scene.luma is None else scene.luma.shape
    scale = np.tile(np.array([columns / scene.width, rows / scene.height]), 2)
    boxes = np.concatenate([seen.persons, seen.others]) * scale
    boxes[:, :2] = np.maximum(np.floor(boxes[:, :2]), 0.0)
    boxes[:, 2:] = np.ceil(boxes[:, 2:])
    return [(left, top, right, bottom) for left, top, right, bottom in boxes.astype(int).tolist()]


def overlap(first: Floats, second: Floats) -> float:
    """What two boxes share, in square pixels."""
    return float(intersections(first[None], second[None])[0, 0])


def is_covered(box: Floats, boxes: Floats) -> bool:
    """Whether a box is so far under one of the others that this explains it."""
    if not len(boxes):
        return False
    shared = intersections(box[None], boxes)[0] / max(1.0, float(box_areas(box[None])[0]))
    return bool((shared > _COVERED).any())

"""Non-maximum suppression."""

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.detection.classes import CLASS_GROUPS

SAME_CLASS_IOU = 0.5
SAME_GROUP_IOU = 0.75
"""YOLOv8 often sees one vehicle as car and truck at once. Boxes this alike are one object; the
tracker votes its class over time."""

MAX_CANDIDATES = 300


def suppress(
    boxes: NDArray[np.float32], scores: NDArray[np.float32], class_ids: NDArray[np.int64]
) -> NDArray[np.intp]:
    """Greedy, class-aware: indices of the boxes that stay, best score first.

    Args:
        boxes: (n, 4) x1, y1, x2, y2.
        scores: (n,).
        class_ids: (n,), indices into `CLASS_NAMES`.
    """
    # Ties go by position, so that the result does not depend on the sort.
    order = np.argsort(-scores, kind="stable")[:MAX_CANDIDATES]
    boxes, class_ids = boxes[order], class_ids[order]
    overlaps = box_iou(boxes, boxes)
    same_class = class_ids[:, None] == class_ids[None, :]
    groups = CLASS_GROUPS[class_ids]
    same_group = groups[:, None] == groups[None, :]
    rivals = (same_class & (overlaps > SAME_CLASS_IOU)) | (same_group & (overlaps > SAME_GROUP_IOU))
    kept = np.ones(len(order), dtype=bool)
    for i in range(len(order)):
        if kept[i]:
            kept[i + 1 :] &= ~rivals[i, i + 1 :]
    return order[kept]


def box_iou(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """Intersection over union of every box of `a` (n, 4) with every one of `b` (m, 4): (n, m)."""
    top_left = np.maximum(a[:, None, :2], b[None, :, :2])
    bottom_right = np.minimum(a[:, None, 2:], b[None, :, 2:])
    sides = np.clip(bottom_right - top_left, 0, None)
    intersection = sides[..., 0] * sides[..., 1]
    union = box_area(a)[:, None] + box_area(b)[None, :] - intersection
    overlaps: NDArray[np.float32] = intersection / np.maximum(union, np.float32(1e-9))
    return overlaps


def box_area(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Area of each box."""
    area: NDArray[np.float32] = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return area

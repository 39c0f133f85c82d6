"""From polygons to the parts of a picture that they cover."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Polygon = Sequence[tuple[float, float]]
"""Corners (x, y), 0..1 of the picture's width and height."""

CELL_PX = 2
"""A chroma sample of 4:2:0 covers so many luma samples each way; nothing smaller is masked."""

_EDGE = 1e-6
"""Cells: a corner on the border of two cells covers both, whatever the rounding."""


def covered_cells(masks: Sequence[Polygon], width: int, height: int) -> NDArray[np.bool_]:
    """Which cells of 2 x 2 pixels are touched by a polygon: rounded outward.

    What lies inside is decided by winding: a polygon that crosses itself has no holes.

    Args:
        masks: Polygons.
        width: Of the picture, pixels.
        height: Of the picture, pixels.

    Returns:
        bool, shape (ceil(height / 2), ceil(width / 2)).
    """
    shape = (-(-height // CELL_PX), -(-width // CELL_PX))
    covered = np.zeros(shape, np.bool_)
    for mask in masks:
        corners = np.asarray(mask, np.float64) * (width / CELL_PX, height / CELL_PX)
        covered |= _inside(corners, shape)
        covered |= _on_outline(corners, shape)
    return covered


def grow(covered: NDArray[np.bool_], cells: int) -> NDArray[np.bool_]:
    """The same with `cells` more on each side."""
    grown = covered
    for axis in (0, 1):
        wider = grown.copy()
        for step in range(1, cells + 1):
            before: list[slice] = [slice(None), slice(None)]
            after: list[slice] = [slice(None), slice(None)]
            before[axis], after[axis] = slice(None, -step), slice(step, None)
            wider[tuple(after)] |= grown[tuple(before)]
            wider[tuple(before)] |= grown[tuple(after)]
        grown = wider
    return grown


def _inside(corners: NDArray[np.float64], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Cells whose centre the outline winds around."""
    rows, columns = shape
    steps = np.zeros((rows, columns + 1), np.int32)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        low, high = min(y0, y1), max(y0, y1)
        first, last = np.ceil(low - 0.5), np.ceil(high - 0.5)
        row = np.arange(max(0, int(first)), min(rows, int(last)))
        if row.size == 0:
            continue
        crossing = x0 + (row + 0.5 - y0) * (x1 - x0) / (y1 - y0)
        column = np.clip(np.ceil(crossing - 0.5), 0, columns).astype(np.intp)
        np.add.at(steps, (row, column), 1 if y1 > y0 else -1)
    windings: NDArray[np.int32] = np.cumsum(steps[:, :-1], axis=1, dtype=np.int32)
    return np.not_equal(windings, 0)


def _on_outline(corners: NDArray[np.float64], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Cells that an edge passes through or touches."""
    rows, columns = shape
    touched = np.zeros((rows, columns + 1), np.int32)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        first = _clamp(min(y0, y1) - _EDGE, rows)
        row = np.arange(first, _clamp(max(y0, y1) + _EDGE, rows) + 1)
        if abs(y1 - y0) < _EDGE:
            left, right = np.full(row.shape, min(x0, x1)), np.full(row.shape, max(x0, x1))
        else:
            share = np.clip(np.stack([row - y0, row + 1 - y0]) / (y1 - y0), 0.0, 1.0)
            ends = x0 + share * (x1 - x0)
            left, right = ends.min(axis=0), ends.max(axis=0)
        start = np.clip(np.floor(left - _EDGE), 0, columns - 1).astype(np.intp)
        stop = np.clip(np.floor(right + _EDGE), 0, columns - 1).astype(np.intp)
        np.add.at(touched, (row, start), 1)
        np.add.at(touched, (row, stop + 1), -1)
    edges: NDArray[np.int32] = np.cumsum(touched[:, :-1], axis=1, dtype=np.int32)
    return np.greater(edges, 0)


def _clamp(value: float, count: int) -> int:
    return min(count - 1, max(0, int(np.floor(value))))

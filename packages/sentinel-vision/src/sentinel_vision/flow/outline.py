"""The outline of a set of grid cells as a polygon with few corners."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.rules.geometry import Flags, Floats

_SIDES: Final = ((0, 1), (1, 0), (0, -1), (-1, 0))
"""Right, down, left, up as (row, column): clockwise in the picture."""


def trace(cells: Flags) -> NDArray[np.int64]:
    """Corners of the outer edge of the largest 4-connected part, clockwise: (n, 2) x, y in cells.

    Holes are filled: an outline has none.

    Args:
        cells: bool, shape (rows, columns), at least one of them set.
    """
    padded = np.pad(_largest_part(cells), 1)
    row, column = (int(value) for value in np.argwhere(padded)[0])
    # From the upper left corner of the topmost cell, with the part always to the right.
    start = (row, column)
    corner, heading = start, 0
    corners: list[tuple[int, int]] = []
    while True:
        turned = _turn(padded, corner, heading)
        if turned != heading or not corners:
            corners.append((corner[1] - 1, corner[0] - 1))
        heading = turned
        corner = (corner[0] + _SIDES[heading][0], corner[1] + _SIDES[heading][1])
        if corner == start:
            return np.array(corners)


def simplify(corners: Floats, tolerance: float) -> Floats:
    """The corners of a closed polygon that deviate by more than `tolerance` (Douglas, Peucker)."""
    distances = np.hypot(*(corners - corners[0]).T)
    far = int(distances.argmax())
    if not far:
        return corners
    first = _simplify_path(corners[: far + 1], tolerance)
    second = _simplify_path(np.vstack([corners[far:], corners[:1]]), tolerance)
    return np.vstack([first[:-1], second[:-1]])


def _turn(padded: Flags, corner: tuple[int, int], heading: int) -> int:
    """Where the edge goes on: left if it can, else straight on, else right."""
    for change in (-1, 0, 1, 2):
        candidate = (heading + change) % 4
        right, left = _beside(padded, corner, candidate)
        if right and not left:
            return candidate
    return heading


def _beside(padded: Flags, corner: tuple[int, int], heading: int) -> tuple[bool, bool]:
    """Whether the cells to the right and to the left of the next edge are set."""
    row, column = corner
    right = {0: (row, column), 1: (row, column - 1), 2: (row - 1, column - 1), 3: (row - 1, column)}
    left = {0: (row - 1, column), 1: (row, column), 2: (row, column - 1), 3: (row - 1, column - 1)}
    return bool(padded[right[heading]]), bool(padded[left[heading]])


def _largest_part(cells: Flags) -> Flags:
    best: Flags = np.zeros_like(cells)
    left = cells.copy()
    while left.any():
        part = np.zeros_like(cells)
        part[tuple(np.argwhere(left)[0])] = True
        part = _grow(part, left)
        if part.sum() > best.sum():
            best = part
        left &= ~part
    return best


def _grow(part: Flags, within: Flags) -> Flags:
    """All cells of `within` that hang together with the part."""
    while True:
        wider = part.copy()
        wider[1:] |= part[:-1]
        wider[:-1] |= part[1:]
        wider[:, 1:] |= part[:, :-1]
        wider[:, :-1] |= part[:, 1:]
        wider &= within
        if (wider == part).all():
            return part
        part = wider


def _simplify_path(path: Floats, tolerance: float) -> Floats:
    if len(path) <= 2:
        return path
    way = path[-1] - path[0]
    length = float(np.hypot(*way))
    offsets = path - path[0]
    if length:
        distances = np.abs(way[0] * offsets[:, 1] - way[1] * offsets[:, 0]) / length
    else:
        distances = np.hypot(*offsets.T)
    far = int(distances.argmax())
    if distances[far] <= tolerance:
        return path[[0, -1]]
    first = _simplify_path(path[: far + 1], tolerance)
    return np.vstack([first[:-1], _simplify_path(path[far:], tolerance)])

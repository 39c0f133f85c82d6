"""Open lines in the picture, and what crosses them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sentinel_core.domain.zones import Point
from sentinel_vision.rules.geometry import Flags, Floats

Signs = NDArray[np.int8]


class LineSet:
    """Several open lines that are asked together.

    Seen by someone who follows a line from its first to its last point in the picture (y down),
    a move to the right is positive, one to the left negative. A point on the line belongs to its
    right side, so that a path in many small moves crosses it once.
    """

    def __init__(self, lines: Sequence[Sequence[Point]]) -> None:
        starts = [point for line in lines for point in line[:-1]]
        ends = [point for line in lines for point in line[1:]]
        self._starts = np.array(starts, dtype=np.float64).reshape(-1, 2)
        self._ends = np.array(ends, dtype=np.float64).reshape(-1, 2)
        self._along = self._ends - self._starts
        lengths = [len(line) - 1 for line in lines]
        self._offsets = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.intp)
        self._count = len(lines)

    def __len__(self) -> int:
        return self._count

    def crossings(self, before: Floats, after: Floats) -> Signs:
        """Which moves cross which lines, and in which direction.

        Args:
            before: Where each of n moves began, shape (n, 2); NaN: not known, crosses nothing.
            after: Where it ended, likewise.

        Returns:
            1 from left to right, -1 from right to left, 0 where the line is not crossed or is
            crossed there and back; shape (n, lines).
        """
        if not self._count or not len(before):
            return np.zeros((len(before), self._count), dtype=np.int8)
        net: Signs = np.zeros((len(before), self._count), dtype=np.int8)
        is_right = self._side(after) >= 0.0
        has_changed = (self._side(before) >= 0.0) != is_right
        # Hardly anybody crosses anything in one frame.
        (rows,) = has_changed.any(axis=1).nonzero()
        if len(rows):
            net[rows] = self._net(before[rows], after[rows], has_changed[rows], is_right[rows])
        return net

    def _net(self, before: Floats, after: Floats, has_changed: Flags, is_right: Flags) -> Signs:
        """As `crossings`, by whether the side of each segment has changed, and where one is now."""
        move = after - before
        begins_right = _cross(move, self._starts - before[:, None]) >= 0.0
        ends_right = _cross(move, self._ends - before[:, None]) >= 0.0
        is_crossed = has_changed & (begins_right != ends_right)
        is_crossed &= np.isfinite(move[:, :1] + move[:, 1:])
        signs = np.where(is_crossed, np.where(is_right, 1, -1), 0)
        net: Signs = np.sign(np.add.reduceat(signs, self._offsets, axis=1)).astype(np.int8)
        return net

    def _side(self, points: Floats) -> Floats:
        """Above 0 to the right of each segment: shape (n, segments)."""
        offset = points[:, None] - self._starts
        sides: Floats = self._along[:, 0] * offset[..., 1] - self._along[:, 1] * offset[..., 0]
        return sides


def _cross(move: Floats, offset: Floats) -> Floats:
    """Cross product of each move (n, 2) with its offsets (n, segments, 2)."""
    product: Floats = move[:, :1] * offset[..., 1] - move[:, 1:] * offset[..., 0]
    return product

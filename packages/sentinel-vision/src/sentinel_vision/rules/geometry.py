"""Plane geometry on arrays: polygons and overlaps."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sentinel_core.domain.zones import Point

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

GRID_COLUMNS, GRID_ROWS = 64, 36


class PolygonSet:
    """Several polygons that are asked together.

    Points on an edge belong to the polygon on one side of it, always the same one.
    """

    def __init__(self, polygons: Sequence[Sequence[Point]]) -> None:
        self._count = len(polygons)
        starts = [vertex for polygon in polygons for vertex in polygon]
        ends = [vertex for polygon in polygons for vertex in (*polygon[1:], polygon[0])]
        first = np.array(starts, dtype=np.float64).reshape(-1, 2)
        second = np.array(ends, dtype=np.float64).reshape(-1, 2)
        self._x, self._y = first[:, 0], first[:, 1]
        self._y_end = second[:, 1]
        rise = self._y_end - self._y
        # A level edge is never crossed; any slope will do for it.
        self._slope = (second[:, 0] - self._x) / np.where(rise == 0.0, 1.0, rise)
        lengths = [len(polygon) for polygon in polygons]
        self._offsets = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.intp)

    def contain(self, points: Floats) -> Flags:
        """Which polygons contain which points: bool, shape (n, polygons); points: (n, 2)."""
        if not self._count:
            return np.zeros((len(points), 0), dtype=np.bool_)
        x, y = points[:, :1], points[:, 1:]
        crossed = (self._y > y) != (self._y_end > y)
        edge = y - self._y
        edge *= self._slope
        edge += self._x
        crossed &= x < edge
        # Inside is who crosses an odd number of edges.
        inside: Flags = np.bitwise_xor.reduceat(crossed, self._offsets, axis=1)
        return inside


class ZoneRaster:
    """How much of each of some polygons is covered by boxes, on a grid of 64 x 36 cells.

    A row of cells is one 64-bit word, so that the union of boxes is an `or`.
    """

    _y = (np.arange(GRID_ROWS) + 0.5) / GRID_ROWS
    _below = np.array([(1 << column) - 1 for column in range(GRID_COLUMNS + 1)], dtype=np.uint64)

    def __init__(self, polygons: Sequence[Sequence[Point]]) -> None:
        x, y = np.meshgrid((np.arange(GRID_COLUMNS) + 0.5) / GRID_COLUMNS, self._y)
        inside = PolygonSet(polygons).contain(np.column_stack([x.ravel(), y.ravel()]))
        cells = inside.T.reshape(-1, GRID_ROWS, GRID_COLUMNS)
        bits = np.uint64(1) << np.arange(GRID_COLUMNS, dtype=np.uint64)
        self._cells = np.where(cells, bits, np.uint64(0)).sum(axis=2, dtype=np.uint64)
        self._sizes = cells.sum(axis=2)

    def covered_shares(
        self, boxes: Floats, present: Flags, weights: Floats | None = None
    ) -> Floats:
        """Share 0..1 of each polygon under the union of the boxes present in it.

        Args:
            boxes: (n, 4) x1, y1, x2, y2 in 0..1.
            present: (polygons, n).
            weights: How much a cell of each row counts, (GRID_ROWS,), above 0; None: all alike.
        """
        edges = np.ceil(boxes[:, ::2] * GRID_COLUMNS - 0.5)
        np.maximum(edges, 0.0, out=edges)
        np.minimum(edges, GRID_COLUMNS, out=edges)
        words = self._below[edges.astype(np.intp)]
        spans = words[:, 1] & ~words[:, 0]
        rows = self._y >= boxes[:, 1:2]
        rows &= self._y < boxes[:, 3:]
        # The union over the first axis, as what is contiguous is the fastest.
        layers = (rows * spans[:, None])[:, None] * present.T[:, :, None]
        covered = np.bitwise_count(np.bitwise_or.reduce(layers, axis=0) & self._cells)
        each = np.ones(GRID_ROWS) if weights is None else weights
        sizes = self._sizes @ each
        shares: Floats = (covered @ each) / np.where(sizes > 0.0, sizes, 1.0)
        return shares


def intersections(first: Floats, second: Floats) -> Floats:
    """Area that each of n boxes shares with each of m boxes, x1, y1, x2, y2: shape (n, m)."""
    x1, y1, x2, y2 = first.T[:, :, None]
    u1, v1, u2, v2 = second.T
    width = np.minimum(x2, u2) - np.maximum(x1, u1)
    height = np.minimum(y2, v2) - np.maximum(y1, v1)
    overlap: Floats = np.maximum(width, 0.0) * np.maximum(height, 0.0)
    return overlap


def box_areas(boxes: Floats) -> Floats:
    """Areas of n boxes, x1, y1, x2, y2: shape (n,)."""
    areas: Floats = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return areas


def intersection_over_union(first: Floats, second: Floats) -> Floats:
    """IoU of each of n boxes with each of m boxes, x1, y1, x2, y2: shape (n, m)."""
    overlap = intersections(first, second)
    union = box_areas(first)[:, None] + box_areas(second) - overlap
    shares: Floats = overlap / np.where(union > 0.0, union, 1.0)
    return shares


def polygon_area(points: Floats) -> float:
    """Area of a simple polygon, in the square of the unit of `points` (n, 2)."""
    x, y = points[:, 0], points[:, 1]
    return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2.0

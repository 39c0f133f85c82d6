"""Plane geometry on arrays: polygons, overlaps, the ground plane."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sentinel_core.domain.errors import InvalidInput
from sentinel_core.domain.zones import GroundPoint, Point

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
        spans = (self._y > y) != (self._y_end > y)
        crossed = spans & (x < self._x + (y - self._y) * self._slope)
        crossings = np.add.reduceat(crossed, self._offsets, axis=1, dtype=np.int64)
        inside: Flags = crossings % 2 == 1
        return inside


class ZoneRaster:
    """How much of a polygon is covered by boxes, on a grid of 64 x 36 cells."""

    _x = ((np.arange(GRID_COLUMNS) + 0.5) / GRID_COLUMNS).astype(np.float64)
    _y = ((np.arange(GRID_ROWS) + 0.5) / GRID_ROWS).astype(np.float64)

    def __init__(self, polygon: Sequence[Point]) -> None:
        x, y = np.meshgrid(self._x, self._y)
        centres = np.column_stack([x.ravel(), y.ravel()])
        inside = PolygonSet([polygon]).contain(centres)[:, 0]
        self._cells: Flags = inside.reshape(GRID_ROWS, GRID_COLUMNS)
        self._size = int(self._cells.sum())

    def covered_share(self, boxes: Floats) -> float:
        """Share 0..1 of the polygon under the union of boxes (n, 4) x1, y1, x2, y2 in 0..1."""
        if not self._size or not len(boxes):
            return 0.0
        columns = (self._x >= boxes[:, :1]) & (self._x < boxes[:, 2:3])
        rows = (self._y >= boxes[:, 1:2]) & (self._y < boxes[:, 3:])
        union = rows.T.astype(np.float32) @ columns.astype(np.float32) > 0.0
        return float((union & self._cells).sum()) / self._size


def intersection_over_union(first: Floats, second: Floats) -> Floats:
    """IoU of each of n boxes with each of m boxes, x1, y1, x2, y2: shape (n, m)."""
    corner = np.maximum(first[:, None, :2], second[None, :, :2])
    far_corner = np.minimum(first[:, None, 2:], second[None, :, 2:])
    overlap = np.clip(far_corner - corner, 0.0, None).prod(axis=2)
    areas = _areas(first)[:, None] + _areas(second)[None, :] - overlap
    shares: Floats = np.divide(overlap, areas, out=np.zeros_like(overlap), where=areas > 0.0)
    return shares


def polygon_area(points: Floats) -> float:
    """Area of a simple polygon, in the square of the unit of `points` (n, 2)."""
    x, y = points[:, 0], points[:, 1]
    return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2.0


class GroundPlane:
    """From the picture to the ground: a homography fitted to the calibration's points.

    Source of the fit: direct linear transform with normalised points (Hartley, 1997).
    """

    def __init__(self, calibration: Sequence[GroundPoint]) -> None:
        image = np.array([point.image for point in calibration], dtype=np.float64)
        ground = np.array([point.ground_m for point in calibration], dtype=np.float64)
        self._matrix = _fit_homography(image, ground)

    def to_metres(self, points: Floats) -> Floats:
        """Ground positions, shape (n, 2), of normalised picture points, shape (n, 2)."""
        projected = points @ self._matrix[:, :2].T + self._matrix[:, 2]
        metres: Floats = projected[:, :2] / projected[:, 2:]
        return metres


def _areas(boxes: Floats) -> Floats:
    areas: Floats = np.clip(boxes[:, 2:] - boxes[:, :2], 0.0, None).prod(axis=1)
    return areas


def _fit_homography(image: Floats, ground: Floats) -> Floats:
    to_image, to_ground = _normalising_transform(image), _normalising_transform(ground)
    x, y = (image @ to_image[:2, :2].T + to_image[:2, 2]).T
    u, v = (ground @ to_ground[:2, :2].T + to_ground[:2, 2]).T
    one, none = np.ones_like(x), np.zeros_like(x)
    upper = np.column_stack([x, y, one, none, none, none, -u * x, -u * y, -u])
    lower = np.column_stack([none, none, none, x, y, one, -v * x, -v * y, -v])
    _, strengths, directions = np.linalg.svd(np.vstack([upper, lower]))
    if strengths[7] < 1e-6 * strengths[0]:
        raise InvalidInput("the calibration's points lie on one line", field="calibration")
    fitted: Floats = np.linalg.inv(to_ground) @ directions[-1].reshape(3, 3) @ to_image
    return fitted


def _normalising_transform(points: Floats) -> Floats:
    centre = points.mean(axis=0)
    spread = float(np.sqrt(((points - centre) ** 2).sum(axis=1)).mean()) or 1.0
    scale = np.sqrt(2.0) / spread
    return np.array([[scale, 0, -scale * centre[0]], [0, scale, -scale * centre[1]], [0, 0, 1]])

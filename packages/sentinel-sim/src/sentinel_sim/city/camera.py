"""A pinhole camera over the city: from the ground to the picture and back.

Ground: x east, y north, z up, metres. Picture: x right, y down, pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import cos, sin

import numpy as np
from numpy.typing import NDArray

from sentinel_core.domain.zones import GroundPoint
from sentinel_sim.city.frame import Floats
from sentinel_sim.city.kinds import BASES_M, SIZES_M

NEAR_M = 0.5
"""What is nearer to the camera than this is not drawn."""

_LEAST_PX = 2.0
_CORNERS = np.array([(x, y) for x in (-0.5, 0.5) for y in (-0.5, 0.5)])


@dataclass(frozen=True, kw_only=True)
class PinholeCamera:
    """A camera without distortion.

    Attributes:
        position_m: x, y and the height above the ground.
        yaw_rad: Where it looks on the ground, from the x axis, counter-clockwise.
        pitch_rad: How far it looks down.
        focal_px: Focal length in pixels.
        width: Pixels of the picture, as `height`.
    """

    position_m: tuple[float, float, float]
    yaw_rad: float
    pitch_rad: float
    focal_px: float
    width: int = 1280
    height: int = 720

    @cached_property
    def axes(self) -> Floats:
        """Right, down and forward as rows, shape (3, 3)."""
        yaw, pitch = self.yaw_rad, self.pitch_rad
        return np.array(
            [
                (sin(yaw), -cos(yaw), 0.0),
                (-cos(yaw) * sin(pitch), -sin(yaw) * sin(pitch), -cos(pitch)),
                (cos(yaw) * cos(pitch), sin(yaw) * cos(pitch), -sin(pitch)),
            ]
        )

    def project(self, points_m: Floats) -> tuple[Floats, Floats]:
        """Pixels, shape (..., 2), and depths, shape (...), of points of the world, (..., 3).

        Points behind the camera get a depth below 0 and no meaningful pixel.
        """
        seen = (points_m - np.array(self.position_m)) @ self.axes.T
        depth = seen[..., 2]
        scale = self.focal_px / np.where(np.abs(depth) < 1e-9, 1e-9, depth)
        pixels = seen[..., :2] * scale[..., None] + (self.width / 2.0, self.height / 2.0)
        return pixels, depth

    def project_ground(self, points_m: Floats) -> tuple[Floats, Floats]:
        """As `project`, of points on the ground, shape (..., 2)."""
        flat = np.zeros((*points_m.shape[:-1], 3))
        flat[..., :2] = points_m
        return self.project(flat)

    def ground_at(self, pixels: Floats) -> Floats:
        """Where on the ground pixels are, shape (..., 2); NaN on and above the horizon."""
        rays = np.concatenate(
            [
                (pixels - (self.width / 2.0, self.height / 2.0)) / self.focal_px,
                np.ones((*pixels.shape[:-1], 1)),
            ],
            axis=-1,
        )
        directions = rays @ self.axes
        fall = directions[..., 2]
        reach = np.where(fall < -1e-6, -self.position_m[2] / np.minimum(fall, -1e-6), np.nan)
        ground: Floats = np.array(self.position_m)[:2] + directions[..., :2] * reach[..., None]
        return ground

    def calibration(self, points_m: Sequence[tuple[float, float]]) -> tuple[GroundPoint, ...]:
        """Correspondences of points on the ground, those that are in the picture."""
        pixels, depths = self.project_ground(np.array(points_m, dtype=np.float64))
        places = pixels / (self.width, self.height)
        inside = (depths > NEAR_M) & ((places >= 0.0) & (places <= 1.0)).all(axis=1)
        return tuple(
            GroundPoint(image=(float(x), float(y)), ground_m=point)
            for (x, y), point, is_in in zip(places.tolist(), points_m, inside, strict=True)
            if is_in
        )

    def film(
        self, ground_m: Floats, heading_rad: Floats, kinds: NDArray[np.int64]
    ) -> tuple[NDArray[np.intp], Floats, Floats, Floats]:
        """Boxes of the actors that are in the picture.

        Args:
            ground_m: Middles of the footprints, shape (n, 2).
            heading_rad: Shape (n,).
            kinds: Indices into `KINDS`, shape (n,).

        Returns:
            Rows that are in the picture, shape (k,); boxes in pixels cut at its edges, shape
            (k, 4); share of each that is inside, shape (k,); depth, shape (k,).
        """
        corners, depths = self.project(_box_corners(ground_m, heading_rad, kinds))
        low, high = corners.min(axis=1), corners.max(axis=1)
        size = np.array((self.width, self.height), dtype=np.float64)
        cut_low, cut_high = np.clip(low, 0.0, size), np.clip(high, 0.0, size)
        cut_sides = cut_high - cut_low
        rows = np.flatnonzero((depths.min(axis=1) > NEAR_M) & (cut_sides > _LEAST_PX).all(axis=1))
        inside = cut_sides[rows].prod(axis=1) / (high[rows] - low[rows]).prod(axis=1)
        boxes = np.concatenate([cut_low[rows], cut_high[rows]], axis=1)
        return rows, boxes, inside, depths[rows].mean(axis=1)


def _box_corners(ground_m: Floats, heading_rad: Floats, kinds: NDArray[np.int64]) -> Floats:
    """The eight corners of each actor, shape (n, 8, 3)."""
    sizes = SIZES_M[kinds]
    along = np.stack([np.cos(heading_rad), np.sin(heading_rad)], axis=-1) * sizes[:, :1]
    across = np.stack([-np.sin(heading_rad), np.cos(heading_rad)], axis=-1) * sizes[:, 1:2]
    corners = np.empty((len(kinds), 8, 3))
    flat = ground_m[:, None] + _CORNERS[:, :1] * along[:, None] + _CORNERS[:, 1:] * across[:, None]
    corners[:, :4, :2] = corners[:, 4:, :2] = flat
    bases = BASES_M[kinds]
    corners[:, :4, 2] = bases[:, None]
    corners[:, 4:, 2] = (bases + sizes[:, 2])[:, None]
    return corners

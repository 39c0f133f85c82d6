"""How much of a zone vehicles cover.

What is far is small: where the camera is not calibrated, one near vehicle would count as much as
a whole jam further off. So a zone is measured in body lengths, which are learned from what
drives there.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.rules.geometry import GRID_ROWS, Flags, Floats, ZoneRaster
from sentinel_vision.rules.view import View, ZoneLayout

_MEMORY = 500.0
"""Sightings in a row of the picture; more of them push out the older ones."""

_LEAST = 10.0
_LEAST_ROWS = 3
_FLATTEST = 0.5
"""Beyond the rows in which vehicles were seen, they are no smaller than this share."""


class BodyLengths:
    """A body length as a straight line over the height in the picture, as on level ground."""

    def __init__(self) -> None:
        self._counts = np.zeros(GRID_ROWS)
        self._means = np.zeros(GRID_ROWS)

    def learn(self, feet_y: Floats, lengths_px: Floats) -> None:
        """Take in where vehicles stand, 0..1, and their body lengths in pixels, shape (n,)."""
        known = np.isfinite(lengths_px)
        rows: NDArray[np.intp] = np.clip(feet_y[known] * GRID_ROWS, 0, GRID_ROWS - 1).astype(
            np.intp
        )
        found = np.bincount(rows, minlength=GRID_ROWS)
        sums = np.bincount(rows, weights=lengths_px[known], minlength=GRID_ROWS)
        self._counts = np.minimum(self._counts, _MEMORY - found) + found
        step = np.where(found > 0, sums - found * self._means, 0.0)
        self._means += step / np.maximum(self._counts, 1.0)

    def weights(self) -> Floats | None:
        """Square body lengths in a cell of each row, up to a factor; None: too little is known."""
        rows = np.flatnonzero(self._counts >= _LEAST)
        if len(rows) < _LEAST_ROWS:
            return None
        slope, offset = np.polyfit(rows, self._means[rows], 1)
        smallest = _FLATTEST * float(self._means[rows].min())
        line = np.maximum(slope * np.arange(GRID_ROWS) + offset, smallest)
        weights: Floats = 1.0 / line**2
        return weights


class Coverage:
    """Share of each of some zones under vehicles.

    Args:
        layout: Of the camera.
        columns: Which of its zones.
    """

    def __init__(self, layout: ZoneLayout, columns: Sequence[int]) -> None:
        self._columns = list(columns)
        self._raster = ZoneRaster([layout.zones[column].polygon for column in columns])
        self._lengths = BodyLengths() if layout.ground is None else None
        self._weights: Floats | None = None

    def learn(self, view: View) -> None:
        """Where the camera is not calibrated, learn how large vehicles are where."""
        if self._lengths is None:
            return
        motion = view.motion
        rows = view.is_vehicle & motion.mature & view.inside[:, self._columns].any(axis=1)
        self._lengths.learn(motion.anchors[rows, 1], motion.length[rows])
        self._weights = self._lengths.weights()

    def shares(self, view: View, boxes: Floats, counted: Flags) -> list[float]:
        """Share of each zone under vehicles, those of young tracks as well.

        Args:
            view: The frame.
            boxes: Of the vehicles that count, pixels, shape (n, 4).
            counted: Which are in which zone, shape (zones, n).
        """
        motion, scene = view.motion, view.scene
        (young,) = (view.is_vehicle & ~motion.mature).nonzero()
        if len(young):
            boxes = np.concatenate((boxes, motion.boxes[young]))
            inside = view.inside[young][:, self._columns].T
            counted = np.concatenate((counted, inside), axis=1)
        everything = boxes / (scene.width, scene.height, scene.width, scene.height)
        shares: list[float] = self._raster.covered_shares(
            everything, counted, self._weights
        ).tolist()
        return shares

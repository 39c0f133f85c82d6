"""Headlights and rear lights at night, added to a picture as light."""

from typing import Final

import numpy as np
from PIL import Image

from sentinel_sim.city.frame import Floats

_WHITE: Final = np.array((255.0, 250.0, 235.0))
_RED: Final = np.array((230.0, 30.0, 25.0))
_REACH: Final = 2.8
"""A stamp ends at so many of its standard deviations."""


class Lights:
    """Collects light; overlapping lamps add up."""

    def __init__(self, width: int, height: int) -> None:
        self._light = np.zeros((height, width, 3))

    def front(self, left: tuple[float, float], right: tuple[float, float], px_per_m: float) -> None:
        """Two headlights, their glare and their light on the road before them."""
        for x, y in (left, right):
            self._stamp(x, y, (0.14 * px_per_m, 0.12 * px_per_m), _WHITE * 1.6)
            self._stamp(x, y, (0.5 * px_per_m, 0.45 * px_per_m), _WHITE * 0.28)
        x, y = (left[0] + right[0]) / 2.0, (left[1] + right[1]) / 2.0
        self._stamp(x, y + 1.5 * px_per_m, (1.2 * px_per_m, 0.9 * px_per_m), _WHITE * 0.18)

    def rear(self, left: tuple[float, float], right: tuple[float, float], px_per_m: float) -> None:
        """Two rear lights."""
        for x, y in (left, right):
            self._stamp(x, y, (0.13 * px_per_m, 0.10 * px_per_m), _RED * 1.2)
            self._stamp(x, y, (0.4 * px_per_m, 0.35 * px_per_m), _RED * 0.22)

    def shine(self, picture: Image.Image) -> Image.Image:
        """The picture with all light."""
        lit = np.asarray(picture).astype(np.float64) + self._light
        return Image.fromarray(np.minimum(lit, 255.0).astype(np.uint8))

    def _stamp(self, x: float, y: float, sigma: tuple[float, float], colour: Floats) -> None:
        height, width, _ = self._light.shape
        sx, sy = max(0.7, sigma[0]), max(0.7, sigma[1])
        columns = np.arange(max(0, int(x - _REACH * sx)), min(width, int(x + _REACH * sx) + 2))
        rows = np.arange(max(0, int(y - _REACH * sy)), min(height, int(y + _REACH * sy) + 2))
        if not len(columns) or not len(rows):
            return
        across = np.exp(-(((columns - x) / sx) ** 2) / 2.0)
        down = np.exp(-(((rows - y) / sy) ** 2) / 2.0)
        part = np.outer(down, across)[:, :, None] * colour
        self._light[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] += part

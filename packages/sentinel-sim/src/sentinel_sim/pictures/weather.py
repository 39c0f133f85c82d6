"""Light and weather over a finished picture."""

from enum import StrEnum
from typing import Final

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

from sentinel_sim.city.frame import Floats


class Weather(StrEnum):
    """What it is like outside."""

    DAY = "day"
    NIGHT = "night"
    RAIN = "rain"


NIGHT_TINT: Final = (0.40, 0.44, 0.48)
"""What the lamps of the road leave of a vehicle's colours."""

RAIN_TINT: Final = (0.84, 0.87, 0.91)
_WET: Final = (0.80, 0.84, 0.90)
_HAZE: Final = (150, 156, 162)
_DROPS_PER_PX: Final = 1 / 1100
_DARK: Final = 0.22


def tint(picture: Image.Image, factors: tuple[float, float, float]) -> Image.Image:
    """Multiply the colours, alpha stays."""
    bands = list(picture.split())
    for index, factor in enumerate(factors):
        bands[index] = bands[index].point(lambda value, f=factor: round(min(255.0, value * f)))
    return Image.merge(picture.mode, bands)


def darken(picture: Image.Image) -> Image.Image:
    """A day that becomes night, where there is no picture of the night."""
    return tint(ImageEnhance.Color(picture).enhance(0.6), (_DARK, _DARK * 1.05, _DARK * 1.2))


def wet(picture: Image.Image) -> Image.Image:
    """Darker, greyer, bluer."""
    return tint(ImageEnhance.Color(picture).enhance(0.6), _WET)


class Rain:
    """Drops that fall, and haze that grows with distance."""

    def __init__(self, width: int, height: int, horizon_px: float, seed: int) -> None:
        self._size = (width, height)
        self._dice = np.random.default_rng((seed, 0x7A17))
        # Haze by the depth of flat ground: it is inverse to the way below the horizon.
        below = np.maximum(np.arange(height) - horizon_px, 1.0) / height
        share = np.clip(0.035 / below, 0.0, 0.3)
        rows = np.repeat((share * 255).astype(np.uint8)[:, None], width, axis=1)
        self._haze_mask = Image.fromarray(rows)
        self._haze = Image.new("RGB", self._size, _HAZE)

    def fall(self, picture: Image.Image) -> Image.Image:
        """One picture in the rain."""
        width, height = self._size
        hazy = Image.composite(self._haze, picture, self._haze_mask)
        drops = Image.new("L", self._size)
        draw = ImageDraw.Draw(drops)
        count = round(width * height * _DROPS_PER_PX)
        places = self._dice.random((count, 4)) * (width, height, 1.0, 1.0)
        for x, y, size, light in places.tolist():
            length = (0.02 + 0.05 * size) * height
            draw.line((x, y, x - 0.12 * length, y + length), fill=round(18 + 46 * light))
        drops = drops.filter(ImageFilter.GaussianBlur(0.6))
        return ImageChops.add(hazy, Image.merge("RGB", (drops, drops, drops)))


class Shake:
    """Wind on the mast: the way of the picture in pixels, a sum of slow waves and gusts."""

    def __init__(self, amplitude_px: float, seed: int) -> None:
        dice = np.random.default_rng((seed, 0x5A4E))
        self._amplitude = amplitude_px
        self._rates = dice.uniform(0.7, 5.0, (2, 4)) * 2.0 * np.pi
        self._phases = dice.uniform(0.0, 2.0 * np.pi, (2, 4))

    def at(self, time_s: float) -> tuple[float, float]:
        """To the right and down."""
        waves: Floats = np.sin(self._rates * time_s + self._phases).sum(axis=1) / 2.0
        gust = 0.6 + 0.4 * np.sin(0.9 * time_s)
        x, y = (self._amplitude * gust * waves).tolist()
        return (x, y)


def shift(picture: Image.Image, x: float, y: float) -> Image.Image:
    """Move a picture between pixels; its edges are drawn out."""
    margin = int(max(abs(x), abs(y))) + 2
    padded = np.pad(np.asarray(picture), ((margin, margin), (margin, margin), (0, 0)), "reflect")
    matrix = (1.0, 0.0, margin - x, 0.0, 1.0, margin - y)
    return Image.fromarray(padded).transform(
        picture.size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR
    )

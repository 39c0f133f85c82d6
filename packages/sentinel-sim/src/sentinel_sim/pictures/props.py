"""Things that somebody leaves: a bag has no cut-out of its own, it is shaded by hand."""

from functools import cache
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from sentinel_sim.pictures.cutouts import Cutout

_PX_PER_M: Final = 160.0
_MARGIN_PX: Final = 16
_COLOURS: Final = {"suitcase": (44, 45, 54), "bag": (50, 36, 30), "box": (138, 112, 78)}


@cache
def cut_prop(name: str, size_m: tuple[float, float]) -> Cutout:
    """A thing of a width and height, seen from the front and a little from above."""
    width, height = (max(8, round(side * _PX_PER_M)) for side in size_m)
    colour = np.array(_COLOURS.get(name, _COLOURS["bag"]), dtype=np.float64)
    size = (width + 2 * _MARGIN_PX, height + 2 * _MARGIN_PX)
    left, top, right, bottom = _MARGIN_PX, _MARGIN_PX, _MARGIN_PX + width, _MARGIN_PX + height
    shape = Image.new("L", size)
    draw = ImageDraw.Draw(shape)
    body_top = top if name == "box" else top + height // 5
    draw.rounded_rectangle((left, body_top, right, bottom), radius=width // 9, fill=255)
    if name != "box":
        handle = (left + width // 3, top, right - width // 3, body_top + height // 8)
        draw.rounded_rectangle(handle, radius=width // 10, outline=255, width=max(2, width // 16))
    y, x = np.mgrid[0 : size[1], 0 : size[0]]
    light = 1.15 - 0.5 * (y - body_top) / height - 0.3 * np.abs(x - size[0] * 0.42) / width
    light[(y >= body_top) & (y < body_top + 0.10 * height)] *= 1.7  # the sky lights its top
    pixels = colour * np.clip(light, 0.3, 2.2)[:, :, None]
    seams = (np.abs((x - left) - 0.28 * width) < 1.5) | (np.abs((x - left) - 0.72 * width) < 1.5)
    pixels[seams] *= 0.7
    pixels += np.random.default_rng(len(name)).normal(0.0, 5.0, (*pixels.shape[:2], 1))
    picture = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    picture.putalpha(shape.filter(ImageFilter.GaussianBlur(1.2)))
    return Cutout(picture=picture, body=(left, top, right, bottom), px_per_m=_PX_PER_M)

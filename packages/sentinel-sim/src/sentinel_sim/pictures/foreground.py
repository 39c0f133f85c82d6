"""What stands between the camera and the street: a mast, and leaves out of focus."""

from functools import cache
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from sentinel_sim.pictures.canvas import Canvas

_MAST: Final = (0.735, 0.752)
"""Left and right edge in shares of the width."""
_MAST_GREY: Final = 92.0


def draw_foreground(canvas: Canvas) -> None:
    """Put it in front of everything."""
    layer, mask = _make(*canvas.picture.size)
    canvas.cover(layer, mask)


@cache
def _make(width: int, height: int) -> tuple[Image.Image, Image.Image]:
    dice = np.random.default_rng(0x1EAF)
    mask = Image.new("L", (width, height))
    colours = Image.new("RGB", (width, height), (44, 62, 40))
    leaves, shades = ImageDraw.Draw(mask), ImageDraw.Draw(colours)
    for _ in range(110):
        x = width * (1.0 - abs(dice.normal(0.0, 0.09)))
        y = height * (1.0 - abs(dice.normal(0.0, 0.20)))
        length, slope = height * dice.uniform(0.04, 0.09), dice.uniform(-0.9, 0.9)
        outline = [
            (x - length, y - slope * length),
            (x, y - 0.16 * length),
            (x + length, y + slope * length),
            (x, y + 0.16 * length),
        ]
        light = dice.uniform(0.6, 1.35)
        leaves.polygon(outline, fill=255)
        shades.polygon(outline, fill=(round(44 * light), round(64 * light), round(38 * light)))
    blur = ImageFilter.GaussianBlur(height / 200.0)
    mask, colours = mask.filter(blur), colours.filter(blur)
    left, right = round(_MAST[0] * width), round(_MAST[1] * width)
    across = np.linspace(-1.0, 1.0, right - left)
    grey = _MAST_GREY * (1.0 - 0.45 * across**2)
    mast = np.repeat(grey[None, :, None], height, axis=0) * np.array((1.0, 1.02, 1.04))
    colours.paste(Image.fromarray(mast.astype(np.uint8)), (left, 0))
    ImageDraw.Draw(mask).rectangle((left, 0, right - 1, height), fill=255)
    return colours, mask

"""Empty streets: what a camera sees before anybody comes."""

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from PIL import Image, ImageDraw, ImageFilter

from sentinel_sim.pictures.cutouts import load_picture


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Backdrop:
    """A street without anybody.

    Attributes:
        day: RGB.
        night: RGB, of the same street; None: the day is darkened.
        front: Alpha of what stands before the actors; None: nothing does.
    """

    day: Image.Image
    night: Image.Image | None = None
    front: Image.Image | None = None

    def scaled(self, width: int, height: int) -> "Backdrop":
        """In another size."""
        size = (width, height)
        if self.day.size == size:
            return self
        night, front = self.night, self.front
        return Backdrop(
            day=self.day.resize(size, Image.Resampling.LANCZOS),
            night=None if night is None else night.resize(size, Image.Resampling.LANCZOS),
            front=None if front is None else front.resize(size, Image.Resampling.BILINEAR),
        )


_PLAZA_FRONT: Final = (
    (((355, 40), (361, 325)), 8),
    (((357, 168), (357, 203)), 26),
    (((421, 283), (421, 312)), 8),
    (((420, 300), (385, 388)), 4),
    (((421, 300), (435, 400)), 4),
)
"""A lamp with a sign, and a tripod: lines in pixels and their widths."""


@cache
def _toll_road() -> Backdrop:
    return Backdrop(
        day=load_picture("toll_day").convert("RGB"),
        night=load_picture("toll_night").convert("RGB"),
        front=load_picture("toll_front").convert("L"),
    )


@cache
def _plaza() -> Backdrop:
    day = load_picture("plaza").convert("RGB")
    front = Image.new("L", day.size)
    draw = ImageDraw.Draw(front)
    for line, width in _PLAZA_FRONT:
        draw.line(line, fill=255, width=width)
    return Backdrop(day=day, front=front.filter(ImageFilter.GaussianBlur(0.6)))


BACKDROPS: Final = MappingProxyType({"toll_road": _toll_road, "plaza": _plaza})
"""Makers by name."""

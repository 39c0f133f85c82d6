"""Empty streets: what a camera sees before anybody comes."""

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from PIL import Image

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


@cache
def _toll_road() -> Backdrop:
    return Backdrop(
        day=load_picture("toll_day").convert("RGB"),
        night=load_picture("toll_night").convert("RGB"),
        front=load_picture("toll_front").convert("L"),
    )


@cache
def _plaza() -> Backdrop:
    return Backdrop(day=load_picture("plaza").convert("RGB"))


BACKDROPS: Final = MappingProxyType({"toll_road": _toll_road, "plaza": _plaza})
"""Makers by name."""

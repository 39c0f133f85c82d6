"""What goes wrong before the lens, drawn over a finished picture."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from PIL import Image, ImageFilter

from sentinel_sim.city.plan import CameraFault

_ONSET_S: Final = 0.8
"""A hand, a spray or a knock takes so long."""

_CLOTH: Final = (26, 25, 27)
_GLARE_PX: Final = 0.35
_TURN: Final = (0.16, 0.06)
"""A knocked camera looks so far to the side and up, in shares of the picture."""


class CameraTrouble:
    """All faults of a plan."""

    def __init__(self, faults: Sequence[CameraFault], seed: int) -> None:
        self._faults = faults
        self._dice = np.random.default_rng((seed, 0xBAD))
        self._frozen: Image.Image | None = None
        self._cloth: Image.Image | None = None

    def at(self, time_s: float) -> CameraFault | None:
        """What is wrong now."""
        return next((f for f in self._faults if f.begin_s <= time_s < f.end_s), None)

    def apply(self, picture: Image.Image, time_s: float) -> Image.Image:
        """The picture as it leaves the camera."""
        fault = self.at(time_s)
        if fault is None:
            self._frozen = None
            return picture
        if fault.kind == "frozen":
            self._frozen = self._frozen or picture
            return self._frozen
        share = min(1.0, (time_s - fault.begin_s) / _ONSET_S, (fault.end_s - time_s) / _ONSET_S)
        if fault.kind == "covered":
            return self._cover(picture, share)
        if fault.kind in ("blinded", "lightning"):
            return _blind(picture, share if fault.kind == "blinded" else 1.0)
        if fault.kind == "blurred":
            return picture.filter(ImageFilter.GaussianBlur(share * picture.height / 28.0))
        return turn(picture, share) if fault.kind == "moved" else picture

    def _cover(self, picture: Image.Image, share: float) -> Image.Image:
        """A dark cloth that is drawn down over the lens; a little light comes in at its edge."""
        if self._cloth is None or self._cloth.size != picture.size:
            self._cloth = self._weave(*picture.size)
        width, height = picture.size
        edge = np.clip((share * 1.2 * height - np.arange(height)) / (0.12 * height), 0.0, 1.0)
        mask = np.repeat((edge * 255).astype(np.uint8)[:, None], width, axis=1)
        return Image.composite(self._cloth, picture, Image.fromarray(mask))

    def _weave(self, width: int, height: int) -> Image.Image:
        folds = self._dice.normal(0.0, 1.0, (6, 9))
        large = np.asarray(
            Image.fromarray(folds.astype(np.float32)).resize(
                (width, height), Image.Resampling.BICUBIC
            )
        )
        grain = self._dice.normal(0.0, 1.2, (height, width))
        y, x = np.mgrid[0:height, 0:width]
        leak = 60.0 * np.exp(-(((x - width) / (0.10 * width)) ** 2 + (y / (0.25 * height)) ** 2))
        light = 4.0 * large + grain + leak
        cloth = np.clip(np.array(_CLOTH) + light[:, :, None], 0, 255).astype(np.uint8)
        return Image.fromarray(cloth)


def turn(picture: Image.Image, share: float) -> Image.Image:
    """Look a little to the side."""
    width, height = picture.size
    x, y = _TURN[0] * width * share, _TURN[1] * height * share
    margin = int(max(x, y)) + 2
    padded = np.pad(np.asarray(picture), ((margin, margin), (margin, margin), (0, 0)), "reflect")
    matrix = (1.0, 0.02 * share, margin + x, -0.02 * share, 1.0, margin - y)
    return Image.fromarray(padded).transform(
        picture.size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR
    )


def _blind(picture: Image.Image, share: float) -> Image.Image:
    """A lamp into the lens."""
    width, height = picture.size
    y, x = np.mgrid[0:height, 0:width]
    away = np.hypot(x - 0.55 * width, y - 0.45 * height) / (_GLARE_PX * width)
    glare = share * 255.0 * np.clip(1.7 * np.exp(-(away**2) / 6.0) + 0.55, 0.0, 1.6)
    lit = np.asarray(picture).astype(np.float64) + glare[:, :, None]
    return Image.fromarray(np.minimum(lit, 255.0).astype(np.uint8))

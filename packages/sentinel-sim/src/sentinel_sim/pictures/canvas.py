"""A picture on which cut-outs are placed, between pixels and from far to near."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sentinel_sim.pictures.cutouts import Cutout

SOLID: Final = 128
"""From this alpha on a pixel is the actor's."""

_NOBODY: Final = -1


class Spot(NamedTuple):
    """Where the middle of a cut-out's lower edge goes, and how large it becomes."""

    x: float
    y: float
    scale: float


class Canvas:
    """Knows for each pixel whose it is, so that it can tell how much of each actor is hidden."""

    def __init__(self, background: Image.Image) -> None:
        self.picture = background.copy()
        self._owners = np.full((background.height, background.width), _NOBODY, dtype=np.int32)
        self._solid: dict[int, tuple[int, tuple[float, float, float, float]]] = {}

    def place(self, cutout: Cutout, spot: Spot, owner: int, *, opacity: float = 1.0) -> None:
        """Put a cut-out in front of all that is there.

        Args:
            cutout: What to place.
            spot: Where.
            owner: Number of the actor; a second cut-out of the same one goes over the first.
            opacity: Of the whole, 0..1.
        """
        placed = _fit(cutout, spot)
        if placed is None:
            return
        part, left, top = placed
        alpha = part.getchannel("A")
        solid = np.asarray(alpha) >= SOLID
        if opacity < 1.0:
            alpha = alpha.point(lambda value: round(value * opacity))
        self.picture.paste(part, (left, top), alpha)
        self._claim(owner, solid, left, top, _body(cutout, spot))

    def cover(self, layer: Image.Image, mask: Image.Image) -> None:
        """Put a layer of the picture's size in front of everything, where its mask is."""
        self.picture.paste(layer, (0, 0), mask)
        self._owners[np.asarray(mask) >= SOLID] = _NOBODY

    def seen(self, owner: int) -> tuple[tuple[float, float, float, float], float] | None:
        """The box of an actor, cut at the picture's edges, and the share of it that one sees.

        None if nothing of it was placed in the picture.
        """
        if owner not in self._solid:
            return None
        count, (x1, y1, x2, y2) = self._solid[owner]
        height, width = self._owners.shape
        box = (max(0.0, x1), max(0.0, y1), min(float(width), x2), min(float(height), y2))
        if box[2] - box[0] < 1.0 or box[3] - box[1] < 1.0:
            return None
        rows = slice(int(box[1]), int(box[3]) + 1)
        columns = slice(int(box[0]), int(box[2]) + 1)
        left = int(np.count_nonzero(self._owners[rows, columns] == owner))
        return box, min(1.0, left / max(1, count))

    def _claim(
        self,
        owner: int,
        solid: NDArray[np.bool_],
        left: int,
        top: int,
        body: tuple[float, float, float, float],
    ) -> None:
        self._solid[owner] = (int(np.count_nonzero(solid)), body)
        height, width = self._owners.shape
        x1, y1 = max(0, left), max(0, top)
        x2, y2 = min(width, left + solid.shape[1]), min(height, top + solid.shape[0])
        if x1 < x2 and y1 < y2:
            inside = solid[y1 - top : y2 - top, x1 - left : x2 - left]
            self._owners[y1:y2, x1:x2][inside] = owner


def _fit(cutout: Cutout, spot: Spot) -> tuple[Image.Image, int, int] | None:
    """The cut-out in pixels of the picture, and where its upper left pixel goes."""
    x1, y1, x2, y2 = _body(cutout, spot)
    if x2 - x1 < 1.0 or y2 - y1 < 1.0:
        return None
    left, top = int(np.floor(x1)) - 1, int(np.floor(y1)) - 1
    right, bottom = int(np.ceil(x2)) + 1, int(np.ceil(y2)) + 1
    bx1, by1, _, _ = cutout.body
    window = (
        max(0.0, bx1 + (left - x1) / spot.scale),
        max(0.0, by1 + (top - y1) / spot.scale),
        min(float(cutout.picture.width), bx1 + (right - x1) / spot.scale),
        min(float(cutout.picture.height), by1 + (bottom - y1) / spot.scale),
    )
    size = (right - left, bottom - top)
    return cutout.picture.resize(size, Image.Resampling.BICUBIC, box=window), left, top


def _body(cutout: Cutout, spot: Spot) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = cutout.body
    half, height = (x2 - x1) / 2.0 * spot.scale, (y2 - y1) * spot.scale
    return (spot.x - half, spot.y - height, spot.x + half, spot.y)

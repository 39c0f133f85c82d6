"""What the rules that look at pixels measure in a small picture of the camera's luma."""

from dataclasses import dataclass
from functools import cache, cached_property
from io import BytesIO
from math import sqrt
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from sentinel_core.domain.errors import InvalidInput

Luma = NDArray[np.uint8]
Picture = NDArray[np.float32]

BLOCK_COLUMNS, BLOCK_ROWS = 16, 9

MIN_SIDE_PX: Final = 18
"""Of a luma picture; of a smaller one nothing is said."""

_TEXTURE: Final = 6.0
"""Levels of standard deviation in a block from which it shows something that can be missed."""

_GONE: Final = 0.35
"""A block whose standard deviation fell below this share has lost what it showed."""

_LEAST_LIGHT: Final = 0.25
"""What light alone leaves of the contrast at least."""

_BAND: Final = (0.02, 0.5)
"""Cycles per pixel that the likeness looks at: neither the light of the scene nor single pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class ViewReference:
    """What a camera looked like when its zones were drawn.

    Attributes:
        picture: uint8, shape (h, w): half the luma's size, without what moved.
        sharpness: See `measure_sharpness`, of the luma then.
    """

    picture: Luma
    sharpness: float

    def to_bytes(self) -> bytes:
        """As a file of numpy's."""
        stream = BytesIO()
        np.savez(stream, picture=self.picture, sharpness=np.float64(self.sharpness))
        return stream.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "ViewReference":
        """The inverse of `to_bytes`.

        Raises:
            InvalidInput: The data are no such file.
        """
        try:
            with np.load(BytesIO(data), allow_pickle=False) as stored:
                picture, sharpness = stored["picture"], float(stored["sharpness"])
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            raise InvalidInput("no view reference", field="reference") from error
        if picture.dtype != np.uint8 or picture.ndim != 2 or not sharpness > 0.0:
            raise InvalidInput("no view reference", field="reference")
        return cls(picture, sharpness)


def halve(luma: Luma) -> Picture:
    """Averages of 2 x 2 pixels."""
    rows, columns = luma.shape[0] // 2 * 2, luma.shape[1] // 2 * 2
    pairs = np.add(luma[:rows:2, :columns], luma[1:rows:2, :columns], dtype=np.uint16)
    halved: Picture = (pairs[:, ::2] + pairs[:, 1::2]).astype(np.float32)
    halved *= np.float32(0.25)
    return halved


def mean_difference(first: Luma, second: Luma) -> float:
    """Mean of the absolute differences of two pictures of one size, in levels."""
    apart = np.maximum(first, second) - np.minimum(first, second)
    return float(np.add.reduce(apart, axis=None, dtype=np.uint32)) / apart.size


def measure_sharpness(luma: Luma) -> float:
    """Variance of the Laplacian over the variance of the luma: what a change of light leaves.

    0 for a picture without any contrast.
    """
    values = luma.astype(np.int16)
    centre = values[1:-1, 1:-1]
    bend = centre * np.int16(4)
    for around in (values[2:, 1:-1], values[:-2, 1:-1], values[1:-1, 2:], values[1:-1, :-2]):
        bend -= around
    spread = _variance(centre)
    return _variance(bend) / spread if spread > 0.0 else 0.0


def _variance(levels: NDArray[np.number]) -> float:
    """Of quarters of levels or whole ones: their sums are exact, so that no mean is needed first."""
    values = levels.astype(np.float64)
    mean = float(np.add.reduce(values, axis=None)) / values.size
    return max(0.0, float(np.einsum("ij,ij->", values, values)) / values.size - mean * mean)


def measure_contrast(picture: Picture) -> float:
    """Standard deviation, in levels."""
    return sqrt(_variance(picture))


@dataclass(frozen=True, eq=False)
class Blocks:
    """Mean and standard deviation of 16 x 9 blocks, in levels; float32, shape (9, 16)."""

    means: Picture
    deviations: Picture

    @classmethod
    def of(cls, picture: Picture) -> "Blocks":
        """Of a picture of at least that many pixels."""
        rows, columns = picture.shape[0] // BLOCK_ROWS, picture.shape[1] // BLOCK_COLUMNS
        cut = picture[: rows * BLOCK_ROWS, : columns * BLOCK_COLUMNS]
        both = np.stack((cut, cut * cut)).reshape(2, BLOCK_ROWS, rows, -1)
        # Down first, where the numbers lie side by side.
        lines = np.add.reduce(both, axis=2).reshape(2, BLOCK_ROWS, BLOCK_COLUMNS, columns)
        means, squares = np.add.reduce(lines, axis=3) / np.float32(rows * columns)
        return cls(means, np.sqrt(np.maximum(squares - means * means, np.float32(0.0))))

    def coarse_likeness(self, other: "Blocks") -> float:
        """Correlation of the means, -1..1: the same scene through a matt glass has 0.8 and more."""
        first, second = self.means - self.means.mean(), other.means - other.means.mean()
        scale = float(np.sqrt((first * first).sum() * (second * second).sum()))
        return float((first * second).sum()) / scale if scale > 0.0 else 0.0

    def kept(self, now: "Blocks") -> tuple[float, float]:
        """What is left `now` of what these blocks show.

        Less light takes from all blocks alike, so a block is lost by the measure of the best.

        Returns:
            Contrast that the best tenth of the blocks has kept, 0..1; share of the blocks lost.
        """
        shown, shares = self._shown
        if not len(shown):
            return 1.0, 0.0
        kept = now.deviations.take(shown) / shares
        kept.sort()
        best = min(1.0, float(kept[-1 - len(kept) // 10]))
        return best, int(kept.searchsorted(_GONE * max(_LEAST_LIGHT, best))) / len(kept)

    @cached_property
    def _shown(self) -> tuple[NDArray[np.intp], Picture]:
        """Flat indices of the blocks that show something, and their deviations."""
        (shown,) = (self.deviations > _TEXTURE).ravel().nonzero()
        return shown, self.deviations.take(shown)

    def jumped_share(self, before: "Blocks", levels: float) -> float:
        """Share of the blocks whose brightness changed by more than `levels`."""
        jumps = np.abs(self.means - before.means) > levels
        return float(np.count_nonzero(jumps) / jumps.size)


@dataclass(frozen=True, slots=True)
class Match:
    """How two pictures of a camera lie over each other.

    Attributes:
        peak: Height of the peak of their phase correlation: 1 for the same picture. Measured on
            the demo clips: 0.24 and more for the same view in traffic, 0.19 and less for another.
        shift: The greater of the shift's parts, as a share of the picture's width or height.
        is_home: The peak is where it is without a shift, give or take a pixel: in another view
            it is there by chance in one of 400 pictures.
    """

    peak: float
    shift: float
    is_home: bool


class Spectrum:
    """A picture prepared for phase correlation (Kuglin and Hines, 1975).

    Attributes:
        shape: Of the picture.
        waves: complex64, its Fourier transform, each wave of length 1.
    """

    def __init__(self, picture: Picture) -> None:
        self.shape: tuple[int, int] = (picture.shape[0], picture.shape[1])
        self.waves = np.fft.rfft2((picture - picture.mean()) * _window(self.shape))
        lengths = np.abs(self.waves)
        lengths += np.float32(1e-3)
        self.waves *= np.reciprocal(lengths)

    def match(self, other: "Spectrum") -> Match:
        """How `other` lies over this picture; both have the same shape."""
        rows, columns = self.shape
        band, scale = _band(self.shape)
        waves = self.waves.conj()
        waves *= other.waves
        waves *= band
        surface = np.fft.irfft2(waves, s=self.shape)
        row, column = divmod(int(surface.argmax()), columns)
        down = _offset(surface[:, column] * scale, row)
        right = _offset(surface[row] * scale, column)
        return Match(
            peak=float(surface[row, column] * scale),
            shift=max(abs(down) / rows, abs(right) / columns),
            is_home=max(abs(down), abs(right)) < 1.5,
        )


def _offset(profile: NDArray[np.floating[Any]], index: int) -> float:
    """Place of the peak to a fraction of a pixel by a parabola, negative in the second half."""
    size = len(profile)
    before, peak, after = (float(profile[(index + step) % size]) for step in (-1, 0, 1))
    bend = before - 2.0 * peak + after
    place = index + (0.5 * (before - after) / bend if bend < 0.0 else 0.0)
    return place - size if place > size / 2.0 else place


@cache
def _window(shape: tuple[int, int]) -> Picture:
    """Fades out the edges: what a camera's move brings in or out, and what it writes there."""
    return np.outer(np.hanning(shape[0]), np.hanning(shape[1])).astype(np.float32)


@cache
def _band(shape: tuple[int, int]) -> tuple[Picture, float]:
    """Which waves count, and what makes the peak of a picture with itself 1."""
    rows, columns = shape
    length = np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns)[None])
    band = ((length >= _BAND[0]) & (length <= _BAND[1])).astype(np.float32)
    twice = band.copy()
    twice[:, 1 : (columns + 1) // 2] *= 2.0
    return band, rows * columns / float(twice.sum())

"""Burns privacy masks into decoded pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from sentinel_camera.masking.raster import CELL_PX, Polygon, covered_cells, grow
from sentinel_camera.sampling.pictures import PLANAR_420, PictureScaler, is_full_range, plane_rows

_BLACK, _FULL_RANGE_BLACK = 16, 0
_NO_COLOUR = 128
_BLUR_CELLS = 4
"""Conversion to 4:2:0 mixes a sample with neighbours at most so far away."""


class MaskPainter:
    """Paints the masks of one camera black.

    A mask is rounded outward to whole chroma samples, so that neither brightness nor colour of
    the masked area is left. Pictures that are not 4:2:0 are converted first, which mixes
    neighbours: there the mask is 8 pixels wider.
    """

    def __init__(self, masks: Sequence[Polygon], scaler: PictureScaler) -> None:
        """Paint `masks`; `scaler` converts what is not 4:2:0."""
        self._masks = masks
        self._scaler = scaler
        self._areas: dict[bool, _Area] = {}
        self._size = (0, 0)

    def paint(self, picture: VideoFrame) -> VideoFrame:
        """The picture as 8-bit 4:2:0 with the masks in it; `picture` itself may change or not.

        Raises:
            av.error.FFmpegError, ValueError: It cannot be converted; then nothing of it may pass.
        """
        is_converted = picture.format.name not in PLANAR_420
        if is_converted:
            picture = self._scaler.to_420(picture)
        # The decoder predicts other pictures from this one: those must not see the mask.
        picture.make_writable()
        area = self._area(picture.width, picture.height, is_converted=is_converted)
        black = _FULL_RANGE_BLACK if is_full_range(picture) else _BLACK
        luma, *chroma = (plane_rows(plane)[:, : plane.width] for plane in picture.planes)
        area.luma.fill(luma, black)
        for plane in chroma:
            area.chroma.fill(plane, _NO_COLOUR)
        return picture

    def _area(self, width: int, height: int, *, is_converted: bool) -> "_Area":
        if self._size != (width, height):
            self._areas.clear()
            self._size = (width, height)
        if is_converted not in self._areas:
            cells = covered_cells(self._masks, width, height)
            if is_converted:
                cells = grow(cells, _BLUR_CELLS)
            pixels = cells.repeat(CELL_PX, axis=0).repeat(CELL_PX, axis=1)[:height, :width]
            self._areas[is_converted] = _Area(_Stencil.of(pixels), _Stencil.of(cells))
        return self._areas[is_converted]


@dataclass(frozen=True, slots=True)
class _Stencil:
    """A covered part of a plane: its bounds, and what is covered between them."""

    rows: slice
    columns: slice
    covered: NDArray[np.bool_]

    @classmethod
    def of(cls, covered: NDArray[np.bool_]) -> "_Stencil":
        rows = _bounds(np.logical_or.reduce(covered, axis=1))
        columns = _bounds(np.logical_or.reduce(covered, axis=0))
        return cls(rows, columns, covered[rows, columns].copy())

    def fill(self, plane: NDArray[np.uint8], value: int) -> None:
        """Set what is covered to `value`."""
        np.copyto(plane[self.rows, self.columns], np.uint8(value), where=self.covered)


@dataclass(frozen=True, slots=True)
class _Area:
    luma: _Stencil
    chroma: _Stencil


def _bounds(used: NDArray[np.bool_]) -> slice:
    indices = np.flatnonzero(used)
    return slice(int(indices[0]), int(indices[-1]) + 1) if indices.size else slice(0, 0)

"""Letterbox: a picture centred in the smallest tensor whose sides the model's stride divides."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

STRIDE_PX = 32
PADDING_GREY = np.float32(114 / 255)


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Geometry between a source frame, its scaled picture and the model's input.

    Attributes:
        picture: (width, height) of the scaled picture in pixels.
        source: (width, height) of the source frame in pixels.
    """

    picture: tuple[int, int]
    source: tuple[int, int]

    @property
    def input_shape(self) -> tuple[int, int]:
        """(height, width) of the tensor: multiples of 32."""
        width, height = self.picture
        return -(-height // STRIDE_PX) * STRIDE_PX, -(-width // STRIDE_PX) * STRIDE_PX

    @property
    def offset(self) -> tuple[int, int]:
        """(x, y) of the picture's corner in the tensor."""
        rows, columns = self.input_shape
        return (columns - self.picture[0]) // 2, (rows - self.picture[1]) // 2

    def blank_tensor(self) -> NDArray[np.float32]:
        """A grey tensor, float32, shape (1, 3, height, width), to be filled again and again."""
        return np.full((1, 3, *self.input_shape), PADDING_GREY, dtype=np.float32)

    def fill(self, tensor: NDArray[np.float32], rgb: NDArray[np.uint8]) -> None:
        """Write `rgb` (uint8, shape (h, w, 3)) into `tensor`, scaled to 0..1."""
        left, top = self.offset
        width, height = self.picture
        window = tensor[0, :, top : top + height, left : left + width]
        np.multiply(rgb.transpose(2, 0, 1), np.float32(1 / 255), out=window)

    def to_source(self, boxes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Boxes (n, 4) from tensor pixels to source pixels, clipped to the frame."""
        left, top = self.offset
        scale_x = self.source[0] / self.picture[0]
        scale_y = self.source[1] / self.picture[1]
        shift = np.array([left, top, left, top], dtype=np.float32)
        scale = np.array([scale_x, scale_y, scale_x, scale_y], dtype=np.float32)
        limits = np.array([*self.source, *self.source], dtype=np.float32)
        clipped: NDArray[np.float32] = np.clip((boxes - shift) * scale, 0, limits)
        return clipped

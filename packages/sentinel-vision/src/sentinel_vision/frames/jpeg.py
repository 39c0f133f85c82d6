"""JPEG files from decoded pictures, without a detour over RGB."""

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from sentinel_vision.frames.frame import Picture, RemotePicture

_CODES = np.arange(256, dtype=np.float64)
# Video keeps luma in 16..235 and chroma in 16..240 (BT.601, BT.709), JFIF wants 0..255.
_FULL_LUMA = np.clip(np.rint((_CODES - 16) * 255 / 219), 0, 255).astype(np.uint8)
_FULL_CHROMA = np.clip(np.rint((_CODES - 128) * 255 / 224 + 128), 0, 255).astype(np.uint8)


def encode_picture(picture: Picture | RemotePicture, quality: int = 85) -> bytes:
    """A JPEG file of the whole picture.

    Args:
        picture: Any size; planes may be views with padded rows.
        quality: 1 (small) to 100 (good); one that has to be fetched comes in its own.
    """
    if isinstance(picture, RemotePicture):
        return picture.fetch()
    data: bytes = simplejpeg.encode_jpeg_yuv_planes(
        _with_even_memory(_as_jfif(picture.y, _FULL_LUMA, full_range=picture.full_range)),
        _as_jfif(picture.u, _FULL_CHROMA, full_range=picture.full_range),
        _as_jfif(picture.v, _FULL_CHROMA, full_range=picture.full_range),
        quality=quality,
    )
    return data


def enlarge(rgb: NDArray[np.uint8], width: int, height: int, quality: int = 85) -> bytes:
    """A JPEG file of `rgb` (uint8, shape (h, w, 3)), scaled to the given size."""
    image = Image.fromarray(rgb).resize((width, height), Image.Resampling.BILINEAR)
    data: bytes = simplejpeg.encode_jpeg(np.asarray(image), quality=quality)
    return data


def _as_jfif(
    plane: NDArray[np.uint8], table: NDArray[np.uint8], *, full_range: bool
) -> NDArray[np.uint8]:
    return np.ascontiguousarray(plane) if full_range else np.take(table, plane)


def _with_even_memory(luma: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The same plane; behind an odd last column and row lies one more.

    libjpeg-turbo takes luma in pairs, whatever the picture's size, and would read what lies behind.
    """
    height, width = luma.shape
    if height % 2 == 0 and width % 2 == 0:
        return luma
    padded = np.pad(luma, ((0, height % 2), (0, width % 2)), mode="edge")
    return padded[:height, :width]

import numpy as np
import pytest
import simplejpeg
from numpy.typing import NDArray

from sentinel_vision.frames.frame import Picture
from sentinel_vision.frames.jpeg import encode_picture


def flat_picture(luma: int, *, width: int, height: int, full_range: bool = False) -> Picture:
    chroma = np.full(((height + 1) // 2, (width + 1) // 2), 128, np.uint8)
    return Picture(
        y=np.full((height, width), luma, np.uint8), u=chroma, v=chroma, full_range=full_range
    )


def decode(jpeg: bytes) -> NDArray[np.uint8]:
    pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(jpeg)
    return pixels


@pytest.mark.parametrize(
    ("luma", "full_range", "expected"), [(235, False, 255), (16, False, 0), (235, True, 235)]
)
def test_luma_range_is_expanded(luma: int, full_range: bool, expected: int) -> None:
    pixels = decode(
        encode_picture(flat_picture(luma, width=64, height=48, full_range=full_range), 95)
    )
    assert np.abs(pixels.astype(int) - expected).max() <= 2


@pytest.mark.parametrize(("width", "height"), [(64, 48), (63, 47)])
def test_size_is_kept(width: int, height: int) -> None:
    jpeg = encode_picture(flat_picture(90, width=width, height=height))
    assert decode(jpeg).shape == (height, width, 3)


def test_padded_rows_are_left_out() -> None:
    wide = flat_picture(235, width=128, height=48)
    wide.y[:, 64:] = 16
    picture = Picture(y=wide.y[:, :64], u=wide.u[:, :32], v=wide.v[:, :32])
    assert decode(encode_picture(picture)).min() > 250


@pytest.mark.parametrize("full_range", [True, False])
@pytest.mark.parametrize(("width", "height"), [(641, 359), (641, 360), (640, 359)])
def test_nothing_of_what_lies_behind_an_odd_picture_is_shown(
    width: int, height: int, full_range: bool
) -> None:
    around = flat_picture(255, width=width + 9, height=height + 9, full_range=full_range)
    around.y[:height, :width] = 60
    rows, columns = (height + 1) // 2, (width + 1) // 2
    picture = Picture(
        y=around.y[:height, :width],
        u=np.ascontiguousarray(around.u[:rows, :columns]),
        v=np.ascontiguousarray(around.v[:rows, :columns]),
        full_range=full_range,
    )
    assert len({encode_picture(picture) for _ in range(20)}) == 1
    assert np.ptp(decode(encode_picture(picture))) == 0

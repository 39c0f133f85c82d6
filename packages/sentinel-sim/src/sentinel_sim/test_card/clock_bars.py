"""A 32-bit number as black and white fields along the upper edge of a picture.

Two rows of twenty fields: the number, highest bit first, then its CRC-8. Fields are placed by
shares of the picture's size, so that they are found again in a picture of any size.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

ROWS = 2
COLUMNS = 20
ROW_SHARE = 1 / 12
"""Height of a row as a share of the picture's."""

_NUMBER_BITS = 32
_CHECK_BITS = 8
_POLYNOMIAL = 0x07
_CHECK_START = 0xA5  # an all black or all white picture is no clock
_BLACK, _WHITE = 16, 235
_MIDDLE = 128.0
_LEAST_CONTRAST = 24.0


def draw_clock(luma: NDArray[np.uint8], number: int) -> None:
    """Draw the low 32 bits of a number into a picture's luma (height, width)."""
    number &= (1 << _NUMBER_BITS) - 1
    code = number << _CHECK_BITS | _check(number)
    height, width = luma.shape
    for place in range(ROWS * COLUMNS):
        is_set = code >> (ROWS * COLUMNS - 1 - place) & 1
        row, column = divmod(place, COLUMNS)
        top, bottom = (round(height * ROW_SHARE * edge) for edge in (row, row + 1))
        left, right = (round(width * edge / COLUMNS) for edge in (column, column + 1))
        luma[top:bottom, left:right] = _WHITE if is_set else _BLACK


def read_clock(picture: NDArray[Any]) -> int | None:
    """The number in a picture.

    Args:
        picture: Luma (height, width) or RGB (height, width, 3), 0..255, of any size in which a
            field is some pixels large.

    Returns:
        None where there is none, or it was damaged.
    """
    luma = picture if picture.ndim == 2 else picture.mean(axis=2)
    height, width = luma.shape
    code = 0
    for place in range(ROWS * COLUMNS):
        row, column = divmod(place, COLUMNS)
        # The inner half: the edges of a field are mixed with its neighbours'.
        top, bottom = (int(height * ROW_SHARE * (row + edge)) for edge in (0.25, 0.75))
        left, right = (int(width * (column + edge) / COLUMNS) for edge in (0.25, 0.75))
        level = float(luma[top : bottom + 1, left : right + 1].mean())
        if abs(level - _MIDDLE) < _LEAST_CONTRAST:
            return None
        code = code << 1 | (level > _MIDDLE)
    number, check = code >> _CHECK_BITS, code & ((1 << _CHECK_BITS) - 1)
    return number if check == _check(number) else None


def _check(number: int) -> int:
    check = _CHECK_START
    for byte in number.to_bytes(_NUMBER_BITS // 8):
        check ^= byte
        for _ in range(8):
            check = (check << 1 ^ _POLYNOMIAL if check & 0x80 else check << 1) & 0xFF
    return check

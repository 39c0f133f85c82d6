"""How much of each box nearer ones hide.

Each box is divided into 8 x 8 cells, a bit each; a nearer box covers a block of them, so that the
union of all that is in front is an `or` of 64-bit words.
"""

import numpy as np
from numpy.typing import NDArray

from sentinel_sim.city.frame import Floats

_CELLS = 8
_BELOW = np.array([(1 << count) - 1 for count in range(_CELLS + 1)], dtype=np.uint64)
_SPREAD = np.array(
    [sum(1 << (8 * bit) for bit in range(8) if value >> bit & 1) for value in range(256)],
    dtype=np.uint64,
)
"""A byte whose bit k is set becomes a word whose byte k is 1."""


def visible_shares(boxes: Floats, depths: Floats, is_hidden_by: NDArray[np.bool_]) -> Floats:
    """Share 0..1 of each box that is not behind a nearer one.

    Args:
        boxes: Shape (n, 4), x1, y1, x2, y2.
        depths: Shape (n,).
        is_hidden_by: Shape (n, n): False where the second never hides the first, such as a
            rider and its bicycle.
    """
    if len(boxes) < 2:
        return np.ones(len(boxes))
    columns = _covered(boxes[:, 0], boxes[:, 2])
    rows = _covered(boxes[:, 1], boxes[:, 3])
    words = _SPREAD[rows.astype(np.intp)] * columns
    words[(depths[None, :] >= depths[:, None]) | ~is_hidden_by] = 0
    hidden = np.bitwise_count(np.bitwise_or.reduce(words, axis=1))
    shares: Floats = 1.0 - hidden / float(_CELLS * _CELLS)
    return shares


def _covered(low: Floats, high: Floats) -> NDArray[np.uint64]:
    """Bits of the cells of box i whose centre lies in the span of box j, shape (n, n)."""
    scale = _CELLS / np.maximum(high - low, 1e-9)[:, None]
    first = np.clip(np.ceil((low[None, :] - low[:, None]) * scale - 0.5), 0, _CELLS)
    last = np.clip(np.ceil((high[None, :] - low[:, None]) * scale - 0.5), 0, _CELLS)
    bits: NDArray[np.uint64] = _BELOW[last.astype(np.intp)] & ~_BELOW[first.astype(np.intp)]
    return bits

"""Which box continues which track: overlap and one-to-one assignment."""

import numpy as np
from lap import lapjv
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Mask = NDArray[np.bool_]

NOTHING: Rows = np.empty(0, dtype=np.intp)


def overlaps(first: Floats, second: Floats) -> Floats:
    """Intersection over union of every box of `first` with every box of `second`.

    Args:
        first: shape (n, 4): centre x, centre y, width, height in pixels; of some area.
        second: shape (m, 4), likewise, but may be without area.

    Returns:
        Shape (n, m), 0..1.
    """
    first_low, first_high, first_area = _corners(first)
    second_low, second_high, second_area = _corners(second)
    shared = _shared_length(first_low, first_high, second_low, second_high, axis=0)
    shared *= _shared_length(first_low, first_high, second_low, second_high, axis=1)
    united = first_area[:, None] + second_area
    united -= shared
    shared /= united
    return shared


def assign(similarity: Floats, candidates: Mask) -> tuple[Rows, Rows]:
    """Pair rows with columns one to one so that the sum of the pairs' similarity is the greatest.

    A pair that competes with no other is taken as it is; the solver sees the rest only, which in
    most frames is nothing.

    Args:
        similarity: shape (n, m), above 0 where candidates are.
        candidates: shape (n, m), the pairs that may be made.

    Returns:
        Rows and columns of the pairs.
    """
    n_rows, n_columns = similarity.shape
    (cells,) = candidates.ravel().nonzero()
    if not len(cells):
        return NOTHING, NOTHING
    rows, columns = np.divmod(cells, n_columns)
    row_uses = np.bincount(rows, minlength=n_rows)
    column_uses = np.bincount(columns, minlength=n_columns)
    contested = (row_uses.take(rows) > 1) | (column_uses.take(columns) > 1)
    if not contested.any():
        return rows, columns
    solved_rows, solved_columns = _solve(similarity, rows[contested], columns[contested])
    free = ~contested
    return (
        np.concatenate((rows[free], solved_rows)),
        np.concatenate((columns[free], solved_columns)),
    )


def _solve(similarity: Floats, rows: Rows, columns: Rows) -> tuple[Rows, Rows]:
    """The best pairs among the candidate cells (rows[i], columns[i])."""
    used_rows, row_places = np.unique(rows, return_inverse=True)
    used_columns, column_places = np.unique(columns, return_inverse=True)
    cost = np.zeros((len(used_rows), len(used_columns)))
    cost[row_places, column_places] = -similarity[rows, columns]
    column_of_row, _ = lapjv(cost, extend_cost=True, return_cost=False)
    paired = np.flatnonzero(column_of_row >= 0)
    partners = column_of_row.take(paired)
    is_candidate = cost[paired, partners] < 0.0
    return used_rows[paired[is_candidate]], used_columns[partners[is_candidate]]


def _corners(boxes: Floats) -> tuple[Floats, Floats, Floats]:
    """Low corners and high corners, shape (2, n), and areas."""
    centres, sizes = boxes[:, :2].T, boxes[:, 2:].T
    half = sizes * 0.5
    return centres - half, centres + half, sizes[0] * sizes[1]


def _shared_length(
    first_low: Floats, first_high: Floats, second_low: Floats, second_high: Floats, *, axis: int
) -> Floats:
    length: Floats = np.minimum(first_high[axis][:, None], second_high[axis])
    length -= np.maximum(first_low[axis][:, None], second_low[axis])
    np.maximum(length, 0.0, out=length)
    return length

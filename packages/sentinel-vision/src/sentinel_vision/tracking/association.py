"""Which box continues which track: overlap and one-to-one assignment.

Of all tracks times all boxes only the few pairs that overlap enough are looked at twice. They are
held as a list of pairs, not as a matrix.
"""

from dataclasses import dataclass

import numpy as np
from lap import lapjv
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Mask = NDArray[np.bool_]

NONE = -1


@dataclass(frozen=True, slots=True)
class Pairs:
    """Tracks and boxes that may belong together; index i of every array is the same pair.

    Attributes:
        tracks: intp, shape (p,), ascending.
        boxes: intp, shape (p,), ascending for each track.
        overlap: float64, shape (p,), intersection over union, above 0.
    """

    tracks: Rows
    boxes: Rows
    overlap: Floats


class Pairing:
    """Gives tracks their boxes in stages; what a stage has paired is out of the later ones.

    Args:
        pairs: what may be paired at all.
        score: float64, shape (p,), above 0, how well each pair fits.
        shape: number of tracks and of boxes.

    Attributes:
        track_of_box: intp, shape (boxes,), `NONE` where a box has no track.
    """

    def __init__(self, pairs: Pairs, score: Floats, shape: tuple[int, int]) -> None:
        n_tracks, n_boxes = shape
        self.track_of_box: Rows = np.full(n_boxes, NONE, dtype=np.intp)
        self._pairs = pairs
        self._score = score
        self._is_taken: Mask = np.zeros(n_tracks, dtype=bool)

    def pair(self, candidates: Mask) -> None:
        """One stage: pair the best of the pairs in the mask `candidates`, shape (p,)."""
        (rows,) = candidates.nonzero()
        tracks, boxes = self._pairs.tracks.take(rows), self._pairs.boxes.take(rows)
        is_open = ~self._is_taken.take(tracks) & (self.track_of_box.take(boxes) == NONE)
        tracks, boxes, score = tracks[is_open], boxes[is_open], self._score.take(rows)[is_open]
        if not len(tracks):
            return
        chosen = assign(tracks, boxes, score)
        paired = tracks.take(chosen)
        self.track_of_box[boxes.take(chosen)] = paired
        self._is_taken[paired] = True


def overlapping_pairs(tracks: Floats, boxes: Floats, least_overlap: float) -> Pairs:
    """All pairs of at least `least_overlap`, which must be above 0.

    Args:
        tracks: shape (n, 4): centre x, centre y, width, height in pixels; of some area.
        boxes: shape (m, 4), likewise, but may be without area.
        least_overlap: intersection over union.
    """
    overlap = overlaps(tracks, boxes).ravel()
    (cells,) = (overlap >= least_overlap).nonzero()
    rows, columns = np.divmod(cells, len(boxes))
    return Pairs(rows, columns, overlap.take(cells))


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
    sides = np.minimum(first_high[:, :, None], second_high[:, None, :])
    sides -= np.maximum(first_low[:, :, None], second_low[:, None, :])
    np.maximum(sides, 0.0, out=sides)
    overlap: Floats = sides[0]
    overlap *= sides[1]
    united = first_area[:, None] + second_area
    united -= overlap
    overlap /= united
    return overlap


def assign(tracks: Rows, boxes: Rows, score: Floats) -> Rows:
    """Choose pairs, one for each track and box at most, so that the sum of the scores is greatest.

    A pair that competes with no other is taken as it is; the solver sees the rest only, which in
    most frames is nothing.

    Args:
        tracks: shape (p,), the track of each pair.
        boxes: shape (p,), the box of each pair.
        score: shape (p,), above 0.

    Returns:
        Indices of the chosen pairs.
    """
    uses = np.bincount(tracks).take(tracks)
    uses += np.bincount(boxes).take(boxes)
    is_contested = uses > 2
    (contested,) = is_contested.nonzero()
    if not len(contested):
        return np.arange(len(tracks))
    (free,) = (~is_contested).nonzero()
    return np.concatenate((free, _solve(contested, tracks, boxes, score)))


def _solve(contested: Rows, tracks: Rows, boxes: Rows, score: Floats) -> Rows:
    """The best of the contested pairs, as indices."""
    rows, n_rows = _renumber(tracks.take(contested))
    columns, n_columns = _renumber(boxes.take(contested))
    cost = np.zeros((n_rows, n_columns))
    cost[rows, columns] = -score.take(contested)
    column_of_row, _ = lapjv(cost, extend_cost=True, return_cost=False)
    is_chosen: Mask = column_of_row.take(rows) == columns
    return contested[is_chosen]


def _renumber(values: Rows) -> tuple[Rows, int]:
    """The values' places among the distinct ones, and how many are distinct."""
    places = (np.bincount(values) > 0).cumsum()
    return places.take(values) - 1, int(places[-1])


def _corners(boxes: Floats) -> tuple[Floats, Floats, Floats]:
    """Low corners and high corners, shape (2, n), and areas."""
    across = np.ascontiguousarray(boxes.T)
    centres, sizes = across[:2], across[2:]
    half = sizes * 0.5
    return centres - half, centres + half, sizes[0] * sizes[1]

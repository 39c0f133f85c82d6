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
        if self._is_taken.any():
            candidates = candidates & ~self._is_taken.take(self._pairs.tracks)
            candidates &= (self.track_of_box == NONE).take(self._pairs.boxes)
        (rows,) = candidates.nonzero()
        if not len(rows):
            return
        tracks, boxes = self._pairs.tracks.take(rows), self._pairs.boxes.take(rows)
        chosen = assign(tracks, boxes, self._score.take(rows))
        paired = tracks.take(chosen)
        self.track_of_box[boxes.take(chosen)] = paired
        self._is_taken[paired] = True


def overlapping_pairs(tracks: Floats, boxes: Floats, least_overlap: float) -> Pairs:
    """All pairs of at least `least_overlap`, which must be above 0.

    Args:
        tracks: shape (4, n): x1, y1, x2, y2 in pixels; of some area.
        boxes: shape (4, m), likewise, but may be without area.
        least_overlap: intersection over union.
    """
    overlap = overlaps(tracks, boxes).ravel()
    (cells,) = (overlap >= least_overlap).nonzero()
    rows, columns = np.divmod(cells, boxes.shape[1])
    return Pairs(rows, columns, overlap.take(cells))


def overlaps(first: Floats, second: Floats) -> Floats:
    """Intersection over union of every box of `first` with every box of `second`.

    Args:
        first: shape (4, n): x1, y1, x2, y2 in pixels; of some area.
        second: shape (4, m), likewise, but may be without area.

    Returns:
        Shape (n, m), 0..1.
    """
    sides = np.minimum(first[2:, :, None], second[2:, None, :])
    sides -= np.maximum(first[:2, :, None], second[:2, None, :])
    np.maximum(sides, 0.0, out=sides)
    overlap: Floats = sides[0]
    overlap *= sides[1]
    united = _areas(first)[:, None] + _areas(second)
    united -= overlap
    overlap /= united
    return overlap


def _areas(boxes: Floats) -> Floats:
    sizes = boxes[2:] - boxes[:2]
    area: Floats = sizes[0] * sizes[1]
    return area


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
    # Square by our own padding, which takes lapjv a third of the time of `extend_cost`.
    side = max(n_rows, n_columns)
    cost = np.zeros((side, side))
    cost[rows, columns] = -score.take(contested)
    column_of_row, _ = lapjv(cost, return_cost=False)
    is_chosen: Mask = column_of_row.take(rows) == columns
    return contested[is_chosen]


def _renumber(values: Rows) -> tuple[list[int], int]:
    """The values' places among the distinct ones, and how many are distinct."""
    # A handful of values: a dictionary has them before numpy has begun.
    places: dict[int, int] = {}
    return [places.setdefault(value, len(places)) for value in values.tolist()], len(places)

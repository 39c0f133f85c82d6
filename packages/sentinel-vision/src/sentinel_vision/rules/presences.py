"""Who is there, though the tracks of persons break: one hides the other, or is missed for a while.

A person who appears where another vanished shortly before is the same one. That is decided by
place, not by overlap: a person far away is narrower than the way it goes unseen.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.rules.geometry import Flags, Floats, PolygonSet
from sentinel_vision.rules.kinematics import Motion
from sentinel_vision.rules.view import View

Rows = NDArray[np.intp]

REACH: Final = 1.5
"""Of one who appears, from where one should be; a person's body length is about a metre, so that
this holds in metres and in body lengths."""

REACH_PER_S: Final = 1.0
FURTHEST: Final = 4.0

COAST_S: Final = 1.5
"""An unseen person is thought to walk on for so long, then to stand."""

SURE_LOOKS: Final = 2
"""One whose track counts needs no second."""

EDGE: Final = 0.02
"""Of the picture: who comes so near to its edge has walked out of it."""

UNSEEN: Final = -1

_PERSON: Final = np.dtype(
    [
        ("number", np.int64),
        ("track_id", np.int64),
        ("row", np.intp),
        ("looks", np.int64),
        ("seen_s", np.float64),
        # In the picture: place, normalised, and velocity.
        ("anchor", np.float64, 2),
        ("flow", np.float64, 2),
        # The same as `Motion.position`, and how much of it one unit is.
        ("place", np.float64, 2),
        ("pace", np.float64, 2),
        ("length", np.float64),
    ]
)


class Presences:
    """The persons before one camera, by the order in which they came.

    Attributes:
        inside: Who is in which zone, or should be by now, bool, shape (n, zones).
        unseen_s: float64, shape (n,).
    """

    def __init__(self, kept_s: float) -> None:
        """Know nobody.

        Args:
            kept_s: Who is not seen for longer is gone.
        """
        self._kept_s = kept_s
        self._next = 1
        self.clear()

    @property
    def numbers(self) -> NDArray[np.int64]:
        """The same person, the same number: shape (n,), ascending."""
        return self._persons["number"]

    @property
    def track_ids(self) -> NDArray[np.int64]:
        """Of the track that each has now, shape (n,)."""
        return self._persons["track_id"]

    @property
    def rows(self) -> Rows:
        """In the frame, shape (n,); `UNSEEN` for those who are not there."""
        return self._persons["row"]

    @property
    def is_sure(self) -> Flags:
        """Was seen often enough to be somebody, shape (n,)."""
        sure: Flags = self._persons["looks"] >= SURE_LOOKS
        return sure

    def clear(self) -> None:
        """Forget all."""
        self._persons = np.empty(0, dtype=_PERSON)
        self.inside: Flags = np.empty((0, 0), dtype=np.bool_)
        self.unseen_s: Floats = np.empty(0)

    def meet(self, view: View, polygons: PolygonSet) -> None:
        """Take in a frame.

        Args:
            view: Its persons.
            polygons: The zones, as in `ZoneLayout.polygons`.
        """
        (persons,) = view.is_person.nonzero()
        if not len(persons) and not len(self._persons):
            return
        now_s = view.now.observed_s
        fresh = self._stitch(view.motion, self._find(view.motion, persons), now_s)
        is_unseen = self.rows == UNSEEN
        if is_unseen.any():
            self._persons = self._persons[
                ~is_unseen | (now_s - self._persons["seen_s"] <= self._kept_s)
            ]
        self._enter(view.motion, fresh)
        self._see(view, polygons)

    def _find(self, motion: Motion, persons: Rows) -> Rows:
        """Those whose tracks go on; rows of the others."""
        self._persons["row"] = UNSEEN
        if not len(persons) or not len(self._persons):
            return persons
        ids = motion.track_ids[persons]
        nearest = np.minimum(ids.searchsorted(self.track_ids), len(ids) - 1)
        (goes_on,) = (ids[nearest] == self.track_ids).nonzero()
        found = nearest[goes_on]
        self._persons["row"][goes_on] = persons[found]
        is_fresh = np.ones(len(persons), dtype=np.bool_)
        is_fresh[found] = False
        return persons[is_fresh]

    def _stitch(self, motion: Motion, fresh: Rows, now_s: float) -> Rows:
        """New tracks go on with those who are lost, the nearest first; the rows that are left."""
        if not len(fresh):
            return fresh
        (indices,) = (self.rows == UNSEEN).nonzero()
        indices = indices[~self._has_walked_out(self._persons[indices], now_s)]
        if not len(indices):
            return fresh
        lost = self._persons[indices]
        unseen_s = now_s - lost["seen_s"]
        offsets = motion.position[fresh] - _expected(lost, "place", "pace", unseen_s)[:, np.newaxis]
        apart = np.hypot(offsets[..., 0], offsets[..., 1]) / lost["length"][:, np.newaxis]
        reach = np.minimum(REACH + REACH_PER_S * unseen_s, FURTHEST)
        apart[~(apart <= reach[:, np.newaxis])] = np.inf
        is_left = np.ones(len(fresh), dtype=np.bool_)
        while np.isfinite(nearest := apart.min()):
            index, found = np.argwhere(apart == nearest)[0]
            self._persons["row"][indices[index]] = fresh[found]
            self._persons["track_id"][indices[index]] = motion.track_ids[fresh[found]]
            apart[index] = apart[:, found] = np.inf
            is_left[found] = False
        return fresh[is_left]

    @staticmethod
    def _has_walked_out(lost: NDArray[np.void], now_s: float) -> Flags:
        """Who is beyond the picture's left, right or lower edge by now."""
        x, y = _expected(lost, "anchor", "flow", now_s - lost["seen_s"]).T
        out: Flags = (x < EDGE) | (x > 1.0 - EDGE) | (y > 1.0 - EDGE)
        return out

    def _enter(self, motion: Motion, rows: Rows) -> None:
        """Persons who were not there before."""
        if not len(rows):
            return
        entered = np.zeros(len(rows), dtype=_PERSON)
        entered["number"] = np.arange(self._next, self._next + len(rows))
        entered["track_id"], entered["row"] = motion.track_ids[rows], rows
        entered["place"] = np.nan
        self._next += len(rows)
        self._persons = np.concatenate([self._persons, entered])

    def _see(self, view: View, polygons: PolygonSet) -> None:
        (seen,) = (self.rows != UNSEEN).nonzero()
        if len(seen) == len(self._persons):
            _meet_seen(self._persons, view)
            self.unseen_s, self.inside = np.zeros(len(seen)), view.inside[self.rows]
            return
        persons = self._persons[seen]
        _meet_seen(persons, view)
        self._persons[seen] = persons
        self.unseen_s = view.now.observed_s - self._persons["seen_s"]
        self.inside = polygons.contain(_expected(self._persons, "anchor", "flow", self.unseen_s))


def _meet_seen(persons: NDArray[np.void], view: View) -> None:
    """Note where persons are who are there; changes them."""
    motion, rows = view.motion, persons["row"]
    persons["seen_s"] = view.now.observed_s
    persons["looks"] += np.where(motion.mature[rows], SURE_LOOKS, 1)
    persons["anchor"] = motion.anchors[rows]
    persons["flow"] = _known(motion.velocity_px_s[rows]) / (view.scene.width, view.scene.height)
    persons["pace"] = _known(motion.velocity[rows])
    # Where a box is cut by the picture's edge, the last place that was known.
    places, lengths = motion.position[rows], motion.length[rows]
    is_cut = np.isnan(places[:, 0])
    if is_cut.any():
        places[is_cut] = persons["place"][is_cut]
        lengths[is_cut] = np.maximum(persons["length"][is_cut], 1.0)
    persons["place"], persons["length"] = places, lengths


def _known(velocities: Floats) -> Floats:
    """Who is seen too seldom to have one stands; changes the array."""
    velocities[np.isnan(velocities)] = 0.0
    return velocities


def _expected(persons: NDArray[np.void], place: str, pace: str, unseen_s: Floats) -> Floats:
    """Where they should be by now, by the names of two fields of them: shape (n, 2)."""
    coasted_s = np.minimum(unseen_s, COAST_S)[:, np.newaxis]
    expected: Floats = persons[place] + persons[pace] * coasted_s
    return expected

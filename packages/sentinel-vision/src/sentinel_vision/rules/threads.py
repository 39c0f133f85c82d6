"""Vehicles whose track broke over lost frames: a new track goes on with one that can have come there.

A tracker expects a vehicle where it would be had it driven on. One that brakes hard while nobody
looks is not there, and comes back as another track. It is within reach still: somewhere between
where it was lost and where it would have been, on its course. Tracks that break for other reasons
are left alone: in a jam they often do, and who goes on with whom is a guess.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.rules.footprints import IS_BODY, Rows
from sentinel_vision.rules.geometry import Floats
from sentinel_vision.rules.kinematics import FORGET_AFTER_S
from sentinel_vision.rules.view import View
from sentinel_vision.tracking.association import assign

OUTAGE_S: Final = 0.5
"""Frames that are further apart are lost ones."""

AFTER_S: Final = 0.6
"""So long after an outage a track is new because of it: trackers wait for a second sighting."""

_REACH: Final = 2.0
"""A box may be so far from where it should be, in units of `Motion.length` (metres, body lengths)."""

_RECENT_S: Final = 1.0
_LOST_S: Final = 3.0
_BEST: Final = 1e3


@dataclass(slots=True, eq=False)
class _Lost:
    """A vehicle that is not seen any more; place and velocity as they were at the end."""

    slot: int
    place: Floats
    velocity: Floats
    seen_s: float

    def cost(self, place: Floats, now_s: float, reach: float) -> float:
        """How far a place is from where it would be had it driven on; infinite out of reach."""
        speed = float(np.hypot(*self.velocity))
        course = self.velocity / max(speed, 1e-9)
        way = place - self.place
        ahead = float(way @ course)
        aside = abs(float(way[0] * course[1] - way[1] * course[0]))
        most = speed * (now_s - self.seen_s)
        is_in_reach = aside < reach and -reach < ahead < most + reach
        return abs(ahead - most) + 2.0 * aside if is_in_reach else np.inf


@dataclass(slots=True, eq=False)
class Threads:
    """Which tracks go on with which, by their slots; to be told of frames until the next outage."""

    _track_ids: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    _slots: Rows = field(default_factory=lambda: np.empty(0, dtype=np.intp))
    _lost: list[_Lost] = field(default_factory=list)
    _until_s: float = -np.inf
    _before: dict[int, tuple[int, float]] = field(default_factory=dict)

    def clear(self) -> None:
        """Forget all tracks."""
        self._track_ids = np.empty(0, dtype=np.int64)
        self._slots = np.empty(0, dtype=np.intp)
        self._lost.clear()
        self._until_s = -np.inf
        self._before.clear()

    def follow(self, view: View) -> list[tuple[int, int]]:
        """Take in a frame; slots of tracks that go on with others, and the slots of those."""
        motion, now_s = view.motion, view.now.observed_s
        before, slots = self._track_ids, self._slots
        self._track_ids, self._slots = motion.track_ids, motion.slots
        if view.elapsed_s > OUTAGE_S:
            self._until_s = now_s + AFTER_S
        if now_s > self._until_s:
            if self._before:
                self._forget(now_s)
            return []
        is_new = ~np.isin(motion.track_ids, before)
        is_gone = ~np.isin(before, motion.track_ids)
        for slot in motion.slots[is_new].tolist():
            self._before.pop(slot, None)
        if is_gone.any() and view.elapsed_s > OUTAGE_S:
            self._lost = self._lose(view, slots[is_gone])
        fresh = np.flatnonzero(is_new & IS_BODY[motion.class_ids])
        return self._join(view, fresh) if len(fresh) and self._lost else []

    def samples(
        self, view: View, rows: Rows, seconds: float, ago_s: float
    ) -> tuple[Floats, Floats]:
        """As `Motion.samples`, with those of the tracks that the rows go on with."""
        times, places = view.motion.samples(rows, seconds, ago_s)
        for index, slot in enumerate(view.motion.slots[rows].tolist() if self._before else ()):
            if slot in self._before:
                before = np.array([self._before[slot][0]], dtype=np.intp)
                old_times, old_places = view.motion.recall(before, seconds, ago_s)
                is_old = np.isnan(times[:, index])
                times[is_old, index] = old_times[is_old, 0]
                places[is_old, index] = old_places[is_old, 0]
        return times, places

    def goes_on(self, view: View, rows: Rows) -> list[bool]:
        """Which rows go on with another track."""
        return [slot in self._before for slot in view.motion.slots[rows].tolist()]

    def _forget(self, now_s: float) -> None:
        """Slots are taken by others after a while."""
        self._lost = []
        for slot, (_, lost_s) in list(self._before.items()):
            if now_s - lost_s > FORGET_AFTER_S - 0.1:
                del self._before[slot]

    def _lose(self, view: View, slots: Rows) -> list[_Lost]:
        """Those of the slots whose course is known."""
        found = []
        times, places = view.motion.recall(slots, _LOST_S, 0.0)
        for index, slot in enumerate(slots.tolist()):
            known = np.flatnonzero(~np.isnan(times[:, index]))
            if len(known) < 2:
                continue
            when, where = times[known, index], places[known, index]
            recent = when >= when[-1] - _RECENT_S
            when, where = when[recent], where[recent]
            if len(when) < 2 or when[-1] - when[0] < 0.15:
                continue
            middle = when - when.mean()
            velocity = middle @ where / (middle @ middle)
            found.append(
                _Lost(
                    slot,
                    where.mean(axis=0) + velocity * middle[-1],
                    velocity,
                    view.now.observed_s + float(when[-1]),
                )
            )
        return found

    def _join(self, view: View, fresh: Rows) -> list[tuple[int, int]]:
        """As many as can be, so that they keep their order."""
        motion, now_s = view.motion, view.now.observed_s
        _, places = motion.samples(fresh, 0.0)
        pairs = [
            (index, number, _BEST - cost)
            for index, row in enumerate(fresh.tolist())
            for number, lost in enumerate(self._lost)
            if (cost := lost.cost(places[-1, index], now_s, _REACH * float(motion.length[row])))
            < _BEST
        ]
        if not pairs:
            return []
        indices, numbers, scores = map(np.array, zip(*pairs, strict=True))
        joined, taken = [], set()
        for best in assign(indices, numbers, scores).tolist():
            slot, lost = int(motion.slots[fresh[indices[best]]]), self._lost[numbers[best]]
            self._before[slot] = (lost.slot, lost.seen_s)
            joined.append((slot, lost.slot))
            taken.add(int(numbers[best]))
        self._lost = [lost for number, lost in enumerate(self._lost) if number not in taken]
        return joined

"""Who crosses which line, in which direction, and who turns from one line to another.

A crossing counts when the track has gone past the line by a quarter of its length and stays there
for a second frame. Until then the way back takes it back: boxes that tremble on a line count for
nothing, and one that really returns counts once each way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sentinel_core.domain.zones import Zone
from sentinel_vision.flow.identities import Stray, Walk
from sentinel_vision.rules.geometry import Flags, Floats
from sentinel_vision.rules.lines import LineSet

BAND_BL: Final = 0.25
"""How far past the line, in body lengths, a crossing cannot be trembling any more."""

_NO_LINE = -1


class Crossing(NamedTuple):
    """A road user crossed a line.

    Attributes:
        sign: 1 forward: to the right of who follows the line; -1 backward.
    """

    line: int
    sign: int
    class_id: int


class Turn(NamedTuple):
    """A road user that is gone crossed one line first and another (or the same) last."""

    entered_by: int
    left_by: int
    class_id: int


@dataclass(slots=True)
class Passages:
    """What a frame made known."""

    crossings: list[Crossing] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)


class CrossingCounter:
    """Of one camera's lines.

    Args:
        lines: `Crossing.line` is a line's place in it.
        size_px: Width and height of the frame, so that distances are the same in all directions.
    """

    def __init__(self, lines: Sequence[Zone], size_px: tuple[int, int]) -> None:
        scale = np.array(size_px, dtype=np.float64)
        paths = [np.array(line.polygon) * scale for line in lines]
        self._set = LineSet([[(x, y) for x, y in path.tolist()] for path in paths])
        self._starts = np.concatenate([path[:-1] for path in paths])
        self._along = np.concatenate([path[1:] for path in paths]) - self._starts
        self._squares = np.maximum((self._along**2).sum(axis=1), 1e-9)
        lengths = [len(path) - 1 for path in paths]
        self._offsets = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.intp)
        self._slots: dict[int, int] = {}
        self._free: list[int] = []
        self._make_tables(64)

    def _make_tables(self, size: int) -> None:
        """Net crossings not counted yet, the sign beyond the band, and the journey of each slot."""
        self._net = np.zeros((size, len(self._set)), dtype=np.int8)
        self._beyond = np.zeros((size, len(self._set)), dtype=np.int8)
        self._classes = np.zeros(size, dtype=np.int64)
        self._confirmed = np.zeros(size, dtype=np.bool_)
        self._first = np.full(size, _NO_LINE)
        self._last = np.full(size, _NO_LINE)
        self._times = np.zeros(size, dtype=np.int64)

    def watch(self, walk: Walk, class_ids: NDArray[np.int64], counts: Flags) -> Passages:
        """Take in one frame.

        Args:
            walk: Everybody in it.
            class_ids: Their classes.
            counts: Rows that may be counted, bool, shape (n,); others are left alone.
        """
        passages = Passages()
        rows = np.flatnonzero(counts)
        if len(rows):
            slots = self._find_slots(walk.identities[rows])
            self._classes[slots] = class_ids[rows]
            self._confirmed[slots] = walk.is_confirmed[rows]
            self._net[slots] += self._set.crossings(walk.before_px[rows], walk.now_px[rows])
            self._net[slots] += self._set.crossings(walk.origin_px[rows], walk.first_px[rows])
            is_beyond = self._distances(walk.now_px[rows]) > BAND_BL * walk.length_px[rows, None]
            self._count(slots, is_beyond, passages)
        self._watch_strays(walk.strays, passages)
        self.finish(walk.gone, passages)
        return passages

    def finish(self, gone: Sequence[int], passages: Passages) -> None:
        """Close the journeys of those who are gone."""
        for identity in gone:
            slot = self._slots.pop(identity, None)
            if slot is None:
                continue
            for line in np.flatnonzero(self._beyond[slot]).tolist():
                if self._confirmed[slot]:
                    self._note(slot, line, passages)
            if self._times[slot] > 1:
                first, last = int(self._first[slot]), int(self._last[slot])
                passages.turns.append(Turn(first, last, int(self._classes[slot])))
            self._free.append(slot)

    def _watch_strays(self, strays: Sequence[Stray], passages: Passages) -> None:
        """Those who were counted while they had a track."""
        known = [stray for stray in strays if stray.identity in self._slots]
        if not known:
            return
        slots = np.array([self._slots[stray.identity] for stray in known], dtype=np.intp)
        before = np.array([stray.before_px for stray in known], dtype=np.float64)
        now = np.array([stray.now_px for stray in known], dtype=np.float64)
        self._net[slots] += self._set.crossings(before, now)
        bands = BAND_BL * np.array([[stray.length_px] for stray in known])
        self._count(slots, self._distances(now) > bands, passages)

    def _count(self, slots: NDArray[np.intp], is_beyond: Flags, passages: Passages) -> None:
        signs = np.where(is_beyond, np.sign(self._net[slots]), 0).astype(np.int8)
        stays = (signs != 0) & (signs == self._beyond[slots]) & self._confirmed[slots, None]
        self._beyond[slots] = signs
        for row, line in np.argwhere(stays).tolist():
            self._note(int(slots[row]), line, passages)

    def _note(self, slot: int, line: int, passages: Passages) -> None:
        sign = int(self._beyond[slot, line])
        passages.crossings.append(Crossing(line, sign, int(self._classes[slot])))
        self._net[slot, line] = self._beyond[slot, line] = 0
        if self._first[slot] == _NO_LINE:
            self._first[slot] = line
        self._last[slot] = line
        self._times[slot] += 1

    def _find_slots(self, identities: NDArray[np.int64]) -> NDArray[np.intp]:
        wanted = identities.tolist()
        for identity in wanted:
            if identity not in self._slots:
                self._occupy(identity)
        return np.array([self._slots[identity] for identity in wanted], dtype=np.intp)

    def _occupy(self, identity: int) -> None:
        slot = self._free.pop() if self._free else len(self._slots)
        if slot == len(self._net):
            self._grow()
        self._net[slot] = self._beyond[slot] = 0
        self._first[slot] = self._last[slot] = _NO_LINE
        self._times[slot] = 0
        self._slots[identity] = slot

    def _grow(self) -> None:
        names = ("_net", "_beyond", "_classes", "_confirmed", "_first", "_last", "_times")
        before = {name: getattr(self, name) for name in names}
        used = len(self._net)
        self._make_tables(2 * used)
        for name, table in before.items():
            getattr(self, name)[:used] = table

    def _distances(self, points: Floats) -> Floats:
        """From each point to each line, in pixels: shape (n, lines)."""
        offset = points[:, None] - self._starts
        share = np.clip((offset * self._along).sum(axis=2) / self._squares, 0.0, 1.0)
        apart = offset - share[..., None] * self._along
        squares = np.minimum.reduceat((apart**2).sum(axis=2), self._offsets, axis=1)
        distances: Floats = np.sqrt(squares)
        return distances

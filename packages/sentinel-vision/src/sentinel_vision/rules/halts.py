"""Vehicles that came to rest on top of each other: who braked hard, and who was found beside them."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sentinel_vision.rules.conflicts import SURE
from sentinel_vision.rules.courses import Courses, braking
from sentinel_vision.rules.footprints import IS_BODY, Rows
from sentinel_vision.rules.geometry import Flags, Floats, intersection_over_union
from sentinel_vision.rules.ground import GroundPlane
from sentinel_vision.rules.memory import TrackTable
from sentinel_vision.rules.speed_range import SpeedRange
from sentinel_vision.rules.threads import Threads
from sentinel_vision.rules.view import View

TOGETHER_S: Final = 3.0
"""The two come to rest within this time of each other."""

HALT_S: Final = 3.0
"""From driving to standing, at most."""

SAME_BODY_IOU: Final = 0.4
"""Who overlaps so much with one that stood there is the same, by another track."""

_BRAKED, _FAST, _FIRST = range(3)
_AGO_S: Final = (0.0, 0.6)


@dataclass(slots=True, eq=False)
class Halt:
    """A vehicle that has come to rest.

    Attributes:
        box: Normalised, shape (4,).
        place: As `Motion.position`, shape (2,).
        heading: Where it pointed while it drove, unit vector, shape (2,); NaN where nobody saw it.
        braking: Speed that it lost within a second, beyond error; NaN where nobody saw it.
        seen_s: When it was seen to brake, or seen first.
    """

    track_id: int
    class_id: int
    box: Floats
    place: Floats
    heading: Floats
    braking: float
    seen_s: float


class Halts:
    """Remembers who came to rest lately, also where it is hidden by another now."""

    def __init__(self, ground: GroundPlane | None, columns: Sequence[int], hard: float) -> None:
        """Watch.

        Args:
            ground: Of the camera.
            columns: Of the zones that count.
            hard: Speed lost within a second, in the camera's unit, that is hard braking.
        """
        self._ground = ground
        self._columns = list(columns)
        self._hard = hard
        self._table = TrackTable(3)
        self._threads = Threads()
        self._speeds = SpeedRange()
        self._halts: dict[int, Halt] = {}
        self._stood: deque[tuple[float, Floats]] = deque()

    def find(self, view: View, overlap: float) -> Iterator[tuple[Halt, Halt]]:
        """Take in a frame; pairs that came to rest together and overlap, one of them braked hard."""
        (halting,) = self._note(view).nonzero()
        if len(halting):
            self._look_closely(view, halting)
        now_s = view.now.observed_s
        self._halts = {
            key: halt for key, halt in self._halts.items() if now_s - halt.seen_s <= TOGETHER_S
        }
        self._remember(view)
        halts = list(self._halts.values())
        if not halts:
            return
        others = [*halts, *self._found_standing(view)]
        overlaps = intersection_over_union(
            np.array([halt.box for halt in halts]), np.array([halt.box for halt in others])
        )
        for one, other in zip(
            *(part.tolist() for part in (overlaps > overlap).nonzero()), strict=True
        ):
            if other > one:
                yield halts[one], others[other]

    def _note(self, view: View) -> Flags:
        """Who is slow now and was fast lately, bool, shape (tracks,)."""
        motion, now_s = view.motion, view.now.observed_s
        self._table.meet(motion)
        values, slots = self._table.values, motion.slots
        joined = self._threads.follow(view)
        for slot, before in joined:
            values[:, slot] = values[:, before]
        self._speeds.note(view, joined)
        is_new = np.isnan(values[_FIRST, slots])
        if is_new.any():
            values[_FIRST, slots[is_new]] = now_s if view.is_warm else -np.inf
        is_fast = motion.speed > self._hard
        values[_FAST, slots[is_fast]] = now_s
        is_halting: Flags = ~is_fast & (values[_FAST, slots] >= now_s - HALT_S)
        is_halting &= self._counts(view)
        return is_halting

    def _counts(self, view: View) -> Flags:
        counts: Flags = IS_BODY[view.motion.class_ids] & view.inside[:, self._columns].any(axis=1)
        return counts

    def _look_closely(self, view: View, rows: Rows) -> None:
        """Note which rows lost much speed within a second, beyond error."""
        motion = view.motion
        chosen = rows[self._speeds.may_have_braked(motion.slots[rows], self._hard)]
        if len(chosen):
            before, lost, error = braking(view, self._ground, self._threads, chosen, _AGO_S)
            chosen = np.tile(chosen, len(_AGO_S))
            lost = (lost - SURE * error) / motion.length[chosen]
            for index in np.flatnonzero(lost > self._hard).tolist():
                self._brake(view, int(chosen[index]), before, index, float(lost[index]))
        for row in rows.tolist() if self._halts else ():
            halt = self._halts.get(int(motion.track_ids[row]))
            if halt is not None:
                halt.box, halt.place = np.array(view.box(row)), motion.position[row]

    def _remember(self, view: View) -> None:
        """Where somebody stands."""
        now_s = view.now.observed_s
        stands = IS_BODY[view.motion.class_ids] & ~(view.motion.speed > self._hard)
        self._stood.append((now_s, view.motion.boxes[stands]))
        while now_s - self._stood[0][0] > 2.0 * TOGETHER_S:
            self._stood.popleft()

    def _brake(self, view: View, row: int, before: Courses, index: int, lost: float) -> None:
        halt = self._halts.get(int(view.motion.track_ids[row]))
        if halt is None:
            braked = self._table.values[_BRAKED]
            slot, now_s = view.motion.slots[row], view.now.observed_s
            if braked[slot] >= now_s - HALT_S - TOGETHER_S:
                return
            braked[slot] = now_s
            halt = _halt_of(view, row)
            halt.heading = before.velocity[index] / before.speed[index]
            self._halts[halt.track_id] = halt
        halt.braking = float(np.fmax(halt.braking, lost))

    def _found_standing(self, view: View) -> list[Halt]:
        """Those that are there all of a sudden: nobody saw them brake."""
        motion, now_s = view.motion, view.now.observed_s
        is_found = self._table.values[_FIRST, motion.slots] >= now_s - TOGETHER_S
        is_found &= ~(motion.speed > self._hard) & self._counts(view)
        return [
            _halt_of(view, row)
            for row in np.flatnonzero(is_found).tolist()
            if int(motion.track_ids[row]) not in self._halts and self._was_free(view, row)
        ]

    def _was_free(self, view: View, row: int) -> bool:
        """Whether nobody stood there before it was seen first."""
        first_s = float(self._table.values[_FIRST, view.motion.slots[row]])
        box = view.motion.boxes[row : row + 1]
        return not any(
            bool((intersection_over_union(box, boxes) > SAME_BODY_IOU).any())
            for time_s, boxes in self._stood
            if first_s - TOGETHER_S <= time_s < first_s
        )


def _halt_of(view: View, row: int) -> Halt:
    motion = view.motion
    return Halt(
        track_id=int(motion.track_ids[row]),
        class_id=int(motion.class_ids[row]),
        box=np.array(view.box(row)),
        place=motion.position[row],
        heading=np.full(2, np.nan),
        braking=np.nan,
        seen_s=view.now.observed_s,
    )

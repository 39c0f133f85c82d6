"""What a rule remembers of each track, as tables, and how often it looks."""

import numpy as np
from numpy.typing import NDArray

from sentinel_core.domain.media_clock import TICKS_PER_SECOND
from sentinel_vision.rules.geometry import Floats
from sentinel_vision.rules.kinematics import Motion
from sentinel_vision.rules.scene import Instant


class Beat:
    """Says when it is time to look again, by watched time.

    What takes ten seconds or more to be true need not be asked thirty times a second. Rules with
    different phases share out their work over the frames.
    """

    def __init__(self, every_s: float, phase_s: float = 0.0) -> None:
        self._every_90k = round(every_s * TICKS_PER_SECOND)
        self._phase_90k = round(phase_s * TICKS_PER_SECOND)
        self._last: int | None = None

    def is_due(self, now: Instant) -> bool:
        """Whether another interval has begun since it was last due."""
        number = (now.observed_90k + self._phase_90k) // self._every_90k
        if number == self._last:
            return False
        self._last = number
        return True


class TrackTable:
    """Some numbers for each track, in the order of `Motion.slots`; NaN for a new track.

    Attributes:
        values: Shape (channels, slots), to be read and written at `Motion.slots`.
    """

    def __init__(self, channels: int) -> None:
        self.values: Floats = np.full((channels, 64), np.nan)
        self._owners: NDArray[np.int64] = np.full(64, -1, dtype=np.int64)
        self._met: NDArray[np.intp] | None = None

    def clear(self) -> None:
        """Forget all tracks."""
        self.values[:] = np.nan
        self._owners[:] = -1
        self._met = None

    def meet(self, motion: Motion) -> None:
        """Make room for the tracks of a frame, and forget whose slots they took."""
        slots = motion.slots
        # While the tracks stay the same, so does the array.
        if slots is self._met or not len(slots):
            return
        self._met = slots
        while slots.max() >= len(self._owners):
            self.values = np.hstack([self.values, np.full_like(self.values, np.nan)])
            self._owners = np.concatenate([self._owners, np.full_like(self._owners, -1)])
        is_new = self._owners[slots] != motion.track_ids
        if is_new.any():
            fresh = slots[is_new]
            self.values[:, fresh] = np.nan
            self._owners[fresh] = motion.track_ids[is_new]


class RowRing:
    """The last rows of a table, oldest first by their time.

    Attributes:
        times_s: Watched seconds of each row; -inf where there is none yet.
    """

    def __init__(self, rows: int) -> None:
        self.times_s: Floats = np.full(rows, -np.inf)
        self._head = -1

    def open(self, now: Instant) -> int:
        """The row for this moment; what it held before is the oldest and of no more use."""
        self._head = (self._head + 1) % len(self.times_s)
        self.times_s[self._head] = now.observed_s
        return self._head

"""Lets packets that were read ahead pass when their time has come."""

from sentinel_camera.sources.access import PlayTime
from sentinel_core.domain.media_clock import TICKS_PER_SECOND

_GAP_90K = 10 * TICKS_PER_SECOND
"""A source that is silent for longer is played without the silence."""
_LATE_S = 1.0
"""So late, and there is nothing to catch up with: the machine has slept, or packets came late."""


class Pacer:
    """Plays in real time what is there already."""

    def __init__(self, time: PlayTime) -> None:
        """Begin now."""
        self._time = time
        self._start_s = time.clock.monotonic()
        self._first_90k: int | None = None
        self._last_90k = 0

    def wait(self, dts: int) -> None:
        """Return when a packet with this decode time is due."""
        if self._first_90k is None:
            self._first_90k = self._last_90k = dts
        elif not 0 <= dts - self._last_90k <= _GAP_90K:
            self._first_90k += dts - self._last_90k
        self._last_90k = dts
        due_s = self._start_s + (dts - self._first_90k) / TICKS_PER_SECOND
        late_s = self._time.clock.monotonic() - due_s
        if late_s > _LATE_S:
            self._start_s += late_s
        self._time.wait_until(due_s)

    def start_again(self, frame_interval_90k: int) -> None:
        """The next packet is the first of the file again and comes one frame later."""
        if self._first_90k is not None:
            played = self._last_90k - self._first_90k + frame_interval_90k
            self._start_s += played / TICKS_PER_SECOND
        self._first_90k = None

"""Keeps a live source's clock and the wall clock together."""

from collections import deque

_EARLY_S = 0.1
_LATE_S = 0.5
_WINDOW_S = 60.0
_STEP_S = 1.0


class ArrivalDelay:
    """Tells by how much the anchor of an epoch is off, from when access units arrive.

    A unit can only come late, never early: the shortest delay seen is the truest. One that comes
    earlier than all before (a camera that sent a burst at first) moves the anchor at once; a delay
    that has been longer for a whole minute (a camera whose clock is slow) moves it then.
    """

    def __init__(self) -> None:
        self._windows: deque[tuple[float, float]] = deque()
        """Shortest delay of each second: when it began, seconds."""

    def restart(self) -> None:
        """A new anchor holds."""
        self._windows.clear()

    def correction_s(self, arrived_s: float, expected_s: float) -> float:
        """How much later than the anchor says things are captured; 0.0 while it is good.

        Args:
            arrived_s: When a unit came.
            expected_s: When it was captured as the anchor has it, on the same clock.
        """
        delay_s = arrived_s - expected_s
        if delay_s < -_EARLY_S:
            return delay_s
        if not self._windows or arrived_s - self._windows[-1][0] >= _STEP_S:
            self._windows.append((arrived_s, delay_s))
        else:
            started_s, shortest_s = self._windows[-1]
            self._windows[-1] = (started_s, min(shortest_s, delay_s))
        if arrived_s - self._windows[0][0] < _WINDOW_S:
            return 0.0
        shortest_s = min(shortest for _, shortest in self._windows)
        self._windows.popleft()
        return shortest_s if shortest_s > _LATE_S else 0.0

"""How long a batch waits for more pictures."""

from collections import deque
from collections.abc import Set
from typing import Final

SPAN_ARRIVALS: Final = 64
"""The period is counted over so many arrivals: single gaps say little, cameras are not even."""

LEAST_ARRIVALS: Final = 8

SPAN_S: Final = 10.0
"""What is older says nothing of now."""

SHORTEST_S: Final = 0.002
LONGEST_S: Final = 0.1


class ArrivalWindow:
    """The waiting time that fits how fast pictures come. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._arrivals: deque[tuple[float, str]] = deque(maxlen=SPAN_ARRIVALS)

    def note(self, camera_key: str, at_s: float) -> None:
        """A picture came."""
        self._arrivals.append((at_s, camera_key))

    def cameras(self, now_s: float) -> Set[str]:
        """Those that sent something lately: who else might still come."""
        self._forget(now_s)
        return {camera_key for _, camera_key in self._arrivals}

    def wait_s(self, missing: int, now_s: float) -> float:
        """How long `missing` more pictures will take, at least 2 ms, at most 100 ms."""
        period_s = self._period_s(now_s)
        if period_s is None:
            return SHORTEST_S
        return min(max(missing * period_s, SHORTEST_S), LONGEST_S)

    def _period_s(self, now_s: float) -> float | None:
        """Seconds between two arrivals of any cameras; None: too few came to tell."""
        self._forget(now_s)
        if len(self._arrivals) < LEAST_ARRIVALS:
            return None
        return (self._arrivals[-1][0] - self._arrivals[0][0]) / (len(self._arrivals) - 1)

    def _forget(self, now_s: float) -> None:
        while self._arrivals and self._arrivals[0][0] < now_s - SPAN_S:
            self._arrivals.popleft()

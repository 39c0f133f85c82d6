"""Sums over the last seconds, in constant memory."""

from collections import deque


class SlidingSum:
    """The sum of what was added within a window; forgets in steps of a twentieth of it."""

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._step_s = window_s / 20
        self._steps: deque[tuple[float, float]] = deque()
        """When each step began, and its sum."""

    def add(self, now_s: float, value: float = 1.0) -> None:
        """Add `value`; `now_s` never goes back."""
        if self._steps and now_s - self._steps[-1][0] < self._step_s:
            began_s, total = self._steps[-1]
            self._steps[-1] = (began_s, total + value)
        else:
            self._forget(now_s)
            self._steps.append((now_s, value))

    def total(self, now_s: float) -> float:
        """What was added within the window before `now_s`."""
        self._forget(now_s)
        return sum(total for _, total in self._steps)

    def _forget(self, now_s: float) -> None:
        while self._steps and self._steps[0][0] <= now_s - self._window_s:
            self._steps.popleft()


class RecentValues:
    """The newest values of a window, a bounded number of them."""

    def __init__(self, window_s: float, count: int) -> None:
        self._window_s = window_s
        self._values: deque[tuple[float, float]] = deque(maxlen=count)

    def add(self, now_s: float, value: float) -> None:
        """Add a value; `now_s` never goes back."""
        self._values.append((now_s, value))

    def percentile(self, now_s: float, share: float) -> float | None:
        """The value that `share` of the others do not exceed; None without values."""
        while self._values and self._values[0][0] <= now_s - self._window_s:
            self._values.popleft()
        if not self._values:
            return None
        ordered = sorted(value for _, value in self._values)
        return ordered[round(share * (len(ordered) - 1))]

"""Whether a source's clock runs like ours."""

from collections import deque

_STEP_S = 0.25
_JUMP_S = 1.0


class ClockCheck:
    """Compares times of access units, as they are decoded, with when they came."""

    def __init__(self, *, window_s: float, enough_s: float) -> None:
        """Begin without units.

        Args:
            window_s: How far back it looks.
            enough_s: Below this span nothing is said.
        """
        self._window_s = window_s
        self._enough_s = enough_s
        self._points: deque[tuple[float, float, int]] = deque()
        """When a unit came, its own time, how many came before it; one in each step."""
        self._newest: tuple[float, float] | None = None
        self._units = 0
        self.jumps = 0
        """How often the source's clock has leapt."""

    def note(self, media_s: float, arrived_s: float) -> None:
        """Take the next unit."""
        if self._newest is not None and self._is_jump(media_s, arrived_s, *self._newest):
            self.jumps += 1
            self._points.clear()
        self._newest = (media_s, arrived_s)
        if not self._points or arrived_s - self._points[-1][0] >= _STEP_S:
            self._points.append((arrived_s, media_s, self._units))
        self._units += 1
        while arrived_s - self._points[0][0] > self._window_s:
            self._points.popleft()

    @property
    def rate(self) -> float | None:
        """Seconds of the source per second of ours; None where too little was seen."""
        span = self._span()
        return None if span is None else span[1] / span[0]

    @property
    def units_per_s(self) -> float | None:
        """Access units per second of our clock; None where too little was seen."""
        span = self._span()
        return None if span is None else span[2] / span[0]

    def _span(self) -> tuple[float, float, int] | None:
        """Seconds of ours, seconds of the source, units in between."""
        if len(self._points) < 2:
            return None
        first, last = self._points[0], self._points[-1]
        if last[0] - first[0] < self._enough_s:
            return None
        return last[0] - first[0], last[1] - first[1], last[2] - first[2]

    @staticmethod
    def _is_jump(media_s: float, arrived_s: float, last_s: float, last_arrived_s: float) -> bool:
        """Silence is no jump, and neither is what was held up on the way and comes at once."""
        step_s = media_s - last_s
        return step_s < -_JUMP_S or step_s - (arrived_s - last_arrived_s) > _JUMP_S

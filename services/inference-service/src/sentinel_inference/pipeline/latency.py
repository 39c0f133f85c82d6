"""Capture-to-event latency and rate over the last minute."""

from collections import deque

import numpy as np

WINDOW_S = 60.0


class LatencyWindow:
    """Times of the frames that became events."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, float]] = deque(maxlen=20_000)

    def add(self, *, at_s: float, latency_s: float) -> None:
        """One frame became an event at monotonic time `at_s`."""
        self._samples.append((at_s, latency_s))

    def frames_per_s(self, now_s: float) -> float:
        """Rate over the window, or since the first frame if that is shorter."""
        self._forget(now_s)
        if not self._samples:
            return 0.0
        return len(self._samples) / max(1.0, min(WINDOW_S, now_s - self._samples[0][0]))

    def percentile_ms(self, now_s: float, percent: float) -> float | None:
        """Latency in milliseconds, None without a frame."""
        self._forget(now_s)
        if not self._samples:
            return None
        return float(np.percentile([latency for _, latency in self._samples], percent) * 1000)

    def _forget(self, now_s: float) -> None:
        while self._samples and self._samples[0][0] < now_s - WINDOW_S:
            self._samples.popleft()

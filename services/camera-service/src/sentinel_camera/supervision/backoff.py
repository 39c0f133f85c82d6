"""How often sources are tried again."""

import random
from collections.abc import Callable

from sentinel_core.ports.clock import Clock


class Backoff:
    """Doubles from `min_s` to `max_s`; jitter keeps cameras that failed together apart."""

    def __init__(
        self, min_s: float, max_s: float, *, jitter: Callable[[], float] = random.random
    ) -> None:
        self._min_s = min_s
        self._max_s = max_s
        self._jitter = jitter
        self._failures = 0

    def reset(self) -> None:
        """It worked: begin with the shortest wait again."""
        self._failures = 0

    def next_wait_s(self) -> float:
        """The wait before the next try: between half and all of the present step."""
        step_s = min(self._max_s, self._min_s * 2.0 ** min(self._failures, 30))
        self._failures += 1
        return step_s * (0.5 + 0.5 * self._jitter())


class TokenBucket:
    """Lets `rate_per_s` through, `burst` of them at once; the rest waits in turn."""

    def __init__(self, rate_per_s: float, burst: int, clock: Clock) -> None:
        self._interval_s = 1.0 / rate_per_s
        self._burst = burst
        self._clock = clock
        self._next_s = clock.monotonic() - burst * self._interval_s

    async def take(self) -> None:
        """Wait for this caller's turn."""
        now_s = self._clock.monotonic()
        earliest_s = now_s - (self._burst - 1) * self._interval_s
        self._next_s = max(self._next_s + self._interval_s, earliest_s)
        await self._clock.sleep(self._next_s - now_s)

"""How often sources are tried again."""

import asyncio
import random
from collections import deque
from collections.abc import Callable

from sentinel_core.ports.clock import Clock

_TURNS_OF_FAILED = 4
"""One token in so many is for those that have failed, whoever else waits."""


class Backoff:
    """Doubles from `min_s` to `max_s`; jitter keeps cameras that failed together apart."""

    def __init__(
        self, min_s: float, max_s: float, *, jitter: Callable[[], float] = random.random
    ) -> None:
        self._min_s = min_s
        self._max_s = max_s
        self._jitter = jitter
        self.failures = 0
        """In a row."""

    def reset(self) -> None:
        """It worked: begin with the shortest wait again."""
        self.failures = 0

    def next_wait_s(self) -> float:
        """The wait before the next try: between half and all of the present step."""
        step_s = min(self._max_s, self._min_s * 2.0 ** min(self.failures, 30))
        self.failures += 1
        return step_s * (0.5 + 0.5 * self._jitter())


class TokenBucket:
    """Lets `rate_per_s` of a site's connects through, `burst` of them at once.

    Who comes first goes first, but who has failed lets the others pass: a camera that was just
    added, or was just lost, does not wait behind a hundred that have been dead for hours. Every
    fourth token is for those.
    """

    def __init__(self, rate_per_s: float, burst: int, clock: Clock) -> None:
        self._interval_s = 1.0 / rate_per_s
        self._burst = burst
        self._clock = clock
        self._next_s = clock.monotonic() - burst * self._interval_s
        """When the token after the last one taken is full."""
        self._given = 0
        self._fresh: deque[asyncio.Future[None]] = deque()
        self._failed: deque[asyncio.Future[None]] = deque()
        self._serving: asyncio.Task[None] | None = None

    async def take(self, *, has_failed: bool = False) -> None:
        """Wait for this caller's turn; cancelled callers take nothing.

        Args:
            has_failed: Whether the caller's last try did not work.
        """
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue = self._failed if has_failed else self._fresh
        queue.append(turn)
        if self._serving is None:
            self._serving = asyncio.create_task(self._serve(), name="connect-tokens")
        try:
            await turn
        finally:
            if turn in queue:
                queue.remove(turn)
                self._rest_if_idle()

    async def _serve(self) -> None:
        try:
            while self._fresh or self._failed:
                await self._clock.sleep(self._earliest_s() - self._clock.monotonic())
                self._give_one()
        finally:
            if self._serving is asyncio.current_task():
                self._serving = None

    def _earliest_s(self) -> float:
        full_s = self._clock.monotonic() - (self._burst - 1) * self._interval_s
        return max(self._next_s + self._interval_s, full_s)

    def _give_one(self) -> None:
        is_turn_of_failed = self._given % _TURNS_OF_FAILED == _TURNS_OF_FAILED - 1
        first, second = (
            (self._failed, self._fresh) if is_turn_of_failed else (self._fresh, self._failed)
        )
        queue = first or second
        if queue:
            self._next_s = self._earliest_s()
            self._given += 1
            turn = queue.popleft()
            if not turn.done():
                turn.set_result(None)

    def _rest_if_idle(self) -> None:
        if self._serving is not None and not self._fresh and not self._failed:
            self._serving.cancel()
            self._serving = None

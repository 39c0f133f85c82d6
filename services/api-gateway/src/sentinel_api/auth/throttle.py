"""How often somebody may try to sign in."""

import math

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from sentinel_core.domain.errors import RateLimited
from sentinel_core.ports.clock import Clock

WINDOW_S = 60


class LoginThrottle:
    """Counts tries by name and address, and ten times as many by address alone."""

    def __init__(self, *, clock: Clock, per_minute: int) -> None:
        self._clock = clock
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._by_name = RateLimitItemPerMinute(per_minute)
        self._by_address = RateLimitItemPerMinute(per_minute * 10)

    def count_try(self, name: str, address: str) -> None:
        """Count one.

        Raises:
            RateLimited: There were too many; says when the next may succeed.
        """
        for item, keys in (
            (self._by_name, ("name", name.casefold(), address)),
            (self._by_address, ("address", address)),
        ):
            if not self._limiter.hit(item, *keys):
                raise RateLimited(
                    "too many tries to sign in; wait a little",
                    retry_after_s=self._wait_s(item, keys),
                )

    def _wait_s(self, item: RateLimitItemPerMinute, keys: tuple[str, ...]) -> int:
        reset_at = self._limiter.get_window_stats(item, *keys).reset_time
        left_s = math.ceil(reset_at - self._clock.utc_now().timestamp())
        # The library counts by the machine's clock, which a simulated one may be far from.
        return min(WINDOW_S, max(1, left_s))

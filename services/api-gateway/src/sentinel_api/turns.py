"""Work that takes seconds of a core: a few at a time, some may wait, the rest is told to come back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sentinel_core.domain.errors import Conflict


class Turns:
    """For requests that everybody with the right may send as often as he likes.

    Args:
        at_once: So many are worked on.
        waiting: So many more may wait.
        refusal: What others are told.
    """

    def __init__(self, *, at_once: int, waiting: int, refusal: str) -> None:
        self._most = at_once + waiting
        self._refusal = refusal
        self._inside = 0
        self._working = asyncio.Semaphore(at_once)

    @asynccontextmanager
    async def take(self) -> AsyncIterator[None]:
        """Wait for a turn. Raises Conflict where too many wait."""
        if self._inside >= self._most:
            raise Conflict(self._refusal)
        self._inside += 1
        try:
            async with self._working:
                yield
        finally:
            self._inside -= 1

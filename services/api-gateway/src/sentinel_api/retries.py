"""Trying again while a store or a database is away, with growing pauses, until the service stops."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

import structlog

from sentinel_api.problems import without_credentials
from sentinel_core.domain.errors import DependencyUnavailable, StorageFull
from sentinel_core.ports.clock import Clock
from sentinel_core.runtime.waiting import sleep_until_set

BACKOFF_MIN_S = 0.2
BACKOFF_MAX_S = 5.0

T = TypeVar("T")

_log = structlog.get_logger(__name__)


class Stopped(Exception):
    """The service stops while the store is away; what was to be stored stays where it is."""


class RetryLedger(Protocol):
    """What counts the tries that failed."""

    retries: int


class Retries:
    """Of one background task.

    Attributes:
        trouble: What is wrong now, for `/readyz`; None where all is well.
    """

    def __init__(self, clock: Clock, ledger: RetryLedger) -> None:
        self.trouble: str | None = "not started yet"
        self._clock = clock
        self._ledger = ledger
        self._stopping = asyncio.Event()

    @property
    def is_stopping(self) -> bool:
        """Whether `stop` was called."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """From now on a try that fails is the last one."""
        self._stopping.set()

    async def run(self, action: Callable[[], Awaitable[T]]) -> T:
        """The result of the first try that succeeds.

        Raises:
            Stopped: A try failed after `stop`.
        """
        pause_s = BACKOFF_MIN_S
        while True:
            try:
                result = await action()
            except (DependencyUnavailable, StorageFull) as error:
                self._ledger.retries += 1
                self.trouble = without_credentials(error.message)
                _log.warning("cannot store now, trying again", reason=self.trouble, in_s=pause_s)
                if self.is_stopping:
                    raise Stopped from error
                await sleep_until_set(self._clock, pause_s, self._stopping)
                pause_s = min(BACKOFF_MAX_S, pause_s * 2)
            else:
                self.trouble = None
                return result

"""A clock that moves only when a test says so."""

import asyncio
import heapq
from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

TURNS_PER_STEP = 32
"""Turns of the event loop that a woken task gets before time goes on: enough for a chain of
awaits that does no input or output."""


class _Turn:
    """Awaiting it gives all ready tasks one turn of the event loop."""

    def __await__(self) -> Generator[None, None, None]:
        yield


@dataclass(frozen=True, slots=True)
class _Sleeper:
    task_name: str
    woken: asyncio.Future[None]


class ManualClock:
    """`Clock` whose time stands still between calls of `advance`.

    Sleepers wake one by one in the order of their deadlines (of their calls, where deadlines are
    equal), each at exactly its deadline, so that a loop which sleeps 1 s runs ten times in
    `advance(10)`. A task that does real input or output between two sleeps needs
    `wait_for_sleepers` before the next `advance`.
    """

    def __init__(
        self,
        start: datetime = datetime(2026, 1, 10, 12, 0, 0, tzinfo=UTC),
        *,
        monotonic: float = 1_000.0,
    ) -> None:
        self._wall = start
        self._monotonic = monotonic
        self._order = count()
        self._sleepers: list[tuple[float, int, _Sleeper]] = []
        self._changed = asyncio.Event()

    def utc_now(self) -> datetime:
        """Wall time, aware UTC."""
        return self._wall

    def monotonic(self) -> float:
        """Seconds that only `advance` adds to."""
        return self._monotonic

    @property
    def sleepers(self) -> int:
        """How many tasks are asleep."""
        return self._count_sleepers(None)

    async def sleep(self, seconds: float) -> None:
        """Return once `advance` has moved the clock by `seconds`; at once for zero or less."""
        if seconds <= 0:
            await _Turn()
            return
        task = asyncio.current_task()
        woken = asyncio.get_running_loop().create_future()
        sleeper = _Sleeper(task.get_name() if task else "", woken)
        heapq.heappush(self._sleepers, (self._monotonic + seconds, next(self._order), sleeper))
        self._changed.set()
        await woken

    async def advance(self, seconds: float) -> None:
        """Move both times forward and wake whoever is due, in order.

        Raises:
            ValueError: `seconds` is negative.
        """
        if seconds < 0:
            raise ValueError("time does not go back; jump_wall moves the wall clock")
        await self.settle()
        end = self._monotonic + seconds
        while self._sleepers and self._sleepers[0][0] <= end:
            deadline, _, sleeper = heapq.heappop(self._sleepers)
            if sleeper.woken.done():  # its task was cancelled
                continue
            self._move_to(deadline)
            sleeper.woken.set_result(None)
            await self.settle()
        self._move_to(end)

    def jump_wall(self, seconds: float) -> None:
        """Set the wall clock forward or back, as an operator or NTP would; wakes nobody."""
        self._wall += timedelta(seconds=seconds)

    async def settle(self) -> None:
        """Let all tasks run until they wait for something, `TURNS_PER_STEP` turns at most."""
        for _ in range(TURNS_PER_STEP):
            await _Turn()

    async def wait_for_sleepers(
        self, count: int = 1, *, task_name: str | None = None, real_timeout_s: float = 10.0
    ) -> None:
        """Wait until at least `count` tasks are asleep, however long their real work takes.

        Args:
            count: How many.
            task_name: Only tasks of this name count. Where several kinds of tasks sleep, a count
                alone is no proof that the one that matters is among them.
            real_timeout_s: How long of the machine's time.

        Raises:
            TimeoutError: They did not come within `real_timeout_s`.
        """
        async with asyncio.timeout(real_timeout_s):
            while self._count_sleepers(task_name) < count:
                self._changed.clear()
                await self._changed.wait()

    def _count_sleepers(self, task_name: str | None) -> int:
        return sum(
            not sleeper.woken.done() and task_name in (None, sleeper.task_name)
            for _, _, sleeper in self._sleepers
        )

    def _move_to(self, monotonic: float) -> None:
        self._wall += timedelta(seconds=monotonic - self._monotonic)
        self._monotonic = monotonic

"""The scheduler: lanes through the network, and batches of frames of several cameras."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence, Set
from dataclasses import dataclass
from typing import Generic, TypeVar

from sentinel_core.ports.clock import Clock
from sentinel_inference.batching.fair_queue import FairQueue, Ticket
from sentinel_inference.batching.window import ArrivalWindow

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
_Waiting = Ticket[tuple[Item, asyncio.Future[Outcome]]]


@dataclass(slots=True)
class BatchCounts:
    """Since the start.

    Attributes:
        pictures: Looked at, in `batches`.
        late: Dropped, because their deadline passed before a lane was free.
    """

    batches: int = 0
    pictures: int = 0
    late: int = 0


class BatchScheduler(Generic[Item, Outcome]):
    """Gives frames to the network. One event loop; no two frames of a camera at the same time.

    Where a batch holds one picture a free lane takes a frame at once, in the caller's own task.
    Otherwise a batch waits until it is full, until no other camera can add to it, or for the time
    that the missing pictures are likely to take (`ArrivalWindow`), and never for more than half of
    the time that its most urgent frame has left.

    Args:
        run: Looks at a batch; one outcome for each item. It raises nothing.
        late: The outcome of a frame whose deadline passes before its turn.
        lanes: Batches at the same time.
        batch_size: Pictures that a batch should hold, asked before each.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Item]], Awaitable[Sequence[Outcome]]],
        clock: Clock,
        *,
        late: Outcome,
        lanes: int,
        batch_size: Callable[[], int],
    ) -> None:
        self.counts = BatchCounts()
        self._run = run
        self._clock = clock
        self._late = late
        self._free_lanes = lanes
        self._batch_size = batch_size
        self._queue: FairQueue[tuple[Item, asyncio.Future[Outcome]]] = FairQueue()
        self._busy: set[str] = set()
        self._window = ArrivalWindow()
        self._timer: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> int:
        """Frames in line."""
        return len(self._queue)

    async def submit(
        self, item: Item, *, camera_key: str, shape: Hashable, deadline_s: float
    ) -> Outcome:
        """Wait for a turn and look at a frame; gives what `run` says of it, or `late`.

        Args:
            item: For `run`.
            camera_key: Who sends it.
            shape: See `Ticket`.
            deadline_s: Monotonic seconds; inf for a frame that may wait for ever.
        """
        now_s = self._clock.monotonic()
        if deadline_s < now_s:
            self.counts.late += 1
            return self._late
        if self._batch_size() == 1 and self._is_idle(camera_key):
            self._claim_lane({camera_key})
            return (await self._use_lane([item], {camera_key}))[0]
        self._window.note(camera_key, now_s)
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        ticket = Ticket(
            camera_key=camera_key,
            shape=shape,
            came_s=now_s,
            deadline_s=deadline_s,
            item=(item, outcome),
        )
        self._queue.put(ticket)
        self._fill_lanes()
        try:
            return await outcome
        finally:
            # Whoever gave up waiting leaves the line.
            self._queue.remove(ticket)

    def close(self, outcome: Outcome) -> None:
        """Send away who waits, with `outcome`; what is being looked at goes on."""
        if self._timer is not None:
            self._timer.cancel()
        for ticket in self._queue.clear():
            _answer(ticket, outcome)

    def _is_idle(self, camera_key: str) -> bool:
        return self._free_lanes > 0 and not self._queue and camera_key not in self._busy

    def _fill_lanes(self) -> None:
        """Start what can start now."""
        now_s = self._clock.monotonic()
        while self._free_lanes > 0 and self._queue:
            size = self._batch_size()
            ready = self._queue.first_in_line(size, self._busy)
            if not ready:
                return
            if self._drop_late(ready, now_s):
                continue
            wait_s = self._wait_s(ready, size, now_s) if len(ready) < size else 0.0
            if wait_s > 0.0:
                self._look_again_in(wait_s)
                return
            self._start(self._queue.take(size, self._busy))

    def _drop_late(self, ready: Sequence[_Waiting[Item, Outcome]], now_s: float) -> bool:
        """Send away those whose deadline has passed; whether there were any."""
        late = [ticket for ticket in ready if ticket.deadline_s < now_s]
        for ticket in late:
            self._queue.remove(ticket)
            self.counts.late += 1
            _answer(ticket, self._late)
        return bool(late)

    def _wait_s(self, ready: Sequence[_Waiting[Item, Outcome]], size: int, now_s: float) -> float:
        """How much longer a batch that is not full should wait."""
        here = {ticket.camera_key for ticket in ready} | self._busy
        if self._window.cameras(now_s) <= here:
            return 0.0
        came_s = min(ticket.came_s for ticket in ready)
        patience_s = self._window.wait_s(size - len(ready), now_s)
        left_s = min(ticket.deadline_s - ticket.came_s for ticket in ready)
        return came_s + min(patience_s, left_s / 2) - now_s

    def _look_again_in(self, wait_s: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.create_task(self._wait(wait_s), name="batch-window")

    async def _wait(self, wait_s: float) -> None:
        await self._clock.sleep(wait_s)
        self._timer = None
        self._fill_lanes()

    def _start(self, batch: Sequence[_Waiting[Item, Outcome]]) -> None:
        cameras = {ticket.camera_key for ticket in batch}
        self._claim_lane(cameras)
        task = asyncio.create_task(self._look_at(batch, cameras), name="batch")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _look_at(self, batch: Sequence[_Waiting[Item, Outcome]], cameras: Set[str]) -> None:
        outcomes = await self._use_lane([ticket.item[0] for ticket in batch], cameras)
        for ticket, outcome in zip(batch, outcomes, strict=True):
            _answer(ticket, outcome)

    def _claim_lane(self, cameras: Set[str]) -> None:
        self._free_lanes -= 1
        self._busy |= cameras

    async def _use_lane(self, items: Sequence[Item], cameras: Set[str]) -> Sequence[Outcome]:
        """Look at a batch in a lane that was claimed for these cameras, and give it back."""
        self.counts.batches += 1
        self.counts.pictures += len(items)
        try:
            return await self._run(items)
        finally:
            self._free_lanes += 1
            self._busy -= cameras
            self._fill_lanes()


def _answer(ticket: _Waiting[Item, Outcome], outcome: Outcome) -> None:
    future = ticket.item[1]
    if not future.done():
        future.set_result(outcome)

"""The archivist: what the bus carries of detections goes to the archive in large pieces."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import structlog

from sentinel_api.raw_detections.buffer import FrameBuffer
from sentinel_api.retries import Retries, Stopped
from sentinel_core.contracts.generated.detection_event import DetectionEvent
from sentinel_core.contracts.topics import DETECTIONS
from sentinel_core.domain.errors import DependencyUnavailable, InvalidInput, StorageFull
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.detection_archive import DetectionArchive
from sentinel_core.ports.event_bus import EventBus, Subscription, TopicPartition
from sentinel_core.ports.repositories import Database

CONSUMER = "raw-detections"
BATCH_SIZE = 500
POLL_TIMEOUT_S = 0.5
MAX_WEIGHT = 40_000
"""Some 12 MB of waiting frames; then they are written, however young they are."""

_log = structlog.get_logger(__name__)


@dataclass(kw_only=True)
class ArchiveLedger:
    """Counters since the start of the process.

    Attributes:
        frames: Inferred frames that the archive has taken.
        refused: Frames that can never be archived.
        missed: Messages that the bus dropped before they were read.
        retries: Tries that failed because the store was away or full.
    """

    frames: int = 0
    refused: int = 0
    missed: int = 0
    retries: int = 0


class DetectionArchivist:
    """Consumes detections in a group of its own and writes them by age and size.

    Offsets are stored after what they stand for was written: after a crash, frames are written
    again and the archive reads them once. While the archive is away nothing further is read.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        bus: EventBus,
        database: Database,
        archive: DetectionArchive,
        flush_s: float,
        retention_days: int,
    ) -> None:
        self._clock = clock
        self._bus = bus
        self._database = database
        self._archive = archive
        self._flush_s = flush_s
        self._retention = timedelta(days=retention_days)
        self._buffer = FrameBuffer()
        self._since_s: float | None = None
        self._offsets: Mapping[TopicPartition, int] = {}
        self._cleaned: date | None = None
        self._writing = asyncio.Lock()
        self.ledger = ArchiveLedger()
        self._retries = Retries(clock, self.ledger)

    @property
    def trouble(self) -> str | None:
        """What is wrong now; None where all is well."""
        return self._retries.trouble

    @property
    def waiting(self) -> int:
        """Frames that were read and not written yet."""
        return len(self._buffer)

    def stop(self) -> None:
        """Write what the bus has, then end; `run` returns soon."""
        self._retries.stop()

    async def run(self) -> None:
        """Consume until `stop`; an unforeseen error starts the consumer anew."""
        while True:
            try:
                await self._consume()
            except Stopped:
                return
            except Exception as error:  # noqa: BLE001  (outermost loop: no message may end it)
                self._retries.trouble = f"the consumer failed: {type(error).__name__}"
                _log.error("archivist failed, starting it anew", exc_info=error)
                await self._clock.sleep(1.0)
            else:
                return

    async def write_now(self) -> None:
        """Write what waits, for somebody who wants to read it.

        Raises:
            StorageFull: No room. The frames wait for the next try.
            DependencyUnavailable: The store is away; as before.
        """
        async with self._writing:
            events, offsets = self._buffer.take()
            try:
                await self._append(events)
            except (DependencyUnavailable, StorageFull):
                self._buffer.give_back(events)
                raise
            self._since_s = None
            await self._note(offsets)

    async def _consume(self) -> None:
        self._buffer, self._since_s = FrameBuffer(), None
        start = await self._retries.run(self._start_offsets)
        async with self._bus.subscribe([DETECTIONS], start=start) as subscription:
            self._retries.trouble = None
            while await self._step(subscription):
                pass
        await self._retries.run(self.write_now)

    async def _step(self, subscription: Subscription) -> bool:
        messages = await subscription.poll(max_messages=BATCH_SIZE, timeout_s=POLL_TIMEOUT_S)
        self.ledger.missed = max(self.ledger.missed, subscription.missed)
        self._buffer.add(messages)
        if len(self._buffer) and self._since_s is None:
            self._since_s = self._clock.monotonic()
        if self._is_due():
            await self._retries.run(self.write_now)
            await self._retries.run(self._clean)
        return bool(messages) or not self._retries.is_stopping

    def _is_due(self) -> bool:
        if self._since_s is None:
            return False
        age_s = self._clock.monotonic() - self._since_s
        return self._buffer.weight >= MAX_WEIGHT or age_s >= self._flush_s

    async def _append(self, events: Sequence[DetectionEvent]) -> None:
        try:
            await self._archive.append(events)
            self.ledger.frames += len(events)
        except InvalidInput:
            for event in events:
                await self._append_single(event)

    async def _append_single(self, event: DetectionEvent) -> None:
        try:
            await self._archive.append([event])
            self.ledger.frames += 1
        except InvalidInput as error:
            self.ledger.refused += 1
            _log.warning("a frame cannot be archived", camera=event.camera_id, reason=error.message)

    async def _note(self, offsets: Mapping[TopicPartition, int]) -> None:
        self._offsets = offsets
        if self._bus.outlives_process and offsets:
            async with self._database.transaction() as work:
                await work.offsets.save(CONSUMER, offsets)

    async def _start_offsets(self) -> Mapping[TopicPartition, int]:
        if not self._bus.outlives_process:
            return dict(self._offsets)
        async with self._database.transaction() as work:
            return await work.offsets.load(CONSUMER)

    async def _clean(self) -> None:
        """Once a day, drop what is older than it has to be."""
        today = self._clock.utc_now().date()
        if today != self._cleaned:
            await self._archive.drop_before(today - self._retention)
            self._cleaned = today

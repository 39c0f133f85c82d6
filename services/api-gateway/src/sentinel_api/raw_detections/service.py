"""The archivist: what the bus carries of detections goes to the archive in large pieces."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import structlog

from sentinel_api.consumption import Consumer, Reader
from sentinel_api.raw_detections.buffer import FrameBuffer
from sentinel_core.contracts.generated.detection_event import DetectionEvent
from sentinel_core.contracts.topics import DETECTIONS
from sentinel_core.domain.errors import DependencyUnavailable, InvalidInput, StorageFull
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.detection_archive import DetectionArchive
from sentinel_core.ports.event_bus import EventBus, Message, TopicPartition
from sentinel_core.ports.repositories import Database

READER = Reader(name="raw-detections", topics=(DETECTIONS,), poll_timeout_s=0.5)
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
        self._archive = archive
        self._flush_s = flush_s
        self._retention = timedelta(days=retention_days)
        self._buffer = FrameBuffer()
        self._since_s: float | None = None
        self._offsets: Mapping[TopicPartition, int] = {}
        self._cleaned: date | None = None
        self._writing = asyncio.Lock()
        self.ledger = ArchiveLedger()
        self._consumer = Consumer(
            READER, clock=clock, bus=bus, database=database, ledger=self.ledger
        )

    @property
    def trouble(self) -> str | None:
        """What is wrong now; None where all is well."""
        return self._consumer.trouble

    @property
    def waiting(self) -> int:
        """Frames that were read and not written yet."""
        return len(self._buffer)

    def stop(self) -> None:
        """Write what the bus has, then end; `run` returns soon."""
        self._consumer.stop()

    async def run(self) -> None:
        """Consume until `stop`; an unforeseen error starts the consumer anew."""
        await self._consumer.run(self)

    async def begin(self) -> Mapping[TopicPartition, int]:
        """Forget what waits: it is read again; see `Stage`."""
        self._buffer, self._since_s = FrameBuffer(), None
        return dict(self._offsets)

    async def take(self, messages: Sequence[Message]) -> None:
        """Keep them until it is time to write; see `Stage`."""
        self._buffer.add(messages)
        if len(self._buffer) and self._since_s is None:
            self._since_s = self._clock.monotonic()
        if self._is_due():
            await self._consumer.retries.run(self.write_now)
            await self._consumer.retries.run(self._clean)

    async def finish(self) -> None:
        """Write what waits; see `Stage`."""
        await self._consumer.retries.run(self.write_now)

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
        await self._consumer.save(offsets)

    async def _clean(self) -> None:
        """Once a day, drop what is older than it has to be."""
        today = self._clock.utc_now().date()
        if today != self._cleaned:
            await self._archive.drop_before(today - self._retention)
            self._cleaned = today

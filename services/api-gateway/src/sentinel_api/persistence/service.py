"""The persister: what the bus carries becomes rows, each message once, none skipped."""

from collections.abc import Mapping, Sequence

import structlog

from sentinel_api.consumption import Consumer, Reader
from sentinel_api.persistence.batch import Batch, DeadLetter
from sentinel_api.persistence.ledger import PersisterLedger
from sentinel_api.persistence.writing import Written, write_batch
from sentinel_api.realtime.announcements import Announcements
from sentinel_core.contracts.topics import (
    CAMERA_STATES,
    DETECTIONS,
    DETECTIONS_DLQ,
    FLOW,
    INCIDENTS,
)
from sentinel_core.domain.cameras import CameraStatus, SourceState
from sentinel_core.domain.errors import SentinelError
from sentinel_core.domain.media_clock import format_utc
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.event_bus import EventBus, Message, TopicPartition
from sentinel_core.ports.repositories import Database

READER = Reader(
    name="persister", topics=(INCIDENTS, CAMERA_STATES, DETECTIONS, FLOW), poll_timeout_s=0.2
)

# Of one message, these say that the message is wrong, not that the database is away.
_DATA_ERRORS = (SentinelError, ValueError, LookupError, ArithmeticError)

_log = structlog.get_logger(__name__)


class Persister:
    """Consumes detections, incidents, camera states and flow.

    Rows and offsets are committed in one transaction. Where the database is away or full it
    tries again with growing pauses and reads nothing further. A message that can never be stored
    goes to the dead letter topic with the reason.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        bus: EventBus,
        database: Database,
        ledger: PersisterLedger,
        announcements: Announcements,
    ) -> None:
        self._clock = clock
        self._bus = bus
        self._database = database
        self._ledger = ledger
        self._announcements = announcements
        self._consumer = Consumer(READER, clock=clock, bus=bus, database=database, ledger=ledger)
        self._sources: dict[str, SourceState] = {}
        self._is_prepared = False

    @property
    def trouble(self) -> str | None:
        """What is wrong now; None where all is well."""
        return self._consumer.trouble

    def stop(self) -> None:
        """Store what the bus has, then end; `run` returns soon."""
        self._consumer.stop()

    async def run(self) -> None:
        """Consume until `stop`; an unforeseen error starts the consumer anew."""
        await self._consumer.run(self)

    async def begin(self) -> Mapping[TopicPartition, int]:
        """Learn the cameras; see `Stage`."""
        await self._prepare()
        return dict(self._ledger.stored)

    async def take(self, messages: Sequence[Message]) -> None:
        """Store them; see `Stage`."""
        if messages:
            await self._store_messages(messages)

    async def finish(self) -> None:
        """Nothing waits; see `Stage`."""

    async def _prepare(self) -> None:
        """Learn the cameras' statuses. A bus that starts empty says all of them again."""
        if self._is_prepared:
            return
        async with self._database.transaction() as work:
            for camera in await work.cameras.list():
                if not self._bus.outlives_process:
                    await work.cameras.set_status(camera.key, CameraStatus.OFFLINE)
                elif camera.status is not CameraStatus.OFFLINE:
                    self._sources[camera.key] = SourceState.ONLINE
        self._is_prepared = True

    async def _store_messages(self, messages: Sequence[Message]) -> None:
        for message in messages:
            self._ledger.note_published(message.position, message.offset)
        batch = Batch.of(messages)
        for letter in batch.broken:
            await self._bury(letter)
        try:
            await self._store(batch)
        except _DATA_ERRORS as error:
            _log.warning("a batch was refused, storing it one by one", reason=str(error))
            for single in batch.split():
                await self._store_single(single)

    async def _store_single(self, batch: Batch) -> None:
        try:
            await self._store(batch)
        except _DATA_ERRORS as error:
            reason = error.message if isinstance(error, SentinelError) else str(error)
            await self._bury(DeadLetter(batch.messages[0], reason))
            await self._store(Batch(batch.messages))

    async def _store(self, batch: Batch) -> None:
        async def transact() -> Written:
            async with self._database.transaction() as work:
                written = await write_batch(work, batch, self._sources)
                await work.offsets.save(READER.name, batch.next_offsets)
            return written

        written = await self._consumer.retries.run(transact)
        self._sources.update(written.sources)
        self._ledger.detections_stored += written.detections
        self._ledger.incidents_stored += len(written.transitions)
        self._ledger.note_flows(written.flows)
        self._ledger.note_stored(batch.next_offsets)
        for incident_id, transition in written.transitions:
            self._announcements.put(incident_id, transition)

    async def _bury(self, letter: DeadLetter) -> None:
        value = letter.to_json(format_utc(self._clock.utc_now()))

        async def publish() -> None:
            await self._bus.publish(DETECTIONS_DLQ, letter.message.key, value)

        await self._consumer.retries.run(publish)
        self._ledger.dead_letters += 1
        _log.warning(
            "message put aside",
            topic=letter.message.position.topic,
            offset=letter.message.offset,
            reason=letter.reason,
        )

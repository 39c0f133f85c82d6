"""The loop of a consumer of the bus: persister and archivist differ in what they do with messages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from sentinel_api.retries import Retries, RetryLedger, Stopped
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.event_bus import EventBus, Message, Subscription, TopicPartition
from sentinel_core.ports.repositories import Database

BATCH_SIZE = 500
PAUSE_S = 1.0

_log = structlog.get_logger(__name__)


class ConsumerLedger(RetryLedger, Protocol):
    """What counts the messages that were lost, beside failed tries."""

    missed: int


class Stage(Protocol):
    """What a consumer does with what the loop reads."""

    async def begin(self) -> Mapping[TopicPartition, int]:
        """Before the first message, and again after a failure.

        Returns:
            Next offsets to read, where the bus ends with this process and they are nowhere else.
        """
        ...

    async def take(self, messages: Sequence[Message]) -> None:
        """The next messages; none where none came for a while."""
        ...

    async def finish(self) -> None:
        """After the last message, when the service stops."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads what.

    Attributes:
        name: Its offsets are stored under it.
        poll_timeout_s: So long it waits for a message.
    """

    name: str
    topics: Sequence[str]
    poll_timeout_s: float


class Consumer:
    """Reads the bus for a stage until it is stopped, and starts anew after an unforeseen error.

    Attributes:
        retries: Of the stage too: what it stores is tried again until it is stored.
    """

    def __init__(
        self,
        reader: Reader,
        *,
        clock: Clock,
        bus: EventBus,
        database: Database,
        ledger: ConsumerLedger,
    ) -> None:
        self.retries = Retries(clock, ledger)
        self._reader = reader
        self._clock = clock
        self._bus = bus
        self._database = database
        self._ledger = ledger

    @property
    def trouble(self) -> str | None:
        """What is wrong now; None where all is well."""
        return self.retries.trouble

    def stop(self) -> None:
        """Read what the bus has, then end; `run` returns soon."""
        self.retries.stop()

    async def run(self, stage: Stage) -> None:
        """Consume until `stop`."""
        while True:
            try:
                await self._consume(stage)
            except Stopped:
                return
            except Exception as error:  # noqa: BLE001  (outermost loop: no message may end it)
                self.retries.trouble = f"the consumer failed: {type(error).__name__}"
                _log.error("starting a consumer anew", consumer=self._reader.name, exc_info=error)
                await self._clock.sleep(PAUSE_S)
            else:
                return

    async def save(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Store the place in a transaction of its own, where the bus outlives this process."""
        if self._bus.outlives_process and offsets:
            async with self._database.transaction() as work:
                await work.offsets.save(self._reader.name, offsets)

    async def _consume(self, stage: Stage) -> None:
        own = await self.retries.run(stage.begin)
        start = await self.retries.run(self._stored) if self._bus.outlives_process else own
        async with self._bus.subscribe(self._reader.topics, start=start) as subscription:
            self.retries.trouble = None
            while await self._step(subscription, stage):
                pass
        await stage.finish()

    async def _step(self, subscription: Subscription, stage: Stage) -> bool:
        messages = await subscription.poll(
            max_messages=BATCH_SIZE, timeout_s=self._reader.poll_timeout_s
        )
        self._ledger.missed = max(self._ledger.missed, subscription.missed)
        await stage.take(messages)
        return bool(messages) or not self.retries.is_stopping

    async def _stored(self) -> Mapping[TopicPartition, int]:
        async with self._database.transaction() as work:
            return await work.offsets.load(self._reader.name)

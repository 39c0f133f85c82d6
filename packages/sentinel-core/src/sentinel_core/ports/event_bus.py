"""The event bus: topics of keyed messages, in order per key, each with an offset.

Modelled on the Kafka API, so that the in-process adapter and Kafka keep the same promises.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class TopicPartition:
    """Where offsets count from. The in-process bus has one partition, 0, per topic."""

    topic: str
    partition: int


@dataclass(frozen=True, slots=True)
class Message:
    """A message as read from the bus."""

    position: TopicPartition
    offset: int
    key: str
    value: bytes


class Subscription(Protocol):
    """A reader's place on its topics. Not for use by two tasks at once."""

    async def poll(self, *, max_messages: int, timeout_s: float) -> Sequence[Message]:
        """The next messages, in order per partition; empty after `timeout_s` without one.

        A reader that falls behind what the bus retains goes on with the oldest message that
        is still there; `missed` counts what it lost.
        """
        ...

    @property
    def missed(self) -> int:
        """Messages that were dropped by retention before this reader came to them."""
        ...


class EventBus(Protocol):
    """Publishes and subscribes. Safe to use from any task of the event loop that made it."""

    @property
    def outlives_process(self) -> bool:
        """Whether the logs go on when this process ends.

        False: each run starts with empty logs at offset 0, so an offset that an earlier run
        stored names another message or none. A reader then starts with `start={}` and keeps its
        place in memory for as long as the process lives.
        """
        ...

    async def publish(self, topic: str, key: str, value: bytes) -> None:
        """Hand over one message; returns when the bus has accepted it.

        Raises:
            DependencyUnavailable: The bus cannot take it now. Nothing was published.
        """
        ...

    def subscribe(
        self, topics: Sequence[str], *, start: Mapping[TopicPartition, int] | None = None
    ) -> AbstractAsyncContextManager[Subscription]:
        """Read `topics`.

        Args:
            topics: At least one.
            start: Next offset to read per partition, as the reader stored it; a partition that
                is missing here is read from its oldest message, and so is one whose offset is
                past the end: it was stored for another log. None: only messages that are
                published from now on.
        """
        ...

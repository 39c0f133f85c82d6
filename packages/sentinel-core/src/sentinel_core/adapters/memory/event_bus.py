"""The event bus of the embedded mode: bounded logs in memory, one partition per topic."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from sentinel_core.domain.errors import DependencyUnavailable
from sentinel_core.ports.event_bus import Message, Subscription, TopicPartition


class _Log:
    """The retained messages of one topic."""

    def __init__(self, topic: str, retained: int, retained_bytes: int) -> None:
        self.position = TopicPartition(topic, 0)
        self.messages: deque[Message] = deque()
        self.next_offset = 0
        self._retained = retained
        self._retained_bytes = retained_bytes
        self._bytes = 0

    def append(self, key: str, value: bytes) -> None:
        self.messages.append(Message(self.position, self.next_offset, key, value))
        self.next_offset += 1
        self._bytes += len(value)
        while len(self.messages) > 1 and self._is_full():
            self._bytes -= len(self.messages.popleft().value)

    def _is_full(self) -> bool:
        return len(self.messages) > self._retained or self._bytes > self._retained_bytes

    @property
    def first_offset(self) -> int:
        return self.next_offset - len(self.messages)


class MemoryEventBus:
    """Keeps the newest messages of each topic, at least one.

    A publisher never waits for a reader: a reader that is further behind goes on with the oldest
    message left and counts what it missed.

    Args:
        retained: So many messages at most.
        retained_bytes: So large all of them at most: 16 MB are 80 s of 16 busy cameras.
    """

    def __init__(self, *, retained: int = 20_000, retained_bytes: int = 16 << 20) -> None:
        self._retained = retained
        self._retained_bytes = retained_bytes
        self._logs: dict[str, _Log] = {}
        self._waiting: set[asyncio.Event] = set()
        self._closed = False

    @property
    def outlives_process(self) -> bool:
        """The logs are the process's."""
        return False

    async def publish(self, topic: str, key: str, value: bytes) -> None:
        """Append to the topic and wake its readers."""
        if self._closed:
            raise DependencyUnavailable("the event bus is closed")
        self._log(topic).append(key, value)
        for wake in self._waiting:
            wake.set()

    @asynccontextmanager
    async def subscribe(
        self, topics: Sequence[str], *, start: Mapping[TopicPartition, int] | None = None
    ) -> AsyncIterator[Subscription]:
        """Read `topics` from `start`, or from now on."""
        wake = asyncio.Event()
        self._waiting.add(wake)
        try:
            yield _MemorySubscription([self._log(topic) for topic in topics], start, wake)
        finally:
            self._waiting.discard(wake)

    async def close(self) -> None:
        """Refuse further messages."""
        self._closed = True

    def _log(self, topic: str) -> _Log:
        return self._logs.setdefault(topic, _Log(topic, self._retained, self._retained_bytes))


class _MemorySubscription:
    def __init__(
        self, logs: list[_Log], start: Mapping[TopicPartition, int] | None, wake: asyncio.Event
    ) -> None:
        self._logs = logs
        self._wake = wake
        self._missed = 0
        self._next = {log.position: _first_to_read(log, start) for log in logs}

    @property
    def missed(self) -> int:
        return self._missed

    async def poll(self, *, max_messages: int, timeout_s: float) -> Sequence[Message]:
        messages = self._take(max_messages)
        try:
            async with asyncio.timeout(timeout_s):
                while not messages:  # every topic wakes every reader
                    await self._wake.wait()
                    messages = self._take(max_messages)
        except TimeoutError:
            return []
        return messages

    def _take(self, max_messages: int) -> list[Message]:
        self._wake.clear()
        taken: list[Message] = []
        for log in self._logs:
            taken.extend(self._take_from(log, max_messages - len(taken)))
        # Another topic is first next time, so that a busy one starves none.
        self._logs = [*self._logs[1:], self._logs[0]]
        return taken

    def _take_from(self, log: _Log, room: int) -> list[Message]:
        behind = self._next[log.position]
        first = max(behind, log.first_offset)
        self._missed += first - behind
        skip = first - log.first_offset
        messages = [log.messages[skip + i] for i in range(min(room, log.next_offset - first))]
        self._next[log.position] = first + len(messages)
        return messages


def _first_to_read(log: _Log, start: Mapping[TopicPartition, int] | None) -> int:
    if start is None:
        return log.next_offset
    wanted = start.get(log.position, 0)
    # An offset past the end belongs to another log: reading all of this one skips nothing.
    return wanted if wanted <= log.next_offset else log.first_offset

"""The event bus in memory: the contract, and what only it can promise."""

import pytest

from sentinel_core.adapters.memory.event_bus import MemoryEventBus
from sentinel_core.domain.errors import DependencyUnavailable
from sentinel_core.ports.event_bus import EventBus, TopicPartition
from sentinel_core.testing.contracts.event_bus import EventBusContract, read, values

POSITION = TopicPartition("topic", 0)


@pytest.fixture
def bus() -> EventBus:
    return MemoryEventBus(retained=1_000)


class TestMemoryEventBus(EventBusContract): ...


async def publish_numbers(bus: EventBus, count: int) -> None:
    for number in range(count):
        await bus.publish("topic", "cam_01", b"%d" % number)


async def test_slow_reader_goes_on_with_the_oldest_left() -> None:
    bus = MemoryEventBus(retained=10)
    async with bus.subscribe(["topic"]) as subscription:
        await publish_numbers(bus, 4)
        assert values(await read(subscription, 1)) == [b"0"]
        await publish_numbers(bus, 12)
        assert values(await read(subscription, 10)) == [b"%d" % number for number in range(2, 12)]
        assert subscription.missed == 5


async def test_large_messages_are_kept_for_a_shorter_time() -> None:
    bus = MemoryEventBus(retained=10, retained_bytes=100)
    async with bus.subscribe(["topic"], start={}) as subscription:
        for number in range(5):
            await bus.publish("topic", "cam_01", b"%d" % number * 40)
        assert values(await read(subscription, 2)) == [b"3" * 40, b"4" * 40]
        assert subscription.missed == 3
        await bus.publish("topic", "cam_01", b"x" * 1_000)
        assert values(await read(subscription, 1)) == [b"x" * 1_000]
        await publish_numbers(bus, 3)
        assert values(await read(subscription, 3)) == [b"0", b"1", b"2"]


async def test_retention_is_per_topic() -> None:
    bus = MemoryEventBus(retained=10)
    async with bus.subscribe(["quiet"], start={}) as subscription:
        await bus.publish("quiet", "cam_01", b"kept")
        await publish_numbers(bus, 100)
        assert values(await read(subscription, 1)) == [b"kept"]
        assert subscription.missed == 0


async def test_offset_of_an_earlier_run_reads_all_of_this_one() -> None:
    """The log starts empty with the process: what an offset past its end meant is gone."""
    bus = MemoryEventBus()
    await publish_numbers(bus, 3)
    async with bus.subscribe(["topic"], start={POSITION: 5_000}) as subscription:
        assert values(await read(subscription, 3)) == [b"0", b"1", b"2"]
        assert subscription.missed == 0


async def test_closed_bus_takes_nothing() -> None:
    bus = MemoryEventBus()
    await bus.close()
    with pytest.raises(DependencyUnavailable):
        await bus.publish("topic", "cam_01", b"too late")


async def test_waiting_reader_without_messages_gets_none_after_the_timeout() -> None:
    bus = MemoryEventBus()
    async with bus.subscribe(["topic"]) as subscription:
        assert list(await subscription.poll(max_messages=1, timeout_s=0.0)) == []

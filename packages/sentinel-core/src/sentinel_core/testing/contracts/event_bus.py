"""What every `EventBus` promises."""

import asyncio
from collections.abc import Sequence

from sentinel_core.ports.event_bus import EventBus, Message, Subscription, TopicPartition

SOON_S = 5.0
"""Longer than any bus needs; a test that passes never waits for it."""


async def read(subscription: Subscription, count: int) -> list[Message]:
    """The next `count` messages, over as many polls as it takes."""
    messages: list[Message] = []
    async with asyncio.timeout(SOON_S):
        while len(messages) < count:
            wanted = count - len(messages)
            messages.extend(await subscription.poll(max_messages=wanted, timeout_s=SOON_S))
    return messages


async def read_nothing(subscription: Subscription) -> None:
    """Check that no message is waiting."""
    assert list(await subscription.poll(max_messages=10, timeout_s=0.02)) == []


def values(messages: Sequence[Message]) -> list[bytes]:
    """What the messages say."""
    return [message.value for message in messages]


def after(messages: Sequence[Message]) -> dict[TopicPartition, int]:
    """The next offsets of a reader that has read `messages`."""
    return {message.position: message.offset + 1 for message in messages}


class EventBusContract:
    """Needs fixture `bus`, fresh for each test."""

    async def test_passes_on_key_and_value(self, bus: EventBus) -> None:
        async with bus.subscribe(["topic"]) as subscription:
            await bus.publish("topic", "cam_01", b"\x00\xff")
            (message,) = await read(subscription, 1)
        assert (message.position.topic, message.key, message.value) == (
            "topic",
            "cam_01",
            b"\x00\xff",
        )

    async def test_keeps_order_and_counts_offsets(self, bus: EventBus) -> None:
        async with bus.subscribe(["topic"]) as subscription:
            for number in range(50):
                await bus.publish("topic", "cam_01", b"%d" % number)
            messages = await read(subscription, 50)
        assert values(messages) == [b"%d" % number for number in range(50)]
        offsets = [message.offset for message in messages]
        assert offsets == list(range(offsets[0], offsets[0] + 50))

    async def test_without_start_reads_from_now_on(self, bus: EventBus) -> None:
        await bus.publish("topic", "cam_01", b"before")
        async with bus.subscribe(["topic"]) as subscription:
            await bus.publish("topic", "cam_01", b"after")
            assert values(await read(subscription, 1)) == [b"after"]

    async def test_empty_start_reads_from_the_oldest(self, bus: EventBus) -> None:
        await bus.publish("topic", "cam_01", b"first")
        async with bus.subscribe(["topic"], start={}) as subscription:
            await bus.publish("topic", "cam_01", b"second")
            assert values(await read(subscription, 2)) == [b"first", b"second"]

    async def test_goes_on_where_a_reader_stopped(self, bus: EventBus) -> None:
        for number in range(10):
            await bus.publish("topic", "cam_01", b"%d" % number)
        async with bus.subscribe(["topic"], start={}) as subscription:
            read_before = await read(subscription, 4)
        async with bus.subscribe(["topic"], start=after(read_before)) as subscription:
            assert values(await read(subscription, 6)) == [b"%d" % n for n in range(4, 10)]
            await read_nothing(subscription)

    async def test_poll_takes_no_more_than_asked(self, bus: EventBus) -> None:
        async with bus.subscribe(["topic"]) as subscription:
            for number in range(5):
                await bus.publish("topic", "cam_01", b"%d" % number)
            assert len(await subscription.poll(max_messages=3, timeout_s=SOON_S)) <= 3

    async def test_poll_without_messages_is_empty(self, bus: EventBus) -> None:
        async with bus.subscribe(["topic"]) as subscription:
            await read_nothing(subscription)

    async def test_waiting_poll_wakes_for_a_message(self, bus: EventBus) -> None:
        async with bus.subscribe(["topic"]) as subscription:
            poll = asyncio.create_task(subscription.poll(max_messages=1, timeout_s=SOON_S))
            await read_nothing_elsewhere(bus)
            await bus.publish("topic", "cam_01", b"news")
            assert values(await poll) == [b"news"]

    async def test_waiting_poll_does_not_wake_for_other_topics(self, bus: EventBus) -> None:
        async with bus.subscribe(["topic"]) as subscription:
            poll = asyncio.create_task(subscription.poll(max_messages=1, timeout_s=SOON_S))
            await read_nothing_elsewhere(bus)
            await bus.publish("other", "cam_01", b"noise")
            await read_nothing_elsewhere(bus)
            assert not poll.done()
            await bus.publish("topic", "cam_01", b"news")
            assert values(await poll) == [b"news"]

    async def test_cancelled_poll_loses_nothing(self, bus: EventBus) -> None:
        async with bus.subscribe(["topic"]) as subscription:
            poll = asyncio.create_task(subscription.poll(max_messages=1, timeout_s=SOON_S))
            await read_nothing_elsewhere(bus)
            poll.cancel()
            await asyncio.wait([poll])
            await bus.publish("topic", "cam_01", b"news")
            assert values(await read(subscription, 1)) == [b"news"]

    async def test_readers_do_not_take_from_each_other(self, bus: EventBus) -> None:
        async with bus.subscribe(["topic"]) as one, bus.subscribe(["topic"]) as two:
            await bus.publish("topic", "cam_01", b"news")
            assert values(await read(one, 1)) == values(await read(two, 1)) == [b"news"]

    async def test_reads_several_topics(self, bus: EventBus) -> None:
        async with bus.subscribe(["one", "two"]) as subscription:
            await bus.publish("one", "cam_01", b"1")
            await bus.publish("two", "cam_01", b"2")
            await bus.publish("three", "cam_01", b"3")
            messages = await read(subscription, 2)
            await read_nothing(subscription)
        assert {(m.position.topic, m.value) for m in messages} == {("one", b"1"), ("two", b"2")}

    async def test_busy_topic_does_not_starve_another(self, bus: EventBus) -> None:
        async with bus.subscribe(["busy", "quiet"]) as subscription:
            await bus.publish("quiet", "cam_01", b"at last")
            for _ in range(20):
                for number in range(10):
                    await bus.publish("busy", "cam_01", b"%d" % number)
                messages = await subscription.poll(max_messages=5, timeout_s=SOON_S)
                if b"at last" in values(messages):
                    return
        raise AssertionError("the quiet topic was never read")

    async def test_misses_nothing_within_retention(self, bus: EventBus) -> None:
        async with bus.subscribe(["topic"]) as subscription:
            await bus.publish("topic", "cam_01", b"news")
            await read(subscription, 1)
            assert subscription.missed == 0

    async def test_publishing_without_readers_is_fine(self, bus: EventBus) -> None:
        await bus.publish("topic", "cam_01", b"unheard")


async def read_nothing_elsewhere(bus: EventBus) -> None:
    """Gives other tasks and the bus time to do what they are about to do."""
    async with bus.subscribe(["nothing is published here"]) as subscription:
        await read_nothing(subscription)

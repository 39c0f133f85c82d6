"""A reading process does not outlive a parent that does nothing."""

import os
from collections.abc import Callable, Iterator

import msgspec
import pytest

from sentinel_camera.worker.channel import Channel, ChannelClosed, socket_pair
from sentinel_camera.worker.messages import Consumed, FromWorker, Packet, ToWorker
from sentinel_camera.worker.outbox import Outbox, UnitTimes
from sentinel_core.testing.clock import ManualClock


class Pair:
    """An outbox and the parent's end of its channel."""

    def __init__(self, hang_up_after_s: float | None) -> None:
        ours, theirs = socket_pair()
        theirs.setblocking(False)
        self.clock = ManualClock()
        self.parent = Channel(theirs, msgspec.msgpack.Decoder(FromWorker))
        self.worker = Channel(ours, msgspec.msgpack.Decoder(ToWorker))
        self.outbox = Outbox(self.worker, self.clock, hang_up_after_s)
        self._unit = 0

    def send(self) -> None:
        self._unit += 1
        times = UnitTimes(self._unit, 0, self._unit, self._unit, 1, self.clock.monotonic())
        self.outbox.send_packet(times, bytes(100), is_key=False)

    def consume(self) -> None:
        while (received := self.parent.receive()) is not None:
            message, descriptor = received
            if descriptor is not None:
                os.close(descriptor)
            if isinstance(message, Packet):
                self.parent.send(Consumed(message.unit))


@pytest.fixture
def make_pair() -> Iterator[Callable[[float | None], Pair]]:
    pairs: list[Pair] = []

    def make(hang_up_after_s: float | None) -> Pair:
        pairs.append(Pair(hang_up_after_s))
        return pairs[-1]

    yield make
    for pair in pairs:
        pair.consume()
        pair.parent.close()
        pair.worker.close()


MakePair = Callable[[float | None], Pair]


async def test_a_parent_that_takes_nothing_counts_as_gone(make_pair: MakePair) -> None:
    pair = make_pair(4.0)
    pair.send()
    await pair.clock.advance(3.9)
    pair.send()
    await pair.clock.advance(0.2)
    with pytest.raises(ChannelClosed):
        pair.send()


async def test_a_parent_that_goes_on_is_waited_for(make_pair: MakePair) -> None:
    pair = make_pair(4.0)
    for _ in range(5):
        pair.send()
        pair.send()
        await pair.clock.advance(3.9)
        pair.consume()
        pair.send()
        await pair.clock.advance(0.2)
        pair.consume()


async def test_a_silent_source_is_not_the_parents_fault(make_pair: MakePair) -> None:
    pair = make_pair(4.0)
    pair.send()
    pair.consume()
    await pair.clock.advance(60.0)
    pair.send()


async def test_without_other_readers_nobody_hangs_up(make_pair: MakePair) -> None:
    pair = make_pair(None)
    pair.send()
    await pair.clock.advance(3600.0)
    pair.send()

"""A worker whose parent does not keep up."""

import msgspec
import pytest

from sentinel_camera.worker.channel import Channel, socket_pair
from sentinel_camera.worker.messages import Consumed, FromWorker, Packet, ToWorker
from sentinel_camera.worker.outbox import Outbox, UnitTimes
from sentinel_core.adapters.system_clock import SystemClock


class Ends:
    """Both ends, in one process."""

    def __init__(self) -> None:
        ours, theirs = socket_pair()
        self.parent: Channel[FromWorker] = Channel(ours, msgspec.msgpack.Decoder(FromWorker))
        worker: Channel[ToWorker] = Channel(theirs, msgspec.msgpack.Decoder(ToWorker))
        self.outbox = Outbox(worker, SystemClock())
        self.outbox.patience_s = 0.05
        self.unit = 0

    def send(self, *, is_key: bool = False) -> bool:
        """The next unit of 100 kB."""
        self.unit += 1
        times = UnitTimes(self.unit, 0, self.unit, self.unit, 1, 0.0)
        return self.outbox.send_packet(times, bytes(100_000), is_key=is_key)

    def take_all(self) -> list[int]:
        """What the parent finds, and gives back."""
        units = []
        while (received := self.parent.receive()) is not None:
            message, _ = received
            if isinstance(message, Packet):
                units.append(message.unit)
                self.parent.send(Consumed(message.unit))
        return units


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_what_a_busy_parent_does_not_take_is_left_out_up_to_a_keyframe() -> None:
    ends = Ends()
    assert ends.send(is_key=True)
    sent = [1]
    while ends.send():
        sent.append(ends.unit)
    # Nobody waits for each of the others, and no keyframe waits either.
    assert not any(ends.send(is_key=number % 10 == 0) for number in range(100))
    assert ends.take_all() == sent
    assert not ends.send()
    assert ends.send(is_key=True)
    assert ends.send()
    assert ends.take_all() == [ends.unit - 1, ends.unit]

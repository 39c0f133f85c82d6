"""One worker reading one camera, as the parent sees it."""

import asyncio
import mmap
import os

import msgspec

from sentinel_camera.forwarding.leases import SlotLease
from sentinel_camera.supervision.feed import CameraFeed
from sentinel_camera.supervision.nursery import Worker
from sentinel_camera.supervision.stream_watch import StreamWatch
from sentinel_camera.worker.channel import ChannelClosed, close_descriptor
from sentinel_camera.worker.messages import (
    Configured,
    Consumed,
    Dropped,
    Failed,
    FromWorker,
    Packet,
    Released,
    RingReady,
    Sampled,
    SetRate,
    SlotsReady,
)
from sentinel_camera.worker.shared_memory import SlotLayout
from sentinel_core.domain.cameras import SourceReason
from sentinel_core.domain.frames import DropReason
from sentinel_vision.frames.frame import Picture

_MESSAGES_PER_TURN = 64
"""Then other cameras have their turn."""

CRASHED = Failed(SourceReason.CRASHED, "The process that reads this camera has died.")
BABBLED = Failed(SourceReason.CRASHED, "The process that reads this camera sends nonsense.")


class ReadSession:
    """Takes what the worker sends and hands it to the feed, until the worker ends."""

    def __init__(self, worker: Worker, feed: CameraFeed, watch: StreamWatch | None) -> None:
        """Begin to take what `worker` sends.

        Args:
            worker: Killed when the session closes.
            feed: Takes packets and pictures.
            watch: Tells what is wrong with a live source.
        """
        self._worker = worker
        self._feed = feed
        self._watch = watch
        self._ring: mmap.mmap | None = None
        self._slots: mmap.mmap | None = None
        self._layout = SlotLayout(0, 0, 0)
        self._failure = CRASHED
        self._loop = asyncio.get_running_loop()
        self._descriptor = worker.channel.fileno()
        self._open = True
        self.ended: asyncio.Future[Failed] = self._loop.create_future()
        self.messages = 0
        self.packets = 0
        self._loop.add_reader(self._descriptor, self._read)
        feed.rate.attach(self._set_rate)

    def close(self) -> None:
        """Kill the worker and take no more from it; fine to call twice."""
        if not self._open:
            return
        self._open = False
        self._feed.rate.detach()
        self._loop.remove_reader(self._descriptor)
        self._worker.kill()
        # The pictures that are still looked at hold the memory themselves.
        self._ring = self._slots = None
        if not self.ended.done():
            self.ended.set_result(self._failure)

    def _read(self) -> None:
        try:
            for _ in range(_MESSAGES_PER_TURN):
                received = self._worker.channel.receive()
                if received is None:
                    return
                self.messages += 1
                self._take(*received)
        except (ChannelClosed, BlockingIOError):
            self.close()
        except (msgspec.DecodeError, ValueError):
            self._failure = BABBLED
            self.close()

    def _take(self, message: FromWorker, descriptor: int | None) -> None:
        if isinstance(message, Packet):
            self._take_packet(message)
        elif isinstance(message, Sampled):
            self._take_picture(message)
        elif isinstance(message, RingReady):
            self._ring = _map(descriptor, message.size)
        elif isinstance(message, SlotsReady):
            self._layout = SlotLayout(message.slots, message.width, message.height)
            self._slots = _map(descriptor, self._layout.size)
        else:
            close_descriptor(descriptor)
            self._take_note(message)

    def _take_note(self, message: FromWorker) -> None:
        if isinstance(message, Configured):
            self._feed.configure(message)
            if self._watch is not None:
                self._watch.announced_fps = message.fps
        elif isinstance(message, Dropped):
            self._feed.drop(message.reason)
            self._note_due(message.reason)
        elif isinstance(message, Failed):
            self._failure = message

    def _take_packet(self, packet: Packet) -> None:
        if self._ring is None:
            raise ValueError("a packet came before the ring")
        data = self._ring[packet.offset : packet.offset + packet.size]
        self._tell(Consumed(packet.unit))
        self.packets += 1
        if self._watch is not None:
            self._watch.note_unit(packet.dts, packet.arrived_s)
        self._feed.take_unit(self._worker.number, packet, data)

    def _take_picture(self, message: Sampled) -> None:
        if self._slots is None:
            raise ValueError("a picture came before the slots")
        views = self._layout.views(self._slots, message.slot)
        picture = Picture(y=views.y, u=views.u, v=views.v, full_range=message.full_range)
        lease = SlotLease(lambda: self._give_back(message))
        # Held here too, so that it cannot be given back before the feed has taken it.
        let_go = lease.hold()
        self._feed.take_picture(message.unit, picture, views, lease, ready_s=message.ready_s)
        let_go()
        self._note_due()

    def _note_due(self, reason: DropReason | None = None) -> None:
        """Conditions are shown as often as pictures are due."""
        if self._watch is not None:
            self._watch.note_due(reason)
            self._feed.show_condition(self._watch.condition())

    def _give_back(self, message: Sampled) -> None:
        if self._open:
            self._tell(Released(message.generation, message.slot))

    def _set_rate(self, fps: float) -> None:
        self._tell(SetRate(fps))

    def _tell(self, message: Consumed | Released | SetRate) -> None:
        try:
            self._worker.channel.send(message)
        except (ChannelClosed, BlockingIOError):
            # The worker is dead, and what it said last is still to be read; or it hangs and does
            # not read: the watchdog sees to it.
            return


def _map(descriptor: int | None, size: int) -> mmap.mmap:
    if descriptor is None:
        raise ValueError("shared memory came without its descriptor")
    try:
        return mmap.mmap(descriptor, size, access=mmap.ACCESS_READ)
    finally:
        os.close(descriptor)

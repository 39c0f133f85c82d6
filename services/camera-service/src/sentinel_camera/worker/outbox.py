"""The worker's side of what it shares with its parent."""

import mmap
import os
import select
from dataclasses import dataclass

import numpy as np
from av.video.frame import VideoFrame

from sentinel_camera.sampling.pictures import PictureScaler
from sentinel_camera.worker.channel import Channel, ChannelClosed
from sentinel_camera.worker.messages import (
    Alive,
    Configured,
    Consumed,
    Dropped,
    Failed,
    Packet,
    RingReady,
    Sampled,
    SetRate,
    SlotsReady,
    ToWorker,
)
from sentinel_camera.worker.shared_memory import RingSpace, SlotLayout, create_memory
from sentinel_core.domain.cameras import SourceReason
from sentinel_core.domain.frames import DropReason
from sentinel_core.ports.clock import Clock

SLOTS = 3
"""One picture is looked at, one waits, one is written."""

_RING_BYTES = 1 << 20
_MAX_OPEN_PACKETS = 128
"""Bounds the datagrams that wait in either direction."""
_ALIVE_INTERVAL_S = 1.0


@dataclass(frozen=True, slots=True)
class UnitTimes:
    """Times of an access unit, see `messages.Packet`."""

    unit: int
    run: int
    pts: int
    dts: int
    duration: int
    arrived_s: float


class Outbox:
    """Hands packets and pictures to the parent; waits for it where packets are concerned.

    Raises ChannelClosed from any method once the parent is gone.
    """

    def __init__(
        self, channel: Channel[ToWorker], clock: Clock, hang_up_after_s: float | None = None
    ) -> None:
        """Begin with no memory; it is made when its size is known.

        Args:
            channel: To the parent.
            clock: Of this machine.
            hang_up_after_s: A parent that takes no packet for so long counts as gone; None: it is
                waited for.
        """
        self._channel = channel
        self._clock = clock
        self._hang_up_after_s = hang_up_after_s
        self._heard_s = clock.monotonic()
        """When the parent last took a packet, or had none to take."""
        self._ring: mmap.mmap | None = None
        self._space = RingSpace(0)
        self._scaler = PictureScaler()
        self._slots: mmap.mmap | None = None
        self._layout = SlotLayout(SLOTS, 0, 0)
        self._generation = 0
        self._free: set[int] = set()
        self._skips = False
        """The rest of a group of packets is left out."""
        self.patience_s: float | None = None
        """How long a packet may wait for the parent; None: however long it takes."""
        self.wanted_fps: float | None = None
        """The rate that the parent asked for last; None: that of the job."""

    def configure(self, message: Configured) -> None:
        """Say how the packets from now on are to be decoded."""
        self._channel.send(message)

    def send_packet(self, times: UnitTimes, data: bytes, *, is_key: bool) -> bool:
        """Hand over an access unit; waits while the parent has not taken earlier ones.

        With `patience_s` it does not wait any longer than that: a camera that is not read hangs up.
        Units are left out up to the next keyframe that there is room for.

        Returns:
            Whether the unit was handed over.
        """
        if self._skips and not is_key:
            self.poll()
            self._check_parent()
            return False
        offset = self._room_for(times.unit, len(data))
        self._skips = offset is None
        if offset is None:
            return False
        assert self._ring is not None  # noqa: S101 - `_room_for` has made it
        self._ring[offset : offset + len(data)] = data
        self._channel.send(
            Packet(
                unit=times.unit,
                run=times.run,
                pts=times.pts,
                dts=times.dts,
                duration=times.duration,
                is_key=is_key,
                offset=offset,
                size=len(data),
                arrived_s=times.arrived_s,
            )
        )
        return True

    def send_picture(
        self, unit: int, picture: VideoFrame, ready_s: float, *, may_drop: bool = True
    ) -> None:
        """Hand over a picture that is due; while all slots are in use, say so or wait."""
        self.poll()
        self._fit_slots(picture.width, picture.height)
        while not self._free and not may_drop:
            self._channel.send(Alive())
            self._wait_for_parent(_ALIVE_INTERVAL_S)
        if not self._free:
            self.drop(DropReason.QUEUE_FULL)
            return
        slot = self._free.pop()
        full_range = self._write(slot, picture)
        self._channel.send(Sampled(unit, self._generation, slot, full_range, ready_s))

    def drop(self, reason: DropReason) -> None:
        """Say that a picture was due and why there is none."""
        self._channel.send(Dropped(reason))

    def fail(self, reason: SourceReason, detail: str) -> None:
        """Say why this worker ends."""
        self._channel.send(Failed(reason, detail))

    def wait_until(self, deadline_s: float) -> None:
        """Wait for a monotonic time, and show that this is on purpose."""
        while (left_s := deadline_s - self._clock.monotonic()) > 0:
            if left_s > _ALIVE_INTERVAL_S:
                self._channel.send(Alive())
            self._wait_for_parent(min(left_s, _ALIVE_INTERVAL_S))

    def poll(self) -> None:
        """Take note of what the parent gave back."""
        while (received := self._channel.receive()) is not None:
            message, _ = received
            if isinstance(message, Consumed):
                self._space.give_back(message.unit)
                self._heard_s = self._clock.monotonic()
            elif isinstance(message, SetRate):
                self.wanted_fps = message.fps
            elif message.generation == self._generation:
                self._free.add(message.slot)

    def _wait_for_parent(self, timeout_s: float | None) -> None:
        waiting = select.poll()
        waiting.register(self._channel.fileno(), select.POLLIN)
        waiting.poll(None if timeout_s is None else max(1, round(timeout_s * 1000)))
        self.poll()

    def _room_for(self, unit: int, length: int) -> int | None:
        """Where to write; None where there is no room in time."""
        self.poll()
        if self._space.pieces == 0:
            self._heard_s = self._clock.monotonic()
        if length > self._space.size // 2:
            self._grow_ring(length)
        began_s = self._clock.monotonic()
        while True:
            self._check_parent()
            if self._space.pieces < _MAX_OPEN_PACKETS:
                offset = self._space.take(unit, length)
                if offset is not None:
                    return offset
            waited_s = self._clock.monotonic() - began_s
            if self.patience_s is not None and (self._skips or waited_s >= self.patience_s):
                return None
            limits_s = [limit for limit in (self._hang_up_after_s, self.patience_s) if limit]
            self._wait_for_parent(min(limits_s, default=None))

    def _check_parent(self) -> None:
        if self._hang_up_after_s is None:
            return
        if self._clock.monotonic() - self._heard_s > self._hang_up_after_s:
            raise ChannelClosed

    def _grow_ring(self, length: int) -> None:
        size = _RING_BYTES
        while size < 4 * length:
            size *= 2
        descriptor, self._ring = create_memory("sentinel-packets", size)
        self._space = RingSpace(size)
        self._announce(RingReady(size), descriptor)

    def _fit_slots(self, width: int, height: int) -> None:
        if (self._layout.width, self._layout.height) == (width, height):
            return
        self._layout = SlotLayout(SLOTS, width, height)
        self._generation += 1
        self._free = set(range(SLOTS))
        descriptor, self._slots = create_memory("sentinel-pictures", self._layout.size)
        self._announce(SlotsReady(self._generation, SLOTS, width, height), descriptor)

    def _announce(self, message: RingReady | SlotsReady, descriptor: int) -> None:
        try:
            self._channel.send(message, [descriptor])
        finally:
            os.close(descriptor)

    def _write(self, slot: int, picture: VideoFrame) -> bool:
        assert self._slots is not None  # noqa: S101 - `_fit_slots` has made it
        views = self._layout.views(self._slots, slot)
        planes = self._scaler.planes(picture)
        np.copyto(views.rgb, self._scaler.scale(picture))
        np.copyto(views.y, planes.y)
        np.copyto(views.u, planes.u)
        np.copyto(views.v, planes.v)
        return planes.full_range

"""What a camera gives: live video, frames for inference, its newest picture, its counters."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TypeVar

from sentinel_camera.forwarding.forwarder import FrameForwarder
from sentinel_camera.forwarding.leases import SlotLease
from sentinel_camera.health.monitor import HealthMonitor
from sentinel_camera.restream.hub import LiveHub
from sentinel_camera.restream.sinks import CodedUnit, PacketSink, VideoConfiguration
from sentinel_camera.sampling.camera_rate import CameraRate
from sentinel_camera.sampling.timeline import MediaTimeline, PlacedUnit, SourceTimes, utc_of
from sentinel_camera.supervision.states import StateBoard
from sentinel_camera.supervision.stream_watch import Condition
from sentinel_camera.worker.messages import Configured, Packet
from sentinel_camera.worker.shared_memory import SlotViews
from sentinel_core.domain.cameras import Camera, SourceReason, SourceState
from sentinel_core.domain.errors import NotFound
from sentinel_core.domain.frames import DropReason, FrameLedger
from sentinel_core.domain.media_clock import TICKS_PER_SECOND, ClockAnchor
from sentinel_core.ports.clock import Clock
from sentinel_vision.frames.frame import Frame, Picture
from sentinel_vision.frames.transport import FrameTransport

_REMEMBERED_UNITS = 256
"""More than any decoder holds back."""
_MEASURED_UNITS = 50

_Sink = TypeVar("_Sink")


class CameraFeed:
    """Outlives workers and reconnects: the clock, the viewers and the counters go on."""

    def __init__(
        self,
        camera_key: str,
        transport: FrameTransport,
        board: StateBoard,
        clock: Clock,
        sinks: Sequence[PacketSink] = (),
        *,
        staleness_budget_s: float = 0.5,
    ) -> None:
        """Begin without a source.

        Args:
            camera_key: Whose feed it is.
            transport: Where sampled pictures go.
            board: Where the camera's state is shown.
            clock: For the media clock's anchors.
            sinks: Take the coded video, besides the hub; closed with the feed.
            staleness_budget_s: A live frame older than this is not sent to inference any more.
        """
        self.camera_key = camera_key
        self.hub = LiveHub()
        self._sinks: tuple[PacketSink, ...] = (self.hub, *sinks)
        self.ledger = FrameLedger()
        self.monitor = HealthMonitor(clock)
        self.rate = CameraRate(self.ledger)
        self.forwarder = FrameForwarder(
            transport,
            self.ledger,
            clock,
            staleness_budget_s=staleness_budget_s,
            note_inferred=self._note_inferred,
        )
        self._board = board
        self._clock = clock
        self._timeline = MediaTimeline()
        self._units: OrderedDict[int, tuple[PlacedUnit, ClockAnchor]] = OrderedDict()
        self._newest: tuple[Picture, SlotLease] | None = None
        self._let_newest_go: Callable[[], None] = lambda: None
        self._announces_rate = False
        self._condition: Condition | None = None
        self._lost_online = False
        self.is_online = False

    def begin(self, camera: Camera) -> None:
        """Read this camera from now on, as it is configured."""
        self.rate.begin(camera)
        self._lost_online = False

    def start_clock(self, at_90k: int) -> None:
        """Before the first unit: begin the camera's media clock there."""
        self._timeline = MediaTimeline(at_90k)

    @property
    def clock_end_90k(self) -> int:
        """Where the camera's media clock has come to."""
        return self._timeline.end_90k

    def configure(self, message: Configured) -> None:
        """The source has said how its packets are coded."""
        configuration = VideoConfiguration(
            message.codec, message.record, message.width, message.height
        )
        for sink in self._sinks:
            sink.configure(configuration)
        self._announces_rate = message.fps is not None
        self.monitor.announced_fps = message.fps
        self._show(fps=message.fps)

    def take_unit(self, connection: int, packet: Packet, data: bytes) -> None:
        """An access unit came."""
        self.monitor.note_unit(packet.arrived_s)
        arrived_at = utc_of(self._clock.utc_now(), self._clock.monotonic(), packet.arrived_s)
        unit = self._timeline.place(
            SourceTimes(
                connection=connection,
                run=packet.run,
                pts=packet.pts,
                dts=packet.dts,
                duration=packet.duration,
                arrived_s=packet.arrived_s,
                arrived_at=arrived_at,
            )
        )
        anchor = self._timeline.anchor
        if anchor is None:
            return
        if unit.anchor_is_new:
            self._board.begin_epoch(self.camera_key, anchor)
        self._units[packet.unit] = (unit, anchor)
        if len(self._units) > _REMEMBERED_UNITS:
            self._units.popitem(last=False)
        if unit.index == _MEASURED_UNITS:
            self._measure_rate(unit, anchor)
        self._hand_on(unit, anchor, data, is_key=packet.is_key)

    def take_picture(
        self,
        unit_number: int,
        picture: Picture,
        views: SlotViews,
        lease: SlotLease,
        *,
        ready_s: float,
    ) -> None:
        """A due picture came; it stays in its slot until inference is done with it.

        Args:
            unit_number: The access unit that shows it.
            picture: At full size.
            views: The arrays of its slot.
            lease: Held while anybody looks at it.
            ready_s: Monotonic time from which on it could be had; its age counts from then.
        """
        self._come_online()
        self.ledger.capture()
        self.monitor.note_due()
        self._keep_newest(picture, lease)
        known = self._units.get(unit_number)
        if known is None:
            self.ledger.drop(DropReason.CORRUPT)
            return
        unit, anchor = known
        self.forwarder.offer(
            Frame(
                camera_key=self.camera_key,
                stream_epoch=unit.epoch,
                index=unit.index,
                pts_90k=unit.pts_90k,
                captured_at=anchor.to_utc(unit.pts_90k),
                arrived_monotonic_s=ready_s,
                is_live=self.rate.may_drop,
                rgb=views.rgb,
                picture=picture,
                release=lease.hold(),
            )
        )

    def show_condition(self, condition: Condition | None) -> None:
        """What is wrong with the source while its pictures come; None: nothing."""
        if condition != self._condition:
            self._condition = condition
            is_slow = condition is not None and condition.reason is SourceReason.SLOW_CLOCK
            self.monitor.clock_flaw = condition.detail if condition and is_slow else None
            if self.is_online:
                self._show()

    def drop(self, reason: DropReason) -> None:
        """A picture was due and could not be had."""
        self.monitor.note_due(reason)
        self.ledger.capture()
        self.ledger.drop(reason)

    def lose_worker(self, reason: DropReason) -> None:
        """The worker has ended: what it left waiting is not looked at any more."""
        self._lost_online = self.is_online
        self.is_online = self.rate.is_online = False
        self.monitor.pause()
        self.forwarder.drop_waiting(reason)
        for sink in self._sinks:
            sink.pause()
        self._units.clear()

    def hold_newest(self) -> tuple[Picture, Callable[[], None]] | None:
        """The newest picture, and what lets go of it; None before the first one."""
        if self._newest is None:
            return None
        picture, lease = self._newest
        return picture, lease.hold()

    def come_offline(self, reason: SourceReason, detail: str) -> None:
        """Show why there are no pictures."""
        if self._lost_online:
            self._lost_online = False
            self.monitor.note_lost(reason)
        self._board.update(self.camera_key, SourceState.OFFLINE, reason, detail=detail)

    async def stop(self) -> None:
        """Stop forwarding, end the viewers; fine to call twice."""
        await self.forwarder.stop()
        sinks, self._sinks = self._sinks, ()
        for sink in sinks:
            sink.close()
        self._let_newest_go()
        self._newest = None

    def sink(self, kind: type[_Sink]) -> _Sink:
        """The sink of this class.

        Raises:
            NotFound: This service has none.
        """
        for sink in self._sinks:
            if isinstance(sink, kind):
                return sink
        raise NotFound(f"There is no {kind.__name__} of {self.camera_key}.")

    def forget_pictures(self) -> None:
        """Nothing of what was shown so far may be seen any more: other masks hold."""
        self.forwarder.drop_everything(DropReason.PRIVACY_HOLD)
        for sink in self._sinks:
            sink.forget()
        self._let_newest_go()
        self._newest, self._let_newest_go = None, lambda: None

    def _hand_on(self, unit: PlacedUnit, anchor: ClockAnchor, data: bytes, *, is_key: bool) -> None:
        coded = CodedUnit(
            dts_90k=unit.dts_90k,
            pts_90k=unit.pts_90k,
            duration_90k=unit.duration_90k,
            is_key=is_key,
            data=data,
            epoch=unit.epoch,
            captured_at=anchor.to_utc(unit.pts_90k),
        )
        for sink in self._sinks:
            sink.take(coded)

    def _measure_rate(self, unit: PlacedUnit, anchor: ClockAnchor) -> None:
        """Show how many pictures come where the source does not say it."""
        span_90k = unit.pts_90k - anchor.pts_90k
        if self._announces_rate or span_90k <= 0:
            return
        fps = round(_MEASURED_UNITS * TICKS_PER_SECOND / span_90k, 1)
        self._show(fps=fps)

    def _come_online(self) -> None:
        if not self.is_online:
            self.is_online = self.rate.is_online = True
            self._show()

    def _show(self, *, fps: float | None = None) -> None:
        """Show that something comes from the source, and what is wrong with it."""
        if not self.is_online:
            self._board.update(self.camera_key, SourceState.CONNECTING, fps=fps)
            return
        flaw = self._condition
        self._board.update(
            self.camera_key,
            SourceState.ONLINE,
            None if flaw is None else flaw.reason,
            detail=None if flaw is None else flaw.detail,
            fps=fps,
        )

    def _note_inferred(self, age_s: float, served_s: float) -> None:
        self.monitor.note_latency(age_s)
        self.rate.note_latency(served_s)

    def _keep_newest(self, picture: Picture, lease: SlotLease) -> None:
        let_go = lease.hold()
        self._let_newest_go()
        self._newest, self._let_newest_go = (picture, lease), let_go

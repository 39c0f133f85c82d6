"""The coded video of a camera: the source's own packets, or its pictures encoded anew."""

from __future__ import annotations  # `Packet` is generic in its stubs only

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import av
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from sentinel_camera.masking.painter import MaskPainter
from sentinel_camera.sampling.pictures import PictureScaler
from sentinel_camera.sources.formatters import formatter_of
from sentinel_camera.sources.opened import OpenSource
from sentinel_camera.sources.packet_times import Times
from sentinel_camera.worker.live_encoder import EncodedPicture, LiveEncoder
from sentinel_camera.worker.messages import Configured, ReadJob
from sentinel_camera.worker.outbox import Outbox, UnitTimes
from sentinel_core.domain.cameras import LiveViewMode
from sentinel_core.domain.frames import DropReason


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A decoded picture, and the access unit that shows it.

    Attributes:
        pts_90k: As the source counts.
        ready_s: When the packet came that brought it out of the decoder.
        picture: None where nobody may see it.
        flaw: Why it cannot be inferred; None where it can.
    """

    unit: int
    pts_90k: int
    ready_s: float
    picture: VideoFrame | None
    flaw: DropReason | None = None


@dataclass(slots=True)
class UnitCounter:
    """Numbers access units, and the runs of a source."""

    unit: int = 0
    run: int = 0

    def next_unit(self) -> int:
        """The number of the next access unit."""
        self.unit += 1
        return self.unit - 1


@dataclass(frozen=True, slots=True)
class Preparation:
    """What is done to each picture before anybody gets it.

    Attributes:
        apply: Gives the picture as 8-bit 4:2:0; raises FFmpegError or ValueError where it cannot.
        failure: What becomes of a picture then.
    """

    apply: Callable[[VideoFrame], VideoFrame]
    failure: DropReason


class VideoOutput(Protocol):
    """Hands access units to the parent, beside the decoder."""

    def before_decoding(self, packet: Packet[VideoStream], times: Times, arrived_s: float) -> None:
        """A packet of the source came, and is decoded next."""
        ...

    def after_decoding(self, pictures: list[VideoFrame]) -> list[ShownPicture]:
        """What came out of the decoder, in order of presentation; the units are sent."""
        ...


class SourceVideo:
    """Passes the packets of the source on."""

    def __init__(self, opened: OpenSource, outbox: Outbox, counter: UnitCounter) -> None:
        self._opened = opened
        self._outbox = outbox
        self._counter = counter
        self._formatter = formatter_of(opened.context)
        self._configuration: bytes | None = None
        self._waiting: tuple[UnitTimes, bytes, bool] | None = None
        self._arrived_s = 0.0
        self._left_out: set[int] = set()
        """Units that the parent does not know, and whose pictures are still to come."""

    def before_decoding(self, packet: Packet[VideoStream], times: Times, arrived_s: float) -> None:
        """Send the unit at once, unless the decoder has to see new parameter sets first."""
        self._arrived_s = arrived_s
        unit = self._counter.next_unit()
        packet.opaque = unit
        if self._formatter is None or not (sample := self._formatter.convert(bytes(packet))):
            return
        sent = UnitTimes(unit, self._counter.run, times.pts, times.dts, times.duration, arrived_s)
        if self._formatter.configuration == self._configuration:
            self._send(sent, sample, is_key=packet.is_keyframe)
        else:
            self._waiting = (sent, sample, packet.is_keyframe)

    def after_decoding(self, pictures: list[VideoFrame]) -> list[ShownPicture]:
        """Send what had to wait."""
        if self._waiting is not None:
            (sent, sample, is_key), self._waiting = self._waiting, None
            self._configure()
            self._send(sent, sample, is_key=is_key)
        return [
            self._shown(picture.opaque, self._opened.to_90k(picture.pts), picture)
            for picture in pictures
            if picture.pts is not None and isinstance(picture.opaque, int)
        ]

    def _send(self, times: UnitTimes, sample: bytes, *, is_key: bool) -> None:
        if is_key:
            self._left_out.clear()
        if not self._outbox.send_packet(times, sample, is_key=is_key):
            self._left_out.add(times.unit)

    def _shown(self, unit: int, pts_90k: int, picture: VideoFrame) -> ShownPicture:
        flaw = DropReason.QUEUE_FULL if unit in self._left_out else _damage(picture)
        return ShownPicture(unit, pts_90k, self._arrived_s, picture, flaw)

    def _configure(self) -> None:
        configuration = None if self._formatter is None else self._formatter.configuration
        context = self._opened.context
        if configuration is None or not context.width:
            return
        self._configuration = configuration
        self._outbox.configure(
            Configured(context.name, configuration, context.width, context.height, self._opened.fps)
        )


class EncodedVideo:
    """Encodes each picture anew, with the masks in it; no packet of the source is passed on.

    A unit has arrived when the packet came that brought its picture out of the decoder: there is
    no reordering any more.
    """

    def __init__(
        self,
        opened: OpenSource,
        outbox: Outbox,
        counter: UnitCounter,
        encoder: LiveEncoder,
        prepare: Preparation,
    ) -> None:
        self._opened = opened
        self._outbox = outbox
        self._counter = counter
        self._encoder = encoder
        self._prepare = prepare
        self._configuration: Configured | None = None
        self._arrived_s = 0.0
        self._duration_90k = 0

    def before_decoding(self, packet: Packet[VideoStream], times: Times, arrived_s: float) -> None:
        """Note when it came."""
        del packet
        self._arrived_s = arrived_s
        self._duration_90k = times.duration

    def after_decoding(self, pictures: list[VideoFrame]) -> list[ShownPicture]:
        """Paint, encode, send."""
        return [
            self._show(picture, self._opened.to_90k(picture.pts))
            for picture in pictures
            if picture.pts is not None
        ]

    def _show(self, picture: VideoFrame, pts_90k: int) -> ShownPicture:
        unit = self._counter.next_unit()
        flaw = _damage(picture)
        try:
            picture = self._prepare.apply(picture)
        except (av.error.FFmpegError, ValueError):
            return ShownPicture(unit, pts_90k, self._arrived_s, None, self._prepare.failure)
        try:
            coded = self._encoder.encode(picture, pts_90k)
        except (av.error.FFmpegError, ValueError):
            return ShownPicture(unit, pts_90k, self._arrived_s, None, flaw or DropReason.CORRUPT)
        if not all(self._send(unit, piece) for piece in coded):
            flaw = DropReason.QUEUE_FULL
        return ShownPicture(unit, pts_90k, self._arrived_s, picture, flaw)

    def _send(self, unit: int, piece: EncodedPicture) -> bool:
        self._configure()
        times = UnitTimes(
            unit,
            self._counter.run,
            piece.pts_90k,
            piece.pts_90k,
            self._duration_90k,
            self._arrived_s,
        )
        return self._outbox.send_packet(times, piece.data, is_key=piece.is_key)

    def _configure(self) -> None:
        record = self._encoder.configuration
        if record is None:
            return
        configuration = Configured("h264", record, *self._encoder.size, self._opened.fps)
        if configuration != self._configuration:
            self._configuration = configuration
            self._outbox.configure(configuration)


class VideoOutputs:
    """Makes the output that a job asks for; encoder and masks go on from run to run."""

    def __init__(
        self, job: ReadJob, outbox: Outbox, counter: UnitCounter, scaler: PictureScaler
    ) -> None:
        self._job = job
        self._outbox = outbox
        self._counter = counter
        # Converted here where it has to be, so that encoder and sampling share one context.
        self._prepare = Preparation(scaler.to_420, DropReason.CORRUPT)
        if job.masks:
            painter = MaskPainter(job.masks, scaler)
            self._prepare = Preparation(painter.paint, DropReason.PRIVACY_HOLD)
        self._encoder: LiveEncoder | None = None

    def of(self, opened: OpenSource) -> VideoOutput:
        """The output for a source that was just opened."""
        is_plain = not self._job.masks and self._job.live_view is LiveViewMode.SOURCE
        if is_plain and opened.is_relayable:
            return SourceVideo(opened, self._outbox, self._counter)
        if self._encoder is None:
            self._encoder = LiveEncoder(self._job.live_max_px, opened.fps)
        return EncodedVideo(opened, self._outbox, self._counter, self._encoder, self._prepare)


def _damage(picture: VideoFrame) -> DropReason | None:
    return DropReason.CORRUPT if picture.is_corrupt else None

"""Reads one camera in a child process: packets and due pictures go to the parent."""

from __future__ import annotations  # `Packet` is generic in its stubs only

from dataclasses import dataclass

import av
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from sentinel_camera.sampling.sampler import MediaSampler
from sentinel_camera.sources.failures import read_failure
from sentinel_camera.sources.formatters import formatter_of
from sentinel_camera.sources.opened import OpenSource, require_supported
from sentinel_camera.sources.opening import SourceAccess, open_source
from sentinel_camera.sources.pacing import Pacer
from sentinel_camera.sources.packet_times import PacketTimes
from sentinel_camera.worker.messages import Configured, ReadJob
from sentinel_camera.worker.outbox import Outbox, UnitTimes
from sentinel_core.domain.cameras import SourceReason, is_live_source
from sentinel_core.domain.errors import SourceFailed
from sentinel_core.domain.frames import DropReason
from sentinel_core.ports.clock import Clock

_UNDECODABLE_UNITS = 100
"""So many access units without a picture, and the stream counts as damaged."""


def read_camera(job: ReadJob, outbox: Outbox, clock: Clock) -> None:
    """Read until the source fails; a file is played in real time, again and again.

    Raises:
        SourceFailed: Why it ended.
        ChannelClosed: The parent is gone.
    """
    counter = _UnitCounter()
    pacer = Pacer(outbox.wait_until, clock)
    while True:
        with open_source(job.source_url, _access(job)) as opened:
            require_supported(opened)
            run = _Run(job, opened, outbox, counter)
            run.read(pacer if opened.is_ahead else None, clock)
        if is_live_source(job.source_url):
            raise SourceFailed("The camera has ended the stream.", reason=SourceReason.ENDED)
        if run.pictures == 0:
            raise SourceFailed(
                "No picture of this file can be decoded.", reason=SourceReason.UNREADABLE
            )
        if not job.loops:
            raise SourceFailed("The file has been played to its end.", reason=SourceReason.ENDED)
        counter.run += 1
        pacer.start_again(run.frame_interval_90k)


def _access(job: ReadJob) -> SourceAccess:
    return SourceAccess(
        connect_s=job.connect_timeout_s,
        read_s=job.stall_timeout_s,
        rtsp_transport=job.rtsp_transport,
        verify_certificates=job.verify_certificates,
        allow_private=job.allow_private_addresses,
    )


@dataclass(slots=True)
class _UnitCounter:
    unit: int = 0
    run: int = 0


class _Run:
    """One pass over an open source."""

    def __init__(
        self, job: ReadJob, opened: OpenSource, outbox: Outbox, counter: _UnitCounter
    ) -> None:
        self._opened = opened
        self._outbox = outbox
        self._counter = counter
        self._live = is_live_source(job.source_url)
        self._formatter = formatter_of(opened.context)
        self._configuration: bytes | None = None
        self._packet_times = PacketTimes(opened)
        self._sampler = MediaSampler(job.sample_fps)
        self._started = False
        self._leading_before: int | None = None
        self._undecodable = 0
        self.pictures = 0

    @property
    def frame_interval_90k(self) -> int:
        """Ticks between two frames."""
        return self._packet_times.frame_interval_90k

    def read(self, pacer: Pacer | None, clock: Clock) -> None:
        """Read to the end; of a live source every error is one, a file may break off."""
        try:
            for packet in self._opened.packets():
                if packet.size == 0:
                    self._sample(self._decode(packet))
                else:
                    self._take(packet, pacer, clock)
        except (av.error.FFmpegError, OSError) as error:
            if self._live:
                raise read_failure(error) from None

    def _take(self, packet: Packet[VideoStream], pacer: Pacer | None, clock: Clock) -> None:
        times = self._packet_times.complete(packet)
        if times is None or not self._is_usable(packet, times.pts):
            return
        if pacer is not None:
            pacer.wait(times.dts)
        unit = self._counter.unit
        self._counter.unit += 1
        packet.opaque = unit
        sample = b"" if self._formatter is None else self._formatter.convert(bytes(packet))
        sent = UnitTimes(
            unit, self._counter.run, times.pts, times.dts, times.duration, clock.monotonic()
        )
        if self._formatter is None or not sample:
            pictures = self._decode(packet)
        elif self._formatter.configuration != self._configuration:
            # The size is known once the decoder has seen the new parameter sets.
            pictures = self._decode(packet)
            self._configure()
            self._outbox.send_packet(sent, sample, is_key=packet.is_keyframe)
        else:
            self._outbox.send_packet(sent, sample, is_key=packet.is_keyframe)
            pictures = self._decode(packet)
        self._sample(pictures)

    def _is_usable(self, packet: Packet[VideoStream], pts: int) -> bool:
        """Whether the packet can be shown: from the first keyframe on, undamaged."""
        if not self._started:
            if not packet.is_keyframe:
                self._drop_if_due(pts, DropReason.BEFORE_KEYFRAME)
                return False
            self._started = True
            self._leading_before = pts
            self._sampler.restart(self.frame_interval_90k)
        if packet.is_corrupt:
            self._drop_if_due(pts, DropReason.CORRUPT)
            return False
        if self._leading_before is not None and pts < self._leading_before:
            # Shown before the keyframe it comes behind, it refers to pictures that never came.
            return False
        if not packet.is_keyframe:
            self._leading_before = None
        return True

    def _configure(self) -> None:
        configuration = None if self._formatter is None else self._formatter.configuration
        context = self._opened.context
        if configuration is None or not context.width:
            return
        self._configuration = configuration
        self._outbox.configure(
            Configured(context.name, configuration, context.width, context.height, self._opened.fps)
        )

    def _decode(self, packet: Packet[VideoStream]) -> list[VideoFrame]:
        try:
            pictures = self._opened.decode(packet)
        except av.error.InvalidDataError:
            pts = None if packet.pts is None else self._opened.to_90k(packet.pts)
            self._drop_if_due(pts, DropReason.CORRUPT)
            pictures = []
        self.pictures += len(pictures)
        self._undecodable = 0 if pictures else self._undecodable + 1
        if self._undecodable >= _UNDECODABLE_UNITS:
            raise SourceFailed(
                "The stream is damaged: no picture can be decoded.", reason=SourceReason.CORRUPT
            )
        return pictures

    def _sample(self, pictures: list[VideoFrame]) -> None:
        for picture in pictures:
            unit = picture.opaque
            if picture.pts is None or not isinstance(unit, int):
                continue
            if not self._sampler.is_due(self._opened.to_90k(picture.pts)):
                continue
            if picture.is_corrupt:
                self._outbox.drop(DropReason.CORRUPT)
            else:
                self._outbox.send_picture(unit, picture)

    def _drop_if_due(self, pts: int | None, reason: DropReason) -> None:
        if pts is not None and self._sampler.is_due(pts):
            self._outbox.drop(reason)

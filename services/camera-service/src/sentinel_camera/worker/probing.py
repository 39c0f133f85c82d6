"""Looks at a source once: what it is, a first picture, what to know of its stream and clock."""

from __future__ import annotations  # `Packet` is generic in its stubs only

import os

import av
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from sentinel_camera.masking.painter import MaskPainter
from sentinel_camera.sampling.pictures import PictureScaler
from sentinel_camera.sources.access import SourceAccess
from sentinel_camera.sources.clock_check import ClockCheck
from sentinel_camera.sources.failures import read_failure
from sentinel_camera.sources.opened import OpenSource, require_supported
from sentinel_camera.sources.opening import open_source
from sentinel_camera.worker.channel import Channel
from sentinel_camera.worker.messages import Probed, ProbeJob, ToWorker
from sentinel_core.domain.cameras import SourceReason
from sentinel_core.domain.errors import SourceFailed
from sentinel_core.domain.media_clock import TICKS_PER_SECOND
from sentinel_core.ports.clock import Clock
from sentinel_vision.frames.jpeg import encode_picture

_ENOUGH_UNITS = 300
_ENOUGH_KEYFRAMES = 2
_ENOUGH_S = 3.0
"""Of a live source: less says nothing about its clock."""
_SETTLED_S = 0.5
"""Many cameras send a burst first."""


def probe_source(job: ProbeJob, channel: Channel[ToWorker], clock: Clock) -> None:
    """Report what is there.

    Raises:
        SourceFailed: It cannot be opened, is in a codec that is not read, or shows no picture.
        ChannelClosed: Nobody waits for the report any more.
    """
    started_s = clock.monotonic()
    access = SourceAccess(
        connect_s=job.connect_timeout_s,
        read_s=job.stall_timeout_s,
        verify_certificates=job.verify_certificates,
        allow_private=job.allow_private_addresses,
    )
    with open_source(job.source_url, access) as opened:
        require_supported(opened)
        look = _Look(opened, job)
        look.take(clock, started_s + job.look_s, started_s + job.wait_s)
        report, jpeg = look.report()
    descriptor = os.memfd_create("sentinel-probe")
    try:
        os.write(descriptor, jpeg)
        channel.send(report, [descriptor])
    finally:
        os.close(descriptor)


class _Look:
    def __init__(self, opened: OpenSource, job: ProbeJob) -> None:
        self._opened = opened
        self._masks = job.masks
        self._picture: VideoFrame | None = None
        self._key_times: list[int] = []
        self._times: list[int] = []
        self._bytes = 0
        self._reordered = False
        self._clock_check = ClockCheck(window_s=job.wait_s, enough_s=_ENOUGH_S / 2)
        self._is_timed = not opened.is_ahead
        self._looked_s = 0.0

    def take(self, clock: Clock, deadline_s: float, last_s: float) -> None:
        """Look at packets until enough is known or the time is over.

        Without a picture it goes on to `last_s`.
        """
        started_s = clock.monotonic()
        try:
            for packet in self._opened.packets():
                now_s = clock.monotonic()
                self._looked_s = now_s - started_s
                self._take_packet(packet, now_s)
                if self._is_enough() or now_s > (deadline_s if self._picture else last_s):
                    return
        except (av.error.FFmpegError, OSError) as error:
            if self._picture is None:
                raise read_failure(error) from None

    def report(self) -> tuple[Probed, bytes]:
        """What was seen, and the first picture as JPEG."""
        if self._picture is None:
            raise self._no_picture()
        jpeg = self._jpeg(self._picture)
        context = self._opened.context
        report = Probed(
            codec=context.name,
            profile=context.profile,
            width=self._picture.width,
            height=self._picture.height,
            fps=self._opened.fps or self._measured_fps(),
            measured_fps=self._measured_fps() if self._is_timed else None,
            bitrate_kbps=self._bitrate_kbps(),
            clock_rate=self._clock_check.rate if self._is_timed else None,
            clock_jumps=self._clock_check.jumps if self._is_timed else 0,
            has_b_frames=self._reordered,
            keyframe_interval_s=self._keyframe_interval_s(),
            duration_s=self._opened.duration_s,
            jpeg_size=len(jpeg),
        )
        return report, jpeg

    def _jpeg(self, picture: VideoFrame) -> bytes:
        scaler = PictureScaler()
        if self._masks:
            picture = MaskPainter(self._masks, scaler).paint(picture)
        return encode_picture(scaler.planes(picture))

    def _no_picture(self) -> SourceFailed:
        if not self._times or self._key_times:
            return SourceFailed("The source shows no picture.", reason=SourceReason.NO_VIDEO)
        return SourceFailed(
            f"Video comes, but no keyframe within {self._looked_s:.0f} s, and so no picture. "
            "Set the camera to one keyframe every 1 to 2 seconds.",
            reason=SourceReason.NO_VIDEO,
        )

    def _take_packet(self, packet: Packet[VideoStream], now_s: float) -> None:
        if packet.pts is not None and packet.size:
            pts = self._opened.to_90k(packet.pts)
            self._bytes += packet.size
            if self._looked_s > _SETTLED_S:
                decoded = pts if packet.dts is None else self._opened.to_90k(packet.dts)
                self._clock_check.note(decoded / TICKS_PER_SECOND, now_s)
            self._reordered |= bool(self._times) and pts < self._times[-1]
            self._times.append(pts)
            if packet.is_keyframe:
                self._key_times.append(pts)
        if self._picture is None and (self._key_times or not packet.size):
            self._picture = self._first_picture(packet)

    def _first_picture(self, packet: Packet[VideoStream]) -> VideoFrame | None:
        try:
            return next(iter(self._opened.decode(packet)), None)
        except av.error.InvalidDataError:
            return None

    def _is_enough(self) -> bool:
        if self._picture is None:
            return False
        if self._is_timed and self._looked_s < _SETTLED_S + _ENOUGH_S:
            return False
        return len(self._key_times) >= _ENOUGH_KEYFRAMES or len(self._times) >= _ENOUGH_UNITS

    def _keyframe_interval_s(self) -> float | None:
        if len(self._key_times) < 2:
            return None
        span = self._key_times[-1] - self._key_times[0]
        return round(span / (len(self._key_times) - 1) / TICKS_PER_SECOND, 3)

    def _measured_fps(self) -> float | None:
        span_s = self._span_s()
        return None if span_s is None else round((len(self._times) - 1) / span_s, 2)

    def _bitrate_kbps(self) -> int | None:
        span_s = self._span_s()
        return None if span_s is None else round(self._bytes * 8 / span_s / 1000)

    def _span_s(self) -> float | None:
        """Seconds of video that were looked at."""
        if len(self._times) < 2 or max(self._times) == min(self._times):
            return None
        return (max(self._times) - min(self._times)) / TICKS_PER_SECOND

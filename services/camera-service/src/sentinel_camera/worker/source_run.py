"""One pass over an open source: from packets to video and pictures."""

from __future__ import annotations  # `Packet` is generic in its stubs only

import av
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from sentinel_camera.sources.failures import read_failure
from sentinel_camera.sources.opened import OpenSource
from sentinel_camera.sources.pacing import Pacer
from sentinel_camera.sources.packet_times import PacketTimes
from sentinel_camera.worker.picture_output import PictureOutput
from sentinel_camera.worker.video_output import VideoOutput
from sentinel_core.domain.cameras import SourceReason
from sentinel_core.domain.errors import SourceFailed
from sentinel_core.domain.frames import DropReason
from sentinel_core.ports.clock import Clock

_UNDECODABLE_UNITS = 100
"""So many access units without a picture, and the stream counts as damaged."""


class SourceRun:
    """Reads an open source to its end."""

    def __init__(
        self, opened: OpenSource, video: VideoOutput, pictures: PictureOutput, *, is_live: bool
    ) -> None:
        self._opened = opened
        self._video = video
        self._pictures = pictures
        self._is_live = is_live
        self._packet_times = PacketTimes(opened)
        self._started = False
        self._leading_before: int | None = None
        self._undecodable = 0
        self.decoded = 0
        """Pictures so far."""

    @property
    def frame_interval_90k(self) -> int:
        """Ticks between two frames."""
        return self._packet_times.frame_interval_90k

    def read(self, pacer: Pacer | None, clock: Clock) -> None:
        """Read to the end; of a live source every error is one, a file may break off.

        Raises:
            SourceFailed: Why it ended.
            ChannelClosed: The parent is gone.
        """
        try:
            for packet in self._opened.packets():
                if packet.size == 0:
                    self._show(packet)
                else:
                    self._take(packet, pacer, clock)
        except (av.error.FFmpegError, OSError) as error:
            if self._is_live:
                raise read_failure(error) from None

    def _take(self, packet: Packet[VideoStream], pacer: Pacer | None, clock: Clock) -> None:
        times = self._packet_times.complete(packet)
        if times is None or not self._is_usable(packet, times.pts):
            return
        if pacer is not None:
            pacer.wait(times.dts)
        self._video.before_decoding(packet, times, clock.monotonic())
        self._show(packet)

    def _show(self, packet: Packet[VideoStream]) -> None:
        for shown in self._video.after_decoding(self._decode(packet)):
            self._pictures.take(shown)

    def _is_usable(self, packet: Packet[VideoStream], pts: int) -> bool:
        """Whether the packet can be shown: from the first keyframe on, undamaged."""
        if not self._started:
            if not packet.is_keyframe:
                self._pictures.drop_if_due(pts, DropReason.BEFORE_KEYFRAME)
                return False
            self._started = True
            self._leading_before = pts
            self._pictures.restart(self.frame_interval_90k)
        if packet.is_corrupt:
            self._pictures.drop_if_due(pts, DropReason.CORRUPT)
            return False
        if self._leading_before is not None and pts < self._leading_before:
            # Shown before the keyframe it comes behind, it refers to pictures that never came.
            return False
        if not packet.is_keyframe:
            self._leading_before = None
        return True

    def _decode(self, packet: Packet[VideoStream]) -> list[VideoFrame]:
        try:
            pictures = self._opened.decode(packet)
        except av.error.InvalidDataError:
            pts = None if packet.pts is None else self._opened.to_90k(packet.pts)
            self._pictures.drop_if_due(pts, DropReason.CORRUPT)
            pictures = []
        self.decoded += len(pictures)
        self._undecodable = 0 if pictures else self._undecodable + 1
        if self._undecodable >= _UNDECODABLE_UNITS:
            raise SourceFailed(
                "The stream is damaged: no picture can be decoded.", reason=SourceReason.CORRUPT
            )
        return pictures

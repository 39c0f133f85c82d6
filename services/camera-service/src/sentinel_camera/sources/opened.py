"""An open source: its packets, their decoder, and how its time is to be read."""

from __future__ import annotations  # `Packet` is generic in its stubs only

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
from av.codec.context import ThreadType
from av.container import InputContainer
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from sentinel_core.domain.cameras import SourceReason
from sentinel_core.domain.errors import SourceFailed
from sentinel_core.domain.media_clock import TICKS_PER_SECOND

CODED_VIDEO = frozenset({"h264", "hevc"})
"""Codecs whose packets are handed on as they are."""
PICTURE_CODECS = frozenset({"mjpeg"})
"""Codecs that are decoded, but whose packets no player takes."""

_MIN_FPS, _MAX_FPS = 0.01, 240


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSource:
    """An open source and its first video stream.

    Attributes:
        packets: Demuxes; raises FFmpegError and OSError where the source fails. A packet of size
            0 ends the stream.
        context: The decoder. Its size is not known before it has seen a picture.
        fps: Announced frames per second; None where the source does not say.
        time_base: Seconds per tick of the packets' times.
        duration_s: Of a file.
        is_ahead: Packets come faster than they were captured; who reads them waits for their time.
    """

    packets: Callable[[], Iterator[Packet[VideoStream]]]
    context: VideoCodecContext
    time_base: Fraction
    fps: float | None = None
    duration_s: float | None = None
    is_ahead: bool = False

    @property
    def frame_interval_90k(self) -> int:
        """Ticks between frames, 0 where the source does not say."""
        return round(TICKS_PER_SECOND / self.fps) if self.fps else 0

    @property
    def is_relayable(self) -> bool:
        """Whether its packets can be handed to players; they have to be encoded anew otherwise."""
        return self.context.name in CODED_VIDEO

    def to_90k(self, ticks: int) -> int:
        """From the stream's time base to the media clock's."""
        return round(ticks * self.time_base * TICKS_PER_SECOND)

    def decode(self, packet: Packet[VideoStream]) -> list[VideoFrame]:
        """The pictures that the decoder has ready with this packet.

        Raises:
            av.error.InvalidDataError: The packet is damaged.
        """
        return self.context.decode(packet if packet.size else None)


def of_container(container: InputContainer, *, is_ahead: bool = False) -> OpenSource:
    """The first video stream of a container; decoding is single-threaded.

    Raises:
        SourceFailed: There is none, or nothing is known of its codec.
    """
    if not container.streams.video:
        raise SourceFailed("There is no video in this source.", reason=SourceReason.NO_VIDEO)
    stream = container.streams.video[0]
    context = stream.codec_context
    if context is None:
        raise SourceFailed("The video's codec is not known.", reason=SourceReason.UNSUPPORTED_CODEC)
    prepare_decoder(context)
    return OpenSource(
        packets=lambda: container.demux(stream),
        context=context,
        time_base=stream.time_base or Fraction(1, TICKS_PER_SECOND),
        fps=_announced_fps(stream),
        duration_s=_duration_s(container, stream),
        is_ahead=is_ahead,
    )


def prepare_decoder(context: VideoCodecContext) -> None:
    """One thread, and pictures that carry the mark of their packet."""
    # Frame threads delay the picture, slice threads gain nothing beside other cameras.
    context.thread_type = ThreadType.NONE
    context.copy_opaque = True


def require_supported(opened: OpenSource) -> None:
    """Raises SourceFailed for codecs that cameras may not send."""
    codec = opened.context.name
    if codec not in CODED_VIDEO | PICTURE_CODECS:
        raise SourceFailed(
            f"The video is coded as {codec.upper()}; H.264, H.265 and MJPEG can be read.",
            reason=SourceReason.UNSUPPORTED_CODEC,
        )


def _announced_fps(stream: VideoStream) -> float | None:
    # The guessed rate is of fields, not frames: no use.
    for rate in (stream.average_rate, stream.codec_context.framerate):
        if rate and _MIN_FPS <= rate <= _MAX_FPS:
            return float(rate)
    return None


def _duration_s(container: InputContainer, stream: VideoStream) -> float | None:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    if container.duration and container.duration > 0:
        return container.duration / av.time_base
    return None

"""Opens a source with PyAV and finds its video stream."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from urllib.parse import unquote, urlsplit

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from sentinel_camera.sources.failures import open_failure
from sentinel_core.domain.cameras import SourceReason, is_live_source
from sentinel_core.domain.errors import SourceFailed
from sentinel_core.domain.media_clock import TICKS_PER_SECOND

_FILE_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg,h264,hevc,mjpeg,m4v,"
    "image2,jpeg_pipe,png_pipe,bmp_pipe,webp_pipe"
)

_MIN_FPS, _MAX_FPS = 0.01, 240


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long a network source may be silent.

    Attributes:
        connect_s: Until it is open.
        read_s: Between two packets.
    """

    connect_s: float
    read_s: float


@dataclass(frozen=True, slots=True)
class OpenSource:
    """An open container and its first video stream."""

    container: InputContainer
    stream: VideoStream

    @property
    def fps(self) -> float | None:
        """Announced rate, frames per second."""
        # The guessed rate is of fields, not frames: no use.
        for rate in (self.stream.average_rate, self.stream.codec_context.framerate):
            if rate and _MIN_FPS <= rate <= _MAX_FPS:
                return float(rate)
        return None

    @property
    def frame_interval_90k(self) -> int:
        """Ticks between frames, 0 where the source does not say."""
        return round(TICKS_PER_SECOND / self.fps) if self.fps else 0

    def to_90k(self, ticks: int) -> int:
        """From the stream's time base to the media clock's."""
        return round(ticks * self.time_base * TICKS_PER_SECOND)

    @property
    def time_base(self) -> Fraction:
        """Seconds per tick."""
        return self.stream.time_base or Fraction(1, TICKS_PER_SECOND)


def file_path(source_url: str) -> Path:
    """The path of a `file://` URL or of a plain path."""
    if source_url.startswith("file:"):
        return Path(unquote(urlsplit(source_url).path))
    return Path(source_url)


@contextmanager
def open_source(source_url: str, timeouts: Timeouts) -> Iterator[OpenSource]:
    """Open a file, an RTSP or an RTSPS URL; decoding is single-threaded.

    Raises:
        SourceFailed: With the reason.
    """
    live = is_live_source(source_url)
    try:
        container = av.open(
            source_url if live else str(file_path(source_url)),
            options=_live_options(timeouts) if live else _file_options(),
            timeout=(timeouts.connect_s, timeouts.read_s) if live else None,
            metadata_errors="replace",
        )
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise open_failure(error, source_url) from None
    with container:
        yield OpenSource(container, _video_stream(container))


def require_h264(opened: OpenSource) -> None:
    """Raises SourceFailed for every other codec."""
    codec = opened.stream.codec_context.name
    if codec != "h264":
        raise SourceFailed(
            f"The video is coded as {codec.upper()}; cameras have to send H.264.",
            reason=SourceReason.UNSUPPORTED_CODEC,
        )


def _video_stream(container: InputContainer) -> VideoStream:
    if not container.streams.video:
        raise SourceFailed("There is no video in this source.", reason=SourceReason.NO_VIDEO)
    stream = container.streams.video[0]
    if stream.codec_context is None:
        raise SourceFailed("The video's codec is not known.", reason=SourceReason.UNSUPPORTED_CODEC)
    # Frame threads delay the picture, slice threads gain nothing beside other cameras.
    stream.thread_type = "NONE"
    stream.codec_context.copy_opaque = True
    return stream


def _live_options(timeouts: Timeouts) -> dict[str, str]:
    return {
        "rtsp_transport": "tcp",
        "allowed_media_types": "video",
        "timeout": str(int(timeouts.read_s * 1_000_000)),
        # SDP names the codec; probing would hold back a second of video and deliver it late, and
        # with `nobuffer` throw away the first keyframe.
        "probesize": "32",
        "analyzeduration": "0",
    }


def _file_options() -> dict[str, str]:
    # A playlist must not lead out of its folder or into the network.
    return {"protocol_whitelist": "file", "format_whitelist": _FILE_FORMATS}

"""Encodes decoded pictures for live view, for recordings and for media servers."""

from dataclasses import dataclass
from fractions import Fraction

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import VideoReformatter

from sentinel_camera.sampling.pictures import PLANAR_420
from sentinel_camera.sources.h264 import AvcFormatter
from sentinel_core.domain.media_clock import TICKS_PER_SECOND

_KEYFRAME_INTERVAL_90K = TICKS_PER_SECOND
_TIME_BASE = Fraction(1, TICKS_PER_SECOND)
_USUAL_FPS = 25.0
_SMALL_PX = 1280 * 720
_BITS_PER_PX = 2.0
"""Upper limit of a second: 1.8 Mbit/s at 1280 x 720, 4.1 Mbit/s at 1920 x 1080."""
_MIN_BITS_PER_S = 300_000


@dataclass(frozen=True, slots=True)
class EncodedPicture:
    """An access unit with 4-byte lengths and without parameter sets.

    Attributes:
        pts_90k: Exactly that of the picture; it is decoded at the same time.
    """

    pts_90k: int
    is_key: bool
    data: bytes


class LiveEncoder:
    """H.264 by libx264, one picture in and one access unit out: no B-frames, no look-ahead.

    A keyframe comes each second of media time, with parameter sets. Pictures of another size, and
    times that go back, start a new encoder, and so a keyframe. Superfast up to 1280 x 720, and
    ultrafast above: 5 ms of a core and 26 MB, and 8 ms and 39 MB at 1920 x 1080.
    """

    def __init__(self, max_px: int, fps: float | None = None) -> None:
        """Begin with the first picture.

        Args:
            max_px: Pictures whose longer side has more are scaled down to it.
            fps: Of the source, as far as it is known; only the bit rate depends on it.
        """
        self._max_px = max_px
        self._fps = fps or _USUAL_FPS
        self._fitting = VideoReformatter()
        self._context: VideoCodecContext | None = None
        self._coded_as: tuple[int, int, str] | None = None
        self._formatter = AvcFormatter(None)
        self._last_90k = 0
        self._next_key_90k = 0

    @property
    def configuration(self) -> bytes | None:
        """The AVCDecoderConfigurationRecord of what was encoded last; None before the first."""
        return self._formatter.configuration

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of what was encoded last, pixels."""
        return (0, 0) if self._coded_as is None else self._coded_as[:2]

    def encode(self, picture: VideoFrame, pts_90k: int) -> list[EncodedPicture]:
        """Encode the next picture, in order of presentation.

        `picture` gets a new time and picture type; its samples stay. One access unit comes back.

        Raises:
            av.error.FFmpegError, ValueError: The picture cannot be encoded.
        """
        picture = self._fit(picture)
        shape = (picture.width, picture.height, picture.format.name)
        context = self._context
        if context is None or shape != self._coded_as or pts_90k <= self._last_90k:
            context = self._restart(picture, shape)
            self._next_key_90k = pts_90k
        self._last_90k = pts_90k
        picture.pts, picture.time_base = pts_90k, _TIME_BASE
        is_key_due = pts_90k >= self._next_key_90k
        if is_key_due:
            self._next_key_90k = pts_90k + _KEYFRAME_INTERVAL_90K
        picture.pict_type = PictureType.I if is_key_due else PictureType.NONE
        return [
            EncodedPicture(
                pts_90k=pts_90k if packet.pts is None else packet.pts,
                is_key=packet.is_keyframe,
                data=self._formatter.convert(bytes(packet)),
            )
            for packet in context.encode(picture)
        ]

    def _fit(self, picture: VideoFrame) -> VideoFrame:
        """As 4:2:0 with even sides, no larger than allowed."""
        width, height = _coded_size(picture.width, picture.height, self._max_px)
        kind = picture.format.name if picture.format.name in PLANAR_420 else "yuv420p"
        if (width, height, kind) == (picture.width, picture.height, picture.format.name):
            return picture
        return self._fitting.reformat(
            picture, width, height, format=kind, interpolation="FAST_BILINEAR"
        )

    def _restart(self, picture: VideoFrame, shape: tuple[int, int, str]) -> VideoCodecContext:
        context = av.CodecContext.create("libx264", "w")
        context.width, context.height, context.pix_fmt = shape
        context.time_base = _TIME_BASE
        context.framerate = Fraction(self._fps).limit_denominator(1000)
        context.max_b_frames = 0
        context.thread_count = 1
        context.color_range = picture.color_range
        context.options = _options(picture.width * picture.height)
        self._context, self._coded_as = context, shape
        self._formatter = AvcFormatter(None)
        return context


def _coded_size(width: int, height: int, max_px: int) -> tuple[int, int]:
    scale = min(1.0, max_px / max(width, height))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def _options(pixels: int) -> dict[str, str]:
    limit = str(max(_MIN_BITS_PER_S, round(pixels * _BITS_PER_PX)))
    return {
        "preset": "superfast" if pixels <= _SMALL_PX else "ultrafast",
        "tune": "zerolatency",
        "crf": "23",
        "maxrate": limit,
        "bufsize": limit,
        "forced-idr": "1",
        # Keyframes come when this class says so; slices for threads gain nothing with one.
        "x264-params": "keyint=infinite:scenecut=0:sliced-threads=0",
    }

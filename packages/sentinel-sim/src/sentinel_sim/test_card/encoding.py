"""Test cards as coded video."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from sentinel_core.domain.media_clock import TICKS_PER_SECOND
from sentinel_sim.test_card.clock_bars import ROW_SHARE, ROWS, draw_clock
from sentinel_sim.test_card.specification import CardSpec

_ENCODERS = {"h264": "libx264", "hevc": "libx265"}
_GREY, _NEUTRAL = 96, 128
_BOXES = 3
_BOX_LUMA = 200
_CROSSING_S = 6
"""So long a box takes from one side to the other."""


@dataclass(frozen=True, slots=True)
class EncodedUnit:
    """An access unit; times in ticks of 90 kHz, `data` with start codes (Annex B).

    With B-frames the first units are to be decoded before zero.
    """

    pts_90k: int
    dts_90k: int
    is_key: bool
    data: bytes


def encode_units(
    spec: CardSpec, *, frames: int | None = None, origin_ms: int = 0
) -> Iterator[EncodedUnit]:
    """The access units of a test card, in the order of decoding; each is encoded when asked for.

    Args:
        spec: What it looks like.
        frames: How many; None: without end.
        origin_ms: What the clock in the first picture shows.
    """
    encoder = _encoder(spec)
    for number in itertools.count() if frames is None else range(frames):
        yield from _units(encoder, _frame(number, spec, origin_ms), spec)
    yield from _units(encoder, None, spec)


def draw_card(spec: CardSpec, number: int, origin_ms: int = 0) -> NDArray[np.uint8]:
    """The luma (height, width) of picture `number`: the clock, and below it some moving boxes."""
    luma = np.full((spec.height, spec.width), _GREY, np.uint8)
    top = int(spec.height * ROW_SHARE * ROWS)
    lane = (spec.height - top) // _BOXES
    box_width = spec.width // 8
    for box in range(_BOXES):
        travelled = number / (spec.fps * _CROSSING_S) + box / _BOXES
        left = int((spec.width - box_width) * (travelled % 1.0))
        upper = top + lane * box + lane // 4
        luma[upper : upper + lane // 2, left : left + box_width] = _BOX_LUMA
    draw_clock(luma, origin_ms + number * 1000 // spec.fps)
    return luma


def _frame(number: int, spec: CardSpec, origin_ms: int) -> VideoFrame:
    colours = np.full((spec.height // 2, spec.width), _NEUTRAL, np.uint8)
    planes = np.vstack((draw_card(spec, number, origin_ms), colours))
    frame = VideoFrame.from_ndarray(planes, "yuv420p")
    frame.pts = number
    frame.time_base = Fraction(1, spec.fps)
    return frame


def _encoder(spec: CardSpec) -> VideoCodecContext:
    name = _ENCODERS[spec.codec]
    encoder = av.CodecContext.create(name, "w")
    assert isinstance(encoder, VideoCodecContext)  # noqa: S101 (both are video codecs)
    encoder.width, encoder.height, encoder.pix_fmt = spec.width, spec.height, "yuv420p"
    encoder.framerate, encoder.time_base = Fraction(spec.fps), Fraction(1, spec.fps)
    encoder.gop_size, encoder.max_b_frames = spec.gop, spec.b_frames
    encoder.thread_count = 1
    params = f"keyint={spec.gop}:min-keyint={spec.gop}:scenecut=0:open-gop=0"
    params += f":bframes={spec.b_frames}:b-adapt=0"
    if spec.codec == "hevc":
        params += ":log-level=none:info=0:pools=none:frame-threads=1"
    encoder.options = {"preset": "ultrafast", f"{name.removeprefix('lib')}-params": params}
    if spec.b_frames == 0:
        encoder.options["tune"] = "zerolatency"
    if spec.kbps:
        encoder.bit_rate = spec.kbps * 1000
    return encoder


def _units(
    encoder: VideoCodecContext, frame: VideoFrame | None, spec: CardSpec
) -> Iterator[EncodedUnit]:
    ticks = Fraction(TICKS_PER_SECOND, spec.fps)
    for packet in encoder.encode(frame):
        if packet.pts is not None and packet.dts is not None:
            pts_90k, dts_90k = round(packet.pts * ticks), round(packet.dts * ticks)
            yield EncodedUnit(pts_90k, dts_90k, packet.is_keyframe, bytes(packet))

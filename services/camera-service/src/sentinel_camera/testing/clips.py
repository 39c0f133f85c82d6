"""Small clips, encoded on the spot."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

_BASE_LUMA = 40
_LUMA_STEP = 3
_LUMA_LEVELS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipSpec:
    """What a clip looks like. Its picture `n` is grey, see `picture_number`."""

    width: int = 160
    height: int = 96
    fps: int = 20
    frames: int = 30
    gop: int = 10
    b_frames: int = 0
    codec: str = "libx264"
    pix_fmt: str = "yuv420p"


def write_clip(path: Path, spec: ClipSpec) -> Path:
    """Encode a clip; the container follows from the suffix of `path`."""
    with av.open(str(path), "w", options=_muxer_options(path)) as container:
        stream = container.add_stream(spec.codec, rate=spec.fps)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = spec.width, spec.height, spec.pix_fmt
        stream.gop_size = spec.gop
        stream.max_b_frames = spec.b_frames
        if spec.codec in ("libx264", "libx265"):
            encoder = spec.codec.removeprefix("lib")
            stream.options = {"preset": "ultrafast", f"{encoder}-params": _params(spec)}
        for number in range(spec.frames):
            container.mux(stream.encode(_picture(number, spec)))
        container.mux(stream.encode())
    return path


def picture_number(luma: float) -> int:
    """Which picture (modulo 64) of a clip has this mean luma."""
    return round((luma - _BASE_LUMA) / _LUMA_STEP) % _LUMA_LEVELS


def _picture(number: int, spec: ClipSpec) -> VideoFrame:
    frame = VideoFrame(spec.width, spec.height, "yuv420p")
    luma = _BASE_LUMA + _LUMA_STEP * (number % _LUMA_LEVELS)
    for plane, value in zip(frame.planes, (luma, 128, 128), strict=True):
        plane.update(np.full(plane.buffer_size, value, np.uint8).tobytes())
    frame.pts = number
    frame.time_base = Fraction(1, spec.fps)
    return frame if spec.pix_fmt == "yuv420p" else frame.reformat(format=spec.pix_fmt)


def _params(spec: ClipSpec) -> str:
    params = f"keyint={spec.gop}:min-keyint={spec.gop}:scenecut=0:bframes={spec.b_frames}:b-adapt=0"
    return f"{params}:log-level=none:info=0" if spec.codec == "libx265" else params


def _muxer_options(path: Path) -> dict[str, str]:
    if path.suffix == ".m3u8":
        return {"hls_time": "0.5", "hls_list_size": "0"}
    return {"movflags": "faststart"} if path.suffix == ".mp4" else {}

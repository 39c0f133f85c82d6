"""From decoded frames to arrays: full-size planes, and the small RGB picture for the model."""

import numpy as np
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.reformatter import ColorRange, VideoReformatter
from numpy.typing import NDArray

from sentinel_vision.frames.frame import Picture, analysis_size

_PLANAR_420 = frozenset({"yuv420p", "yuvj420p"})


class PictureScaler:
    """Scales the frames of one source.

    Keeps its scaling contexts: each costs some 15 MB, and PyAV 18 makes one per frame otherwise.
    """

    def __init__(self) -> None:
        self._to_rgb = VideoReformatter()
        self._to_planes = VideoReformatter()

    def scale(self, frame: VideoFrame) -> NDArray[np.uint8]:
        """RGB at `analysis_size`: uint8, shape (h, w, 3), a view of memory of its own."""
        width, height = analysis_size(frame.width, frame.height)
        small = self._to_rgb.reformat(
            frame, width, height, format="rgb24", interpolation="FAST_BILINEAR"
        )
        rows = _rows(small.planes[0])[:, : width * 3]
        return rows.reshape(height, width, 3)

    def planes(self, frame: VideoFrame) -> Picture:
        """The frame's planes, without a copy where they are 8-bit 4:2:0 already."""
        full_range = frame.color_range == ColorRange.JPEG or frame.format.name == "yuvj420p"
        if frame.format.name not in _PLANAR_420:
            frame = self._to_planes.reformat(frame, format="yuv420p")
        y, u, v = (_rows(plane)[:, : plane.width] for plane in frame.planes)
        return Picture(y=y, u=u, v=v, full_range=full_range)


def _rows(plane: VideoPlane) -> NDArray[np.uint8]:
    data = np.frombuffer(memoryview(plane), np.uint8, count=plane.line_size * plane.height)
    return data.reshape(plane.height, plane.line_size)

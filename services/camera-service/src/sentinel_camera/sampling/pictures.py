"""From decoded frames to arrays: full-size planes, and the small RGB picture for the model."""

import numpy as np
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.reformatter import ColorRange, VideoReformatter
from numpy.typing import NDArray

from sentinel_vision.frames.frame import Picture, analysis_size

PLANAR_420 = frozenset({"yuv420p", "yuvj420p"})
"""Formats whose planes are taken as they are."""


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
        rows = plane_rows(small.planes[0])[:, : width * 3]
        return rows.reshape(height, width, 3)

    def planes(self, frame: VideoFrame) -> Picture:
        """The frame's planes, without a copy where they are 8-bit 4:2:0 already."""
        frame = self.to_420(frame)
        y, u, v = (plane_rows(plane)[:, : plane.width] for plane in frame.planes)
        return Picture(y=y, u=u, v=v, full_range=is_full_range(frame))

    def to_420(self, frame: VideoFrame) -> VideoFrame:
        """The frame as 8-bit planar 4:2:0; itself where it is that already."""
        if frame.format.name in PLANAR_420:
            return frame
        return self._to_planes.reformat(frame, format="yuv420p")


def is_full_range(frame: VideoFrame) -> bool:
    """Whether the luma of an 8-bit 4:2:0 frame uses 0..255."""
    return frame.color_range == ColorRange.JPEG or frame.format.name == "yuvj420p"


def plane_rows(plane: VideoPlane) -> NDArray[np.uint8]:
    """A plane's memory, shape (height, line size): rows are padded."""
    data = np.frombuffer(memoryview(plane), np.uint8, count=plane.line_size * plane.height)
    return data.reshape(plane.height, plane.line_size)

"""Frame: a sampled picture with its place on the media clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sentinel_core.domain.identifiers import frame_id

ANALYSIS_LONG_SIDE_PX = 640
"""Frames are scaled so that their longer side has this many pixels: what the model looks at."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture as the decoder made it: 8-bit planar YUV 4:2:0 at the source's size.

    Attributes:
        y: uint8, shape (height, width).
        u: uint8, shape (ceil(height / 2), ceil(width / 2)).
        v: As `u`.
        full_range: Luma uses 0..255 (as in JPEG) instead of 16..235 (as in video).
    """

    y: NDArray[np.uint8]
    u: NDArray[np.uint8]
    v: NDArray[np.uint8]
    full_range: bool = False

    @property
    def width(self) -> int:
        """Pixels."""
        return int(self.y.shape[1])

    @property
    def height(self) -> int:
        """Pixels."""
        return int(self.y.shape[0])


@dataclass(frozen=True, slots=True, eq=False)
class RemotePicture:
    """A picture that lies where the camera is read; fetched where it is needed.

    Attributes:
        width: Pixels, as `height`.
        fetch: The picture as a JPEG file. Waits for the network, so it is called in a worker
            thread, and before the frame's outcome is told.
    """

    width: int
    height: int
    fetch: Callable[[], bytes] = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Frame:
    """A sampled picture.

    The arrays may be views of shared memory that the owner reuses after `release`: copy what
    must live longer.

    Attributes:
        index: Index of the access unit in its stream epoch.
        captured_at: Media clock mapped to UTC.
        arrived_monotonic_s: `Clock.monotonic()` when the packet came that brought it out of the
            decoder; measures staleness.
        is_live: False for a file that is worked through as fast as possible: never dropped.
        rgb: uint8, shape (h, w, 3): the picture scaled so that max(h, w) = 640.
        picture: The picture at full size.
        fence: Of the lease that the camera is read under; 0 where there are no leases.
        release: Called once by whoever holds the frame last.
    """

    camera_key: str
    stream_epoch: str
    index: int
    pts_90k: int
    captured_at: datetime
    arrived_monotonic_s: float
    is_live: bool
    rgb: NDArray[np.uint8]
    picture: Picture | RemotePicture
    fence: int = 0
    release: Callable[[], None] = field(default=lambda: None, repr=False)

    @property
    def frame_id(self) -> str:
        """Id within the epoch."""
        return frame_id(self.index)


def analysis_size(width: int, height: int) -> tuple[int, int]:
    """Size (width, height) of `Frame.rgb` for a source of the given size; both even, at least 2."""
    scale = ANALYSIS_LONG_SIDE_PX / max(width, height)
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)

"""What the rules see: one frame's tracked boxes, and its place in time."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sentinel_core.domain.identifiers import frame_id
from sentinel_core.domain.media_clock import TICKS_PER_SECOND
from sentinel_vision.detection.detections import Detections


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SceneFrame:
    """The outcome of one inferred frame.

    Attributes:
        stream_epoch: Track ids are unique within it.
        frame_index: Index of the access unit in its epoch.
        captured_at: Media clock mapped to UTC.
        width: Pixels of the source frame, the unit of `detections.boxes`.
        height: As `width`.
        detections: Rows without a track are ignored.
        luma: Brightness of the picture, uint8, shape (h, w), at most 160 pixels wide; None where
            pixels are not at hand, as in a back-test.
    """

    stream_epoch: str
    frame_index: int
    pts_90k: int
    captured_at: datetime
    width: int
    height: int
    detections: Detections
    luma: NDArray[np.uint8] | None = None

    @property
    def frame_id(self) -> str:
        """Id within the epoch."""
        return frame_id(self.frame_index)


class Pace:
    """When the next picture is due, at a steady rate however the frames fall."""

    _TOLERANCE_S = 0.05

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._due_s: float | None = None

    def is_due(self, now_s: float) -> bool:
        """Whether one is due; if so the next is due later."""
        due_s = now_s if self._due_s is None else self._due_s
        if now_s < due_s - self._TOLERANCE_S:
            return False
        self._due_s = max(due_s, now_s - self._every_s / 2.0) + self._every_s
        return True

    def reset(self) -> None:
        """One is due at once."""
        self._due_s = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant:
    """A moment of a camera.

    Attributes:
        observed_90k: Ticks during which the camera was really watched: it stands still in gaps
            of the stream, so that no timer of a rule runs while nothing is seen.
        captured_at: UTC.
    """

    observed_90k: int
    stream_epoch: str
    pts_90k: int
    captured_at: datetime

    @property
    def observed_s(self) -> float:
        """Watched seconds."""
        return self.observed_90k / TICKS_PER_SECOND


def seconds_between(earlier: Instant, later: Instant) -> float:
    """Watched seconds from one instant to another."""
    return (later.observed_90k - earlier.observed_90k) / TICKS_PER_SECOND

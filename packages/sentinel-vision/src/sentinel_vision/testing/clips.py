"""Clips as the shipped model saw them, so that tests need neither the video nor the model."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sentinel_vision.detection.detections import Detections


@dataclass(frozen=True, eq=False)
class Recording:
    """A clip as the detector saw it."""

    width: int
    height: int
    times_s: Sequence[float]
    detections: Sequence[Detections]

    @property
    def length_s(self) -> float:
        """Until the next loop begins."""
        return self.times_s[-1] + 0.2

    def backwards(self) -> "Recording":
        """The same clip, played from its end."""
        times = [self.times_s[-1] - time_s for time_s in reversed(self.times_s)]
        return Recording(self.width, self.height, times, self.detections[::-1])


def load_recording(path: Path) -> Recording:
    """What `tools/record_detections.py` wrote."""
    with np.load(path) as stored:
        width, height = stored["size"].tolist()
        ends = np.cumsum(stored["counts"].astype(np.intp))
        rows = Detections.from_arrays(
            stored["boxes"] / np.float32(16),
            stored["confidences"] / np.float32(250),
            stored["class_ids"],
        )
        times = stored["times_s"].tolist()
    starts = np.concatenate([[0], ends[:-1]])
    frames = [rows.select(np.arange(a, b)) for a, b in zip(starts, ends, strict=True)]
    return Recording(width, height, times, frames)

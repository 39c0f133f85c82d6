"""Detections: the boxes of one frame, a struct of arrays."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

NO_TRACK = -1


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """n boxes of one frame; row i of every array is the same object.

    Attributes:
        boxes: float32, shape (n, 4): x1, y1, x2, y2 in pixels of the source frame.
        confidences: float32, shape (n,), 0..1.
        class_ids: int64, shape (n,), indices into `classes.CLASS_NAMES`.
        track_ids: int64, shape (n,), `NO_TRACK` where the object is in no confirmed track.
    """

    boxes: NDArray[np.float32]
    confidences: NDArray[np.float32]
    class_ids: NDArray[np.int64]
    track_ids: NDArray[np.int64]

    def __post_init__(self) -> None:
        n = len(self.boxes)
        shapes = (
            self.boxes.shape,
            self.confidences.shape,
            self.class_ids.shape,
            self.track_ids.shape,
        )
        if shapes != ((n, 4), (n,), (n,), (n,)):
            raise ValueError(f"shapes do not agree: {shapes}")

    def __len__(self) -> int:
        return len(self.boxes)

    @classmethod
    def empty(cls) -> Self:
        """No boxes."""
        return cls.from_arrays(np.empty((0, 4)), np.empty(0), np.empty(0))

    @classmethod
    def from_arrays(
        cls,
        boxes: NDArray[np.floating],
        confidences: NDArray[np.floating],
        class_ids: NDArray[np.number],
    ) -> Self:
        """Untracked detections from arrays of any float and integer type."""
        return cls(
            boxes.astype(np.float32).reshape(-1, 4),
            confidences.astype(np.float32),
            class_ids.astype(np.int64),
            np.full(len(confidences), NO_TRACK, dtype=np.int64),
        )

    def select(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Self:
        """The rows of a mask or of indices, in that order."""
        return type(self)(
            self.boxes[rows], self.confidences[rows], self.class_ids[rows], self.track_ids[rows]
        )

    def with_tracks(self, track_ids: NDArray[np.int64], class_ids: NDArray[np.int64]) -> Self:
        """The same boxes with their tracks and voted classes."""
        return type(self)(self.boxes, self.confidences, class_ids, track_ids)

    def normalised_xywh(self, width: int, height: int) -> NDArray[np.float64]:
        """Boxes as the contracts write them: float64, shape (n, 4), x, y, w, h in 0..1."""
        scale = np.array([width, height, width, height], dtype=np.float64)
        corners = np.clip(self.boxes / scale, 0.0, 1.0)
        corners[:, 2:] -= corners[:, :2]
        return corners

"""The engine port: pictures in, detections out."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.detection.detections import Detections


class Detector(Protocol):
    """Finds objects. Safe to call from several threads at once."""

    @property
    def model_version(self) -> str:
        """As events name it."""
        ...

    @property
    def model_sha256(self) -> str:
        """Hex digest of the model file."""
        ...

    @property
    def name(self) -> str:
        """Engine and provider, for people."""
        ...

    def detect(self, rgb: NDArray[np.uint8], source: tuple[int, int]) -> Detections:
        """Boxes in pixels of the source frame, best first, untracked.

        Args:
            rgb: uint8, shape (h, w, 3), longer side 640 (`Frame.rgb`).
            source: (width, height) of the frame that `rgb` was scaled from.
        """
        ...

"""The model in use, and another one in its place between two frames."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from sentinel_core.domain.errors import SentinelError
from sentinel_vision.detection.detector import YoloDetector
from sentinel_vision.detection.engine import Detector

log = structlog.get_logger(__name__)

MAX_WARM_SHAPES: Final = 8

OpenFolder = Callable[[Path], YoloDetector]


class ModelSlot:
    """Holds the detector that new frames go through.

    Args:
        detector: The first one.
        open_folder: Opens another one and checks it; blocks.
    """

    def __init__(self, detector: Detector, open_folder: OpenFolder) -> None:
        self._detector = detector
        self._open_folder = open_folder
        self._shapes: set[tuple[int, int]] = set()
        self._changing = asyncio.Lock()

    @property
    def detector(self) -> Detector:
        """Frames that are being looked at may still be at the one before."""
        return self._detector

    def note_shape(self, shape: tuple[int, int]) -> None:
        """Pictures of (height, width) come: another model is warmed up for them."""
        if len(self._shapes) < MAX_WARM_SHAPES:
            self._shapes.add(shape)

    async def use(self, folder: Path) -> Detector:
        """Load a model beside the one in use, check it, warm it up, and put it in its place.

        Frames go on meanwhile. The old one is let go when its last frame is done.

        Raises:
            ModelRefused: It must not be served; the one in use stays.
        """
        async with self._changing:
            try:
                detector = await asyncio.to_thread(self._prepare, folder)
            except SentinelError as error:
                log.warning("model refused", folder=str(folder), reason=error.message)
                raise
            before, self._detector = self._detector, detector
        log.info(
            "another model",
            version=detector.model_version,
            sha256=detector.model_sha256,
            before=before.model_version,
            engine=detector.name,
            provider=detector.provider,
        )
        return detector

    def _prepare(self, folder: Path) -> YoloDetector:
        detector = self._open_folder(folder)
        for shape in sorted(self._shapes):
            detector.warm_up(shape)
        return detector

"""Frames through the network: one call for a batch, and what becomes of it when that fails."""

import asyncio
from collections.abc import Sequence

import structlog

from sentinel_core.domain.errors import DependencyUnavailable
from sentinel_core.domain.frames import DropReason
from sentinel_inference.pipeline.workers import Workers
from sentinel_vision.detection.detections import Detections
from sentinel_vision.detection.engine import Detector, ScaledPicture
from sentinel_vision.frames.frame import Frame

log = structlog.get_logger(__name__)


class NetworkStage:
    """Calls a detector in a worker.

    Args:
        timeout_s: Longest wait for a call.
    """

    def __init__(self, workers: Workers, timeout_s: float) -> None:
        self._workers = workers
        self._timeout_s = timeout_s

    async def look_at(
        self, detector: Detector, frames: Sequence[Frame]
    ) -> list[Detections | DropReason]:
        """What each frame shows, or why that is not known.

        A batch that fails is looked at again frame by frame: one bad frame must not cost the others.
        """
        try:
            async with asyncio.timeout(self._timeout_s):
                return [*await self._call(detector, frames)]
        except TimeoutError:
            return [DropReason.INFERENCE_TIMEOUT] * len(frames)
        except DependencyUnavailable as error:
            log.warning("inference failed", reason=error.message)
            return [DropReason.INFERENCE_ERROR] * len(frames)
        except Exception:  # the outermost loop: one bad frame must not stop a camera
            log.exception("inference failed", frames=[_name(frame) for frame in frames])
        if len(frames) == 1:
            return [DropReason.INFERENCE_ERROR]
        return [(await self.look_at(detector, [frame]))[0] for frame in frames]

    async def _call(self, detector: Detector, frames: Sequence[Frame]) -> Sequence[Detections]:
        pictures = [
            ScaledPicture(frame.rgb, (frame.picture.width, frame.picture.height))
            for frame in frames
        ]
        if len(pictures) == 1:
            return [await self._workers.run(detector.detect, *pictures[0])]
        return await self._workers.run(detector.detect_batch, pictures)


def _name(frame: Frame) -> str:
    return f"{frame.camera_key} {frame.frame_id}"

"""Recorded footage through the same steps as live video: detect, track, judge, in order."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from sentinel_core.contracts.generated.detection_event import DetectionEvent
from sentinel_core.contracts.generated.incident_event import IncidentEvent
from sentinel_core.ports.clock import Clock
from sentinel_inference.pipeline.camera_pipeline import CameraPipeline, JudgedFrame
from sentinel_inference.publishing.messages import detection_event, incident_event
from sentinel_vision.detection.detections import Detections
from sentinel_vision.detection.engine import Detector
from sentinel_vision.frames.frame import Frame


@dataclass(frozen=True, slots=True, eq=False)
class AnalysedFrame:
    """A frame, what was seen in it, and the messages that live video would have sent."""

    frame: Frame
    judged: JudgedFrame
    event: DetectionEvent
    incident_events: tuple[IncidentEvent, ...]


class FootageAnalysis:
    """Runs the network on several frames at once and everything after it in order.

    Args:
        threads: Frames that are detected side by side; the detector should use one thread a call.
    """

    def __init__(
        self, detector: Detector, pipeline: CameraPipeline, clock: Clock, *, threads: int
    ) -> None:
        self._detector = detector
        self._pipeline = pipeline
        self._clock = clock
        self._threads = threads

    def run(self, frames: Iterable[Frame]) -> Iterator[AnalysedFrame]:
        """One result per frame, in order. Closing the iterator early stops the work."""
        with _workers(self._threads) as workers:
            ahead: deque[tuple[Frame, Future[Detections]]] = deque()
            for frame in frames:
                ahead.append((frame, workers.submit(self._detect, frame)))
                # One more than there are threads: no thread waits for the next picture.
                if len(ahead) > self._threads + 1:
                    yield self._finish(*ahead.popleft())
            while ahead:
                yield self._finish(*ahead.popleft())

    def _detect(self, frame: Frame) -> Detections:
        return self._detector.detect(frame.rgb, (frame.picture.width, frame.picture.height))

    def _finish(self, frame: Frame, detected: Future[Detections]) -> AnalysedFrame:
        judged = self._pipeline.judge(frame, detected.result())
        event = detection_event(
            frame.camera_key,
            judged,
            model_version=self._detector.model_version,
            inferred_at=self._clock.utc_now(),
        )
        changes = tuple(
            incident_event(
                change.transition, change.incident, change.scene, at=judged.scene.captured_at
            )
            for change in judged.changes
        )
        frame.release()
        return AnalysedFrame(frame, judged, event, changes)


@contextmanager
def _workers(threads: int) -> Iterator[ThreadPoolExecutor]:
    executor = ThreadPoolExecutor(threads, thread_name_prefix="detect")
    try:
        yield executor
    finally:
        executor.shutdown(wait=True, cancel_futures=True)

"""inference-service: life cycle, and the way of a frame through its parts."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray

from sentinel_core.domain.errors import DependencyUnavailable, StorageFull
from sentinel_core.domain.frames import DropReason
from sentinel_core.domain.incidents import Incident, Transition
from sentinel_core.ports.camera_control import CameraControl
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.event_bus import EventBus
from sentinel_core.ports.inference_status import InferenceSnapshot
from sentinel_core.ports.object_store import ObjectStore
from sentinel_core.ports.repositories import Database
from sentinel_core.runtime.settings import InferenceSettings, Settings
from sentinel_inference.archiving.archive import ArchivePorts, EvidenceArchive
from sentinel_inference.archiving.clips import ClipTimes
from sentinel_inference.archiving.snapshots import Snapshot, take_snapshot
from sentinel_inference.batching.scheduler import BatchCounts, BatchScheduler
from sentinel_inference.detector import build_detector, count_lanes, count_threads
from sentinel_inference.pipeline.camera_pipeline import CameraPipeline, JudgedFrame
from sentinel_inference.pipeline.fleet import Fleet, FleetPorts
from sentinel_inference.pipeline.latency import LatencyWindow
from sentinel_inference.pipeline.model_slot import ModelSlot
from sentinel_inference.pipeline.network_stage import NetworkStage
from sentinel_inference.pipeline.workers import Workers
from sentinel_inference.publishing.messages import detection_event, incident_event
from sentinel_inference.publishing.publisher import Publisher
from sentinel_vision.detection.classes import CLASS_NAMES
from sentinel_vision.detection.detections import Detections
from sentinel_vision.detection.engine import Detector
from sentinel_vision.frames.frame import Frame
from sentinel_vision.frames.transport import INFERRED, FrameOutcome
from sentinel_vision.rules.case import IncidentChange
from sentinel_vision.rules.scene import SceneFrame

log = structlog.get_logger(__name__)

SWEEP_INTERVAL_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class InferencePorts:
    """What the service needs.

    Attributes:
        detector: None: the model of the settings.
        camera_control: Cuts the clips of incidents; None: there are none.
    """

    clock: Clock
    bus: EventBus
    database: Database
    objects: ObjectStore
    detector: Detector | None = None
    camera_control: CameraControl | None = None


class InferenceService:
    """Takes frames by `infer`, publishes `events.detections`, `.incidents` and `.flow`."""

    name = "inference-service"

    def __init__(
        self, settings: InferenceSettings, ports: InferencePorts, clip_times: ClipTimes
    ) -> None:
        self._settings = settings
        self._clock = ports.clock
        self._model = ModelSlot(
            ports.detector or build_detector(settings),
            lambda folder: build_detector(settings, folder),
        )
        detector = self._model.detector
        self._workers = Workers(count_threads(settings))
        self._network = NetworkStage(self._workers, settings.frame_timeout_s)
        self._batches = BatchScheduler[Frame, FrameOutcome](
            self._look_at,
            ports.clock,
            late=FrameOutcome(DropReason.STALE),
            lanes=count_lanes(settings, detector.batch_size),
            batch_size=lambda: self._model.detector.batch_size,
        )
        self._publisher = Publisher(ports.bus, ports.clock)
        self._archive = EvidenceArchive(
            ArchivePorts(
                clock=ports.clock,
                store=ports.objects,
                database=ports.database,
                control=ports.camera_control,
            ),
            clip_times,
            self._announce_evidence,
        )
        self._fleet = Fleet(
            FleetPorts(clock=ports.clock, database=ports.database, objects=ports.objects),
            model_version=detector.model_version,
            thresholds=reporting_thresholds(settings),
            report=self._report_changes,
            report_flow=self._publisher.queue_flow,
        )
        self._latency = LatencyWindow()
        self._sweeper: asyncio.Task[None] | None = None
        self._trouble: str | None = None

    async def start(self) -> None:
        """Load what was active, then take frames."""
        for incident in await self._fleet.resume():
            self._archive.remember(incident)
        self._publisher.start()
        await self._archive.resume()
        self._sweeper = asyncio.create_task(self._sweep(), name="inference-sweep")

    async def stop(self) -> None:
        """Write what is being written, send what waits."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sweeper
            self._sweeper = None
        self._batches.close(FrameOutcome(DropReason.SHUTDOWN))
        await self._archive.drain()
        await self._fleet.close_minutes()
        await self._publisher.stop()
        self._workers.close()

    async def finish_evidence(self) -> None:
        """Complete what is being put together with the video that is there now.

        For before cameras stop: afterwards nobody cuts a clip any more.
        """
        await self._archive.drain()

    async def health(self) -> Mapping[str, str | None]:
        """The database, as the last sweep found it."""
        return {"inference": self._trouble}

    @property
    def status(self) -> "InferenceService":
        """This service is its own `InferenceStatus`."""
        return self

    @property
    def detector(self) -> Detector:
        """The one in use; another one after a change of the model."""
        return self._model.detector

    @property
    def batch_counts(self) -> BatchCounts:
        """Of the scheduler, since the start."""
        return self._batches.counts

    async def use_model(self, folder: Path) -> None:
        """Look at frames with another model, from the next one on; tracks and incidents go on.

        It is loaded beside the one in use, sees what it should in the golden picture and is warmed
        up before any frame meets it.

        Raises:
            ModelRefused: It must not be served, with the reason; the one in use stays.
        """
        await self._model.use(folder)

    def snapshot(self) -> InferenceSnapshot:
        """See `InferenceStatus.snapshot`."""
        now = self._clock.monotonic()
        detector = self._model.detector
        return InferenceSnapshot(
            model_version=detector.model_version,
            model_sha256=detector.model_sha256,
            engine=detector.name,
            provider=detector.provider,
            precision=detector.precision,
            frames_per_s=self._latency.frames_per_s(now),
            latency_p50_ms=self._latency.percentile_ms(now, 50),
            latency_p95_ms=self._latency.percentile_ms(now, 95),
        )

    async def infer(self, frame: Frame) -> FrameOutcome:
        """Look at a frame and publish what it shows. See `FrameTransport.infer`."""
        budget_s = self._settings.staleness_budget_s if frame.is_live else float("inf")
        return await self._batches.submit(
            frame,
            camera_key=frame.camera_key,
            shape=frame.rgb.shape,
            deadline_s=frame.arrived_monotonic_s + budget_s,
        )

    async def _look_at(self, frames: Sequence[Frame]) -> list[FrameOutcome]:
        """A batch, from the network to the events of its frames."""
        detector = self._model.detector
        self._model.note_shape(frames[0].rgb.shape[:2])
        seen = await self._network.look_at(detector, frames)
        pairs = zip(frames, seen, strict=True)
        if len(frames) == 1:
            return [await self._finish(frame, found, detector) for frame, found in pairs]
        finished = (self._finish(frame, found, detector) for frame, found in pairs)
        return await asyncio.gather(*finished)

    async def _finish(
        self, frame: Frame, found: Detections | DropReason, detector: Detector
    ) -> FrameOutcome:
        if isinstance(found, DropReason):
            return FrameOutcome(found)
        try:
            async with self._fleet.frame_of(frame.camera_key) as pipeline:
                pipeline.use_model(detector.model_version)
                judged, snapshots = await self._workers.run(self._judge, pipeline, frame, found)
                await self._report(frame.camera_key, judged, snapshots, detector)
        except Exception:  # the outermost loop: one bad frame must not stop a camera
            log.exception("frame failed", camera=frame.camera_key, frame=frame.frame_id)
            return FrameOutcome(DropReason.INFERENCE_ERROR)
        now = self._clock.monotonic()
        self._latency.add(at_s=now, latency_s=now - frame.arrived_monotonic_s)
        return INFERRED

    def _judge(
        self, pipeline: CameraPipeline, frame: Frame, detections: Detections
    ) -> tuple[JudgedFrame, list[Snapshot]]:
        """In a worker: track, apply the rules, encode the pictures of new incidents."""
        judged = pipeline.judge(frame, detections)
        snapshots = [
            take_snapshot(change, judged.scene, frame.picture)
            for change in judged.changes
            if change.transition is Transition.OPENED
        ]
        return judged, snapshots

    async def _report(
        self,
        camera_key: str,
        judged: JudgedFrame,
        snapshots: Sequence[Snapshot],
        detector: Detector,
    ) -> None:
        for snapshot in snapshots:
            self._archive.save(snapshot, detector.model_sha256)
        await self._report_changes(judged.changes)
        active = tuple(self._archive.attach(incident) for incident in judged.active)
        event = detection_event(
            camera_key,
            replace(judged, active=active),
            model_version=detector.model_version,
            inferred_at=self._clock.utc_now(),
        )
        await self._publisher.publish_detections(event)

    async def _report_changes(self, changes: Sequence[IncidentChange]) -> None:
        for change in changes:
            at = change.scene.captured_at if change.scene else self._clock.utc_now()
            self._publisher.queue_incident(
                incident_event(
                    change.transition, self._archive.attach(change.incident), change.scene, at=at
                )
            )

    def _announce_evidence(
        self, transition: Transition, incident: Incident, scene: SceneFrame | None
    ) -> None:
        self._publisher.queue_incident(
            incident_event(transition, incident, scene, at=self._clock.utc_now())
        )

    async def _sweep(self) -> None:
        while True:
            try:
                await self._fleet.sweep()
                await self._archive.sweep()
                self._trouble = None
            except (DependencyUnavailable, StorageFull) as error:
                self._trouble = error.message
            await self._clock.sleep(SWEEP_INTERVAL_S)


def reporting_thresholds(settings: InferenceSettings) -> NDArray[np.float32]:
    """float32, shape (6,): lowest reported confidence by class."""
    return np.array(
        [settings.class_confidence.get(name, settings.confidence) for name in CLASS_NAMES],
        dtype=np.float32,
    )


def build(settings: Settings, ports: InferencePorts) -> InferenceService:
    """The service, not started.

    Raises:
        ModelRefused: The model cannot be served.
    """
    return InferenceService(settings.inference, ports, ClipTimes.of(settings))

"""A whole inference-service on SQLite, the in-process bus and folders; only the network is scripted."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import numpy as np
from numpy.typing import NDArray

from sentinel_core.adapters.fernet_secrets import FernetSecrets, generate_key
from sentinel_core.adapters.filesystem.object_store import FilesystemObjectStore
from sentinel_core.adapters.memory.event_bus import MemoryEventBus
from sentinel_core.adapters.sql import SqlDatabase, open_database, upgrade_database
from sentinel_core.contracts.generated.detection_event import DetectionEvent
from sentinel_core.contracts.generated.flow_event import FlowEvent
from sentinel_core.contracts.generated.incident_event import IncidentEvent
from sentinel_core.contracts.topics import DETECTIONS, FLOW, INCIDENTS
from sentinel_core.domain.zones import Zone, ZoneSet, ZoneType
from sentinel_core.ports.event_bus import TopicPartition
from sentinel_core.runtime.settings import InferenceSettings, Settings
from sentinel_core.testing.builders import make_camera
from sentinel_core.testing.clock import ManualClock
from sentinel_inference import InferencePorts, InferenceService, build
from sentinel_inference.testing.cameras import FragileStore, ScriptedCameras
from sentinel_vision.detection.classes import CAR
from sentinel_vision.detection.detections import Detections
from sentinel_vision.detection.engine import ScaledPicture
from sentinel_vision.frames.frame import Frame, Picture
from sentinel_vision.testing.views import draw_street

_KEY = generate_key()
_SWEEP = "inference-sweep"
_TASKS = ("evidence-", "outbox", _SWEEP)

WIDTH, HEIGHT = 640, 360
STEP_90K = 18_000
"""Five frames a second."""

NO_STOP = Zone(
    id=UUID(int=7),
    name="fire lane",
    type=ZoneType.NO_STOP,
    polygon=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)),
    rules={"stopped_vehicle": {"on_s": 5}},
)


@dataclass
class ScriptedDetector:
    """Sees in each picture what the test put on `script`; with nothing left, nothing."""

    script: list[Detections | Exception] = field(default_factory=list)
    model_version: str = "scripted"
    model_sha256: str = "0" * 64
    name: str = "script"
    provider: str = "test"
    precision: str = "float32"
    batch_size: int = 1
    before_detect: Callable[[], object] = lambda: None

    def detect(self, rgb: NDArray[np.uint8], source: tuple[int, int]) -> Detections:
        """See `Detector.detect`."""
        del rgb, source
        self.before_detect()
        step = self.script.pop(0) if self.script else Detections.empty()
        if isinstance(step, Exception):
            raise step
        return step

    def detect_batch(self, pictures: Sequence[ScaledPicture]) -> list[Detections]:
        """See `Detector.detect_batch`."""
        return [self.detect(*picture) for picture in pictures]


def cars(*boxes: tuple[float, float, float, float], confidence: float = 0.9) -> Detections:
    """Cars with boxes in pixels of a 640x360 frame."""
    n = len(boxes)
    return Detections.from_arrays(
        np.array(boxes, dtype=np.float32).reshape(n, 4), np.full(n, confidence), np.full(n, CAR)
    )


@dataclass
class Station:
    """The service with everything around it."""

    service: InferenceService
    detector: ScriptedDetector
    clock: ManualClock
    bus: MemoryEventBus
    database: SqlDatabase
    objects: FragileStore
    cameras: ScriptedCameras
    index: int = 0
    street: NDArray[np.uint8] = field(default_factory=draw_street)
    epoch: str = "01JEPOCH000000000000000000"
    is_killed: bool = False

    def frame(self, *, camera_key: str = "cam_01", age_s: float = 0.0) -> Frame:
        """The next frame of a camera, 0.2 s after the one before."""
        self.index += 1
        pts_90k = self.index * STEP_90K
        half = ((HEIGHT + 1) // 2, (WIDTH + 1) // 2)
        return Frame(
            camera_key=camera_key,
            stream_epoch=self.epoch,
            index=self.index,
            pts_90k=pts_90k,
            captured_at=self.clock.utc_now() + timedelta(seconds=pts_90k / 90_000),
            arrived_monotonic_s=self.clock.monotonic() - age_s,
            is_live=True,
            rgb=self.view(self.index),
            picture=Picture(
                np.zeros((HEIGHT, WIDTH), dtype=np.uint8),
                np.full(half, 128, dtype=np.uint8),
                np.full(half, 128, dtype=np.uint8),
            ),
        )

    def view(self, index: int) -> NDArray[np.uint8]:
        """What the camera sees: a street with noise, so that nobody takes it for covered."""
        street = np.kron(self.street, np.ones((4, 4), dtype=np.uint8))[:, :, None]
        noise = np.random.default_rng(index).integers(0, 12, (HEIGHT, WIDTH, 1), dtype=np.uint8)
        return np.repeat(street // 2 + noise, 3, axis=2)

    async def show(self, detections: Detections, *, times: int = 1) -> None:
        """Infer frames that show `detections`."""
        for _ in range(times):
            self.detector.script.append(detections)
            await self.service.infer(self.frame())

    async def sweep(self, times: int = 1) -> None:
        """Let seconds pass, and wait for what the service does once in each of them."""
        for _ in range(times):
            await self.clock.wait_for_sleepers(task_name=_SWEEP)
            await self.clock.advance(1.0)
        await self.clock.wait_for_sleepers(task_name=_SWEEP)

    async def kill(self) -> None:
        """End the service as a kill does: nothing is waited for, nothing is written any more."""
        self.is_killed = True
        tasks = [task for task in asyncio.all_tasks() if task.get_name().startswith(_TASKS)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def store_incidents(self) -> None:
        """Store what was published so far, as the persister does."""
        for event in await self.incident_events():
            async with self.database.transaction() as work:
                await work.incidents.apply(event)

    async def detection_events(self) -> list[DetectionEvent]:
        """All that were published so far."""
        return [
            msgspec.json.decode(value, type=DetectionEvent)
            for value in await self._published(DETECTIONS)
        ]

    async def incident_events(self) -> list[IncidentEvent]:
        """All that were published so far, in order."""
        return [
            msgspec.json.decode(value, type=IncidentEvent)
            for value in await self._published(INCIDENTS)
        ]

    async def flow_events(self) -> list[FlowEvent]:
        """All that were published so far, in order."""
        return [msgspec.json.decode(value, type=FlowEvent) for value in await self._published(FLOW)]

    async def _published(self, topic: str) -> list[bytes]:
        start = {TopicPartition(topic, 0): 0}
        async with self.bus.subscribe([topic], start=start) as subscription:
            messages = await subscription.poll(max_messages=10_000, timeout_s=0.01)
        return [message.value for message in messages]


@asynccontextmanager
async def running_station(folder: Path, clock: ManualClock | None = None) -> AsyncIterator[Station]:
    """Start a station with one camera, `cam_01`, whose whole picture is the zone `NO_STOP`.

    A second one on the same folder is the same system started again, with an empty bus.
    """
    clock = clock or ManualClock()
    file = folder / "sentinel.db"
    url = f"sqlite+aiosqlite:///{file}"
    if not file.exists():
        await upgrade_database(url)
    database = open_database(url, clock=clock, secrets=FernetSecrets(_KEY))
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        station = await _build(folder, clock, database)
        await station.service.start()
        try:
            yield station
        finally:
            if not station.is_killed:
                await station.service.stop()


async def _build(folder: Path, clock: ManualClock, database: SqlDatabase) -> Station:
    async with database.transaction() as work:
        if not await work.cameras.list():
            camera = make_camera(key="cam_01")
            await work.cameras.add(camera)
            await work.cameras.replace_zones(camera.id, ZoneSet(zones=(NO_STOP,)))
    bus = MemoryEventBus()
    objects = FragileStore(FilesystemObjectStore(folder / "objects"))
    detector, cameras = ScriptedDetector(), ScriptedCameras()
    ports = InferencePorts(
        clock=clock,
        bus=bus,
        database=database,
        objects=objects,
        detector=detector,
        camera_control=cameras,
    )
    service = build(Settings(inference=InferenceSettings(threads=2)), ports)
    return Station(service, detector, clock, bus, database, objects, cameras)

"""camera-service: reads cameras, hands on their video and their sampled frames."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sentinel_camera.assignment.tenure import CameraAssignment, SoleAssignment
from sentinel_camera.health.watch import HealthWatch
from sentinel_camera.restream.sinks import SinkFactory
from sentinel_camera.sampling.camera_rate import CameraRate
from sentinel_camera.sampling.rates import NodeRates, RateLimits
from sentinel_camera.supervision.backoff import TokenBucket
from sentinel_camera.supervision.fleet import CameraFleet, FleetPorts
from sentinel_camera.supervision.nursery import Nursery
from sentinel_camera.supervision.probe import SourceProbe
from sentinel_camera.supervision.reader import ReaderParts
from sentinel_camera.supervision.states import StateBoard
from sentinel_core.domain.cameras import CameraState
from sentinel_core.domain.errors import DependencyUnavailable
from sentinel_core.domain.frames import FrameCounts
from sentinel_core.ports.camera_control import ProbeReport
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.event_bus import EventBus
from sentinel_core.ports.repositories import Database
from sentinel_core.runtime.settings import Settings
from sentinel_vision.frames.jpeg import encode_picture
from sentinel_vision.frames.transport import FrameTransport

_CONNECT_BURST = 4


@dataclass(frozen=True, kw_only=True)
class CameraPorts:
    """What camera-service needs from the outside."""

    clock: Clock
    bus: EventBus
    database: Database
    frames: FrameTransport
    assignment: CameraAssignment | None = None
    """Which cameras are this process's; None: all."""


class CameraService:
    """Implements `Service`; `control` and `live_video` are for the API."""

    name = "camera-service"

    def __init__(
        self, settings: Settings, ports: CameraPorts, nursery: Nursery | None = None
    ) -> None:
        """Put the parts together.

        Args:
            settings: Of all services; `cameras` and the data directory are looked at.
            ports: What it works with.
            nursery: One that several services share, and that outlives them; None: its own.
        """
        file_roots = _file_roots(settings)
        self._owns_nursery = nursery is None
        self._nursery = nursery or Nursery()
        self._board = StateBoard(ports.bus, ports.clock)
        parts = ReaderParts(
            nursery=self._nursery,
            bucket=TokenBucket(settings.cameras.connects_per_s, _CONNECT_BURST, ports.clock),
            clock=ports.clock,
            settings=settings.cameras,
            file_roots=file_roots,
            staleness_budget_s=settings.inference.staleness_budget_s,
        )
        fleet_ports = FleetPorts(
            database=ports.database,
            transport=ports.frames,
            assignment=ports.assignment or SoleAssignment(),
            sinks=self._sink_factories(),
        )
        self._fleet = CameraFleet(fleet_ports, self._board, parts)
        self._rates = NodeRates(self._camera_rates, _rate_limits(settings), ports.clock)
        self._health = HealthWatch(lambda: self._fleet.feeds, self._board, ports.clock)
        probe = SourceProbe(self._nursery, ports.clock, settings.cameras, file_roots)
        self.control = FleetControl(self._fleet, self._board, probe)
        self.live_video = FleetVideo(self._fleet)
        self._tasks: list[asyncio.Task[None]] = []

    def _sink_factories(self) -> tuple[SinkFactory, ...]:
        """What takes each camera's coded video, besides the browsers of this process."""
        return ()

    @property
    def process_ids(self) -> list[int]:
        """The processes that read cameras at present."""
        return self._nursery.worker_pids

    def _camera_rates(self) -> Mapping[str, CameraRate]:
        return {key: feed.rate for key, feed in self._fleet.feeds.items()}

    async def start(self) -> None:
        """Begin to read all enabled cameras."""
        self._tasks = [
            asyncio.create_task(self._board.publish_changes(), name="camera-states"),
            asyncio.create_task(self._board.repeat_states(), name="camera-states-again"),
            asyncio.create_task(self._fleet.keep_reconciled(), name="camera-fleet"),
            asyncio.create_task(self._rates.keep_adapted(), name="camera-rates"),
            asyncio.create_task(self._health.keep_graded(), name="camera-health"),
        ]

    async def stop(self) -> None:
        """Stop reading; all processes are gone when this returns."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._fleet.stop()
        if self._owns_nursery:
            await self._nursery.stop()

    async def health(self) -> Mapping[str, str | None]:
        """By dependency: None where it is fine."""
        return {"database": self._fleet.trouble}


class FleetControl:
    """Implements `CameraControl`."""

    def __init__(self, fleet: CameraFleet, board: StateBoard, probe: SourceProbe) -> None:
        self._fleet = fleet
        self._board = board
        self._probe = probe

    async def probe(self, source_url: str) -> ProbeReport:
        """Look at a source."""
        return await self._probe.probe(source_url, self._fleet.masks_of(source_url))

    async def snapshot(self, camera_key: str) -> bytes:
        """The newest sampled picture as JPEG."""
        held = self._fleet.feed(camera_key).hold_newest()
        if held is None:
            raise DependencyUnavailable("The camera has not shown a picture yet.")
        picture, let_go = held
        try:
            return await asyncio.to_thread(encode_picture, picture)
        finally:
            let_go()

    def states(self) -> Mapping[str, CameraState]:
        """Present states by camera key."""
        return self._board.states

    def sample_rates(self) -> Mapping[str, float]:
        """Pictures a second that are sampled at present, by camera key."""
        return {key: feed.rate.rate_fps for key, feed in self._fleet.feeds.items()}

    def frame_counts(self) -> Mapping[str, FrameCounts]:
        """Frame accounting by camera key."""
        return {key: feed.ledger.counts() for key, feed in self._fleet.feeds.items()}


class FleetVideo:
    """Implements `LiveVideo`."""

    def __init__(self, fleet: CameraFleet) -> None:
        self._fleet = fleet

    @asynccontextmanager
    async def watch(self, camera_key: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """Join a camera's stream."""
        with self._fleet.feed(camera_key).hub.watch() as pieces:
            yield pieces


def build(settings: Settings, ports: CameraPorts) -> CameraService:
    """Put the service together; nothing runs before `start`."""
    return CameraService(settings, ports)


def _rate_limits(settings: Settings) -> RateLimits:
    return RateLimits(
        floor_fps=settings.cameras.floor_fps,
        node_budget_fps=settings.cameras.node_budget_fps,
        staleness_budget_s=settings.inference.staleness_budget_s,
    )


def _file_roots(settings: Settings) -> tuple[Path, ...]:
    demo = Path(__file__).resolve().parents[4] / "data" / "demo"
    return (*settings.cameras.file_roots, settings.data_path / "videos", demo)

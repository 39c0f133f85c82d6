"""camera-service: reads cameras, hands on their video and their sampled frames."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sentinel_camera.assignment.tenure import CameraAssignment, SoleAssignment
from sentinel_camera.clips.recorder import Recorder
from sentinel_camera.clips.recording_desk import RecordingDesk, RecordingLimits
from sentinel_camera.clips.ring import ClipRing
from sentinel_camera.clips.shelf import ClipShelf
from sentinel_camera.restream.hls import HlsPackager
from sentinel_camera.restream.peer_queue import PeerSink
from sentinel_camera.restream.publishing import CameraPublishing
from sentinel_camera.restream.sinks import SinkFactory
from sentinel_camera.sampling.camera_rate import CameraRate
from sentinel_camera.sampling.rates import NodeRates, RateLimits
from sentinel_camera.supervision.backoff import TokenBucket
from sentinel_camera.supervision.fleet import CameraFleet, FleetPorts
from sentinel_camera.supervision.health_watch import HealthWatch
from sentinel_camera.supervision.nursery import Nursery
from sentinel_camera.supervision.probe import SourceProbe
from sentinel_camera.supervision.reader import ReaderParts
from sentinel_camera.supervision.states import StateBoard
from sentinel_core.domain.cameras import CameraState
from sentinel_core.domain.errors import DependencyUnavailable, InvalidInput
from sentinel_core.domain.frames import FrameCounts
from sentinel_core.ports.camera_control import ClipCut, ProbeReport
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.event_bus import EventBus
from sentinel_core.ports.media_tokens import MediaTokens
from sentinel_core.ports.object_store import ObjectStore
from sentinel_core.ports.peer_video import PeerVideo
from sentinel_core.ports.repositories import Database
from sentinel_core.ports.restreamer import Restreamer
from sentinel_core.runtime.settings import Settings
from sentinel_vision.frames.jpeg import encode_picture
from sentinel_vision.frames.transport import FrameTransport

if TYPE_CHECKING:
    from sentinel_camera.restream.whep import WhepSessions

_CONNECT_BURST = 4
_MEGABYTE = 1 << 20
_LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, kw_only=True)
class CameraPorts:
    """What camera-service needs from the outside.

    Attributes:
        media_tokens: For the media server; with `restreamer`, where cameras are published to one.
    """

    clock: Clock
    bus: EventBus
    database: Database
    frames: FrameTransport
    assignment: CameraAssignment | None = None
    """Which cameras are this process's; None: all."""
    media_tokens: MediaTokens | None = None
    restreamer: Restreamer | None = None
    objects: ObjectStore | None = None
    """Where recordings end; None: nothing is recorded."""


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
        self._settings = settings
        self._owns_nursery = nursery is None
        self._nursery = nursery or Nursery()
        self._publishing = _publishing(settings, ports)
        self._board = StateBoard(ports.bus, ports.clock)
        assignment = ports.assignment or SoleAssignment()
        parts = ReaderParts(
            nursery=self._nursery,
            bucket=TokenBucket(settings.cameras.connects_per_s, _CONNECT_BURST, ports.clock),
            clock=ports.clock,
            settings=settings.cameras,
            file_roots=file_roots,
            staleness_budget_s=settings.inference.staleness_budget_s,
            hang_up_after_s=assignment.hang_up_after_s,
        )
        self._clock = ports.clock
        self._clips = ClipShelf(settings.cameras, ports.clock)
        fleet_ports = FleetPorts(
            database=ports.database,
            transport=ports.frames,
            assignment=assignment,
            sinks=self._sink_factories(),
        )
        self._fleet = CameraFleet(fleet_ports, self._board, parts)
        self._rates = NodeRates(self._camera_rates, _rate_limits(settings), ports.clock)
        self._health = HealthWatch(lambda: self._fleet.feeds, self._board, ports.clock)
        self._recordings = self._recording_desk(settings, ports)
        probe = SourceProbe(self._nursery, ports.clock, settings.cameras, file_roots)
        self.control = FleetControl(self._fleet, self._board, probe, self._clips)
        self.live_video = FleetVideo(self._fleet)
        self._peers = _peer_sessions(settings, ports.clock, self._fleet)
        self._tasks: list[asyncio.Task[None]] = []

    def _sink_factories(self) -> tuple[SinkFactory, ...]:
        """What takes each camera's coded video, besides the browsers of this process."""
        served: tuple[SinkFactory, ...] = (
            self._clips.ring_for,
            lambda _camera: HlsPackager(self._clock, int(self._clock.utc_now().timestamp())),
            lambda _camera: Recorder(),
        )
        if self._settings.cameras.embedded_whep:
            served = (*served, lambda _camera: PeerSink())
        return served if self._publishing is None else (*served, self._publishing.make_sink)

    def _recording_desk(self, settings: Settings, ports: CameraPorts) -> RecordingDesk | None:
        if ports.objects is None:
            return None
        limits = RecordingLimits(
            settings.data_path / "recordings",
            round(settings.cameras.recording_max_mb * _MEGABYTE),
            settings.cameras.recording_reserve_mb * _MEGABYTE,
        )
        return RecordingDesk(ports.database, ports.objects, ports.clock, limits, self._recorder_of)

    @property
    def peer_video(self) -> PeerVideo | None:
        """WebRTC from this process; None where that is switched off."""
        return self._peers

    @property
    def process_ids(self) -> list[int]:
        """The processes that read cameras at present."""
        return self._nursery.worker_pids

    def _recorder_of(self, camera_key: str) -> Recorder | None:
        feed = self._fleet.feeds.get(camera_key)
        return None if feed is None else feed.sink(Recorder)

    def _camera_rates(self) -> Mapping[str, CameraRate]:
        return {key: feed.rate for key, feed in self._fleet.feeds.items()}

    async def start(self) -> None:
        """Begin to read all enabled cameras."""
        if self._publishing is not None:
            self._publishing.start()
        self._tasks = [
            asyncio.create_task(self._board.publish_changes(), name="camera-states"),
            asyncio.create_task(self._board.repeat_states(), name="camera-states-again"),
            asyncio.create_task(self._fleet.keep_reconciled(), name="camera-fleet"),
            asyncio.create_task(self._rates.keep_adapted(), name="camera-rates"),
            asyncio.create_task(self._health.keep_graded(), name="camera-health"),
        ]
        if self._recordings is not None:
            recording = self._recordings.keep_recorded()
            self._tasks.append(asyncio.create_task(recording, name="camera-recordings"))

    async def stop(self) -> None:
        """Stop reading; all processes are gone when this returns."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._recordings is not None:
            await self._recordings.stop()
        if self._peers is not None:
            await self._peers.stop()
        await self._fleet.stop()
        if self._publishing is not None:
            await self._publishing.stop()
        if self._owns_nursery:
            await self._nursery.stop()

    async def health(self) -> Mapping[str, str | None]:
        """By dependency: None where it is fine."""
        report = {"database": self._fleet.trouble}
        if self._publishing is not None:
            report["media"] = self._publishing.trouble
        return report


class FleetControl:
    """Implements `CameraControl`."""

    def __init__(
        self, fleet: CameraFleet, board: StateBoard, probe: SourceProbe, clips: ClipShelf
    ) -> None:
        self._clips = clips
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

    async def cut_clip(
        self, camera_key: str, *, epoch: str, from_pts_90k: int, to_pts_90k: int
    ) -> ClipCut:
        """Cut a clip out of what is kept."""
        ring = self._fleet.feed(camera_key).sink(ClipRing)
        return await self._clips.cut(ring, camera_key, epoch, (from_pts_90k, to_pts_90k))

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

    def serves(self, camera_key: str) -> bool:
        """Whether the camera is read here."""
        return camera_key in self._fleet.feeds

    @asynccontextmanager
    async def watch(self, camera_key: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """Join a camera's stream."""
        with self._fleet.feed(camera_key).hub.watch() as pieces:
            yield pieces

    async def hls_playlist(
        self, camera_key: str, *, segment: int | None = None, part: int | None = None
    ) -> str:
        """The playlist of low-latency HLS."""
        packager = self._fleet.feed(camera_key).sink(HlsPackager)
        return await packager.playlist(number=segment, part=part)

    async def hls_piece(self, camera_key: str, name: str) -> bytes:
        """What the playlist names."""
        return await self._fleet.feed(camera_key).sink(HlsPackager).piece(name)


def build(settings: Settings, ports: CameraPorts) -> CameraService:
    """Put the service together; nothing runs before `start`."""
    return CameraService(settings, ports)


def _rate_limits(settings: Settings) -> RateLimits:
    return RateLimits(
        floor_fps=settings.cameras.floor_fps,
        node_budget_fps=settings.cameras.node_budget_fps,
        staleness_budget_s=settings.inference.staleness_budget_s,
    )


def _peer_sessions(settings: Settings, clock: Clock, fleet: CameraFleet) -> "WhepSessions | None":
    if not settings.cameras.embedded_whep:
        return None
    try:
        # An extra, and 18 MB of memory that nobody else needs.
        from sentinel_camera.restream.whep import WhepSessions
    except ImportError as error:
        raise InvalidInput(
            "cameras.embedded_whep needs the packages of sentinel-camera[webrtc]",
            field="cameras.embedded_whep",
        ) from error
    return WhepSessions(
        clock,
        lambda camera_key: fleet.feed(camera_key).sink(PeerSink),
        max_sessions=settings.cameras.whep_sessions,
        on_loopback=settings.api.host in _LOOPBACK_HOSTS,
    )


def _publishing(settings: Settings, ports: CameraPorts) -> CameraPublishing | None:
    rtsp_url = settings.media.rtsp_url
    if rtsp_url is None or ports.media_tokens is None or ports.restreamer is None:
        return None
    return CameraPublishing(
        rtsp_url,
        restreamer=ports.restreamer,
        tokens=ports.media_tokens,
        database=ports.database,
        clock=ports.clock,
    )


def _file_roots(settings: Settings) -> tuple[Path, ...]:
    demo = Path(__file__).resolve().parents[4] / "data" / "demo"
    return (*settings.cameras.file_roots, settings.data_path / "videos", demo)

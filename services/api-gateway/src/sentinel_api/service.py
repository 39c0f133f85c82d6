"""Builds the service from its ports."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog
from fastapi import FastAPI

from sentinel_api.app import create_app
from sentinel_api.auth.service import OpenGate, SignIn, TokenGate
from sentinel_api.auth.throttle import LoginThrottle
from sentinel_api.auth.tokens import AccessTokens
from sentinel_api.backtests.service import BacktestDesk
from sentinel_api.cameras.board import CameraBoard
from sentinel_api.cameras.service import CameraRegistry
from sentinel_api.context import ApiContext
from sentinel_api.events.service import EventHistory
from sentinel_api.evidence.service import EvidenceDesk
from sentinel_api.flow.service import FlowDesk
from sentinel_api.health.service import DatabaseHealth, HealthReport
from sentinel_api.incidents.service import IncidentDesk
from sentinel_api.live_video.hls import HlsViewers
from sentinel_api.live_video.peers import PeerViewers
from sentinel_api.live_video.service import VideoViewers
from sentinel_api.metrics.service import ApiMetrics, ServiceCollector
from sentinel_api.persistence.ledger import PersisterLedger
from sentinel_api.persistence.service import Persister
from sentinel_api.players.service import PlayerDirectory, media_origins
from sentinel_api.raw_detections.service import ArchiveLedger, DetectionArchivist
from sentinel_api.realtime.announcements import Announcements
from sentinel_api.realtime.feed import LiveFeed
from sentinel_api.realtime.service import Broadcaster
from sentinel_api.realtime.session import LiveSessions
from sentinel_api.recordings.service import ClipDesk, RecordingArchive
from sentinel_api.stats.service import StatsReport
from sentinel_api.stored_files import StoredFiles
from sentinel_api.users.service import LOCAL_NAME, UserAccounts
from sentinel_api.zones.service import ZoneDrafts
from sentinel_core.adapters.camera_metrics import FrameCollector, HealthCollector
from sentinel_core.ports.camera_control import CameraControl
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.detection_archive import DetectionArchive
from sentinel_core.ports.event_bus import EventBus
from sentinel_core.ports.inference_status import InferenceStatus
from sentinel_core.ports.live_video import LiveVideo
from sentinel_core.ports.media_tokens import MediaTokens
from sentinel_core.ports.object_store import ObjectStore
from sentinel_core.ports.peer_video import PeerVideo
from sentinel_core.ports.repositories import Database
from sentinel_core.runtime.service import Service
from sentinel_core.runtime.settings import ApiSettings, Settings

STOP_WITHIN_S = 8.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class ApiPorts:
    """What the service needs from the outside.

    Attributes:
        services: Those that run in the same process; `/readyz` asks them too.
    """

    clock: Clock
    bus: EventBus
    database: Database
    objects: ObjectStore
    detection_archive: DetectionArchive
    camera_control: CameraControl
    live_video: LiveVideo
    media_tokens: MediaTokens
    inference_status: InferenceStatus
    peer_video: PeerVideo | None = None
    """WebRTC from camera-service itself; None: there is none."""
    services: Sequence[Service] = ()


class ApiService:
    """`Service`: persister, archivist and live feed in the background, `app` for a server to run."""

    def __init__(
        self, app: FastAPI, live: "_Live", *, database: DatabaseHealth, tokens: AccessTokens
    ) -> None:
        self.app = app
        self._persister = live.persister
        self._archivist = live.archivist
        self._feed = live.feed
        self._backtests = live.backtests
        self._database = database
        self._tokens = tokens
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @property
    def name(self) -> str:
        """`api-gateway`."""
        return "api-gateway"

    async def start(self) -> None:
        """Start the background work. Raises where the database does not answer."""
        await self._feed.load()
        self._tasks = {
            "persister": asyncio.create_task(self._persister.run(), name="persister"),
            "live": asyncio.create_task(self._feed.run(), name="live feed"),
        }
        if self._archivist is not None:
            self._tasks["raw_detections"] = asyncio.create_task(
                self._archivist.run(), name="archivist"
            )

    async def stop(self) -> None:
        """Store what the bus has, then end.

        What cannot be stored now stays on a bus that outlives the process.
        """
        await self._backtests.close()
        tasks, self._tasks = self._tasks, {}
        if not tasks:
            return
        self._persister.stop()
        if self._archivist is not None:
            self._archivist.stop()
        writers = {task for name, task in tasks.items() if name != "live"}
        _, late = await asyncio.wait(writers, timeout=STOP_WITHIN_S)
        for task in late:
            _log.warning("did not finish in time", task=task.get_name())
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)

    async def health(self) -> Mapping[str, str | None]:
        """Database, schema, and the background work."""
        report = await self._database.report()
        report["persister"] = self._persister.trouble
        if self._archivist is not None:
            report["raw_detections"] = self._archivist.trouble
        for name, task in self._tasks.items():
            if task.done():
                report[name] = "has ended"
        if not self._tasks:
            report["bus"] = "not started"
        return report

    def issue_local_token(self) -> str:
        """An administrator's token for the command line on this machine; ends with the process."""
        return self._tokens.issue_local(LOCAL_NAME)


def build(settings: Settings, ports: ApiPorts) -> ApiService:
    """Join the parts. Nothing runs before `start`.

    Without a secret key, access tokens are signed with a random one and end with the process;
    sessions go on, since refresh tokens are kept as hashes in the database.
    """
    live = _Live.of(settings.api, ports)
    tokens = AccessTokens(
        clock=ports.clock,
        secret_key=_secret_key(settings),
        lifetime_s=settings.api.access_token_minutes * 60,
        boot=live.broadcaster.boot,
    )
    app = create_app(settings.api, media_origins(settings.media))
    service = ApiService(app, live, database=DatabaseHealth(ports.database), tokens=tokens)
    app.state.context = _context(
        settings, ports, live, tokens, HealthReport((service, *ports.services))
    )
    return service


@dataclass(frozen=True, kw_only=True)
class _Live:
    """What works in the background, and what the routes share with it."""

    board: CameraBoard
    ledger: PersisterLedger
    announcements: Announcements
    broadcaster: Broadcaster
    persister: Persister
    archivist: DetectionArchivist | None
    backtests: BacktestDesk
    feed: LiveFeed

    @classmethod
    def of(cls, settings: ApiSettings, ports: ApiPorts) -> "_Live":
        board = CameraBoard()
        ledger = PersisterLedger()
        announcements = Announcements()
        broadcaster = Broadcaster(clock=ports.clock, control=ports.camera_control, board=board)
        archivist = _archivist(settings, ports)
        return cls(
            board=board,
            ledger=ledger,
            announcements=announcements,
            broadcaster=broadcaster,
            persister=Persister(
                clock=ports.clock,
                bus=ports.bus,
                database=ports.database,
                ledger=ledger,
                announcements=announcements,
            ),
            archivist=archivist,
            backtests=BacktestDesk(
                database=ports.database, archive=ports.detection_archive, archivist=archivist
            ),
            feed=LiveFeed(
                clock=ports.clock,
                bus=ports.bus,
                database=ports.database,
                broadcaster=broadcaster,
                announcements=announcements,
                ledger=ledger,
            ),
        )


def _archivist(settings: ApiSettings, ports: ApiPorts) -> DetectionArchivist | None:
    if not settings.raw_detections:
        return None
    return DetectionArchivist(
        clock=ports.clock,
        bus=ports.bus,
        database=ports.database,
        archive=ports.detection_archive,
        flush_s=settings.raw_detections_flush_s,
        retention_days=settings.raw_detections_days,
    )


def _context(
    settings: Settings, ports: ApiPorts, live: _Live, tokens: AccessTokens, health: HealthReport
) -> ApiContext:
    clock, database, control = ports.clock, ports.database, ports.camera_control
    video = VideoViewers(clock=clock, database=database, video=ports.live_video)
    return ApiContext(
        clock=clock,
        gate=TokenGate(tokens) if settings.api.auth else OpenGate(),
        sign_in=_sign_in(settings, ports, tokens),
        users=UserAccounts(clock=clock, database=database),
        cameras=CameraRegistry(clock=clock, database=database, control=control, board=live.board),
        incidents=IncidentDesk(
            clock=clock,
            database=database,
            objects=ports.objects,
            announcements=live.announcements,
        ),
        backtests=live.backtests,
        evidence=EvidenceDesk(clock=clock, database=database, objects=ports.objects),
        events=EventHistory(database=database),
        flow=FlowDesk(clock=clock, database=database, timezone=settings.timezone),
        stats=StatsReport(
            clock=clock,
            control=control,
            inference=ports.inference_status,
            ledger=live.ledger,
            broadcaster=live.broadcaster,
            video=video,
        ),
        health=health,
        metrics=_metrics(ports, live, video),
        live=LiveSessions(clock=clock, database=database, broadcaster=live.broadcaster),
        video=video,
        hls=HlsViewers(database=database, video=ports.live_video),
        players=PlayerDirectory(
            database=database,
            video=ports.live_video,
            tokens=ports.media_tokens,
            media=settings.media,
            has_whep=ports.peer_video is not None,
        ),
        peers=PeerViewers(database=database, video=ports.peer_video),
        media_tokens=ports.media_tokens,
        recordings=RecordingArchive(
            clock=clock,
            database=database,
            objects=ports.objects,
            total_mb=settings.cameras.recordings_total_mb,
        ),
        files=StoredFiles(ports.objects),
        zone_drafts=ZoneDrafts(clock=clock, database=database, archive=ports.detection_archive),
        clips=ClipDesk(clock=clock, database=database, control=control, board=live.board),
    )


def _sign_in(settings: Settings, ports: ApiPorts, tokens: AccessTokens) -> SignIn:
    return SignIn(
        clock=ports.clock,
        database=ports.database,
        tokens=tokens,
        throttle=LoginThrottle(
            clock=ports.clock, per_minute=settings.api.login_attempts_per_minute
        ),
        session_days=settings.api.session_days,
        is_required=settings.api.auth,
    )


def _metrics(ports: ApiPorts, live: _Live, video: VideoViewers) -> ApiMetrics:
    return ApiMetrics(
        (
            FrameCollector(ports.camera_control),
            HealthCollector(ports.camera_control),
            ServiceCollector(
                ledger=live.ledger,
                archive=live.archivist.ledger if live.archivist else ArchiveLedger(),
                broadcaster=live.broadcaster,
                video=video,
                inference=ports.inference_status,
            ),
        )
    )


def _secret_key(settings: Settings) -> str:
    if settings.secret_key is None:
        return secrets.token_hex(32)
    return settings.secret_key.get_secret_value()

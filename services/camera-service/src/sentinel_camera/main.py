"""camera-service as a process of its own, beside others that share the cameras with it."""

import asyncio
import socket
from collections.abc import Mapping
from contextlib import AsyncExitStack

import structlog
from ulid import ULID

from sentinel_camera.assignment.leases import LeaseKeeper, LeaseTimes
from sentinel_camera.service import CameraPorts, CameraService, build
from sentinel_core.adapters.camera_metrics import FrameCollector, HealthCollector, MetricsPage
from sentinel_core.adapters.fernet_secrets import FernetSecrets, read_secret_key
from sentinel_core.adapters.filesystem.object_store import FilesystemObjectStore
from sentinel_core.adapters.grpc import GrpcServer
from sentinel_core.adapters.grpc.camera_control_server import CameraControlServer
from sentinel_core.adapters.media_tokens import SignedMediaTokens
from sentinel_core.adapters.mediamtx import open_restreamer
from sentinel_core.adapters.memory.event_bus import MemoryEventBus
from sentinel_core.adapters.sql import open_database, upgrade_database
from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.media_tokens import MediaTokens
from sentinel_core.ports.repositories import Database
from sentinel_core.ports.restreamer import Restreamer
from sentinel_core.runtime.health_pages import HealthPages
from sentinel_core.runtime.health_server import HealthServer
from sentinel_core.runtime.process import run_process
from sentinel_core.runtime.settings import Settings
from sentinel_vision.frames.grpc.sender import GrpcFrameTransport, SenderSettings
from sentinel_vision.frames.grpc.wire import FrameEncoding

_log = structlog.get_logger(__name__)

_HOST_NAME_LENGTH = 32


def main() -> int:
    """Run until SIGTERM; returns the exit status."""
    return run_process(serve)


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Run until `stop` is set; cameras are given back before this returns."""
    clock = SystemClock()
    key = read_secret_key(settings)
    await upgrade_database(settings.effective_database_url)
    database = open_database(
        settings.effective_database_url, clock=clock, secrets=FernetSecrets(key)
    )
    async with AsyncExitStack() as closing:
        closing.push_async_callback(database.close)
        tokens = SignedMediaTokens(key, clock)
        restreamer = open_restreamer(settings.media, tokens, clock, closing)
        parts = _Parts(settings, clock, database, media=(tokens, restreamer))
        await parts.start(closing)
        await stop.wait()
        _log.info("camera-service stops", instance=parts.instance_id)


class _Parts:
    """The service and what it is reached by."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        database: Database,
        media: tuple[MediaTokens, Restreamer | None],
    ) -> None:
        self.instance_id = _new_instance_id(clock)
        self._settings = settings.cameras
        self._keeper = LeaseKeeper(
            database,
            clock,
            instance_id=self.instance_id,
            times=LeaseTimes(lease_s=settings.cameras.lease_s),
        )
        self._frames = GrpcFrameTransport(_sender_settings(settings, self.instance_id), clock)
        self._service: CameraService = build(
            settings,
            CameraPorts(
                clock=clock,
                # Its own until services share a broker: states are asked for over gRPC.
                bus=MemoryEventBus(),
                database=database,
                frames=self._frames,
                assignment=self._keeper,
                media_tokens=media[0],
                restreamer=media[1],
                objects=FilesystemObjectStore(settings.objects_path),
            ),
        )
        control = CameraControlServer(self._service.control, self.instance_id)
        self._grpc = GrpcServer(settings.cameras.grpc_address, control.register)
        page = MetricsPage(
            FrameCollector(self._service.control), HealthCollector(self._service.control)
        )
        self._http = HealthServer(settings.cameras.http_address, HealthPages(self._health, page))

    async def start(self, closing: AsyncExitStack) -> None:
        """Be reachable first, then take cameras; `closing` undoes it in reverse."""
        closing.push_async_callback(self._http.stop)
        await self._http.start()
        closing.push_async_callback(self._grpc.stop)
        await self._grpc.start()
        host = self._settings.public_host or self._settings.grpc_address.rpartition(":")[0]
        address = f"{host}:{self._grpc.port}"
        self._keeper.announce(address)
        closing.push_async_callback(self._frames.stop)
        self._frames.start()
        closing.push_async_callback(self._service.stop)
        await self._service.start()
        _log.info(
            "camera-service runs",
            instance=self.instance_id,
            grpc=address,
            http_port=self._http.port,
        )

    async def _health(self) -> Mapping[str, str | None]:
        return {
            **await self._service.health(),
            "leases": self._keeper.trouble,
            "inference": self._frames.trouble,
        }


def _new_instance_id(clock: Clock) -> str:
    """Another one at each start: what a dead process held is not this one's."""
    host = socket.gethostname()[:_HOST_NAME_LENGTH]
    return f"{host}-{ULID.from_datetime(clock.utc_now())}".lower()


def _sender_settings(settings: Settings, instance_id: str) -> SenderSettings:
    return SenderSettings(
        address=settings.cameras.inference_address,
        instance_id=instance_id,
        encoding=FrameEncoding(settings.cameras.frame_encoding),
        staleness_budget_s=settings.inference.staleness_budget_s,
        frame_timeout_s=settings.inference.frame_timeout_s,
    )

"""The one place where the embedded mode is put together; every adapter can be replaced by keyword."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import sentinel_api
import sentinel_camera
import sentinel_inference
from sentinel_allinone.data_directory import DataDirectory
from sentinel_core.adapters.fernet_secrets import FernetSecrets
from sentinel_core.adapters.filesystem.object_store import FilesystemObjectStore
from sentinel_core.adapters.media_tokens import SignedMediaTokens
from sentinel_core.adapters.mediamtx import open_restreamer
from sentinel_core.adapters.memory.event_bus import MemoryEventBus
from sentinel_core.adapters.parquet.detection_archive import ParquetDetectionArchive
from sentinel_core.adapters.sql import SqlDatabase, open_database, upgrade_database
from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.domain.errors import InvalidInput
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.event_bus import EventBus
from sentinel_core.ports.media_tokens import MediaTokens
from sentinel_core.ports.object_store import ObjectStore
from sentinel_core.ports.restreamer import Restreamer
from sentinel_core.runtime.service import Service
from sentinel_core.runtime.settings import Settings
from sentinel_vision.detection.engine import Detector
from sentinel_vision.frames.transport import InProcessFrameTransport


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedSystem:
    """All services of the embedded mode, built and not started."""

    settings: Settings
    clock: Clock
    database: SqlDatabase
    api: sentinel_api.ApiService
    cameras: sentinel_camera.CameraService
    inference: sentinel_inference.InferenceService

    @property
    def services(self) -> tuple[Service, ...]:
        """In the order of their start, and in reverse of their end.

        Who stores what others publish stands first, so that their last messages are stored too.
        """
        return (self.api, self.inference, self.cameras)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Start all services; stop them in reverse order when the block ends."""
        async with AsyncExitStack() as stack:
            for service in self.services:
                stack.push_async_callback(service.stop)
                await service.start()
            # First of all at the end, while the cameras still have their video.
            stack.push_async_callback(self.inference.finish_evidence)
            yield


@asynccontextmanager
async def embedded_system(
    settings: Settings,
    *,
    clock: Clock | None = None,
    bus: EventBus | None = None,
    objects: ObjectStore | None = None,
    detector: Detector | None = None,
) -> AsyncIterator[EmbeddedSystem]:
    """Open the data directory and build all services; close the database at the end.

    Raises:
        InvalidInput: A setting names a server; the embedded mode has none.
        StorageFull: No room in the data directory.
        ModelRefused: The model cannot be served.
    """
    _check(settings)
    directory = DataDirectory(settings.data_path)
    directory.prepare()
    clock = clock or SystemClock()
    key = settings.secret_key.get_secret_value() if settings.secret_key else directory.secret_key()
    async with AsyncExitStack() as closing:
        database = await _open_database(settings, key, clock)
        closing.push_async_callback(database.close)
        tokens = SignedMediaTokens(key, clock)
        ports = _Ports(
            clock=clock,
            database=database,
            bus=bus or MemoryEventBus(),
            objects=objects or FilesystemObjectStore(_objects_root(settings, directory)),
            detector=detector,
            media_tokens=tokens,
            restreamer=open_restreamer(settings.media, tokens, clock, closing),
        )
        yield _build(settings, ports)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ports:
    """What the services are built on."""

    clock: Clock
    database: SqlDatabase
    bus: EventBus
    objects: ObjectStore
    detector: Detector | None
    media_tokens: MediaTokens
    restreamer: Restreamer | None


async def _open_database(settings: Settings, key: str, clock: Clock) -> SqlDatabase:
    await upgrade_database(settings.effective_database_url)
    return open_database(
        settings.effective_database_url,
        clock=clock,
        secrets=FernetSecrets(key),
        timezone=settings.timezone,
    )


def _build(settings: Settings, ports: _Ports) -> EmbeddedSystem:
    # Frames find their way once both ends are there: inference asks the cameras for clips.
    frames = InProcessFrameTransport()
    cameras = sentinel_camera.build(
        settings,
        sentinel_camera.CameraPorts(
            clock=ports.clock,
            bus=ports.bus,
            database=ports.database,
            frames=frames,
            media_tokens=ports.media_tokens,
            restreamer=ports.restreamer,
            objects=ports.objects,
        ),
    )
    inference = sentinel_inference.build(
        settings,
        sentinel_inference.InferencePorts(
            clock=ports.clock,
            bus=ports.bus,
            database=ports.database,
            objects=ports.objects,
            detector=ports.detector,
            camera_control=cameras.control,
        ),
    )
    frames.connect(inference.infer)
    api = sentinel_api.build(
        settings,
        sentinel_api.ApiPorts(
            clock=ports.clock,
            bus=ports.bus,
            database=ports.database,
            objects=ports.objects,
            detection_archive=ParquetDetectionArchive(ports.objects),
            camera_control=cameras.control,
            live_video=cameras.live_video,
            peer_video=cameras.peer_video,
            media_tokens=ports.media_tokens,
            inference_status=inference.status,
            services=(inference, cameras),
        ),
    )
    return EmbeddedSystem(
        settings=settings,
        clock=ports.clock,
        database=ports.database,
        api=api,
        cameras=cameras,
        inference=inference,
    )


def _objects_root(settings: Settings, directory: DataDirectory) -> Path:
    if settings.objects_url is None:
        return directory.objects
    return Path(unquote(urlsplit(settings.objects_url).path))


def _check(settings: Settings) -> None:
    if settings.bus_url != "memory://":
        raise InvalidInput("this version knows the event bus memory:// only", field="bus_url")
    if not settings.effective_database_url.startswith("sqlite+aiosqlite://"):
        raise InvalidInput("this version knows SQLite only", field="database_url")
    if settings.objects_url and not settings.objects_url.startswith("file://"):
        raise InvalidInput("this version knows the object store file:// only", field="objects_url")

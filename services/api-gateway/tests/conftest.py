"""The service on real SQLite and the in-process bus; the other services are small fakes."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Protocol

import httpx2
import pytest
import structlog

from sentinel_api import ApiPorts, build, ensure_admin
from sentinel_api.testing import (
    FakeCameraControl,
    FakeInferenceStatus,
    FakeLiveVideo,
    FaultyDatabase,
    World,
)
from sentinel_core.adapters.fernet_secrets import FernetSecrets, generate_key
from sentinel_core.adapters.filesystem.object_store import FilesystemObjectStore
from sentinel_core.adapters.media_tokens import SignedMediaTokens
from sentinel_core.adapters.memory.detection_archive import MemoryDetectionArchive
from sentinel_core.adapters.memory.event_bus import MemoryEventBus
from sentinel_core.adapters.sql import open_database, upgrade_database
from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.ports.clock import Clock
from sentinel_core.runtime.settings import ApiSettings, MediaServerSettings, Settings

# Tracebacks as plain text: what a developer's console would add takes seconds.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(),
    ]
)


class MakeWorld(Protocol):
    """Makes a world; a second one on the same folder is the same system started again."""

    async def __call__(
        self,
        *,
        auth: bool = ...,
        clock: Clock | None = ...,
        media: MediaServerSettings | None = ...,
        **api: Any,
    ) -> World:
        """`api` are settings of the API."""
        ...


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database to copy: migrating takes longer than most tests."""
    file = tmp_path_factory.mktemp("database") / "sentinel.db"
    asyncio.run(upgrade_database(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture
async def make_world(tmp_path: Path, empty_database: Path) -> AsyncIterator[MakeWorld]:
    worlds: list[World] = []
    key = generate_key()

    async def make(
        *,
        auth: bool = False,
        clock: Clock | None = None,
        media: MediaServerSettings | None = None,
        timezone: str = "UTC",
        **api: Any,
    ) -> World:
        clock = clock or SystemClock()
        file = tmp_path / "sentinel.db"
        if not file.exists():
            shutil.copy(empty_database, file)
        url = f"sqlite+aiosqlite:///{file}"
        bus, control, video = MemoryEventBus(), FakeCameraControl(), FakeLiveVideo()
        opened = open_database(url, clock=clock, secrets=FernetSecrets(key), timezone=timezone)
        database = FaultyDatabase(opened)
        ports = ApiPorts(
            clock=clock,
            bus=bus,
            database=database,
            objects=FilesystemObjectStore(tmp_path / "objects"),
            detection_archive=MemoryDetectionArchive(),
            camera_control=control,
            live_video=video,
            media_tokens=SignedMediaTokens(key, clock),
            inference_status=FakeInferenceStatus(),
        )
        api_settings = ApiSettings(auth=auth, **{"dashboard_dir": tmp_path / "none", **api})
        settings = Settings.model_validate(
            {
                "data_dir": tmp_path,
                "secret_key": key,
                "timezone": timezone,
                "api": api_settings,
                "media": media or MediaServerSettings(),
            }
        )
        world = World(
            service=build(settings, ports),
            ports=ports,
            bus=bus,
            database=database,
            control=control,
            video=video,
            admin_password=await ensure_admin(database, clock) if auth else None,
        )
        worlds.append(world)
        return world

    yield make
    for world in worlds:
        await world.end()


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    """Sign-in switched off, background work running."""
    world = await make_world()
    await world.service.start()
    return world


@pytest.fixture
def api(world: World) -> httpx2.AsyncClient:
    """A client of `world`."""
    return world.client()

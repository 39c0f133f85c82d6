from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from sentinel_camera.restream.media_paths import MediaPaths
from sentinel_core.adapters.fernet_secrets import FernetSecrets, generate_key
from sentinel_core.adapters.memory.restreamer import MemoryRestreamer
from sentinel_core.adapters.sql import SqlDatabase, open_database, upgrade_database
from sentinel_core.ports.restreamer import MediaPath
from sentinel_core.testing.builders import make_camera
from sentinel_core.testing.clock import ManualClock


class CountingRestreamer(MemoryRestreamer):
    """Says what was opened and closed."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []

    async def open_path(self, name: str) -> None:
        self.calls.append(f"open {name}")
        await super().open_path(name)

    async def close_path(self, name: str) -> None:
        self.calls.append(f"close {name}")
        await super().close_path(name)


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqlDatabase]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'paths.db'}"
    await upgrade_database(url)
    database = open_database(url, clock=ManualClock(), secrets=FernetSecrets(generate_key()))
    async with database.transaction() as work:
        await work.cameras.add(make_camera(key="cam_01"))
        await work.cameras.add(make_camera(key="cam_02"))
        await work.cameras.add(make_camera(key="off", enabled=False))
    yield database
    await database.close()


@pytest.fixture
def server() -> CountingRestreamer:
    return CountingRestreamer()


@pytest.fixture
def paths(server: CountingRestreamer, database: SqlDatabase) -> MediaPaths:
    return MediaPaths(server, database, ManualClock())


async def test_enabled_cameras_have_a_path(paths: MediaPaths, server: CountingRestreamer) -> None:
    await paths.reconcile()
    await paths.reconcile()
    assert server.calls == ["open cam_01", "open cam_02"]
    assert paths.trouble is None


async def test_paths_follow_the_cameras(
    paths: MediaPaths, server: CountingRestreamer, database: SqlDatabase
) -> None:
    await paths.reconcile()
    server.calls.clear()
    async with database.transaction() as work:
        await work.cameras.remove((await work.cameras.get("cam_01")).id)
        await work.cameras.add(make_camera(key="cam_03"))
    await paths.reconcile()
    assert server.calls == ["close cam_01", "open cam_03"]


async def test_paths_are_opened_again_when_the_server_forgot_them(
    paths: MediaPaths, server: CountingRestreamer
) -> None:
    await paths.reconcile()
    server.restart(MediaPath("cam_01", is_current=False))
    server.calls.clear()
    await paths.reconcile()
    assert server.calls == ["open cam_01", "open cam_02"]


async def test_a_server_that_is_away_is_told_and_reconciled_later(
    paths: MediaPaths, server: CountingRestreamer
) -> None:
    troubles = []
    for is_away in (True, False):
        server.is_away = is_away
        await paths.reconcile()
        troubles.append(paths.trouble)
    assert troubles == ["The media server is away.", None]
    assert [path.name for path in await server.paths()] == ["cam_01", "cam_02"]

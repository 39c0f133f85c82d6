"""What happens to a SQLite database whose file, folder, lock or disk is not as it should be."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sentinel_core.adapters.sql import SqlDatabase, open_database
from sentinel_core.domain.errors import DependencyUnavailable
from sentinel_core.ports.secrets import Secrets
from sentinel_core.testing.clock import ManualClock
from sentinel_core.testing.contracts.cameras import read_camera, stored_camera


@pytest.fixture
async def missing(
    tmp_path: Path, clock: ManualClock, secrets: Secrets
) -> AsyncIterator[SqlDatabase]:
    """A database whose folder is not there."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'nowhere' / 'sentinel.db'}"
    database = open_database(url, clock=clock, secrets=secrets)
    yield database
    await database.close()


@pytest.fixture
async def impatient(
    database: SqlDatabase, sqlite_url: str, clock: ManualClock, secrets: Secrets
) -> AsyncIterator[SqlDatabase]:
    """A migrated database that waits for locks for a moment only."""
    await database.ping()
    opened = open_database(f"{sqlite_url}?timeout=0.05", clock=clock, secrets=secrets)
    yield opened
    await opened.close()


async def test_missing_database_is_unavailable(missing: SqlDatabase) -> None:
    with pytest.raises(DependencyUnavailable):
        await missing.ping()
    with pytest.raises(DependencyUnavailable):
        await stored_camera(missing)
    with pytest.raises(DependencyUnavailable):
        await missing.schema_is_current()


async def test_database_comes_back(
    missing: SqlDatabase, database: SqlDatabase, tmp_path: Path
) -> None:
    camera = await stored_camera(database)
    await database.close()
    with pytest.raises(DependencyUnavailable):
        await missing.ping()
    (tmp_path / "nowhere").mkdir()
    (tmp_path / "sentinel.db").rename(tmp_path / "nowhere" / "sentinel.db")
    assert await read_camera(missing, camera.key) == camera


async def test_foreign_lock_makes_it_unavailable_not_wrong(
    impatient: SqlDatabase, tmp_path: Path
) -> None:
    """A program that holds the lock for longer than we wait: an error, then all is well again."""
    holder = sqlite3.connect(tmp_path / "sentinel.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(DependencyUnavailable, match="locked"):
        await stored_camera(impatient)
    holder.execute("ROLLBACK")
    holder.close()
    camera = await stored_camera(impatient)
    assert await read_camera(impatient, camera.key) == camera

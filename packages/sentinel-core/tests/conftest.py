"""Fixtures that several test modules of the core share."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sentinel_core.adapters.fernet_secrets import FernetSecrets, generate_key
from sentinel_core.adapters.sql import SqlDatabase, open_database, upgrade_database
from sentinel_core.ports.secrets import Secrets
from sentinel_core.testing.clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(scope="session")
def secrets() -> Secrets:
    return FernetSecrets(generate_key())


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated SQLite file, to be copied: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("migrated") / "sentinel.db"
    asyncio.run(upgrade_database(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Where a test may have a SQLite file; there is none yet."""
    return f"sqlite+aiosqlite:///{tmp_path / 'sentinel.db'}"


@pytest.fixture
async def database(
    tmp_path: Path, sqlite_url: str, migrated_file: Path, clock: ManualClock, secrets: Secrets
) -> AsyncIterator[SqlDatabase]:
    """A migrated SQLite database."""
    shutil.copy(migrated_file, tmp_path / "sentinel.db")
    opened = open_database(sqlite_url, clock=clock, secrets=secrets)
    yield opened
    await opened.close()


@pytest.fixture
async def helsinki(
    database: SqlDatabase, sqlite_url: str, clock: ManualClock, secrets: Secrets
) -> AsyncIterator[SqlDatabase]:
    """The same tables, as a site in another time zone opens them."""
    opened = open_database(sqlite_url, clock=clock, secrets=secrets, timezone="Europe/Helsinki")
    yield opened
    await opened.close()


@pytest.fixture
async def neighbour(
    database: SqlDatabase, sqlite_url: str, clock: ManualClock, secrets: Secrets
) -> AsyncIterator[SqlDatabase]:
    """The same tables, as another process opens them."""
    opened = open_database(sqlite_url, clock=clock, secrets=secrets)
    yield opened
    await opened.close()

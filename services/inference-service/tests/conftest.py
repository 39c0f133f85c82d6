import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sentinel_core.adapters.sql import upgrade_database
from sentinel_inference.testing.station import Station, running_station


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database to copy: migrating takes longer than most tests."""
    file = tmp_path_factory.mktemp("database") / "sentinel.db"
    asyncio.run(upgrade_database(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture
def folder(tmp_path: Path, empty_database: Path) -> Path:
    """What a station keeps its state in."""
    shutil.copy(empty_database, tmp_path / "sentinel.db")
    return tmp_path


@pytest.fixture
async def station(folder: Path) -> AsyncIterator[Station]:
    async with running_station(folder) as running:
        yield running

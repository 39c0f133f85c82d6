from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sentinel_inference.testing.station import Station, running_station


@pytest.fixture
async def station(tmp_path: Path) -> AsyncIterator[Station]:
    async with running_station(tmp_path) as running:
        yield running

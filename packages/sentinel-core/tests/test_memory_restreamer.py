import pytest

from sentinel_core.adapters.memory.restreamer import MemoryRestreamer
from sentinel_core.testing.contracts.restreamer import RestreamerContract


@pytest.fixture
def restreamer() -> MemoryRestreamer:
    return MemoryRestreamer()


class TestMemoryRestreamer(RestreamerContract):
    pass

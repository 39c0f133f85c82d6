import pytest

from sentinel_core.adapters.memory.detection_archive import MemoryDetectionArchive
from sentinel_core.testing.contracts.detection_archive import DetectionArchiveContract


@pytest.fixture
def archive() -> MemoryDetectionArchive:
    return MemoryDetectionArchive()


class TestMemoryDetectionArchive(DetectionArchiveContract):
    pass

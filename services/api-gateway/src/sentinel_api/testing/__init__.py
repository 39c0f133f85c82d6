"""The service with fakes of its neighbours around it, for tests here and of whoever joins parts."""

from sentinel_api.testing.fakes import (
    JPEG,
    FakeCameraControl,
    FakeInferenceStatus,
    FakeLiveVideo,
    FaultyDatabase,
)
from sentinel_api.testing.world import World, eventually

__all__ = [
    "JPEG",
    "FakeCameraControl",
    "FakeInferenceStatus",
    "FakeLiveVideo",
    "FaultyDatabase",
    "World",
    "eventually",
]

"""From the bus into the archive of raw detections: every inferred frame, in large pieces."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from sentinel_api.raw_detections.service import DetectionArchivist
from sentinel_api.testing import World, eventually
from sentinel_core.adapters.filesystem.object_store import FilesystemObjectStore
from sentinel_core.adapters.memory.detection_archive import MemoryDetectionArchive
from sentinel_core.adapters.memory.event_bus import MemoryEventBus
from sentinel_core.adapters.parquet.detection_archive import ParquetDetectionArchive
from sentinel_core.contracts.generated.detection_event import DetectionEvent
from sentinel_core.contracts.topics import DETECTIONS
from sentinel_core.domain.errors import DependencyUnavailable
from sentinel_core.testing.builders import (
    make_camera_state_event,
    make_detection_event,
    make_object,
)
from sentinel_core.testing.clock import ManualClock
from sentinel_core.testing.contracts.detection_archive import read_all

FLUSH_S = 300.0
DAY_S = 86_400.0


class FaultyArchive(MemoryDetectionArchive):
    """Can be away; remembers how much came at once."""

    def __init__(self) -> None:
        super().__init__()
        self.is_away = False
        self.pieces: list[int] = []
        self.tries = 0

    async def append(self, events: Sequence[DetectionEvent]) -> None:
        self.tries += 1
        if self.is_away:
            raise DependencyUnavailable("the store is away")
        self.pieces.append(len(events))
        await super().append(events)


@pytest.fixture
def archive() -> FaultyArchive:
    return FaultyArchive()


@pytest.fixture
def bus() -> MemoryEventBus:
    return MemoryEventBus()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def archivist(
    archive: FaultyArchive, bus: MemoryEventBus, clock: ManualClock, world: World
) -> DetectionArchivist:
    return DetectionArchivist(
        clock=clock,
        bus=bus,
        database=world.database,
        archive=archive,
        flush_s=FLUSH_S,
        retention_days=2,
    )


@asynccontextmanager
async def running(archivist: DetectionArchivist) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(archivist.run())
    try:
        yield task
    finally:
        archivist.stop()
        await task


async def publish(bus: MemoryEventBus, *events: DetectionEvent) -> None:
    for event in events:
        await bus.publish(DETECTIONS, event.camera_id, msgspec.json.encode(event))


async def test_frames_are_written_when_they_are_old_enough(
    archivist: DetectionArchivist, archive: FaultyArchive, bus: MemoryEventBus, clock: ManualClock
) -> None:
    events = [make_detection_event(0, detections=[]), make_detection_event(1)]
    async with running(archivist):
        await publish(bus, *events)
        await eventually(lambda: archivist.waiting == 2)
        assert await read_all(archive) == []
        await clock.advance(FLUSH_S)
        await eventually(lambda: archivist.ledger.frames == 2)
    assert await read_all(archive) == events


async def test_many_detections_are_written_sooner(
    archivist: DetectionArchivist, archive: FaultyArchive, bus: MemoryEventBus
) -> None:
    crowd = [make_object()] * 400
    async with running(archivist):
        await publish(bus, *(make_detection_event(index, detections=crowd) for index in range(100)))
        await eventually(lambda: archivist.ledger.frames == 100)
    assert archive.pieces[0] == 100


async def test_what_waits_is_written_at_the_end(
    archivist: DetectionArchivist, archive: FaultyArchive, bus: MemoryEventBus
) -> None:
    events = [make_detection_event(index) for index in range(1200)]
    async with running(archivist):
        await publish(bus, *events)
    assert await read_all(archive) == events
    assert archive.pieces == [1200]


async def test_somebody_who_reads_can_have_it_written(
    archivist: DetectionArchivist, archive: FaultyArchive, bus: MemoryEventBus
) -> None:
    async with running(archivist):
        await publish(bus, make_detection_event())
        await eventually(lambda: archivist.waiting == 1)
        await archivist.write_now()
        assert await read_all(archive) == [make_detection_event()]


async def test_an_archive_that_is_away_loses_nothing(
    archivist: DetectionArchivist, archive: FaultyArchive, bus: MemoryEventBus, clock: ManualClock
) -> None:
    events = [make_detection_event(index) for index in range(5)]
    archive.is_away = True
    async with running(archivist):
        await publish(bus, *events)
        await eventually(lambda: archivist.waiting == 5)
        await clock.advance(FLUSH_S)
        await eventually(lambda: archivist.trouble is not None)
        assert archivist.trouble == "the store is away"
        archive.is_away = False
        await clock.wait_for_sleepers()
        await clock.advance(60.0)
        await eventually(lambda: archivist.trouble is None)
    assert await read_all(archive) == events


async def test_an_archive_that_stays_away_does_not_hold_up_the_end(
    archivist: DetectionArchivist, archive: FaultyArchive, bus: MemoryEventBus
) -> None:
    archive.is_away = True
    async with asyncio.timeout(10.0), running(archivist):
        await publish(bus, make_detection_event())
        await eventually(lambda: archivist.waiting == 1)
    assert archive.tries == 1


async def test_what_is_no_frame_is_left_out(
    archivist: DetectionArchivist, archive: FaultyArchive, bus: MemoryEventBus
) -> None:
    async with running(archivist):
        await bus.publish(DETECTIONS, "cam_01", b"no JSON")
        await publish(bus, make_detection_event(0, inferred_at="soon"), make_detection_event(1))
    assert await read_all(archive) == [make_detection_event(1)]


async def test_a_frame_that_cannot_be_archived_holds_up_no_other(
    bus: MemoryEventBus, clock: ManualClock, world: World, tmp_path: Path
) -> None:
    archive = ParquetDetectionArchive(FilesystemObjectStore(tmp_path / "raw"))
    archivist = DetectionArchivist(
        clock=clock,
        bus=bus,
        database=world.database,
        archive=archive,
        flush_s=FLUSH_S,
        retention_days=2,
    )
    async with running(archivist):
        await publish(bus, make_detection_event(0), make_detection_event(1, pts_90k=2**63))
    assert await read_all(archive) == [make_detection_event(0)]
    assert archivist.ledger.refused == 1


async def test_old_days_are_dropped(
    archivist: DetectionArchivist, archive: FaultyArchive, bus: MemoryEventBus, clock: ManualClock
) -> None:
    days = [make_detection_event(int(number * DAY_S * 5)) for number in range(-4, 1)]
    await archive.append(days[:-1])
    async with running(archivist):
        await publish(bus, days[-1])
        await eventually(lambda: archivist.waiting == 1)
        await clock.advance(FLUSH_S)
        await eventually(lambda: archivist.ledger.frames == 1 and archivist.trouble is None)
    assert await read_all(archive) == days[-3:]


async def test_the_service_archives_what_is_published(world: World) -> None:
    await world.add_camera()
    await world.store(make_camera_state_event(), make_detection_event())
    await world.service.stop()
    assert await read_all(world.ports.detection_archive) == [make_detection_event()]

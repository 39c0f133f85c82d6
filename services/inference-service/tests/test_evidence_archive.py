"""The archive by itself: moments that are over at once, incidents that come back, two writers."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sentinel_core.adapters.fernet_secrets import FernetSecrets, generate_key
from sentinel_core.adapters.filesystem.object_store import FilesystemObjectStore
from sentinel_core.adapters.sql import open_database
from sentinel_core.domain.identifiers import incident_id
from sentinel_core.domain.incidents import (
    Condition,
    EndReason,
    Incident,
    IncidentType,
    Priority,
    Transition,
)
from sentinel_core.evidence.verification import verify_camera
from sentinel_core.ports.object_store import ObjectKey
from sentinel_core.ports.repositories import Database
from sentinel_core.testing.builders import EPOCH, NOON
from sentinel_core.testing.clock import ManualClock
from sentinel_inference.archiving.archive import ArchivePorts, EvidenceArchive
from sentinel_inference.archiving.clips import ClipTimes
from sentinel_inference.archiving.snapshots import Snapshot
from sentinel_inference.testing.cameras import ScriptedCameras
from sentinel_vision.detection.detections import Detections
from sentinel_vision.rules.scene import SceneFrame

TIMES = ClipTimes(before_s=10.0, after_s=10.0, longest_s=25.0)
SECOND_90K = 90_000
SCENE = SceneFrame(
    stream_epoch=EPOCH,
    frame_index=100,
    pts_90k=20 * SECOND_90K,
    captured_at=NOON + timedelta(seconds=20),
    width=640,
    height=360,
    detections=Detections.empty(),
)
NEAR_MISS = Incident(
    id=incident_id("cam_01", "near_miss", "track:1", EPOCH, SCENE.pts_90k),
    camera_key="cam_01",
    type=IncidentType.NEAR_MISS,
    key="track:1",
    zone_id=None,
    zone_name=None,
    rule_version=1,
    zone_version=1,
    stream_epoch=EPOCH,
    start_pts_90k=SCENE.pts_90k,
    started_at=SCENE.captured_at,
    alarm_at=SCENE.captured_at,
    severity=5.0,
    priority=Priority.MEDIUM,
    model_version="v0",
)
OVER = replace(
    NEAR_MISS,
    condition=Condition.ENDED,
    end_reason=EndReason.PASSED,
    ended_at=NEAR_MISS.started_at,
)


class Desk:
    """An archive, and what it announced."""

    def __init__(self, folder: Path, database: Database, clock: ManualClock) -> None:
        self.clock = clock
        self.store = FilesystemObjectStore(folder / "objects")
        self.cameras = ScriptedCameras()
        self.announced: list[tuple[Transition, Incident]] = []
        ports = ArchivePorts(clock=clock, store=self.store, database=database, control=self.cameras)
        self.archive = EvidenceArchive(
            ports,
            TIMES,
            lambda transition, incident, _: self.announced.append((transition, incident)),
        )

    def alarm(self, incident: Incident, picture: bytes = b"jpeg") -> Incident:
        """What the service does with a new incident."""
        self.archive.save(Snapshot(incident, SCENE, picture, picture + b" boxes"), "00" * 32)
        return self.archive.attach(incident)

    async def complete(self) -> Incident:
        """The incident once its clip is over."""
        await self.clock.wait_for_sleepers()
        await self.clock.advance(TIMES.after_s)
        await self.archive.drain()
        transition, incident = self.announced[-1]
        assert transition is Transition.EVIDENCE_COMPLETE
        return incident


@pytest.fixture
async def database(folder: Path) -> AsyncIterator[Database]:
    opened = open_database(
        f"sqlite+aiosqlite:///{folder / 'sentinel.db'}",
        clock=ManualClock(),
        secrets=FernetSecrets(generate_key()),
    )
    yield opened
    await opened.close()


@pytest.fixture
def desk(folder: Path, database: Database) -> Desk:
    return Desk(folder, database, ManualClock())


async def test_a_moment_gets_the_seconds_after_it_too_and_stays_over(desk: Desk) -> None:
    desk.alarm(NEAR_MISS)
    desk.archive.attach(OVER)
    complete = await desk.complete()
    assert (complete.condition, complete.end_reason) == (Condition.ENDED, EndReason.PASSED)
    assert complete.evidence.has_clip
    ((_, _, begin, end),) = desk.cameras.asked
    assert (begin, end) == (10 * SECOND_90K, 30 * SECOND_90K)
    assert all(incident.condition is Condition.ENDED for _, incident in desk.announced)


async def test_an_incident_that_comes_back_keeps_its_evidence(desk: Desk) -> None:
    """A rule opens one again that ended up to 30 s ago."""
    desk.alarm(NEAR_MISS)
    desk.archive.attach(OVER)
    complete = await desk.complete()
    assert desk.archive.attach(NEAR_MISS).evidence == complete.evidence
    assert desk.archive.attach(OVER).evidence == complete.evidence


async def test_two_processes_that_finish_the_same_evidence_agree(
    desk: Desk, folder: Path, database: Database
) -> None:
    """While a new version takes over from an old one both may find the same draft."""
    desk.alarm(NEAR_MISS)
    await desk.clock.wait_for_sleepers()
    other = Desk(folder, database, ManualClock())
    await other.archive.resume()
    await other.archive.drain()
    desk.cameras.coverage = 0.5
    first, second = other.announced[-1][1].evidence, (await desk.complete()).evidence
    assert first == second
    report = await verify_camera(desk.store, "cam_01")
    assert (report.faults, report.manifests) == ([], 1)


async def test_a_file_that_is_there_is_never_written_over(desk: Desk) -> None:
    desk.alarm(NEAR_MISS)
    evidence = (await desk.complete()).evidence
    desk.archive.save(Snapshot(NEAR_MISS, SCENE, b"another", b"another"), "00" * 32)
    await desk.archive.drain()
    assert evidence.snapshot is not None
    assert await desk.store.get(ObjectKey.parse(evidence.snapshot)) == b"jpeg"
    assert (await verify_camera(desk.store, "cam_01")).is_sound


@pytest.mark.parametrize(
    ("started_s", "alarm_s", "span_s"),
    [
        (20, 20, (10, 30)),
        (17, 20, (7, 30)),
        (15, 20, (5, 30)),
        (0, 60, (45, 70)),
        (22, 20, (10, 30)),
    ],
    ids=["moment", "short", "as long as kept", "long before", "clock went back"],
)
def test_a_clip_begins_as_far_back_as_cameras_keep_it(
    started_s: int, alarm_s: int, span_s: tuple[int, int]
) -> None:
    span = TIMES.span_90k(started_s * SECOND_90K, alarm_s * SECOND_90K)
    assert span == tuple(second * SECOND_90K for second in span_s)


def test_where_cameras_keep_too_little_there_is_no_clip() -> None:
    assert ClipTimes(before_s=10, after_s=10, longest_s=9.0).span_90k(0, 900_000) is None


async def test_cameras_that_keep_too_little_give_evidence_without_a_clip(
    folder: Path, database: Database
) -> None:
    desk = Desk(folder, database, ManualClock())
    short = ClipTimes(before_s=10, after_s=10, longest_s=9.0)
    ports = ArchivePorts(
        clock=desk.clock, store=desk.store, database=database, control=desk.cameras
    )
    desk.archive = EvidenceArchive(
        ports, short, lambda transition, incident, _: desk.announced.append((transition, incident))
    )
    desk.alarm(NEAR_MISS)
    async with asyncio.timeout(60):
        while len(desk.announced) < 2:
            await asyncio.to_thread(lambda: None)
    assert desk.cameras.asked == []
    assert desk.announced[-1][1].evidence.complete
    await desk.archive.drain()

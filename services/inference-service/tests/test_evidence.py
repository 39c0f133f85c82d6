"""The evidence of an incident: what is in it, and what becomes of it when things go wrong."""

import asyncio
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from sentinel_core.contracts.generated.incident_event import IncidentEvent
from sentinel_core.domain.errors import NotFound, StorageFull
from sentinel_core.domain.frames import DropReason, FrameCounts
from sentinel_core.domain.incidents import Condition, EndReason, Incident
from sentinel_core.evidence.manifest import FileRole, Manifest, decode
from sentinel_core.evidence.verification import verify_camera
from sentinel_core.ports.object_store import ObjectKey
from sentinel_core.testing.clock import ManualClock
from sentinel_inference.archiving.frame_shares import FrameShares
from sentinel_inference.testing.station import STEP_90K, Station, cars, running_station

PARKED = (100.0, 100.0, 180.0, 150.0)
ELSEWHERE = (400.0, 200.0, 480.0, 250.0)
SWEEP_AND_CLIP = 2
CLIP_AFTER_S = 10.0
PATIENCE_S = 60.0
WRITES = 8
"""Draft, two pictures, draft, clip, manifest, head, draft."""


async def open_incident(station: Station, *boxes: tuple[float, float, float, float]) -> None:
    await station.show(cars(*(boxes or (PARKED,))), times=40)


async def let_clips_end(station: Station, clips: int = 1) -> None:
    """Go on until the seconds after the alarm are over and all evidence is complete."""
    await station.clock.wait_for_sleepers(1 + clips)
    await station.clock.advance(CLIP_AFTER_S)
    await until_complete(station, clips)


async def until_complete(station: Station, incidents: int = 1) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while len(await events_of(station, "evidence_complete")) < incidents:
            await asyncio.to_thread(lambda: None)


async def events_of(station: Station, transition: str) -> list[IncidentEvent]:
    return [event for event in await station.incident_events() if event.transition == transition]


async def manifest_of(station: Station, event: IncidentEvent) -> Manifest:
    key = event.evidence.manifest
    assert isinstance(key, str)
    return decode(await station.objects.get(ObjectKey.parse(key)))


async def only_manifest(station: Station) -> Manifest:
    (complete,) = await events_of(station, "evidence_complete")
    return await manifest_of(station, complete)


async def stored_incident(station: Station, event: IncidentEvent) -> Incident:
    async with station.database.transaction() as work:
        return await work.incidents.get(UUID(event.incident_id))


async def test_a_clip_shows_what_came_before_the_condition_and_after_the_alarm(
    station: Station,
) -> None:
    await open_incident(station)
    await let_clips_end(station)
    (opened,) = await events_of(station, "opened")
    (complete,) = await events_of(station, "evidence_complete")
    ((camera, epoch, begin, end),) = station.cameras.asked
    assert (camera, epoch) == ("cam_01", station.epoch)
    assert begin == opened.start_pts_90k - 900_000
    assert end == opened.pts_90k + 900_000
    assert complete.evidence.clip == opened.evidence.clip
    assert complete.evidence.clip is not None
    movie = await station.objects.get(ObjectKey.parse(complete.evidence.clip))
    assert movie == b"ftyp %d to %d" % (begin, end)


async def test_pictures_are_told_before_the_clip_is_there(station: Station) -> None:
    await open_incident(station)
    await station.clock.wait_for_sleepers(SWEEP_AND_CLIP)
    (opened,) = await events_of(station, "opened")
    (updated,) = await events_of(station, "updated")
    assert updated.evidence.has_pictures is True
    assert updated.evidence.complete is False
    assert opened.evidence.has_pictures is False
    assert await events_of(station, "evidence_complete") == []
    assert opened.evidence.snapshot is not None
    assert await station.objects.get(ObjectKey.parse(opened.evidence.snapshot))


async def test_the_manifest_says_what_it_was_made_with(station: Station) -> None:
    await open_incident(station)
    await let_clips_end(station)
    (opened,) = await events_of(station, "opened")
    manifest = await only_manifest(station)
    facts = manifest.incident
    assert (facts.id, facts.type) == (opened.incident_id, "stopped_vehicle")
    assert (facts.started_at, facts.alarm_at) == (opened.started_at, opened.alarm_at)
    assert facts.alarm_pts_90k == opened.pts_90k
    assert [entry.condition for entry in facts.explain] == [
        entry.condition for entry in opened.explain
    ]
    assert {file.role for file in manifest.files} == set(FileRole)
    assert manifest.missing == ()
    assert (manifest.provenance.model_version, manifest.provenance.model_sha256) == (
        station.detector.model_version,
        station.detector.model_sha256,
    )
    assert manifest.provenance.zone_version == 1
    assert manifest.provenance.product_version
    assert manifest.clip is not None
    assert manifest.clip.coverage == 1.0
    report = await verify_camera(station.objects, "cam_01")
    assert (report.faults, report.manifests, report.files) == ([], 1, 3)


async def test_the_share_of_inferred_frames_is_told(station: Station) -> None:
    """Of the sampled frames of the clip's time, by camera-service's own accounting."""
    counts = FrameCounts(captured=100, inferred=90, in_flight=0, dropped={DropReason.STALE: 10})
    station.cameras.counts = {"cam_01": counts}
    for _ in range(40):
        await station.clock.wait_for_sleepers()
        await station.clock.advance(1.0)
    await open_incident(station)
    await station.clock.wait_for_sleepers(SWEEP_AND_CLIP)
    station.cameras.counts = {
        "cam_01": replace(counts, captured=152, inferred=138, in_flight=2, dropped={})
    }
    for _ in range(9):
        await station.clock.advance(1.0)
        await station.clock.wait_for_sleepers(SWEEP_AND_CLIP)
    await let_clips_end(station)
    assert (await only_manifest(station)).frames_inferred == 0.96


def test_shares_are_of_the_time_around_what_is_asked_for() -> None:
    shares = FrameShares()
    assert shares.share("cam_01", 0, 10) is None
    for second in range(30):
        captured = 5 * second
        late = min(10, max(0, captured - 50))  # two seconds in which nothing was inferred
        counts = FrameCounts(captured, captured - late, 0, {DropReason.STALE: late})
        shares.note(float(second), {"cam_01": counts})
    assert shares.share("cam_01", 0, 10) == 1.0
    assert shares.share("cam_01", 9.5, 12.5) == 0.5
    assert shares.share("cam_01", 20, 90) == 1.0
    assert shares.share("cam_01", -1, 10) is None
    assert shares.share("cam_02", 0, 10) is None
    shares.note(30.0, {"cam_01": FrameCounts(3, 3, 0, {})})
    assert shares.share("cam_01", 20, 30) is None, "another process counts from 0"
    shares.note(31.0, {})
    assert shares.share("cam_01", 0, 10) is None


async def test_without_video_the_manifest_says_why(station: Station) -> None:
    station.cameras.trouble = NotFound("No video of that time is kept of cam_01.")
    await open_incident(station)
    await let_clips_end(station)
    (complete,) = await events_of(station, "evidence_complete")
    assert (complete.evidence.clip, complete.evidence.complete) == (None, True)
    manifest = await manifest_of(station, complete)
    (missing,) = manifest.missing
    assert (missing.role, missing.reason) == (
        FileRole.CLIP,
        "No video of that time is kept of cam_01.",
    )
    assert (await verify_camera(station.objects, "cam_01")).is_sound


async def test_incidents_at_the_same_time_have_evidence_of_their_own(station: Station) -> None:
    await open_incident(station, PARKED, ELSEWHERE)
    await let_clips_end(station, clips=2)
    opened = await events_of(station, "opened")
    complete = await events_of(station, "evidence_complete")
    assert {event.incident_id for event in opened} == {event.incident_id for event in complete}
    manifests = [await manifest_of(station, event) for event in complete]
    assert sorted(manifest.sequence for manifest in manifests) == [1, 2]
    keys = [file.key for manifest in manifests for file in manifest.files]
    assert len(set(keys)) == 6
    for event, manifest in zip(complete, manifests, strict=True):
        assert all(event.incident_id in file.key for file in manifest.files)


async def test_an_incident_that_ends_meanwhile_stays_ended(station: Station) -> None:
    await open_incident(station)
    await station.service.infer(replace(station.frame(), stream_epoch="01JEPOCH00000000000000LATE"))
    for _ in range(8):
        await station.clock.wait_for_sleepers(SWEEP_AND_CLIP)
        await station.clock.advance(1.0)
    await let_clips_end(station)
    (complete,) = await events_of(station, "evidence_complete")
    assert (complete.condition, complete.reason) == ("ended", "stream_lost")
    assert (await manifest_of(station, complete)).incident.ended_at == complete.ended_at


async def test_when_cameras_are_about_to_stop_clips_end_now(station: Station) -> None:
    await open_incident(station)
    await station.clock.wait_for_sleepers(SWEEP_AND_CLIP)
    await station.clock.advance(4.0)
    await station.service.finish_evidence()
    (opened,) = await events_of(station, "opened")
    ((_, _, _, end),) = station.cameras.asked
    assert end == opened.pts_90k + 4 * 90_000
    assert (await only_manifest(station)).missing == ()


async def test_a_full_store_is_tried_again(station: Station) -> None:
    station.objects.fault = StorageFull("no room")
    await open_incident(station)
    await station.clock.wait_for_sleepers(SWEEP_AND_CLIP)
    station.objects.fault = None
    await station.clock.advance(5.0)
    await let_clips_end(station)
    assert (await only_manifest(station)).missing == ()


async def test_drafts_go_once_the_database_knows(station: Station) -> None:
    await open_incident(station)
    await let_clips_end(station)
    assert len(await drafts(station)) == 1
    await station.store_incidents()
    async with asyncio.timeout(PATIENCE_S):
        while await drafts(station):
            await station.clock.wait_for_sleepers()
            await station.clock.advance(1.0)


async def drafts(station: Station) -> list[str]:
    return [
        found.key.path
        async for found in station.objects.list("sentinel-clips", "unfinished.evidence")
    ]


@pytest.mark.parametrize("writes", range(1, WRITES + 1))
async def test_what_a_kill_cut_short_is_finished_at_the_next_start(
    folder: Path, writes: int
) -> None:
    """Whatever was written last; and whether or not the alarm itself had been stored."""
    is_stored = writes in (2, 4, 6)
    clock = ManualClock()
    async with running_station(folder, clock) as station:
        station.objects.power = writes
        await open_incident(station)
        await clock.wait_for_sleepers(1)
        await _until_dark(station)
        (opened,) = await events_of(station, "opened")
        if is_stored:
            await station.store_incidents()
        await station.kill()
    async with running_station(folder, clock) as station:
        station.cameras.trouble = NotFound("cam_01 is not being read.")
        await until_complete(station)
        (complete,) = await events_of(station, "evidence_complete")
        assert complete.incident_id == opened.incident_id
        manifest = await manifest_of(station, complete)
        stored = {file.role for file in manifest.files}
        assert stored == _roles_after(writes)
        for missing in manifest.missing:
            assert missing.reason.startswith("Sentinel ended before it was")
        report = await verify_camera(station.objects, "cam_01")
        assert (report.faults, report.manifests) == ([], 1)
        await station.store_incidents()
        incident = await stored_incident(station, complete)
        assert incident.evidence.complete
        if not is_stored:
            assert (incident.condition, incident.end_reason) == (
                Condition.ENDED,
                EndReason.RESTARTED,
            )


async def _until_dark(station: Station) -> None:
    """Past the end of the clip, until a write does not come through, or all is written."""
    async with asyncio.timeout(PATIENCE_S):
        while not (
            station.objects.is_dark.is_set() or await events_of(station, "evidence_complete")
        ):
            await station.clock.advance(1.0)
            await asyncio.to_thread(lambda: None)


def _roles_after(writes: int) -> set[FileRole]:
    there = [1, 2, 4]
    order = [FileRole.SNAPSHOT, FileRole.SNAPSHOT_BOXES, FileRole.CLIP]
    return {role for role, before in zip(order, there, strict=True) if writes > before}


async def test_what_is_known_to_be_complete_is_not_told_again(folder: Path) -> None:
    clock = ManualClock()
    async with running_station(folder, clock) as station:
        await open_incident(station)
        await let_clips_end(station)
        await station.store_incidents()
        await station.kill()
    async with running_station(folder, clock) as station:
        async with asyncio.timeout(PATIENCE_S):
            while await drafts(station):
                await asyncio.to_thread(lambda: None)
        assert await station.incident_events() == []


async def test_a_restart_finds_the_video_where_the_cameras_went_on(folder: Path) -> None:
    """As a process of its own, inference may end while camera-service does not."""
    clock = ManualClock()
    async with running_station(folder, clock) as station:
        await open_incident(station)
        await clock.wait_for_sleepers(SWEEP_AND_CLIP)
        await station.kill()
    async with running_station(folder, clock) as station:
        await until_complete(station)
        manifest = await only_manifest(station)
        assert {file.role for file in manifest.files} == set(FileRole)
        ((_, _, begin, end),) = station.cameras.asked
        assert (end - begin) % STEP_90K == 0

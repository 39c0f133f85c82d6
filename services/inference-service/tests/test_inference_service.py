"""From frames to messages, through the service's own door."""

import asyncio
import threading

from sentinel_core.contracts.generated.incident_event import IncidentEvent
from sentinel_core.domain.frames import DropReason
from sentinel_core.ports.object_store import ObjectKey
from sentinel_inference.testing.station import HEIGHT, WIDTH, Station, cars
from sentinel_vision.frames.transport import INFERRED, FrameOutcome

PARKED = (100.0, 100.0, 180.0, 150.0)
"""Tasks that are asleep while the end of an incident's clip is waited for."""


async def only_end(station: Station) -> IncidentEvent:
    (ended,) = [event for event in await station.incident_events() if event.transition == "ended"]
    return ended


async def test_a_frame_becomes_one_event_with_its_place_on_the_clock(station: Station) -> None:
    station.detector.script.append(cars(PARKED))
    frame = station.frame()
    assert await station.service.infer(frame) == INFERRED
    (event,) = await station.detection_events()
    assert (event.camera_id, event.pts_90k, event.frame_id) == ("cam_01", 18_000, "frame_1")
    assert (event.frame.width, event.frame.height) == (WIDTH, HEIGHT)
    assert event.model_version == "scripted"
    (seen,) = event.detections
    assert seen.class_ == "car"
    assert seen.bbox == [0.15625, 0.27778, 0.125, 0.13889]
    assert seen.track_id is None, "a track counts from its second hit on"


async def test_the_second_sight_confirms_a_track(station: Station) -> None:
    await station.show(cars(PARKED), times=2)
    last = (await station.detection_events())[-1]
    assert last.detections[0].track_id is not None


async def test_weak_boxes_are_reported_only_as_part_of_a_track(station: Station) -> None:
    await station.show(cars((400, 200, 460, 240), confidence=0.15))
    await station.show(cars(PARKED), times=3)
    await station.show(cars(PARKED, confidence=0.15))
    events = await station.detection_events()
    assert events[0].detections == []
    assert events[-1].detections[0].track_id == events[-2].detections[0].track_id


async def test_a_live_frame_past_its_budget_is_dropped_as_stale(station: Station) -> None:
    outcome = await station.service.infer(station.frame(age_s=0.6))
    assert outcome == FrameOutcome(DropReason.STALE)
    assert await station.detection_events() == []


async def test_one_bad_frame_does_not_stop_a_camera(station: Station) -> None:
    station.detector.script.append(RuntimeError("the runtime failed"))
    assert await station.service.infer(station.frame()) == FrameOutcome(DropReason.INFERENCE_ERROR)
    assert await station.service.infer(station.frame()) == INFERRED


async def test_a_stopped_vehicle_opens_an_incident_with_evidence(station: Station) -> None:
    await station.show(cars(PARKED), times=40)
    await station.service.stop()
    opened, *rest = await station.incident_events()
    assert (opened.transition, opened.type, opened.zone_name) == (
        "opened",
        "stopped_vehicle",
        "fire lane",
    )
    assert opened.started_at < opened.alarm_at
    assert opened.explain
    complete = next(event for event in rest if event.transition == "evidence_complete")
    assert complete.evidence.complete
    assert complete.incident_id == opened.incident_id
    assert complete.frame_id == opened.frame_id
    for key in (complete.evidence.snapshot, complete.evidence.snapshot_boxes):
        assert key is not None
        assert (await station.objects.get(ObjectKey.parse(key))).startswith(b"\xff\xd8")


async def test_events_carry_the_incident_while_it_is_active(station: Station) -> None:
    await station.show(cars(PARKED), times=40)
    opened = (await station.incident_events())[0]
    last = (await station.detection_events())[-1]
    assert last.anomaly_type == "stopped_vehicle"
    assert last.incident_id == opened.incident_id
    assert last.image_url == opened.evidence.snapshot
    assert [active.id for active in last.incidents] == [opened.incident_id]


async def test_a_camera_that_goes_dark_ends_its_incidents(station: Station) -> None:
    await station.show(cars(PARKED), times=40)
    await station.sweep(7)
    await station.service.stop()
    ended = await only_end(station)
    assert (ended.condition, ended.reason) == ("ended", "stream_lost")


async def test_new_zones_are_followed(station: Station) -> None:
    await station.show(cars(PARKED), times=40)
    async with station.database.transaction() as work:
        camera = await work.cameras.get("cam_01")
        zones = await work.cameras.zones(camera.id)
        await work.cameras.replace_zones(camera.id, zones.model_copy(update={"zones": ()}))
    await station.sweep()
    await station.service.stop()
    assert (await only_end(station)).reason == "zone_changed"


async def test_zones_that_the_rules_refuse_leave_the_old_ones_in_force(station: Station) -> None:
    await station.show(cars(PARKED), times=2)
    await _store_refused_zones(station)
    await station.show(cars(PARKED), times=40)
    opened = (await station.incident_events())[0]
    assert (opened.type, opened.zone_version) == ("stopped_vehicle", 1)


async def test_a_camera_whose_stored_zones_are_refused_is_still_looked_at(station: Station) -> None:
    await _store_refused_zones(station)
    await station.show(cars(PARKED), times=40)
    assert len(await station.detection_events()) == 40
    assert await station.incident_events() == []


async def _store_refused_zones(station: Station) -> None:
    """Past the API, which would not take them, as an earlier version of the product might have."""
    async with station.database.transaction() as work:
        camera = await work.cameras.get("cam_01")
        zones = await work.cameras.zones(camera.id)
        refused = zones.zones[0].model_copy(update={"rules": {"stopped_vehicle": {"on_s": -1.0}}})
        await work.cameras.replace_zones(camera.id, zones.model_copy(update={"zones": (refused,)}))
    await station.sweep()


async def test_frames_of_several_cameras_are_detected_side_by_side(station: Station) -> None:
    together = threading.Barrier(2, timeout=10)
    station.detector.before_detect = together.wait
    outcomes = await asyncio.gather(
        station.service.infer(station.frame(camera_key="cam_01")),
        station.service.infer(station.frame(camera_key="cam_02")),
    )
    assert set(outcomes) == {INFERRED}


async def test_the_status_tells_rate_and_latency(station: Station) -> None:
    before = station.service.status.snapshot()
    assert (before.frames_per_s, before.latency_p50_ms) == (0.0, None)
    await station.service.infer(station.frame(age_s=0.1))
    after = station.service.status.snapshot()
    assert after.frames_per_s == 1.0
    assert after.latency_p50_ms is not None
    assert 99 < after.latency_p50_ms < 101

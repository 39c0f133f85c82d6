"""The engine: epochs, gaps, restarts, changed zones, lost streams."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from sentinel_core.domain.errors import InvalidInput
from sentinel_core.domain.identifiers import incident_id
from sentinel_core.domain.incidents import (
    Condition,
    EndReason,
    Incident,
    IncidentType,
    Transition,
)
from sentinel_core.domain.zones import Zone, ZoneType
from sentinel_vision.rules.case import IncidentChange
from sentinel_vision.rules.scene import SceneFrame
from sentinel_vision.testing.traffic import (
    STARTED_AT,
    Vehicle,
    drive,
    ended,
    engine_for,
    film,
    lane,
    opened,
    seconds_of,
    shoot,
    stand,
    watch,
    zone_set,
)

NO_QUEUE: dict[str, dict[str, float | bool]] = {"queue": {"enabled": False}}
ROAD = lane(
    "road",
    ((0.2, 0.1), (0.8, 0.1), (0.8, 0.9), (0.2, 0.9)),
    rules={**NO_QUEUE, "congestion": {"on_s": 15}},
)
PARKED = Vehicle(path=stand(60, 200), track_id=900)
EVERYWHERE = lane("everywhere", rules={**NO_QUEUE, "congestion": {"enabled": False}})


def queue(first_track: int = 1) -> list[Vehicle]:
    return [
        Vehicle(
            path=stand(165.0 + 62.0 * (index % 6), 100.0 + 62.0 * (index // 6)),
            track_id=first_track + index,
            size_px=58.0,
        )
        for index in range(24)
    ]


def loop(
    vehicles: Sequence[Vehicle], *, seconds: float, times: int, gap_s: float = 0.2
) -> list[SceneFrame]:
    """A clip played again and again; each time is a new epoch of the stream."""
    scenes: list[SceneFrame] = []
    for turn in range(times):
        begin_s = turn * (seconds + gap_s - 0.2)
        clip = [shoot(vehicles, index / 5, index=index) for index in range(round(seconds * 5))]
        scenes += [_shift(scene, begin_s, f"epoch-{turn}") for scene in clip]
    return scenes


def _shift(scene: SceneFrame, seconds: float, epoch: str) -> SceneFrame:
    return replace(
        scene,
        stream_epoch=epoch,
        pts_90k=scene.pts_90k + round(seconds * 90_000),
        captured_at=scene.captured_at + timedelta(seconds=seconds),
    )


def test_an_incident_has_the_id_that_its_start_gives_it() -> None:
    (incident,) = opened(watch(engine_for(ROAD), film(queue(), 30.0)))
    start_pts = round(seconds_of(incident.started_at) * 90_000)
    assert incident.start_pts_90k == start_pts
    assert incident.stream_epoch == "epoch-1"
    assert incident.id == incident_id("cam", "congestion", str(ROAD.id), "epoch-1", start_pts)
    assert (incident.model_version, incident.zone_version, incident.rule_version) == ("v0", 1, 1)


def test_active_says_what_is_open() -> None:
    engine = engine_for(ROAD, EVERYWHERE)
    changes = watch(engine, film([*queue(), PARKED], 30.0))
    assert engine.active() == tuple(sorted(opened(changes), key=lambda i: (i.started_at, i.id)))
    engine.lose_stream(STARTED_AT + timedelta(seconds=31))
    assert engine.active() == ()


def test_a_change_names_the_frame_it_happened_in() -> None:
    scenes = film(queue(), 30.0)
    (change,) = [c for c in watch(engine_for(ROAD), scenes) if c.transition is Transition.OPENED]
    assert change.scene is not None
    assert change.scene.captured_at == change.incident.alarm_at
    assert change.scene.frame_id == f"frame_{round(seconds_of(change.incident.alarm_at) * 5)}"


@pytest.mark.parametrize("times", [8])
def test_a_looping_clip_makes_one_incident_that_stays(times: int) -> None:
    changes = watch(engine_for(ROAD), loop(queue(), seconds=20.0, times=times))
    assert len(opened(changes)) == 1
    assert ended(changes) == []


def test_a_clip_shorter_than_the_on_time_counts_over_its_loops() -> None:
    assert len(opened(watch(engine_for(ROAD), loop(queue(), seconds=7.0, times=8)))) == 1


def test_a_vehicle_that_stands_in_every_loop_is_one_incident() -> None:
    changes = watch(engine_for(EVERYWHERE), loop([PARKED], seconds=12.0, times=8))
    assert len(opened(changes)) == 1
    assert ended(changes) == []


def test_what_is_keyed_by_a_track_ends_with_its_epoch() -> None:
    car = Vehicle(path=drive(320, 340, velocity=(0.0, -40.0)), track_id=5)
    changes = watch(engine_for(lane()), loop([car], seconds=6.0, times=2))
    first_end = ended(changes)[0]
    assert first_end.end_reason is EndReason.STREAM_LOST
    assert seconds_of(first_end.ended_at) == pytest.approx(5.8)
    assert len(opened(changes)) == 2


def test_a_reconnect_after_a_long_gap_ends_everything() -> None:
    changes = watch(engine_for(ROAD, EVERYWHERE), _with_gap(epoch_gap_s=6.0))
    assert {incident.type for incident in ended(changes)} == {
        IncidentType.CONGESTION,
        IncidentType.STOPPED_VEHICLE,
    }
    assert {incident.end_reason for incident in ended(changes)} == {EndReason.STREAM_LOST}
    # Both are there again within 30 s at the same place, so they go on under their old ids.
    assert len(opened(changes)) == 2


def test_a_reconnect_after_a_short_gap_ends_nothing_that_has_a_place() -> None:
    assert ended(watch(engine_for(ROAD, EVERYWHERE), _with_gap(epoch_gap_s=4.0))) == []


def test_media_time_that_starts_anew_is_no_trouble() -> None:
    """camera-service was restarted: its media clock begins at 0 again."""
    scenes = film([*queue(), PARKED], 30.0)
    again = [replace(_shift(scene, 30.0, "epoch-2"), pts_90k=scene.pts_90k) for scene in scenes]
    changes = watch(engine_for(ROAD, EVERYWHERE), [*scenes, *again])
    assert len(opened(changes)) == 2
    assert ended(changes) == []


def test_a_paused_stream_advances_no_timer() -> None:
    """Ten seconds of standing, a pause of an hour, ten more: the alarm comes when 15 were seen."""
    scenes = film(queue(), 10.0) + film(queue(), 10.0, begin_s=3610.0)
    (incident,) = opened(watch(engine_for(ROAD), scenes))
    assert seconds_of(incident.started_at) == pytest.approx(2.0)
    watched_s = seconds_of(incident.alarm_at) - 3610.0 + 9.8
    assert watched_s == pytest.approx(17.0, abs=0.4)


def test_frames_that_are_not_newer_are_ignored() -> None:
    engine = engine_for(ROAD)
    scenes = film(queue(), 12.0)
    assert watch(engine, scenes) == []
    for _ in range(50):
        assert watch(engine, scenes[-5:]) == []
    assert engine.active() == ()


def test_lost_and_found_within_thirty_seconds_is_the_same_incident() -> None:
    engine = engine_for(ROAD)
    changes = watch(engine, film(queue(), 20.0))
    changes += engine.lose_stream(STARTED_AT + timedelta(seconds=25))
    changes += watch(engine, film(queue(100), 20.0, epoch="epoch-2", begin_s=40.0))
    assert [change.transition for change in changes] == [
        Transition.OPENED,
        Transition.ENDED,
        Transition.UPDATED,
    ]
    assert len({change.incident.id for change in changes}) == 1
    assert changes[1].incident.end_reason is EndReason.STREAM_LOST
    assert changes[1].incident.ended_at == STARTED_AT + timedelta(seconds=25)
    assert changes[1].scene is not None


def test_after_a_restart_zones_go_on_and_tracks_end() -> None:
    before = watch(engine_for(ROAD, EVERYWHERE), film([*queue(), PARKED], 30.0))
    left_open = opened(before)
    engine = engine_for(ROAD, EVERYWHERE, resume=left_open)
    assert set(_ids(engine.active())) == set(_ids(left_open))
    changes = watch(engine, film(queue(100), 30.0, epoch="epoch-2", begin_s=60.0))
    assert opened(changes) == []
    (end,) = ended(changes)
    assert end.type is IncidentType.STOPPED_VEHICLE
    assert end.end_reason is EndReason.RESTARTED
    assert end.condition is Condition.ENDED
    assert [incident.type for incident in engine.active()] == [IncidentType.CONGESTION]


def test_a_resumed_incident_ends_when_the_road_is_free() -> None:
    left_open = opened(watch(engine_for(ROAD), film(queue(), 30.0)))
    engine = engine_for(ROAD, resume=left_open)
    (end,) = ended(watch(engine, film([], 90.0, epoch="epoch-2", begin_s=60.0)))
    assert (end.id, end.end_reason) == (left_open[0].id, EndReason.CLEARED)


def test_without_a_frame_resumed_incidents_end_when_the_engine_closes() -> None:
    left_open = opened(watch(engine_for(ROAD, EVERYWHERE), film([*queue(), PARKED], 30.0)))
    engine = engine_for(ROAD, EVERYWHERE, resume=left_open)
    changes = engine.close(EndReason.RESTARTED, STARTED_AT + timedelta(seconds=99))
    assert set(_ids(ended(changes))) == set(_ids(left_open))
    assert all(change.scene is None for change in changes)
    assert engine.active() == ()


def test_a_changed_zone_ends_its_incidents_and_no_others() -> None:
    engine = engine_for(ROAD, EVERYWHERE)
    watch(engine, film([*queue(), PARKED], 30.0))
    moved = ROAD.model_copy(update={"polygon": ((0.15, 0.1), (0.8, 0.1), (0.8, 0.9), (0.15, 0.9))})
    changes = engine.replace_zones(
        zone_set(moved, EVERYWHERE, version=2), STARTED_AT + timedelta(seconds=30)
    )
    assert [(c.incident.type, c.incident.end_reason) for c in changes] == [
        (IncidentType.CONGESTION, EndReason.ZONE_CHANGED)
    ]
    later = watch(engine, film([*queue(), PARKED], 30.0, begin_s=30.0))
    (again,) = opened(later)
    assert again.type is IncidentType.CONGESTION
    assert again.zone_version == 2
    assert ended(later) == []


def test_a_new_parking_place_ends_the_stopped_vehicle_on_it() -> None:
    engine = engine_for(EVERYWHERE)
    watch(engine, film([PARKED], 20.0))
    bay = Zone(
        name="bay", type=ZoneType.PARKING, polygon=((0.0, 0.4), (0.2, 0.4), (0.2, 0.7), (0.0, 0.7))
    )
    changes = engine.replace_zones(
        zone_set(EVERYWHERE, bay, version=2), STARTED_AT + timedelta(seconds=20)
    )
    assert [change.incident.end_reason for change in changes] == [EndReason.ZONE_CHANGED]
    assert watch(engine, film([PARKED], 30.0, begin_s=20.0)) == []


def test_zones_that_make_no_sense_leave_the_old_ones_in_force() -> None:
    engine = engine_for(ROAD)
    bad = lane("bad", rules={"congestion": {"on_s": -1}})
    with pytest.raises(InvalidInput):
        engine.replace_zones(zone_set(bad, version=2), STARTED_AT)
    assert len(opened(watch(engine, film(queue(), 30.0)))) == 1


def test_without_zones_nothing_happens() -> None:
    engine = engine_for()
    assert watch(engine, film([*queue(), PARKED], 30.0)) == []
    assert engine.lose_stream(STARTED_AT) == []


def test_updates_are_rare() -> None:
    """A sixth of the vehicles gets new tracks every second: those of the incident keep changing."""
    restless = [
        replace(car, track_id=_renamed_every_6_s(index)) for index, car in enumerate(queue())
    ]
    changes = watch(engine_for(ROAD), film(restless, 120.0))
    updates = [seconds_of(_at(c)) for c in changes if c.transition is Transition.UPDATED]
    assert len(updates) >= 5
    assert all(later - sooner >= 5.0 - 1e-6 for sooner, later in pairwise(updates))


def test_a_new_model_is_named_by_later_incidents() -> None:
    engine = engine_for(ROAD)
    engine.use_model("v7")
    assert opened(watch(engine, film(queue(), 30.0)))[0].model_version == "v7"


def _with_gap(*, epoch_gap_s: float) -> list[SceneFrame]:
    return loop([*queue(), PARKED], seconds=30.0, times=2, gap_s=epoch_gap_s)


def _at(change: IncidentChange) -> datetime:
    assert change.scene is not None
    return change.scene.captured_at


def _renamed_every_6_s(index: int) -> Callable[[float], int]:
    return lambda time_s: index + 1000 * int((time_s + index) // 6)


def _ids(incidents: Sequence[Incident]) -> list[str]:
    return [str(incident.id) for incident in incidents]

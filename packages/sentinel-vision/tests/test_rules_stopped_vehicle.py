"""Stopped vehicle: dwell by place, whatever happens to the track."""

from collections.abc import Callable

import pytest

from sentinel_core.domain.incidents import EndReason, Incident, IncidentType, Transition
from sentinel_core.domain.zones import GroundPoint, Zone, ZoneType
from sentinel_vision.detection.classes import PERSON
from sentinel_vision.rules.case import IncidentChange
from sentinel_vision.rules.engine import RuleEngine
from sentinel_vision.testing.traffic import (
    WHOLE_PICTURE,
    Path,
    Vehicle,
    drive,
    ended,
    engine_for,
    film,
    lane,
    opened,
    seconds_of,
    stand,
    then,
    trembling,
    watch,
    zone_set,
)

STOPPED = IncidentType.STOPPED_VEHICLE
BAY = ((0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6))


def see(
    *vehicles: Vehicle, seconds: float = 30.0, zones: tuple[Zone, ...] = ()
) -> list[IncidentChange]:
    return watch(engine_for(*(zones or (lane(),))), film(vehicles, seconds))


def stopping(at_s: float, *, track_id: int | Callable[[float], int] = 7) -> Vehicle:
    """Comes down the lane at 60 px/s and stops at (320, 200)."""
    arriving = drive(320, 200 - 60 * at_s, velocity=(0.0, 60.0))
    return Vehicle(path=then(arriving, at_s, stand(320, 200)), track_id=track_id)


def only(incidents: list[Incident]) -> Incident:
    (incident,) = incidents
    return incident


def test_a_vehicle_that_stops_in_a_lane() -> None:
    incident = only(opened(see(stopping(2.0))))
    assert incident.type is STOPPED
    assert incident.key == "track:7"
    assert incident.track_ids == (7,)
    assert seconds_of(incident.started_at) == pytest.approx(2.0, abs=1.0)
    assert seconds_of(incident.alarm_at) == pytest.approx(12.0, abs=1.2)
    explained = {entry.condition: entry for entry in incident.explain}
    assert explained["stands for"].measured >= explained["stands for"].threshold == 10.0
    assert explained["moved in 3 s"].measured < explained["moved in 3 s"].threshold


def test_not_if_it_goes_on_in_time() -> None:
    path = then(stopping(2.0).path, 10.0, drive(320, 200, velocity=(0.0, 60.0), begin_s=10.0))
    assert see(Vehicle(path=path, track_id=7)) == []


def test_not_if_it_creeps() -> None:
    assert see(Vehicle(path=drive(320, 100, velocity=(0.0, 4.0)), track_id=7)) == []


def test_people_may_stand() -> None:
    zone = lane(rules={"pedestrian_on_road": {"enabled": False}})
    assert see(Vehicle(path=stand(320, 200), track_id=7, class_id=PERSON), zones=(zone,)) == []


def test_a_no_stop_zone_is_more_patient() -> None:
    zone = Zone(name="z", type=ZoneType.NO_STOP, polygon=WHOLE_PICTURE)
    parked = Vehicle(path=stand(320, 200), track_id=7)
    assert see(parked, seconds=55.0, zones=(zone,)) == []
    incident = only(opened(see(parked, seconds=70.0, zones=(zone,))))
    assert seconds_of(incident.alarm_at) == pytest.approx(60.0, abs=1.5)


@pytest.mark.parametrize("kind", [ZoneType.PARKING, ZoneType.IGNORE])
def test_parking_places_and_ignored_parts_are_left_alone(kind: ZoneType) -> None:
    bay = Zone(name="bay", type=kind, polygon=BAY)
    assert see(stopping(2.0), zones=(lane(), bay)) == []


def test_outside_all_lanes_nobody_cares() -> None:
    assert see(stopping(2.0), zones=(lane(polygon=((0, 0), (0.2, 0), (0.2, 1), (0, 1))),)) == []


def test_a_track_that_breaks_does_not_start_the_time_again() -> None:
    """The tracker loses the vehicle every 4 s and finds it under a new id."""
    incident = only(opened(see(stopping(2.0, track_id=lambda time_s: 10 + int(time_s // 4)))))
    assert seconds_of(incident.started_at) == pytest.approx(2.0, abs=2.2)
    assert seconds_of(incident.alarm_at) < 15.0
    assert len(incident.track_ids) >= 2


def test_a_short_occlusion_does_not_start_the_time_again() -> None:
    car = stopping(2.0)

    def path(time_s: float) -> tuple[float, float] | None:
        return None if 6.0 <= time_s < 9.5 else car.path(time_s)

    incident = only(opened(see(Vehicle(path=path, track_id=lambda s: 7 if s < 8 else 8))))
    assert seconds_of(incident.started_at) == pytest.approx(2.0, abs=1.0)
    assert seconds_of(incident.alarm_at) == pytest.approx(12.0, abs=1.5)


def test_it_ends_when_the_vehicle_drives_on() -> None:
    leaving = drive(320, 200, velocity=(0.0, 30.0), begin_s=20.0)
    changes = see(Vehicle(path=then(stopping(2.0).path, 20.0, leaving), track_id=7), seconds=40.0)
    incident = only(ended(changes))
    assert incident.end_reason is EndReason.CLEARED
    assert seconds_of(incident.ended_at) == pytest.approx(20.5, abs=1.0)


def test_it_ends_when_the_vehicle_is_gone_for_five_seconds() -> None:
    car = Vehicle(path=stand(320, 200, end_s=20.0), track_id=7)
    changes = see(car, seconds=40.0)
    assert seconds_of(only(ended(changes)).ended_at) == pytest.approx(20.0, abs=0.3)


def test_one_that_comes_back_to_its_place_is_the_same_incident() -> None:
    def path(time_s: float) -> tuple[float, float] | None:
        return None if 20.0 <= time_s < 30.0 else (320.0, 200.0)

    car = Vehicle(path=path, track_id=lambda time_s: 7 if time_s < 25 else 8)
    changes = see(car, seconds=60.0)
    assert [change.transition for change in changes] == [
        Transition.OPENED,
        Transition.ENDED,
        Transition.UPDATED,
    ]
    assert len({change.incident.id for change in changes}) == 1
    assert changes[-1].incident.key == "track:7"


def test_one_elsewhere_is_another_incident() -> None:
    first = Vehicle(path=stand(320, 200, end_s=20.0), track_id=7)
    second = Vehicle(path=stand(100, 200, begin_s=25.0), track_id=8)
    assert len(opened(see(first, second, seconds=60.0))) == 2


def test_each_vehicle_has_its_own_incident() -> None:
    cars = [Vehicle(path=stand(x, 200), track_id=int(x)) for x in (100.0, 320.0, 500.0)]
    incidents = opened(see(*cars))
    assert {incident.key for incident in incidents} == {"track:100", "track:320", "track:500"}


def test_a_track_id_that_is_given_twice_keeps_its_first_key() -> None:
    """The tracker swaps: 7 goes on elsewhere while the first vehicle still stands."""
    first = Vehicle(path=stand(320, 200), track_id=lambda time_s: 7 if time_s < 15 else 8)
    second = Vehicle(path=stand(100, 200, begin_s=16.0), track_id=7)
    engine = engine_for(lane())
    changes = watch(engine, film([first, second], 40.0))
    keys = [incident.key for incident in opened(changes)]
    assert keys == ["track:7", "track:7:2"]
    assert len({incident.key for incident in engine.active()}) == len(engine.active()) == 2


def test_a_long_stand_is_reported_as_more_severe_now_and_then() -> None:
    changes = see(Vehicle(path=stand(320, 200), track_id=7), seconds=150.0)
    updates = [change for change in changes if change.transition is Transition.UPDATED]
    assert [round(change.incident.severity) for change in updates] == [5, 6]


def test_in_a_queue_standing_is_no_news() -> None:
    cars = [Vehicle(path=stand(60.0 + 45.0 * n, 200), track_id=n + 1) for n in range(10)]
    assert see(*cars, seconds=60.0) == []


def test_after_the_queue_left_the_one_that_stays_is_news() -> None:
    stays = Vehicle(path=stand(60, 200), track_id=1)
    leaves = [
        Vehicle(path=_leaving(x=60.0 + 45.0 * n, at_s=30.0), track_id=n + 1) for n in range(1, 10)
    ]
    incident = only(opened(see(stays, *leaves, seconds=80.0)))
    assert incident.key == "track:1"
    assert seconds_of(incident.started_at) == pytest.approx(0.0, abs=0.5)
    assert seconds_of(incident.alarm_at) > 40.0


def test_heavy_jitter_and_missed_frames_do_not_hide_it() -> None:
    def path(time_s: float) -> tuple[float, float] | None:
        frame = round(time_s * 5)
        if frame % 4 == 3:
            return None
        return 320 + (frame * 7 % 5 - 2) * 0.8, 200 + (frame * 3 % 5 - 2) * 0.8

    assert len(opened(see(Vehicle(path=path, track_id=7)))) == 1


def _leaving(*, x: float, at_s: float) -> Path:
    return then(
        stand(x, 200), at_s, drive(x, 200, velocity=(0.0, 80.0), begin_s=at_s, end_s=at_s + 2)
    )


CORNERS = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
# 640 x 360 px show 320 x 180 m: a pixel is half a metre, as it is far away in a picture.
FAR = [GroundPoint(image=(x, y), ground_m=(x * 320.0, y * 180.0)) for x, y in CORNERS]


def see_far(path: Path, track_id: int | Callable[[float], int], seconds: float) -> list[Incident]:
    engine = RuleEngine("cam", zone_set(lane(), calibration=FAR), "v0")
    vehicle = Vehicle(path=path, track_id=track_id, size_px=30.0)
    return opened(watch(engine, film([vehicle], seconds)))


@pytest.mark.parametrize("seed", range(5))
def test_far_away_trembling_boxes_do_not_hide_it(seed: int) -> None:
    incident = only(see_far(trembling(stand(320, 200), 1.2, seed), 7, 14.0))
    assert seconds_of(incident.started_at) == pytest.approx(0.0, abs=1.5)


@pytest.mark.parametrize("seed", range(5))
def test_nor_if_the_track_breaks_all_the_time(seed: int) -> None:
    path = trembling(stand(320, 200), 1.2, seed)
    incident = only(see_far(path, lambda time_s: 7 + max(0, int(time_s - 4.0) // 2), 16.0))
    assert seconds_of(incident.started_at) == pytest.approx(0.0, abs=1.5)


def test_far_away_who_creeps_does_not_stand() -> None:
    assert see_far(trembling(drive(320, 100, velocity=(0.0, 1.6)), 1.2, 1), 7, 30.0) == []


def test_one_after_the_other_at_the_same_place_are_two() -> None:
    zone = lane(rules={"stopped_vehicle": {"on_s": 30.0}})
    leaves = then(stand(320, 200), 22.0, drive(320, 200, velocity=(0.0, 60.0), begin_s=22.0))
    comes = then(drive(320, -40, velocity=(0.0, 60.0), begin_s=26.0), 30.0, stand(320, 200))
    vehicles = (Vehicle(path=leaves, track_id=7), Vehicle(path=comes, track_id=8))
    assert see(*vehicles, seconds=55.0, zones=(zone,)) == []
    assert len(opened(see(*vehicles, seconds=66.0, zones=(zone,)))) == 1


@pytest.mark.parametrize("seed", range(3))
def test_who_waits_for_a_signal_between_two_lanes_has_not_broken_down(seed: int) -> None:
    left, right = (((x, 0.0), (x + 0.5, 0.0), (x + 0.5, 1.0), (x, 1.0)) for x in (0.0, 0.5))
    waiting = lane("in", left, rules={"queue": {"signal_cycle_s": 40.0}})
    other = lane("out", right, direction=(0.0, -1.0))
    path = trembling(stand(320.5, 330), 1.5, seed)
    vehicle = Vehicle(path=path, track_id=7, size_px=20.0)
    assert see(vehicle, seconds=50.0, zones=(waiting, other)) == []
    assert len(opened(see(vehicle, seconds=75.0, zones=(waiting, other)))) == 1

"""Wrong way: against the lane, fast enough and far enough."""

import pytest

from sentinel_core.domain.incidents import EndReason, IncidentType, Priority
from sentinel_core.domain.zones import Zone
from sentinel_vision.detection.classes import BICYCLE, PERSON
from sentinel_vision.rules.case import IncidentChange
from sentinel_vision.testing.traffic import (
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
    watch,
)

UP, DOWN = (0.0, -40.0), (0.0, 40.0)


def see(
    vehicle: Vehicle, *, seconds: float = 12.0, zones: tuple[Zone, ...] = ()
) -> list[IncidentChange]:
    return watch(engine_for(*(zones or (lane(),))), film([vehicle], seconds))


def car(path: Path, class_id: int = 2) -> Vehicle:
    return Vehicle(path=path, track_id=5, class_id=class_id)


def test_a_vehicle_that_drives_against_its_lane() -> None:
    (incident,) = opened(see(car(drive(320, 340, velocity=UP))))
    assert incident.type is IncidentType.WRONG_WAY
    assert incident.priority is Priority.HIGH
    assert incident.key == "track:5"
    assert seconds_of(incident.started_at) == pytest.approx(0.3, abs=0.3)
    # 2 body lengths at 1 BL/s, from the third sighting on, and half a second for the median.
    assert seconds_of(incident.alarm_at) == pytest.approx(2.5, abs=0.4)
    explained = {entry.condition: entry for entry in incident.explain}
    assert explained["cosine of heading and lane"].measured == pytest.approx(-1.0, abs=0.01)
    assert explained["speed"].measured == pytest.approx(1.0, abs=0.05)
    assert explained["way against the lane"].measured >= 2.0


@pytest.mark.parametrize(
    "path",
    [
        drive(320, 20, velocity=DOWN),
        drive(20, 200, velocity=(40.0, 0.0)),
        drive(320, 340, velocity=(0.0, -6.0)),
        stand(320, 200),
    ],
    ids=["with the lane", "across", "creeping", "standing"],
)
def test_not_what_drives_otherwise(path: Path) -> None:
    changes = see(car(path), seconds=9.0)
    assert changes == []


def test_a_track_that_goes_from_one_standing_vehicle_to_the_next_drives_nowhere() -> None:
    def hops(time_s: float) -> tuple[float, float]:
        return 320.0, 340.0 - 44.0 * int(time_s / 0.8)

    assert see(car(hops), seconds=6.0) == []


def test_one_that_is_lost_when_its_track_has_just_begun_to_count() -> None:
    fast = drive(320, 340, velocity=(0.0, -80.0), end_s=2.3)
    (incident,) = opened(see(car(fast)))
    assert seconds_of(incident.started_at) == pytest.approx(0.3, abs=0.3)


@pytest.mark.parametrize("class_id", [PERSON, BICYCLE])
def test_people_and_bicycles_may(class_id: int) -> None:
    zone = lane(rules={"pedestrian_on_road": {"enabled": False}})
    assert see(car(drive(320, 340, velocity=UP), class_id=class_id), zones=(zone,)) == []


def test_reversing_a_little_is_ignored() -> None:
    back = then(drive(320, 200, velocity=UP), 1.8, stand(320, 128))
    assert see(car(back), seconds=9.0) == []


def test_only_where_a_direction_was_drawn() -> None:
    assert see(car(drive(320, 340, velocity=UP)), zones=(lane(direction=None),)) == []


def test_where_lanes_overlap_the_first_counts() -> None:
    up, down = lane("up", direction=(0.0, -1.0)), lane("down", direction=(0.0, 1.0))
    assert see(car(drive(320, 340, velocity=UP)), zones=(up, down)) == []
    (incident,) = opened(see(car(drive(320, 340, velocity=UP)), zones=(down, up)))
    assert incident.zone_name == "down"


def test_it_ends_when_the_vehicle_turns_round() -> None:
    path = then(drive(320, 340, velocity=UP), 6.0, drive(320, 100, velocity=DOWN, begin_s=6.0))
    changes = see(car(path))
    (incident,) = ended(changes)
    assert incident.end_reason is EndReason.CLEARED
    assert seconds_of(incident.ended_at) == pytest.approx(7.0, abs=0.8)


def test_it_ends_when_the_vehicle_leaves_the_lane() -> None:
    lower = lane(polygon=((0.0, 0.4), (1.0, 0.4), (1.0, 1.0), (0.0, 1.0)))
    # 0.4 of the picture's height are 144 px: there after 5 s, and still seen for another 3.
    (incident,) = ended(see(car(drive(320, 344, velocity=UP)), zones=(lower,), seconds=8.0))
    assert incident.end_reason is EndReason.CLEARED
    assert seconds_of(incident.ended_at) == pytest.approx(5.0, abs=0.3)


def test_it_ends_when_the_vehicle_is_gone() -> None:
    changes = see(car(drive(320, 340, velocity=UP, end_s=6.0)))
    assert seconds_of(ended(changes)[0].ended_at) == pytest.approx(6.0, abs=0.3)


def test_a_vehicle_that_stops_on_the_wrong_way_is_still_there() -> None:
    path = then(drive(320, 340, velocity=UP), 5.0, stand(320, 140))
    changes = see(car(path), seconds=20.0)
    assert [incident.type for incident in opened(changes)] == [
        IncidentType.WRONG_WAY,
        IncidentType.STOPPED_VEHICLE,
    ]
    assert ended(changes) == []


def test_a_track_that_breaks_goes_on_as_the_same_incident() -> None:
    vehicle = Vehicle(
        path=drive(320, 340, velocity=UP, end_s=8.0), track_id=lambda time_s: 5 if time_s < 4 else 6
    )
    changes = see(vehicle)
    (incident,) = opened(changes)
    (end,) = ended(changes)
    assert end.id == incident.id
    assert seconds_of(end.ended_at) == pytest.approx(8.0, abs=0.3)
    assert end.track_ids == (5, 6)


def test_two_vehicles_are_two_incidents() -> None:
    vehicles = [Vehicle(path=drive(x, 340, velocity=UP), track_id=int(x)) for x in (150.0, 450.0)]
    changes = watch(engine_for(lane()), film(vehicles, 8.0))
    assert {incident.key for incident in opened(changes)} == {"track:150", "track:450"}

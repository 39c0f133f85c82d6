"""Congestion: slow and full, for long enough."""

from collections.abc import Callable

import pytest

from sentinel_core.domain.incidents import EndReason, IncidentType, Transition
from sentinel_core.domain.zones import GroundPoint
from sentinel_vision.rules.engine import RuleEngine
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
    zone_set,
)

ROAD = ((0.2, 0.1), (0.8, 0.1), (0.8, 0.9), (0.2, 0.9))
RULES: dict[str, dict[str, float | bool]] = {
    "congestion": {"on_s": 20, "off_s": 10},
    "queue": {"enabled": False},
}


def queue(*, count: int = 24) -> list[Vehicle]:
    """Vehicles that fill the road in rows of six; 50 px each."""
    vehicles = []
    for index in range(count):
        x, y = 165.0 + 62.0 * (index % 6), 100.0 + 62.0 * (index // 6)
        vehicles.append(Vehicle(path=stand(x, y), track_id=index + 1, size_px=58.0))
    return vehicles


def test_a_standing_queue_that_fills_the_lane() -> None:
    road = lane("road", ROAD, rules=RULES)
    changes = watch(engine_for(road), film(queue(), 30.0))
    (incident,) = opened(changes)
    assert incident.type is IncidentType.CONGESTION
    assert incident.key == str(road.id)
    assert incident.zone_id == road.id
    assert incident.zone_name == "road"
    assert seconds_of(incident.started_at) == pytest.approx(2.0)
    assert seconds_of(incident.alarm_at) == pytest.approx(22.0)
    assert incident.severity == pytest.approx(10.0, abs=0.1)
    measured = {entry.condition: entry for entry in incident.explain}
    assert measured["vehicles"].measured == 24
    assert measured["median speed"].unit == "BL/s"
    assert measured["share of the zone covered"].measured > 0.5
    assert all(entry.since == incident.started_at for entry in incident.explain)


def test_not_with_few_vehicles_nor_with_an_empty_road() -> None:
    road = lane("road", ROAD, rules={**RULES, "stopped_vehicle": {"enabled": False}})
    assert opened(watch(engine_for(road), film(queue(count=3), 60.0))) == []
    assert opened(watch(engine_for(road), film([], 60.0))) == []


def test_not_while_it_flows() -> None:
    road = lane("road", ROAD, rules={**RULES, "stopped_vehicle": {"enabled": False}})
    vehicles = [
        Vehicle(path=_round_and_round(car), track_id=_lap(car), size_px=58.0) for car in queue()
    ]
    assert watch(engine_for(road), film(vehicles, 60.0)) == []


def test_it_ends_when_the_queue_dissolves() -> None:
    road = lane("road", ROAD, rules=RULES)
    vehicles = [
        Vehicle(
            path=then(car.path, 40.0, drive(*_place(car), velocity=(0.0, 90.0), begin_s=40.0)),
            track_id=car.track_id,
            size_px=58.0,
        )
        for car in queue()
    ]
    changes = watch(engine_for(road), film(vehicles, 60.0))
    (incident,) = ended(changes)
    assert incident.end_reason is EndReason.CLEARED
    assert incident.id == opened(changes)[0].id
    assert seconds_of(incident.ended_at) == pytest.approx(41.0, abs=1.0)


def test_a_queue_that_comes_back_at_once_is_the_same_incident() -> None:
    road = lane("road", ROAD, rules={**RULES, "congestion": {"on_s": 10, "off_s": 5}})

    def path(car: Vehicle) -> Path:
        return lambda time_s: None if 30.0 <= time_s < 45.0 else car.path(time_s)

    vehicles = [Vehicle(path=path(car), track_id=car.track_id, size_px=58.0) for car in queue()]
    changes = watch(engine_for(road), film(vehicles, 70.0))
    kinds = [change.transition for change in changes]
    assert kinds == [Transition.OPENED, Transition.ENDED, Transition.UPDATED]
    assert len({change.incident.id for change in changes}) == 1
    again = changes[-1].incident
    assert again.ended_at is None
    assert again.end_reason is None
    assert again.alarm_at == changes[0].incident.alarm_at


def test_a_queue_much_later_is_another_incident() -> None:
    road = lane("road", ROAD, rules={**RULES, "congestion": {"on_s": 10, "off_s": 5}})

    def path(car: Vehicle) -> Path:
        return lambda time_s: None if 30.0 <= time_s < 75.0 else car.path(time_s)

    vehicles = [Vehicle(path=path(car), track_id=car.track_id, size_px=58.0) for car in queue()]
    first, second = opened(watch(engine_for(road), film(vehicles, 100.0)))
    assert first.id != second.id


def test_a_jam_of_which_half_is_hidden_at_any_moment() -> None:
    rules = {**RULES, "congestion": {"on_s": 20.0, "vehicles": 20.0}}

    def path(car: Vehicle, shift_s: float) -> Path:
        return lambda time_s: None if (time_s + shift_s) % 5.0 < 2.5 else car.path(time_s)

    vehicles = [
        Vehicle(path=path(car, 0.9 * n), track_id=n + 1, size_px=58.0)
        for n, car in enumerate(queue())
    ]
    (incident,) = opened(watch(engine_for(lane("road", ROAD, rules=rules)), film(vehicles, 40.0)))
    assert seconds_of(incident.alarm_at) == pytest.approx(23.0, abs=2.0)
    measured = {entry.condition: entry.measured for entry in incident.explain}
    assert measured["vehicles"] >= 20


def test_what_is_far_counts_as_much_as_what_is_near() -> None:
    """A lane narrows to the horizon; its farther part is full, a fifth of its picture."""
    horizon, far, near, middle = 20.0, 72.0, 324.0, 320.0

    def size(y: float) -> float:
        return 0.25 * (y - horizon)

    def corner(y: float, side: float) -> tuple[float, float]:
        return ((middle + side * 0.65 * size(y)) / 640.0, y / 360.0)

    polygon = (corner(far, -1.0), corner(far, 1.0), corner(near, 1.0), corner(near, -1.0))
    rules = {**RULES, "congestion": {"on_s": 10.0, "occupied_share": 0.4}}
    vehicles = [
        Vehicle(path=stand(middle, y), track_id=number + 1, size_px=size(y))
        for number, y in enumerate((86.0, 102.0, 122.0, 147.0, 178.0))
    ]
    engine = engine_for(lane("road", polygon, rules=rules))
    (incident,) = opened(watch(engine, film(vehicles, 30.0)))
    measured = {entry.condition: entry.measured for entry in incident.explain}
    assert measured["share of the zone covered"] == pytest.approx(0.6, abs=0.05)


def test_each_zone_by_itself() -> None:
    left = lane("left", ((0.0, 0.0), (0.2, 0.0), (0.2, 1.0), (0.0, 1.0)), rules=RULES)
    right = lane("right", ROAD, rules=RULES)
    (incident,) = opened(watch(engine_for(left, right), film(queue(), 30.0)))
    assert incident.zone_name == "right"


def test_calibrated_it_counts_vehicles_per_kilometre_of_lane() -> None:
    """The road is 60 x 36 m: 0.49 km of lane 3.5 m wide; 24 vehicles are 49 per km and lane."""
    corners = [(0.2, 0.1), (0.8, 0.1), (0.8, 0.9), (0.2, 0.9)]
    ground = [(0.0, 36.0), (48.0, 36.0), (48.0, 0.0), (0.0, 0.0)]
    points = [
        GroundPoint(image=image, ground_m=metres)
        for image, metres in zip(corners, ground, strict=True)
    ]
    rules = {**RULES, "congestion": {"on_s": 20, "occupied_share": 1.0}}
    zones = zone_set(lane("road", ROAD, rules=rules), calibration=points)
    (incident,) = opened(watch(RuleEngine("cam", zones, "v0"), film(queue(), 40.0)))
    measured = {entry.condition: entry for entry in incident.explain}
    assert measured["density"].measured == pytest.approx(24 / (48 * 36 / 3.5 / 1000), rel=0.01)
    assert measured["median speed"].unit == "m/s"


def test_it_learns_how_fast_traffic_is_here() -> None:
    """At 3 BL/s all day, 1.2 BL/s in a full lane is slow; at the default of 1 it is not."""
    rules = {"congestion": {"on_s": 20, "occupied_share": 0.3, "occupied_exit_share": 0.2}}
    road = lane("road", ROAD, rules={**rules, "stopped_vehicle": {"enabled": False}})
    engine = engine_for(road)
    lonely = [
        Vehicle(
            path=drive(
                200.0 + 10.0 * (n % 30), 60.0, velocity=(0.0, 60.0), begin_s=n, end_s=n + 4.5
            ),
            track_id=1000 + n,
            size_px=20.0,
        )
        for n in range(130)
    ]
    assert watch(engine, film(lonely, 135.0)) == []
    slow = [
        Vehicle(path=_round_and_round(car, 1.2), track_id=_lap(car, 1.2), size_px=58.0)
        for car in queue()
    ]
    scenes = film(slow, 60.0, begin_s=135.0)
    assert [incident.type for incident in opened(watch(engine, scenes))] == [
        IncidentType.CONGESTION
    ]
    assert opened(watch(engine_for(road), scenes)) == []


def _place(car: Vehicle) -> tuple[float, float]:
    place = car.path(0.0)
    assert place is not None
    return place


def _round_and_round(car: Vehicle, speed_bl_s: float = 2.0) -> Path:
    """Down the road and in again at its upper end."""
    x, y = _place(car)
    return lambda time_s: (x, 70.0 + (y - 70.0 + speed_bl_s * 58.0 * time_s) % 248.0)


def _lap(car: Vehicle, speed_bl_s: float = 2.0) -> Callable[[float], int]:
    _, y = _place(car)
    base = car.track_id
    assert isinstance(base, int)
    return lambda time_s: base + 100 * int((y - 70.0 + speed_bl_s * 58.0 * time_s) // 248.0)

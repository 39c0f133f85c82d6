"""Persons: on the road, staying for long, too many of them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentinel_core.domain.incidents import EndReason, Incident, IncidentType, Priority
from sentinel_core.domain.zones import GroundPoint, Point, Zone, ZoneType
from sentinel_vision.detection.classes import BICYCLE, CAR, MOTORCYCLE, PERSON
from sentinel_vision.detection.detections import NO_TRACK
from sentinel_vision.rules.case import IncidentChange
from sentinel_vision.rules.crowding import HIDDEN_S
from sentinel_vision.rules.engine import RuleEngine
from sentinel_vision.testing.traffic import (
    HEIGHT,
    WHOLE_PICTURE,
    WIDTH,
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

LEFT: tuple[Point, ...] = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
ROAD = lane("road", LEFT, rules={"stopped_vehicle": {"enabled": False}})
STRIPES: tuple[Point, ...] = ((0.0, 0.4), (0.5, 0.4), (0.5, 0.6), (0.0, 0.6))


def area(kind: ZoneType, polygon: Sequence[Point] = WHOLE_PICTURE, **rules: float) -> Zone:
    """A zone in which persons count; `rules` are those of loitering, if any."""
    given_rules = {"loitering": {"enabled": True, **rules}} if rules else {}
    return Zone(name="area", type=kind, polygon=tuple(polygon), rules=given_rules)


def person(path: Path, track_id: int = 3) -> Vehicle:
    return Vehicle(path=path, track_id=track_id, class_id=PERSON)


def see(
    *things: Vehicle, zones: Sequence[Zone] = (ROAD,), seconds: float = 20.0
) -> list[IncidentChange]:
    return watch(engine_for(*zones), film(things, seconds))


def only(changes: Sequence[IncidentChange], kind: IncidentType) -> list[Incident]:
    return [incident for incident in opened(changes) if incident.type is kind]


# Pedestrian on the road


def test_a_person_who_walks_over_the_road() -> None:
    changes = see(person(drive(500, 200, velocity=(-30.0, 0.0))))
    (incident,) = opened(changes)
    assert incident.type is IncidentType.PEDESTRIAN_ON_ROAD
    assert incident.priority is Priority.HIGH
    assert (incident.key, incident.zone_name) == ("track:3", "road")
    # The edge of the road is 180 px away: 6 s, and 2 s more to be sure.
    assert seconds_of(incident.started_at) == pytest.approx(6.0, abs=0.4)
    assert seconds_of(incident.alarm_at) == pytest.approx(8.0, abs=0.5)
    explained = {entry.condition: entry for entry in incident.explain}
    assert explained["on the road for"].measured >= explained["on the road for"].threshold == 2.0
    assert explained["share under a vehicle's box"].measured == 0.0


def test_it_is_over_when_the_person_is_on_the_pavement_again() -> None:
    path = then(
        drive(500, 200, velocity=(-30.0, 0.0)),
        10.0,
        drive(200, 200, velocity=(60.0, 0.0), begin_s=10),
    )
    (end,) = ended(see(person(path)))
    assert end.end_reason is EndReason.CLEARED
    assert seconds_of(end.ended_at) == pytest.approx(12.0, abs=0.4)


@pytest.mark.parametrize(
    ("kind", "polygon"),
    [(ZoneType.CROSSING, STRIPES), (ZoneType.PAVEMENT, LEFT), (ZoneType.IGNORE, LEFT)],
)
def test_where_persons_may_walk_they_do(kind: ZoneType, polygon: Sequence[Point]) -> None:
    walk = person(drive(500, 190, velocity=(-30.0, 0.0)))
    assert see(walk, zones=(ROAD, area(kind, polygon))) == []


def test_a_glimpse_is_no_alarm() -> None:
    path = then(stand(400, 200), 5.0, then(stand(300, 200), 6.4, stand(400, 200)))
    assert see(person(path)) == []


@pytest.mark.parametrize("class_id", [BICYCLE, MOTORCYCLE, CAR])
def test_a_rider_is_no_pedestrian(class_id: int) -> None:
    path = drive(200, 350, velocity=(0.0, -25.0))
    machine = Vehicle(path=path, track_id=8, class_id=class_id, size_px=60.0)
    assert only(see(person(path), machine), IncidentType.PEDESTRIAN_ON_ROAD) == []


def test_a_rider_whose_machine_is_not_always_seen() -> None:
    path = drive(200, 350, velocity=(0.0, -25.0))
    seen = lambda t: path(t) if (t % 2.0) < 1.0 else None  # noqa: E731 - a path is a function
    machine = Vehicle(path=seen, track_id=8, class_id=MOTORCYCLE, size_px=60.0)
    assert only(see(person(path), machine), IncidentType.PEDESTRIAN_ON_ROAD) == []


def test_a_rider_whose_machine_gets_no_track() -> None:
    path = drive(200, 350, velocity=(0.0, -25.0))
    seen = lambda t: path(t) if (t % 1.6) < 0.2 else None  # noqa: E731 - a path is a function
    machine = Vehicle(path=seen, track_id=lambda _: NO_TRACK, class_id=MOTORCYCLE, size_px=60.0)
    assert see(person(path), machine) == []


def _rider(*, walks_off: bool = False) -> list[Vehicle]:
    """Rides to the end of a queue and waits there, the machine hidden, the track broken."""
    ride, wait = drive(200, 350, velocity=(0.0, -40.0)), stand(200, 150)
    waits = then(wait, 20.0, drive(200, 150, velocity=(0.0, 10.0), begin_s=20.0))
    rider = then(ride, 5.0, waits if walks_off else wait)
    seen = lambda t: None if 12.0 <= t < 15.0 else rider(t)  # noqa: E731 - a path is a function
    return [
        Vehicle(path=seen, track_id=lambda t: 3 if t < 12.0 else 4, class_id=PERSON),
        Vehicle(path=then(ride, 5.0, stand(200, 150, end_s=6.0)), track_id=8, class_id=MOTORCYCLE),
    ]


def test_a_rider_in_a_queue_whose_machine_is_hidden() -> None:
    assert only(see(*_rider(), seconds=40.0), IncidentType.PEDESTRIAN_ON_ROAD) == []


def test_who_walks_away_from_the_machine_is_on_foot() -> None:
    changes = see(*_rider(walks_off=True), seconds=40.0)
    (incident,) = only(changes, IncidentType.PEDESTRIAN_ON_ROAD)
    # 4 body lengths are 160 px.
    assert seconds_of(incident.started_at) == pytest.approx(36.0, abs=1.0)


def test_a_person_beside_a_bicycle_is_one() -> None:
    path = stand(200, 200)
    bicycle = Vehicle(path=stand(225, 200), track_id=8, class_id=BICYCLE)
    assert len(opened(see(person(path), bicycle))) == 1


def test_who_is_faster_than_anybody_runs_rides() -> None:
    flights = [drive(200, 350, velocity=(0.0, -260.0), begin_s=n, end_s=n + 1.2) for n in range(3)]
    riders = [person(path, 10 + index) for index, path in enumerate(flights)]
    assert see(*riders) == []


def test_among_traffic_it_is_worse() -> None:
    walk = person(stand(200, 200))
    (alone,) = opened(see(walk))
    car = Vehicle(path=drive(100, 60, velocity=(0.0, 14.0)), track_id=8)
    (among,) = opened(see(walk, car))
    assert (alone.severity, among.severity) == (6.0, 9.0)


def test_a_broken_track_is_the_same_person() -> None:
    walker = Vehicle(
        path=drive(100, 100, velocity=(0.0, 10.0)),
        track_id=lambda time_s: 3 if time_s < 6 else 4,
        class_id=PERSON,
    )
    changes = see(walker)
    (incident,) = opened(changes)
    assert incident.key == "track:3"
    assert ended(changes) == []


# Loitering


def test_a_person_who_stays_for_a_minute() -> None:
    zone = area(ZoneType.PAVEMENT, off_s=10.0)
    path = then(stand(200, 200), 90.0, drive(200, 200, velocity=(60.0, 0.0), begin_s=90.0))
    changes = see(person(path), zones=(zone,), seconds=120.0)
    (incident,) = opened(changes)
    assert incident.type is IncidentType.LOITERING
    assert 0.0 <= seconds_of(incident.started_at) <= 1.4
    assert seconds_of(incident.alarm_at) == pytest.approx(61.0, abs=1.5)
    explained = {entry.condition: entry for entry in incident.explain}
    assert explained["radius of the stay"].threshold == 6.0
    assert explained["radius of the stay"].measured < 0.1
    (end,) = ended(changes)
    assert end.end_reason is EndReason.CLEARED
    assert 90.0 <= seconds_of(end.ended_at) <= 106.0


def test_pacing_up_and_down_is_staying() -> None:
    def path(time_s: float) -> tuple[float, float]:
        return 300.0 + 120.0 * float(np.sin(time_s / 5.0)), 200.0

    zone = area(ZoneType.PAVEMENT, off_s=10.0)
    assert len(opened(see(person(path), zones=(zone,), seconds=80.0))) == 1


def test_walking_on_is_not_and_begins_anew_where_the_person_stops() -> None:
    zone = area(ZoneType.PAVEMENT, on_s=20.0)
    path = then(drive(30, 200, velocity=(28.0, 0.0)), 20.0, stand(590, 200))
    # A circle of 6 BL = 240 px: the stay begins up to 480 px before the place of rest.
    assert see(person(drive(20, 200, velocity=(30.0, 0.0))), zones=(zone,), seconds=20.0) == []
    (incident,) = opened(see(person(path), zones=(zone,), seconds=60.0))
    assert 3.0 <= seconds_of(incident.started_at) <= 5.0


def test_loitering_is_watched_only_where_it_is_switched_on() -> None:
    zones = (area(ZoneType.PAVEMENT),)
    assert see(person(stand(200, 200)), zones=zones, seconds=90.0) == []


def test_a_person_who_is_lost_for_a_moment_goes_on_staying() -> None:
    def path(time_s: float) -> tuple[float, float] | None:
        return None if 30.0 <= time_s < 31.0 else (200.0, 200.0)

    loiterer = Vehicle(path=path, track_id=lambda t: 3 if t < 30.5 else 4, class_id=PERSON)
    (incident,) = opened(see(loiterer, zones=(area(ZoneType.PAVEMENT, off_s=5.0),), seconds=80.0))
    assert seconds_of(incident.alarm_at) < 64.0


def _found_again(x: float) -> Vehicle:
    """A person who is hidden for 3 s and found again at `x` under another id."""
    path = then(stand(200, 200, end_s=30.0), 33.0, stand(x, 200))
    return Vehicle(path=path, track_id=lambda t: 3 if t < 33.0 else 4, class_id=PERSON)


def test_who_is_found_again_near_by_goes_on_staying() -> None:
    zone = area(ZoneType.PAVEMENT, off_s=5.0)
    (incident,) = opened(see(_found_again(280.0), zones=(zone,), seconds=70.0))
    assert seconds_of(incident.alarm_at) < 64.0
    assert set(incident.track_ids) == {3, 4}


def test_who_appears_further_away_is_somebody_else() -> None:
    assert see(_found_again(400.0), zones=(area(ZoneType.PAVEMENT, off_s=5.0),), seconds=70.0) == []


def test_who_comes_where_another_has_left_the_picture_is_somebody_else() -> None:
    leaves = person(drive(20, 200, velocity=(20.0, 0.0), end_s=29.5), 3)
    comes = person(stand(WIDTH - 40.0, 200, begin_s=31.0), 4)
    assert see(leaves, comes, zones=(area(ZoneType.PAVEMENT, off_s=5.0),), seconds=80.0) == []


def test_who_is_hidden_when_the_time_is_up_has_stayed() -> None:
    path = then(stand(200, 200, end_s=58.0), 63.5, stand(200, 200))
    (incident,) = opened(see(person(path), zones=(area(ZoneType.PAVEMENT, off_s=5.0),), seconds=70))
    assert seconds_of(incident.alarm_at) < 62.0


# Crowding


def crowd(count: int, *, end_s: float = np.inf) -> list[Vehicle]:
    return [
        person(stand(40.0 + 35.0 * (n % 15), 100.0 + 60.0 * (n // 15), end_s=end_s), 100 + n)
        for n in range(count)
    ]


@pytest.mark.parametrize(("count", "is_crowd"), [(14, False), (15, True), (30, True)])
def test_many_persons_in_a_zone(count: int, is_crowd: bool) -> None:
    changes = see(*crowd(count), zones=(area(ZoneType.PAVEMENT),))
    assert [incident.type for incident in opened(changes)] == [IncidentType.CROWDING] * is_crowd


def test_a_crowd_is_over_when_enough_have_left() -> None:
    stay, leave = crowd(12), crowd(16, end_s=15.0)[12:]
    changes = see(*stay, *leave, zones=(area(ZoneType.PAVEMENT),), seconds=40.0)
    assert ended(changes) == [], "12 of 15 are 80 %"
    stay, leave = crowd(11), crowd(16, end_s=15.0)[11:]
    (end,) = ended(see(*stay, *leave, zones=(area(ZoneType.PAVEMENT),), seconds=40.0))
    # Who vanishes may be hidden.
    assert seconds_of(end.ended_at) == pytest.approx(15.0 + HIDDEN_S, abs=0.6)


def test_a_crowd_in_which_one_hides_the_other() -> None:
    def flicker(number: int) -> Path:
        place = (40.0 + 35.0 * (number % 15), 100.0 + 60.0 * (number // 15))
        return lambda t: place if (t + 0.7 * number) % 4.0 < 2.0 else None

    half_seen = [person(flicker(number), 100 + number) for number in range(18)]
    (incident,) = opened(see(*half_seen, zones=(area(ZoneType.PAVEMENT),)))
    assert seconds_of(incident.alarm_at) < 16.0


def test_who_walks_out_of_the_zone_is_not_hidden() -> None:
    """Two dozen walk in a row through a zone that holds ten, and are not seen beyond it."""
    zone = area(ZoneType.PAVEMENT, ((0.3, 0.0), (0.7, 0.0), (0.7, 1.0), (0.3, 1.0)))
    walks = [drive(20 - 30 * n, 200, velocity=(60.0, 0.0), end_s=7.0 + 0.5 * n) for n in range(24)]
    walkers = [person(_within(path), 100 + n) for n, path in enumerate(walks)]
    assert see(*walkers, zones=(zone,), seconds=25.0) == []


def test_calibrated_the_room_counts_too() -> None:
    corners = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    small = [GroundPoint(image=(x, y), ground_m=(4.0 * x, 2.0 * y)) for x, y in corners]
    large = [GroundPoint(image=(x, y), ground_m=(40.0 * x, 20.0 * y)) for x, y in corners]
    found = []
    for calibration in (small, large):
        zones = zone_set(area(ZoneType.CROSSING), calibration=calibration)
        found.append(opened(watch(RuleEngine("cam", zones, "v0"), film(crowd(9), 20.0))))
    ((incident,), none) = found
    assert none == []
    explained = {entry.condition: entry for entry in incident.explain}
    assert explained["density"].measured == pytest.approx(9 / 8.0, abs=0.001)


def test_a_crowd_of_an_earlier_run_goes_on() -> None:
    zone = area(ZoneType.PAVEMENT)
    before = opened(see(*crowd(20), zones=(zone,)))
    engine = engine_for(zone, resume=before)
    changes = watch(engine, film(crowd(20), 20.0, epoch="epoch-2", begin_s=60.0))
    assert changes == []
    assert [incident.id for incident in engine.active()] == [before[0].id]


# What holds of all of them

WALKS = st.lists(
    st.tuples(
        st.integers(30, 610),
        st.integers(60, 350),
        st.sampled_from([-30, -10, 0, 0, 10, 30]),
        st.sampled_from([-20, 0, 0, 20]),
        st.sampled_from([PERSON, PERSON, PERSON, BICYCLE, CAR]),
        st.integers(1, 12),
    ),
    max_size=14,
)
ZONES = (
    ROAD,
    area(ZoneType.CROSSING, STRIPES),
    Zone(
        name="square",
        type=ZoneType.PAVEMENT,
        polygon=((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0)),
        rules={
            "loitering": {"enabled": True, "on_s": 10.0, "off_s": 3.0},
            "crowding": {"persons": 3.0, "least_persons": 2.0, "on_s": 3.0, "off_s": 2.0},
        },
    ),
)
KINDS = {IncidentType.PEDESTRIAN_ON_ROAD, IncidentType.LOITERING, IncidentType.CROWDING}


def stroll(walks: Sequence[tuple[int, int, int, int, int, int]]) -> list[Vehicle]:
    return [
        Vehicle(path=_within(drive(x, y, velocity=(dx, dy))), track_id=track_id, class_id=class_id)
        for x, y, dx, dy, class_id, track_id in walks
    ]


def _within(path: Path) -> Path:
    def visible(time_s: float) -> tuple[float, float] | None:
        place = path(time_s)
        if place is None or not (25 <= place[0] <= WIDTH - 25 and 45 <= place[1] <= HEIGHT - 8):
            return None
        return place

    return visible


@settings(max_examples=15, deadline=None)
@given(walks=WALKS, seed=st.integers(0, 1000))
def test_the_order_of_the_detections_changes_nothing(
    walks: list[tuple[int, int, int, int, int, int]], seed: int
) -> None:
    scenes = film(stroll(walks), 25.0)
    random = np.random.default_rng(seed)
    mixed = [
        replace(s, detections=s.detections.select(random.permutation(len(s.detections))))
        for s in scenes
    ]
    plain = [(c.transition, c.incident) for c in watch(engine_for(*ZONES), scenes)]
    assert repr(plain) == repr(
        [(c.transition, c.incident) for c in watch(engine_for(*ZONES), mixed)]
    )


@settings(max_examples=15, deadline=None)
@given(walks=WALKS, pause_s=st.integers(4, 5000), at=st.integers(10, 110))
def test_a_pause_raises_nothing_and_no_key_is_open_twice(
    walks: list[tuple[int, int, int, int, int, int]], pause_s: int, at: int
) -> None:
    scenes = film(stroll(walks), 25.0)
    engine = engine_for(*ZONES)
    watch(engine, scenes[:at])
    (after,) = film(stroll(walks), 0.2, begin_s=at / 5 + pause_s)
    assert opened(engine.update(after)) == []
    keys = [(incident.type, incident.key) for incident in engine.active()]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("fps", [10.0, 3.0])
@pytest.mark.parametrize("loss", [0.0, 0.3])
def test_rate_and_loss_hardly_matter(fps: float, loss: float) -> None:
    """Q3 for a walker on the road, a loiterer and a crowd."""
    scene = [
        person(drive(20, 100, velocity=(5.0, 0.0)), 1),
        *[person(stand(400.0 + 40 * n, 300), 10 + n) for n in range(4)],
    ]
    truth = opened(watch(engine_for(*ZONES), film(scene, 25.0, fps=30.0)))
    assert {incident.type for incident in truth} == KINDS
    frames = film(scene, 25.0, fps=fps)
    kept = np.random.default_rng(5).random(len(frames)) >= loss
    seen = opened(
        watch(engine_for(*ZONES), [f for f, is_kept in zip(frames, kept, strict=True) if is_kept])
    )
    times = np.flatnonzero(kept) / fps
    longest_s = float(np.diff(times).max())
    expected = {(i.type, i.key): seconds_of(i.started_at) for i in truth}
    assert {(i.type, i.key) for i in seen} == set(expected)
    for incident in seen:
        shift_s = seconds_of(incident.started_at) - expected[incident.type, incident.key]
        assert abs(shift_s) <= 1.0 + longest_s

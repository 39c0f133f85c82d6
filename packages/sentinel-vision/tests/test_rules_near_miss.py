"""Near miss: on course to collide, or just past each other."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sentinel_core.domain.incidents import EndReason, IncidentType, Transition
from sentinel_core.domain.zones import GroundPoint, Zone, ZoneType
from sentinel_vision.detection.classes import BICYCLE, PERSON
from sentinel_vision.rules.case import IncidentChange
from sentinel_vision.rules.catalogue import describe_rules
from sentinel_vision.rules.engine import RuleEngine
from sentinel_vision.rules.footprints import Bodies, touching_times
from sentinel_vision.testing.traffic import (
    WHOLE_PICTURE,
    Path,
    Vehicle,
    drive,
    film,
    opened,
    seconds_of,
    stand,
    then,
    watch,
    zone_set,
)

CORNERS = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
# Seen from above: 640 x 360 px show 64 x 36 m, so that 10 px are a metre.
FROM_ABOVE = [GroundPoint(image=(x, y), ground_m=(x * 64.0, -y * 36.0)) for x, y in CORNERS]
JUNCTION = Zone(
    name="junction",
    type=ZoneType.JUNCTION,
    polygon=WHOLE_PICTURE,
    rules={"illegal_u_turn": {"enabled": False}, "collision": {"enabled": False}},
)


def car(path: Path, track_id: int, class_id: int = 2) -> Vehicle:
    return Vehicle(path=path, track_id=track_id, size_px=20.0, class_id=class_id)


def see(
    *vehicles: Vehicle,
    seconds: float = 5.0,
    fps: float = 5.0,
    is_calibrated: bool = True,
    zone: Zone = JUNCTION,
) -> list[IncidentChange]:
    points = FROM_ABOVE if is_calibrated else []
    engine = RuleEngine("cam", zone_set(zone, calibration=points), "v0")
    return watch(engine, film(vehicles, seconds, fps=fps))


def eastbound(meets_s: float, *, speed: float = 80.0) -> Path:
    """Reaches the middle of the picture at a time."""
    return drive(320 - speed * meets_s, 180, velocity=(speed, 0.0))


def southbound(meets_s: float, *, speed: float = 80.0) -> Path:
    return drive(320, 180 - speed * meets_s, velocity=(0.0, speed))


def lane_change() -> Path:
    """An oncoming one, 24 m away, points at the other for a second; nobody has to brake."""
    return then(
        drive(560, 110, velocity=(-80.0, 30.0)),
        1.0,
        drive(480, 140, velocity=(-80.0, 0.0), begin_s=1.0),
    )


def braking(x: float, begin_s: float, *, speed: float = 100.0, rate: float = 70.0) -> Path:
    """Drives to the right and comes to rest from a time on; pixels per second, and squared."""

    def path(time_s: float) -> tuple[float, float]:
        braked = min(max(time_s - begin_s, 0.0), speed / rate)
        coasted = min(time_s, begin_s)
        return x + speed * (coasted + braked) - rate * braked**2 / 2.0, 180.0

    return path


def wavering(path: Path, seed: int) -> Path:
    """Seen by a detector whose boxes are off by 0.25 m along the road."""

    def seen(time_s: float) -> tuple[float, float] | None:
        place = path(time_s)
        dice = np.random.default_rng((seed, round(time_s * 1000)))
        return None if place is None else (place[0] + 2.5 * float(dice.normal()), place[1])

    return seen


@pytest.mark.parametrize("fps", [5.0, 10.0, 30.0])
def test_two_on_course_to_collide(fps: float) -> None:
    """One brakes in the end: 8 m/s is lost within half a second."""
    stopping = then(
        southbound(2.5, speed=60.0),
        2.0,
        lambda time_s: (320.0, 150.0 + 60.0 * min(time_s - 2.0, 0.2)),
    )
    changes = see(car(eastbound(2.5), 1), car(stopping, 2), fps=fps)
    assert [change.transition for change in changes] == [Transition.OPENED, Transition.ENDED]
    incident, end = (change.incident for change in changes)
    assert (incident.type, incident.key) == (IncidentType.NEAR_MISS, "tracks:1-2")
    assert end.end_reason is EndReason.PASSED
    assert incident.track_ids == (1, 2)
    # They would touch at 2.2 s; it is so from 1.5 s before.
    assert seconds_of(incident.started_at) == pytest.approx(0.7, abs=0.3)
    explained = {entry.condition: entry for entry in incident.explain}
    assert explained["time to collision"].measured < explained["time to collision"].threshold == 1.5
    assert explained["braking needed"].measured > 0.0


@pytest.mark.parametrize("fps", [3.0, 5.0, 10.0, 30.0])
def test_two_that_cross_right_after_each_other(fps: float) -> None:
    """The second comes 1.2 s after the first, which leaves about 0.4 s between their bodies."""
    changes = see(car(eastbound(2.0), 1), car(southbound(3.2), 2), fps=fps)
    (incident,) = opened(changes)
    explained = {entry.condition: entry for entry in incident.explain}
    measured = explained["post-encroachment time"]
    assert measured.measured == pytest.approx(1.2 - 6.2 / 8.0, abs=0.25)
    # Vehicles are judged by what was seen of them before and after.
    assert seconds_of(incident.alarm_at) == pytest.approx(3.9, abs=0.4)


@pytest.mark.parametrize(
    "vehicles",
    [
        (car(eastbound(2.0), 1), car(southbound(4.6), 2)),
        (car(eastbound(2.0), 1), car(drive(480, 145, velocity=(-80.0, 0.0)), 2)),
        (car(eastbound(2.0), 1), car(drive(240, 180, velocity=(80.0, 0.0)), 2)),
        (car(eastbound(2.0), 1), car(stand(420, 215), 2)),
        (car(eastbound(2.0), 1), car(drive(320, 60, velocity=(0.0, 60.0)), 2, PERSON)),
        (car(eastbound(2.0), 1), car(drive(320, 170, velocity=(0.0, 12.0)), 2)),
        (car(eastbound(2.0), 1), car(lane_change(), 2)),
    ],
    ids=[
        "long after",
        "in the next lane",
        "following",
        "parked aside",
        "a person",
        "a slow one",
        "a lane change",
    ],
)
def test_what_is_no_near_miss(vehicles: tuple[Vehicle, ...]) -> None:
    zone = JUNCTION.model_copy(
        update={"rules": {**JUNCTION.rules, "pedestrian_on_road": {"enabled": False}}}
    )
    assert see(*vehicles, zone=zone) == []


def test_a_bicycle_counts() -> None:
    stops = then(southbound(2.5, speed=50.0), 2.0, stand(320, 155))
    bicycle = replace(car(stops, 2, BICYCLE), size_px=12.0)
    assert len(opened(see(car(eastbound(2.5), 1), bicycle))) == 1


@pytest.mark.parametrize("seed", range(6))
def test_boxes_that_waver_make_no_near_miss_of_a_queue(seed: int) -> None:
    """The second brakes gently behind one that stands, and stops 2.5 m behind it."""
    first = wavering(braking(100, 0.5, rate=25.0), 2 * seed)
    second = wavering(braking(-7, 2.0, speed=80.0, rate=25.0), 2 * seed + 1)
    assert see(car(first, 1), car(second, 2), seconds=9.0) == []


@pytest.mark.parametrize("seed", range(3))
def test_one_that_stops_short_of_another_is_told_though_its_box_wavers(seed: int) -> None:
    first, second = braking(150, 1.5), braking(65, 1.9, rate=70.0)
    vehicles = car(wavering(first, 2 * seed), 1), car(wavering(second, 2 * seed + 1), 2)
    assert len(opened(see(*vehicles, seconds=7.0))) == 1


def test_one_that_is_hidden_behind_the_other_before_it_stands_is_told() -> None:
    """The last that is seen of the second is that it comes near; the first brakes hard."""
    second = then(braking(65, 1.9), 3.1, stand(0, 0, end_s=0.0))
    changes = see(car(braking(150, 1.5), 1), car(second, 2), seconds=6.0)
    (incident,) = opened(changes)
    assert incident.track_ids == (1, 2)


def test_lost_frames_do_not_hide_a_hard_stop() -> None:
    """Both come to rest in a second that nobody sees, and are other tracks afterwards."""

    def renamed(track_id: int) -> Callable[[float], int]:
        return lambda time_s: track_id if time_s < 2.4 else track_id + 10

    vehicles = [
        Vehicle(path=path, track_id=renamed(track_id), size_px=20.0)
        for track_id, path in ((1, braking(150, 1.5)), (2, braking(65, 1.9)))
    ]
    engine = RuleEngine("cam", zone_set(JUNCTION, calibration=FROM_ABOVE), "v0")
    seen = [scene for scene in film(vehicles, 6.0) if not 1.9 < seconds_of(scene.captured_at) < 2.7]
    (incident,) = opened(watch(engine, seen))
    assert incident.track_ids == (11, 12)


def test_one_pair_is_told_once_in_its_cooldown() -> None:
    """They drive at each other, stop, and try again a second later."""
    again = then(
        then(eastbound(2.5), 1.6, stand(248, 180)),
        3.0,
        drive(248, 180, velocity=(80, 0), begin_s=3),
    )
    changes = see(car(again, 1), car(southbound(2.5), 2), seconds=4.0)
    assert len(opened(changes)) == 1


def test_without_a_calibration_it_is_silent_and_says_so() -> None:
    assert see(car(eastbound(2.5), 1), car(southbound(2.5), 2), is_calibrated=False) == []
    (rule,) = [rule for rule in describe_rules() if rule.name is IncidentType.NEAR_MISS]
    assert rule.needs_calibration


def _body(centre: tuple[float, float], velocity: tuple[float, float]) -> Bodies:
    speed = np.hypot(*velocity) or 1.0
    return Bodies(
        centre=np.array([centre]),
        velocity=np.array([velocity]),
        heading=np.array([velocity]) / speed,
        half=np.array([[2.0, 1.0]]),
    )


@pytest.mark.parametrize(
    ("second", "begin_s", "end_s"),
    [
        (_body((20.0, 0.0), (-5.0, 0.0)), 1.6, 2.4),
        (_body((10.0, -18.0), (0.0, 10.0)), 1.5, 2.1),
    ],
    ids=["head on", "crossing"],
)
def test_when_two_bodies_touch(second: Bodies, begin_s: float, end_s: float) -> None:
    begin, end = touching_times(_body((0.0, 0.0), (5.0, 0.0)), second, 0.0)
    assert (begin[0], end[0]) == pytest.approx((begin_s, end_s))


@pytest.mark.parametrize(
    "second",
    [
        _body((10.0, 2.5), (-5.0, 0.0)),
        _body((10.0, -10.0), (0.0, 10.0)),
        _body((0.0, 3.0), (5.0, 0.0)),
    ],
    ids=["past each other", "one crosses before", "side by side"],
)
def test_when_two_bodies_never_touch(second: Bodies) -> None:
    begin, end = touching_times(_body((0.0, 0.0), (5.0, 0.0)), second, 0.0)
    assert begin[0] > end[0]

"""Suspected collision: both lose their speed on top of each other, and come to rest."""

import pytest

from sentinel_core.domain.incidents import IncidentType, Priority
from sentinel_core.domain.zones import GroundPoint, Zone, ZoneType
from sentinel_vision.rules.case import IncidentChange
from sentinel_vision.rules.engine import RuleEngine
from sentinel_vision.testing.traffic import (
    WHOLE_PICTURE,
    Path,
    Vehicle,
    drive,
    ended,
    film,
    opened,
    seconds_of,
    stand,
    then,
    watch,
    zone_set,
)

CORNERS = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
FROM_ABOVE = [GroundPoint(image=(x, y), ground_m=(x * 64.0, -y * 36.0)) for x, y in CORNERS]
OFF: dict[str, float | bool] = {"enabled": False}
JUNCTION = Zone(
    name="junction",
    type=ZoneType.JUNCTION,
    polygon=WHOLE_PICTURE,
    rules={"illegal_u_turn": OFF, "near_miss": OFF, "speeding": OFF},
)


def crashing(*, at_s: float = 2.0, until_s: float = 60.0) -> list[Vehicle]:
    """One from the left and one from above, 8 m/s each, both stop at once where they meet."""
    first = then(drive(160, 200, velocity=(80.0, 0.0)), at_s, stand(160 + 80 * at_s, 200))
    second = then(drive(330, 20, velocity=(0.0, 80.0)), at_s, stand(330, 20 + 80 * at_s))
    return [_car(_until(first, until_s), 1), _car(_until(second, until_s), 2)]


def _until(path: Path, end_s: float) -> Path:
    return lambda time_s: path(time_s) if time_s < end_s else None


def _car(path: Path, track_id: int) -> Vehicle:
    return Vehicle(path=path, track_id=track_id, size_px=44.0)


def see(
    vehicles: list[Vehicle], *, seconds: float = 20.0, fps: float = 5.0, is_calibrated: bool = True
) -> list[IncidentChange]:
    points = FROM_ABOVE if is_calibrated else []
    engine = RuleEngine("cam", zone_set(JUNCTION, calibration=points), "v0")
    return watch(engine, film(vehicles, seconds, fps=fps))


@pytest.mark.parametrize("fps", [3.0, 5.0, 10.0, 30.0])
@pytest.mark.parametrize("is_calibrated", [True, False], ids=["calibrated", "uncalibrated"])
def test_two_that_stop_dead_on_top_of_each_other(fps: float, *, is_calibrated: bool) -> None:
    (incident,) = opened(see(crashing(), fps=fps, is_calibrated=is_calibrated))
    assert (incident.type, incident.key) == (IncidentType.COLLISION, "tracks:1-2")
    assert incident.priority is Priority.HIGH
    assert seconds_of(incident.started_at) == pytest.approx(3.0, abs=1.2)
    assert seconds_of(incident.alarm_at) == pytest.approx(8.0, abs=1.6)
    explained = {entry.condition: entry for entry in incident.explain}
    unit = "m/s" if is_calibrated else "BL/s"
    assert explained["speed that the first lost in 1 s"].unit == unit
    assert explained["overlap of the boxes"].measured > 0.1
    assert explained["one stands for"].measured >= 5.0 - 0.01


def test_it_ends_when_the_road_is_clear() -> None:
    (incident,) = ended(see(crashing(until_s=25.0), seconds=50.0))
    assert seconds_of(incident.ended_at) == pytest.approx(27.0, abs=1.0)


def test_new_track_ids_of_the_same_wrecks_change_nothing() -> None:
    first, second = crashing()
    renamed = [
        Vehicle(path=first.path, track_id=lambda s: 1 if s < 6 else 11, size_px=44.0),
        Vehicle(path=second.path, track_id=lambda s: 2 if s < 7 else 12, size_px=44.0),
    ]
    assert len(opened(see(renamed))) == 1
    assert ended(see(renamed)) == []


def _braking(x: float, y: float, speed: float, stop_s: float) -> Path:
    """Slows down evenly and stands in the end."""

    def path(time_s: float) -> tuple[float, float]:
        braked = min(max(time_s - 2.0, 0.0), stop_s)
        coasted = min(time_s, 2.0)
        return x + speed * (coasted + braked - braked**2 / (2.0 * stop_s)), y

    return path


def test_one_that_was_hidden_until_it_stood_counts() -> None:
    """Nobody saw it brake; it was not there before, and stands where the other came to rest."""
    first, second = crashing()
    late: Path = lambda time_s: second.path(time_s) if time_s >= 3.0 else None  # noqa: E731 - a path
    (incident,) = opened(see([first, _car(late, 2)]))
    explained = {entry.condition for entry in incident.explain}
    assert "speed that the first lost in 1 s" in explained
    assert "speed that the second lost in 1 s" not in explained


def test_two_that_stop_dead_a_car_length_apart_have_not_collided() -> None:
    """Their boxes overlap, as one behind the other does in a picture; 2.5 m are between them."""
    ways = [
        then(drive(x - 160, 200, velocity=(80.0, 0.0)), 2.0, stand(x, 200)) for x in (400.0, 331.0)
    ]
    cars = [
        Vehicle(path=way, track_id=track_id, size_px=90.0) for track_id, way in enumerate(ways, 1)
    ]
    assert IncidentType.COLLISION not in {incident.type for incident in opened(see(cars))}


@pytest.mark.parametrize(
    "vehicles",
    [
        [_car(_braking(60, 200, 80.0, 4.0), 1), _car(_braking(30, 200, 80.0, 4.0), 2)],
        [crashing()[0], _car(drive(330, 20, velocity=(0.0, 80.0)), 2)],
        [crashing()[0], _car(stand(470, 300), 2)],
        [
            crashing()[0],
            _car(then(drive(560, 300, velocity=(-80.0, 0.0)), 2.0, stand(400, 300)), 2),
        ],
    ],
    ids=["both brake gently", "one drives on", "one stood elsewhere", "far apart"],
)
def test_what_is_no_collision(vehicles: list[Vehicle]) -> None:
    kinds = {incident.type for incident in opened(see(vehicles, seconds=15.0))}
    assert IncidentType.COLLISION not in kinds


def test_one_that_drives_on_after_a_moment_is_none() -> None:
    first, second = crashing()
    goes = [
        _car(then(first.path, 5.0, drive(320, 200, velocity=(50.0, 0.0), begin_s=5.0)), 1),
        _car(then(second.path, 5.5, drive(330, 180, velocity=(0.0, 50.0), begin_s=5.5)), 2),
    ]
    assert opened(see(goes, seconds=15.0)) == []

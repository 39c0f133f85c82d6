"""Speeding: too fast, for long enough, by a calibration that is good enough."""

import pytest

from sentinel_core.domain.incidents import IncidentType
from sentinel_core.domain.zones import GroundPoint
from sentinel_vision.rules.case import IncidentChange
from sentinel_vision.rules.catalogue import describe_rules
from sentinel_vision.rules.engine import RuleEngine
from sentinel_vision.testing.traffic import (
    Vehicle,
    drive,
    ended,
    film,
    lane,
    opened,
    seconds_of,
    then,
    trembling,
    watch,
    zone_set,
)

CORNERS = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
# 640 x 360 px show 128 x 72 m: 5 px are a metre.
FLAT = [GroundPoint(image=(x, y), ground_m=(x * 128.0, y * 72.0)) for x, y in CORNERS]
ONLY = {
    rule.name.value: {"enabled": rule.name is IncidentType.SPEEDING}
    for rule in describe_rules()
    if any(kind == "lane" for kind in rule.zone_types)
}


def see(
    vehicle: Vehicle,
    *,
    seconds: float = 6.0,
    fps: float = 5.0,
    points: list[GroundPoint] = FLAT,
    **rule: float,
) -> list[IncidentChange]:
    zone = lane(rules={**ONLY, "speeding": {"enabled": True, **rule}})
    engine = RuleEngine("cam", zone_set(zone, calibration=points), "v0")
    return watch(engine, film([vehicle], seconds, fps=fps))


def at(km_h: float) -> Vehicle:
    """Drives across the picture."""
    return Vehicle(path=drive(30, 200, velocity=(km_h / 3.6 * 5.0, 0.0)), track_id=7, size_px=20.0)


@pytest.mark.parametrize("fps", [5.0, 10.0, 30.0])
def test_a_vehicle_that_is_too_fast(fps: float) -> None:
    (incident,) = opened(see(at(80.0), fps=fps))
    assert incident.type is IncidentType.SPEEDING
    assert incident.key == "track:7"
    # Known from the second sighting on; told when the track counts and it was so for a second.
    assert seconds_of(incident.started_at) == pytest.approx(0.3, abs=0.3)
    assert seconds_of(incident.alarm_at) == pytest.approx(1.3, abs=0.3)
    explained = {entry.condition: entry for entry in incident.explain}
    assert explained["speed"].measured == pytest.approx(80.0, rel=0.01)
    assert explained["speed"].threshold == pytest.approx(60.0)
    band = explained["error band of the speed, plus or minus"]
    assert 0.0 < band.measured < band.threshold == pytest.approx(12.0, rel=0.01)
    assert explained["seen too fast"].measured >= 5.0


@pytest.mark.parametrize("km_h", [30.0, 50.0, 59.0])
def test_the_tolerance_is_a_share_and_a_little_more(km_h: float) -> None:
    assert see(at(km_h)) == []


def test_another_limit() -> None:
    assert see(at(80.0), limit_km_h=70.0) == []
    assert len(opened(see(at(45.0), limit_km_h=30.0))) == 1


def test_at_few_frames_a_second_it_takes_five_samples() -> None:
    (incident,) = opened(see(at(80.0), fps=3.0))
    assert seconds_of(incident.alarm_at) >= 4 / 3 - 0.01


@pytest.mark.parametrize("fps", [3.0, 5.0, 30.0])
def test_one_that_is_seen_for_less_than_two_seconds(fps: float) -> None:
    path = drive(30, 200, velocity=(111.0, 0.0), end_s=2.1 if fps < 5.0 else 1.6)
    assert len(opened(see(Vehicle(path=path, track_id=7, size_px=20.0), fps=fps))) == 1


def test_far_away_the_first_sightings_count_once_the_speed_is_sure() -> None:
    # A box of 40 px trembles by 0.3 m: 18 km/h too fast are sure after four sightings.
    path = drive(30, 200, velocity=(78.0 / 3.6 * 5.0, 0.0), end_s=1.3)
    (incident,) = opened(see(Vehicle(path=path, track_id=7, size_px=40.0)))
    assert seconds_of(incident.started_at) == pytest.approx(0.2, abs=0.1)


@pytest.mark.parametrize("seed", range(5))
def test_trembling_boxes_are_not_too_fast(seed: int) -> None:
    path = trembling(drive(30, 200, velocity=(52.0 / 3.6 * 5.0, 0.0)), 2.0, seed)
    assert see(Vehicle(path=path, track_id=7, size_px=50.0)) == []


def test_a_track_that_jumps_from_one_to_the_next_is_not_too_fast() -> None:
    steps = [0.0, 50.0, 55.0, 120.0, 125.0, 130.0, 200.0, 205.0, 270.0, 275.0, 280.0, 350.0]

    def path(time_s: float) -> tuple[float, float]:
        return 30.0 + steps[min(round(time_s * 5.0), 11)], 200.0

    assert see(Vehicle(path=path, track_id=7, size_px=20.0)) == []


def test_it_ends_when_the_vehicle_keeps_the_limit() -> None:
    path = then(
        drive(30, 200, velocity=(111.0, 0.0)), 3.0, drive(363, 200, velocity=(50.0, 0.0), begin_s=3)
    )
    (incident,) = ended(see(Vehicle(path=path, track_id=7, size_px=20.0), seconds=8.0))
    assert seconds_of(incident.ended_at) == pytest.approx(4.0, abs=0.8)


def test_without_a_calibration_it_is_silent_and_says_so() -> None:
    assert see(at(120.0), points=[]) == []
    (rule,) = [rule for rule in describe_rules() if rule.name is IncidentType.SPEEDING]
    assert rule.needs_calibration


def test_a_calibration_that_is_not_good_enough_accuses_nobody() -> None:
    wrong = [*FLAT, GroundPoint(image=(0.5, 0.5), ground_m=(64.0, 52.0))]
    assert see(at(80.0), points=wrong) == []
    assert len(opened(see(at(80.0), points=wrong, most_error_share=0.5))) == 1

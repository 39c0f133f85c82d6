"""Illegal U-turn: round, far enough, and out by the gate it came in by."""

from math import cos, pi, sin

import pytest

from sentinel_core.domain.incidents import EndReason, IncidentType, Transition
from sentinel_core.domain.zones import Point, Zone, ZoneType
from sentinel_vision.rules.case import IncidentChange
from sentinel_vision.testing.traffic import (
    Path,
    Vehicle,
    drive,
    engine_for,
    film,
    opened,
    seconds_of,
    stand,
    then,
    trembling,
    watch,
)

BOX: tuple[Point, ...] = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))
SPEED = 60.0
RADIUS = 45.0


def junction(**rule: float) -> Zone:
    return Zone(
        name="junction", type=ZoneType.JUNCTION, polygon=BOX, rules={"illegal_u_turn": rule}
    )


def gate(name: str, *line: Point) -> Zone:
    return Zone(name=name, type=ZoneType.COUNTING_LINE, polygon=line)


SOUTH = gate("south", (0.2, 0.8), (0.8, 0.8))
WEST = gate("west", (0.2, 0.2), (0.2, 0.8))


def turning(angle_deg: float, *, pause_s: float = 0.0) -> Path:
    """Comes up at x = 365, turns left by an angle at y = 170, and drives on."""
    angle = angle_deg * pi / 180.0
    begin_s, turn_s = 3.0, RADIUS * angle / SPEED
    centre = (365.0 - RADIUS, 350.0 - SPEED * begin_s)

    def place(time_s: float) -> tuple[float, float]:
        if time_s < begin_s:
            return 365.0, 350.0 - SPEED * time_s
        turned = min(time_s - begin_s, turn_s) / turn_s * angle
        x, y = centre[0] + RADIUS * cos(turned), centre[1] - RADIUS * sin(turned)
        further = max(0.0, time_s - begin_s - turn_s) * SPEED
        return x - further * sin(turned), y - further * cos(turned)

    def path(time_s: float) -> tuple[float, float] | None:
        x, y = place(time_s if time_s < 4.0 else max(4.0, time_s - pause_s))
        return (x, y) if 20.0 < x < 620.0 and 30.0 < y < 355.0 else None

    return path


def see(path: Path, *zones: Zone, seconds: float = 14.0, fps: float = 5.0) -> list[IncidentChange]:
    vehicle = Vehicle(path=path, track_id=7, size_px=30.0)
    return watch(engine_for(*zones), film([vehicle], seconds, fps=fps))


@pytest.mark.parametrize("fps", [3.0, 5.0, 10.0])
def test_a_vehicle_that_turns_round(fps: float) -> None:
    changes = see(turning(180.0), junction(), fps=fps)
    assert [change.transition for change in changes] == [Transition.OPENED, Transition.ENDED]
    incident, end = (change.incident for change in changes)
    assert (incident.type, incident.key) == (IncidentType.ILLEGAL_U_TURN, "track:7")
    assert end.id == incident.id
    assert end.end_reason is EndReason.PASSED
    assert end.ended_at == incident.alarm_at
    assert seconds_of(incident.started_at) == pytest.approx(3.5, abs=1.2)
    assert seconds_of(incident.alarm_at) == pytest.approx(6.3, abs=1.2)
    explained = {entry.condition: entry for entry in incident.explain}
    assert explained["heading changed by"].measured >= 150.0
    assert explained["time it took"].measured < 15.0
    assert explained["way meanwhile"].measured >= 3.0


@pytest.mark.parametrize("angle_deg", [0.1, 60.0, 90.0, 120.0])
def test_turning_off_is_no_u_turn(angle_deg: float) -> None:
    assert see(turning(angle_deg), junction()) == []


def test_it_is_told_when_the_vehicle_leaves_by_its_gate() -> None:
    (incident,) = opened(see(turning(180.0), junction(), SOUTH, WEST))
    # The lower edge is crossed on the way back at about 3.0 + 2.4 + 2.0 s.
    assert seconds_of(incident.alarm_at) == pytest.approx(7.4, abs=0.7)
    explained = {entry.condition: entry for entry in incident.explain}
    assert explained["left by its gate after"].measured == pytest.approx(6.3, abs=0.7)


def test_where_gates_are_drawn_others_do_not_count() -> None:
    assert see(turning(180.0), junction(), WEST) == []


def test_a_line_far_away_is_no_gate() -> None:
    far = gate("far", (0.05, 0.05), (0.1, 0.05))
    assert len(opened(see(turning(180.0), junction(), far))) == 1


def test_one_that_takes_its_time_is_none() -> None:
    path = turning(180.0, pause_s=20.0)
    assert see(path, junction(within_s=10.0), seconds=40.0) == []
    assert len(opened(see(path, junction(within_s=30.0), seconds=40.0))) == 1


def test_driving_backwards_is_no_turn() -> None:
    back = then(
        drive(320, 250, velocity=(0.0, -40.0)),
        3.0,
        drive(320, 130, velocity=(0.0, 40.0), begin_s=3),
    )
    assert see(back, junction(), seconds=8.0) == []


def test_outside_the_zones_nobody_cares() -> None:
    elsewhere = Zone(name="z", type=ZoneType.JUNCTION, polygon=((0, 0), (0.1, 0), (0.1, 0.1)))
    assert see(turning(180.0), elsewhere) == []


def test_two_vehicles_at_the_same_place_are_two_incidents() -> None:
    first, second = turning(180.0), turning(180.0)

    def later(time_s: float) -> tuple[float, float] | None:
        return second(time_s - 9.0) if time_s >= 9.0 else None

    vehicles = [
        Vehicle(
            path=lambda time_s: first(time_s) if time_s < 9.0 else None, track_id=1, size_px=30
        ),
        Vehicle(path=later, track_id=2, size_px=30),
    ]
    incidents = opened(watch(engine_for(junction()), film(vehicles, 20.0)))
    assert [incident.key for incident in incidents] == ["track:1", "track:2"]


def test_one_that_stands_still_with_a_jittering_box_turns_nowhere() -> None:
    still = stand(320, 200)

    def path(time_s: float) -> tuple[float, float] | None:
        place, frame = still(time_s), round(time_s * 5)
        return (
            None if place is None else (place[0] + frame * 7 % 5 - 2, place[1] + frame * 3 % 5 - 2)
        )

    assert see(path, junction(), seconds=60.0) == []


def test_the_first_moments_of_a_track_that_stands_are_no_heading() -> None:
    turns = turning(90.0)

    def path(time_s: float) -> tuple[float, float] | None:
        if time_s < 6.0:
            return 349.0 + 16.0 * min(time_s / 1.4, 1.0), 330.0
        return turns(time_s - 6.0 + 1.0 / 3.0)

    assert see(path, junction(), seconds=16.0) == []


@pytest.mark.parametrize("seed", range(3))
def test_one_that_stands_with_a_trembling_box_turns_nowhere(seed: int) -> None:
    assert see(trembling(stand(320, 200), 5.0, seed), junction(), seconds=40.0) == []


def test_a_track_that_goes_to_and_fro_between_vehicles_turns_nowhere() -> None:
    places = [(280.0, 250.0), (325.0, 250.0), (325.0, 205.0), (280.0, 205.0)]

    def path(time_s: float) -> tuple[float, float]:
        return places[int(time_s / 0.8) % 4]

    assert see(path, junction(), seconds=12.0) == []

"""Queue: how far the row of waiting vehicles reaches, and what a signal explains."""

from functools import partial

import pytest

from sentinel_core.domain.incidents import EndReason, Incident, IncidentType
from sentinel_core.domain.zones import Zone
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

OFF: dict[str, float | bool] = {"enabled": False}
QUIET = {"congestion": OFF, "stopped_vehicle": OFF, "wrong_way": OFF, "illegal_u_turn": OFF}


def road(**queue: float | bool) -> Zone:
    return lane("road", rules={**QUIET, "queue": queue})


def row(count: int, *, spacing: float = 32.0, last_y: float = 330.0) -> list[Vehicle]:
    """Vehicles of 20 px one behind the other, the first near the lower edge."""
    return [
        Vehicle(path=stand(320, last_y - spacing * n), track_id=n + 1, size_px=20.0)
        for n in range(count)
    ]


def see(vehicles: list[Vehicle], zone: Zone, seconds: float = 60.0) -> list[IncidentChange]:
    return watch(engine_for(zone), film(vehicles, seconds))


def of_queues(changes: list[Incident]) -> list[Incident]:
    return [incident for incident in changes if incident.type is IncidentType.QUEUE]


def test_many_vehicles_that_wait_in_a_row() -> None:
    zone = road()
    (incident,) = opened(see(row(8), zone))
    assert incident.type is IncidentType.QUEUE
    assert incident.key == str(zone.id)
    assert seconds_of(incident.started_at) == pytest.approx(2.0, abs=0.6)
    assert seconds_of(incident.alarm_at) == pytest.approx(32.0, abs=1.0)
    assert incident.track_ids == (1, 2, 3, 4, 5, 6, 7, 8)
    explained = {entry.condition: entry for entry in incident.explain}
    assert (
        explained["vehicles that wait"].measured,
        explained["vehicles that wait"].threshold,
    ) == (
        8.0,
        8.0,
    )
    assert explained["widest gap in the row"].measured == pytest.approx(1.6, abs=0.01)
    assert explained["first vehicle to the lane's end"].measured == pytest.approx(1.5, abs=0.01)


def test_a_row_of_which_half_is_hidden_at_any_moment() -> None:
    def path(vehicle: Vehicle, shift_s: float) -> Path:
        return lambda time_s: None if (time_s + shift_s) % 5.0 < 2.5 else vehicle.path(time_s)

    hidden = [
        Vehicle(path=path(vehicle, 1.7 * n), track_id=n + 1, size_px=20.0)
        for n, vehicle in enumerate(row(8))
    ]
    (incident,) = opened(see(hidden, road()))
    assert seconds_of(incident.alarm_at) == pytest.approx(34.0, abs=2.0)
    assert incident.track_ids == (1, 2, 3, 4, 5, 6, 7, 8)


def test_who_is_found_again_under_another_id_is_counted_once() -> None:
    def path(vehicle: Vehicle) -> Path:
        return lambda time_s: None if time_s % 3.0 < 0.4 else vehicle.path(time_s)

    found_again = [
        Vehicle(
            path=path(vehicle),
            track_id=partial(lambda n, time_s: n + 1 + 10 * int(time_s / 3.0), n),
            size_px=20.0,
        )
        for n, vehicle in enumerate(row(6))
    ]
    assert see(found_again, road()) == []


def test_who_is_not_seen_any_more_is_gone_after_a_while() -> None:
    vanishing = [
        Vehicle(path=stand(320, 330.0 - 32.0 * n, end_s=45.0), track_id=n + 1, size_px=20.0)
        for n in range(8)
    ]
    (incident,) = ended(see(vanishing, road(), 80.0))
    assert seconds_of(incident.ended_at) == pytest.approx(49.0, abs=1.0)


def test_few_vehicles_in_a_long_row() -> None:
    (incident,) = opened(see(row(7, spacing=36.0), road()))
    assert {entry.condition: entry.measured for entry in incident.explain}[
        "length of the row"
    ] == pytest.approx(11.8)


@pytest.mark.parametrize(
    "vehicles",
    [
        row(6),
        [*row(4), *row(4, last_y=330.0 - 4 * 32.0 - 20.0)],
        row(8, last_y=250.0),
    ],
    ids=["too short", "with a gap", "far from the end"],
)
def test_what_is_no_queue(vehicles: list[Vehicle]) -> None:
    named = [
        Vehicle(path=vehicle.path, track_id=number + 1, size_px=vehicle.size_px)
        for number, vehicle in enumerate(vehicles)
    ]
    assert see(named, road()) == []


def test_vehicles_that_drive_are_no_queue() -> None:
    moving = [
        Vehicle(path=drive(320, 60.0 - 30.0 * n, velocity=(0.0, 8.0)), track_id=n + 1, size_px=20.0)
        for n in range(10)
    ]
    assert see(moving, road()) == []


def test_it_ends_when_they_drive_off() -> None:
    leaving = [
        Vehicle(
            path=then(
                vehicle.path,
                45.0,
                drive(320, 330 - 32.0 * n, velocity=(0.0, 60.0), begin_s=45.0, end_s=52.0),
            ),
            track_id=n + 1,
            size_px=20.0,
        )
        for n, vehicle in enumerate(row(8))
    ]
    (incident,) = ended(see(leaving, road(), 80.0))
    assert incident.end_reason is EndReason.CLEARED
    assert seconds_of(incident.ended_at) == pytest.approx(46.5, abs=1.5)


def test_a_red_signal_explains_a_queue_for_one_and_a_half_cycles() -> None:
    zone = road(signal_cycle_s=60.0)
    assert see(row(8), zone, 80.0) == []
    (incident,) = opened(see(row(8), zone, 110.0))
    assert seconds_of(incident.alarm_at) == pytest.approx(92.0, abs=1.0)


def test_without_a_direction_there_is_no_end_to_queue_at() -> None:
    assert see(row(8), lane(direction=None, rules=QUIET)) == []


def test_who_stands_in_a_queue_has_not_broken_down() -> None:
    rules = {"congestion": OFF, "queue": {"on_s": 8.0, "vehicles": 4.0}}
    changes = see(row(6), lane(rules=rules))
    assert [incident.type for incident in opened(changes)] == [IncidentType.QUEUE]


@pytest.mark.parametrize("off", [False, True], ids=["queue on", "queue off"])
def test_who_waits_for_a_signal_has_not_broken_down(off: bool) -> None:
    queue: dict[str, float | bool] = {"signal_cycle_s": 40.0, "enabled": not off}
    zone = lane(rules={"congestion": OFF, "queue": queue})
    assert see(row(3), zone, 55.0) == []
    stays = opened(see(row(3), zone, 75.0))
    assert {incident.type for incident in stays} == {IncidentType.STOPPED_VEHICLE}
    assert seconds_of(stays[0].alarm_at) == pytest.approx(60.0, abs=1.5)


def test_who_starts_late_at_green_has_not_broken_down() -> None:
    """The row leaves from its head; its last vehicle is a while without a row."""
    zone = lane(rules={"congestion": OFF, "queue": {"signal_cycle_s": 60.0}})
    starting = [
        Vehicle(
            path=then(
                stand(320, 330 - 32.0 * n),
                20.0 + 2.0 * n,
                drive(
                    320, 330 - 32.0 * n, velocity=(0.0, 60.0), begin_s=20.0 + 2.0 * n, end_s=60.0
                ),
            ),
            track_id=n + 1,
            size_px=20.0,
        )
        for n in range(7)
    ]
    assert see(starting, zone, 50.0) == []


def test_who_stands_far_from_the_signal_has_broken_down() -> None:
    zone = lane(rules={"congestion": OFF, "queue": {"signal_cycle_s": 60.0}})
    (incident,) = opened(see(row(1, last_y=180.0), zone, 30.0))
    assert incident.type is IncidentType.STOPPED_VEHICLE

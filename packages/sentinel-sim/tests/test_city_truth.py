"""The truth of a scene, and what staged incidents really are in the world."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sentinel_core.domain.incidents import IncidentType
from sentinel_sim.city.kinds import SIZES_M
from sentinel_sim.city.library import PAIRS, SCENARIOS
from sentinel_sim.city.observers.spells import Spell
from sentinel_sim.city.observing import truth_of
from sentinel_sim.city.scenario import play
from sentinel_sim.city.scenes import street
from sentinel_sim.city.truth import Truth, TruthBox, TruthEvent
from sentinel_sim.city.world import STEP_S, Moment


def test_a_truth_file_reads_as_it_was_written(tmp_path: Path) -> None:
    scenario = SCENARIOS["avenue_wrong_way"]
    truth = Truth(
        scenario=scenario.name,
        seed=3,
        fps=25.0,
        duration_s=scenario.duration_s,
        events=truth_of(scenario, 3),
        boxes=(TruthBox(t_s=0.04, actor_id=7, class_id=2, box=(0.1, 0.2, 0.3, 0.4), visibility=1),),
    )
    path = tmp_path / "clip.truth.json"
    truth.write(path)
    assert Truth.read(path) == truth
    assert truth.events


@pytest.mark.parametrize("seed", range(2))
def test_a_wrong_way_driver_moves_against_its_lane_when_the_truth_says_so(seed: int) -> None:
    scenario = SCENARIOS["avenue_wrong_way"]
    (event,) = _events(scenario.name, seed, IncidentType.WRONG_WAY)
    assert event.zone_id is not None
    lane = scenario.plan(seed).layout.lane(scenario.lane_of_zone[event.zone_id])
    heading = 0.0 if lane.points[1][0] > lane.points[0][0] else np.pi
    seen = 0
    for frame in play(scenario, seed=seed, fps=5.0):
        if event.started_s <= frame.t_s <= event.ended_s:
            row = int(frame.actor_ids.searchsorted(event.actors[0]))
            assert frame.actor_ids[row] == event.actors[0]
            assert np.cos(frame.heading_rad[row] - heading) < -0.9
            assert frame.speed_m_s[row] > 1.5
            seen += 1
    assert seen >= 10


@pytest.mark.parametrize("seed", range(2))
def test_a_broken_down_vehicle_stands_from_start_to_end(seed: int) -> None:
    (event,) = _events("avenue_breakdown", seed, IncidentType.STOPPED_VEHICLE)
    places = {
        frame.t_s: actor.ground_m
        for frame in play(SCENARIOS["avenue_breakdown"], seed=seed, fps=2.0)
        for actor in frame.actors
        if actor.actor_id == event.actors[0]
    }
    standing = [place for t_s, place in places.items() if event.started_s <= t_s <= event.ended_s]
    assert np.ptp(np.array(standing), axis=0).max() < 0.2
    moving = [
        place for t_s, place in places.items() if event.ended_s + 3 <= t_s <= event.ended_s + 5
    ]
    assert np.hypot(*(np.array(moving[-1]) - standing[0])) > 1.0


def test_a_speeding_vehicle_is_too_fast_all_the_time() -> None:
    scenario = SCENARIOS["avenue_speeding"]
    (event,) = _events(scenario.name, 1, IncidentType.SPEEDING, 45.0)
    speeds = _speeds(scenario.name, 1, event, event.actors[0])
    assert len(speeds) > 10
    assert min(speeds) > 1.1 * 50 / 3.6 + 5 / 3.6


def test_a_near_miss_is_near_and_a_collision_is_one() -> None:
    (miss,) = _events("avenue_near_rear_end", 1, IncidentType.NEAR_MISS, 50.0)
    assert _events("avenue_near_rear_end", 1, IncidentType.COLLISION, 50.0) == []
    assert 0.0 < _closest("avenue_near_rear_end", 1, miss) < 1.5
    (hit,) = _events("avenue_rear_end", 1, IncidentType.COLLISION, 60.0)
    assert _closest("avenue_rear_end", 1, hit) == 0.0
    # Both stand afterwards.
    for actor in hit.actors:
        assert min(_speeds("avenue_rear_end", 1, hit, actor)) == 0.0


def test_who_changes_lanes_towards_oncoming_traffic_is_no_near_miss() -> None:
    """It points at an oncoming car, 30 m away, for most of a second; nobody has to brake."""
    assert _events("avenue_random", 1, IncidentType.NEAR_MISS, 95.0) == []


def test_a_jaywalker_is_on_the_road_and_nowhere_near_a_crossing() -> None:
    (event,) = _events("street_jaywalker", 2, IncidentType.PEDESTRIAN_ON_ROAD)
    places = [
        moment.places[row]
        for moment, row in _moments_of("street_jaywalker", 2, event, event.actors[0])
    ]
    assert len(places) > 20
    assert all(abs(y) < 3.6 and x < street.CROSSING_M[0] for x, y in places)


def test_a_bag_is_abandoned_once_its_owner_has_gone() -> None:
    scenario = SCENARIOS["street_left_bag"]
    (event,) = _events(scenario.name, 1, IncidentType.ABANDONED_OBJECT)
    (bag,) = scenario.plan(1).props
    assert bag.placed_s < event.started_s
    assert event.ended_s == pytest.approx(bag.removed_s, abs=0.2)
    assert event.box is not None
    last = max(
        moment.t_s
        for moment in scenario.cut(event.started_s + 5.0).moments(1)
        for place in moment.places[moment.ids == event.actors[0]]
        if np.hypot(*(place - bag.ground_m)) < 3.0
    )
    assert event.started_s == pytest.approx(last, abs=0.3)


def test_a_camera_that_is_covered_is_tampered_with_and_lightning_is_nothing() -> None:
    (event,) = _events("street_camera_covered", 1, IncidentType.CAMERA_TAMPER)
    (fault,) = SCENARIOS["street_camera_covered"].plan(1).camera_faults
    assert (event.started_s, event.ended_s, event.detail) == (fault.begin_s, fault.end_s, "covered")
    assert SCENARIOS["street_camera_lightning"].plan(1).camera_faults
    assert _events("street_camera_lightning", 1, IncidentType.CAMERA_TAMPER, 52.0) == []


def test_what_was_true_for_a_moment_had_not_begun() -> None:
    times = [*np.arange(10.0, 10.6, STEP_S), *np.arange(14.0, 60.0, STEP_S)]
    spell = Spell("row", times[0], times[-1], None, None, (), times_s=[float(one) for one in times])
    spell.begin_steadily(20.0, 0.8)
    assert spell.began_s == pytest.approx(14.0)


def test_two_cameras_see_the_same_incident_at_the_same_place() -> None:
    one, other = PAIRS["avenue_breakdown"]
    first, second = (
        next(
            event
            for event in truth_of(scenario.cut(75.0), 2)
            if event.type is IncidentType.STOPPED_VEHICLE and not event.is_ignored
        )
        for scenario in (one, other)
    )
    assert (first.started_s, first.actors) == (second.started_s, second.actors)
    places = [
        next(zone.place for zone in scenario.zones.zones if zone.id == event.zone_id)
        for scenario, event in ((one, first), (other, second))
    ]
    assert places[0] is not None
    assert places[0] == places[1]


def _moments_of(
    name: str, seed: int, event: TruthEvent, actor: int
) -> Iterator[tuple[Moment, int]]:
    """The moments of an event with the row of one of its actors."""
    for moment in SCENARIOS[name].cut(event.ended_s + 0.1).moments(seed):
        if event.started_s <= moment.t_s <= event.ended_s:
            row = int(moment.ids.searchsorted(actor))
            assert moment.ids[row] == actor
            yield moment, row


def _speeds(name: str, seed: int, event: TruthEvent, actor: int) -> list[float]:
    return [float(moment.speeds[row]) for moment, row in _moments_of(name, seed, event, actor)]


def _closest(name: str, seed: int, event: TruthEvent) -> float:
    """Least free way between two vehicles in the same lane during an event; never below 0."""
    gaps = []
    for moment, row in _moments_of(name, seed, event, event.actors[0]):
        other = int(moment.ids.searchsorted(event.actors[1]))
        lengths = SIZES_M[moment.kinds[[row, other]], 0].sum() / 2.0
        gaps.append(abs(float(moment.places[row, 0] - moment.places[other, 0])) - lengths)
    return float(max(0.0, min(gaps)))


@cache
def _truth(name: str, seed: int, seconds: float) -> tuple[TruthEvent, ...]:
    return truth_of(SCENARIOS[name].cut(seconds), seed)


def _events(
    name: str, seed: int, kind: IncidentType, seconds: float | None = None
) -> list[TruthEvent]:
    return [
        event
        for event in _truth(name, seed, seconds or SCENARIOS[name].duration_s)
        if event.type is kind and not event.is_ignored
    ]

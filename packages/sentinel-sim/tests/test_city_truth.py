"""The truth of a scene, and what staged incidents really are in the world."""

from pathlib import Path

import numpy as np
import pytest

from sentinel_core.domain.incidents import IncidentType
from sentinel_sim.city.library import SCENARIOS
from sentinel_sim.city.observing import truth_of
from sentinel_sim.city.scenario import play
from sentinel_sim.city.truth import Truth, TruthBox, TruthEvent


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


@pytest.mark.parametrize("seed", range(3))
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


@pytest.mark.parametrize("seed", range(3))
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


def _events(name: str, seed: int, kind: IncidentType) -> list[TruthEvent]:
    return [
        event
        for event in truth_of(SCENARIOS[name], seed)
        if event.type is kind and not event.is_ignored
    ]

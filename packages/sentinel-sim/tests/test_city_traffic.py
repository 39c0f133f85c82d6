"""Normal traffic is normal: nobody collides, lights are obeyed, speeds are plausible."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentinel_core.domain.incidents import IncidentType
from sentinel_sim.city.kinds import CLASS_OF_KIND, KINDS, PERSON_KIND, SIZES_M
from sentinel_sim.city.library import SCENARIOS
from sentinel_sim.city.observers.encounters import Approach
from sentinel_sim.city.observing import truth_of
from sentinel_sim.city.plan import WARM_UP_S, Plan
from sentinel_sim.city.scenario import Scenario, play
from sentinel_sim.city.scenes import avenue, junction, street
from sentinel_sim.city.signals import Colour
from sentinel_sim.city.world import Moment, World
from sentinel_vision.detection.classes import PERSON

NORMAL = {
    "avenue": avenue.traffic(600.0),
    "junction": junction.traffic(120.0),
    "street": street.traffic(250.0),
}
FEW = settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))


def run(plan: Plan, seed: int, seconds: float = 60.0) -> list[Moment]:
    return list(World(plan, seed).run(seconds))


def touching(moment: Moment) -> int:
    vehicles = np.flatnonzero(CLASS_OF_KIND[moment.kinds] != PERSON)
    first, second = (vehicles[rows] for rows in np.triu_indices(len(vehicles), 1))
    enter_s, leave_s = Approach(moment, first, second).overlap_s(0.0)
    return int(((enter_s <= 0.0) & (leave_s >= 0.0)).sum())


@pytest.mark.parametrize("scene", NORMAL)
@FEW
@given(seed=st.integers(0, 10_000))
def test_no_two_vehicles_ever_touch(scene: str, seed: int) -> None:
    moments = run(NORMAL[scene], seed, 30.0)
    assert max(len(moment) for moment in moments) >= 4
    assert [moment.t_s for moment in moments[::5] if touching(moment)] == []


@pytest.mark.parametrize("scene", NORMAL)
def test_speeds_and_accelerations_are_those_of_calm_drivers(scene: str) -> None:
    plan = NORMAL[scene]
    fastest = max(lane.limit_m_s for lane in plan.layout.lanes)
    for before, after in pairwise(run(plan, 5)):
        _, old, new = np.intersect1d(before.ids, after.ids, return_indices=True)
        rates = (after.speeds[new] - before.speeds[old]) / (after.t_s - before.t_s)
        assert after.speeds.max(initial=0.0) <= 1.05 * fastest
        assert rates.min(initial=0.0) > -6.0
        assert rates.max(initial=0.0) < 3.0


def test_the_flow_is_what_was_asked_for() -> None:
    moments = run(avenue.traffic(600.0), 3, 120.0)
    seen = {actor for moment in moments for actor in moment.ids[moment.lanes >= 0].tolist()}
    # Four lanes, and the warm-up brings vehicles too.
    expected = 4 * 600.0 * (120.0 + WARM_UP_S) / 3600.0
    assert len(seen) == pytest.approx(expected, rel=0.25)


@FEW
@given(seed=st.integers(0, 10_000))
def test_nobody_drives_over_a_stop_line_at_red(seed: int) -> None:
    plan = NORMAL["junction"]
    layout = plan.layout
    stops = {
        index: (lane.group, np.array(lane.points[0]), lane.stop_m)
        for index, lane in enumerate(layout.lanes)
        if lane.stop_m is not None
    }
    crossed = 0
    for before, after in pairwise(run(plan, seed, 45.0)):
        for lane, (group, begin, stop_m) in stops.items():
            fronts = [
                {
                    int(moment.ids[row]): float(np.hypot(*(moment.places[row] - begin)))
                    + SIZES_M[moment.kinds[row], 0] / 2.0
                    for row in np.flatnonzero(moment.lanes == lane).tolist()
                }
                for moment in (before, after)
            ]
            for actor, front in fronts[1].items():
                if fronts[0].get(actor, front) < stop_m + 0.3 <= front:
                    crossed += 1
                    assert layout.signals.colour(group, after.t_s) is not Colour.RED
    assert crossed > 0


def test_people_cross_at_the_lights_only_when_these_are_theirs() -> None:
    scenario = SCENARIOS["street_hour"]
    plan = scenario.plan(1)
    walking = 0
    for moment in World(plan, 1).run(60.0):
        on_road = (moment.kinds == PERSON_KIND) & (np.abs(moment.places[:, 1]) < 3.4)
        if on_road.any():
            walking += 1
            x = moment.places[on_road, 0]
            assert (x > street.CROSSING_M[0] - 1.0).all()
            assert (x < street.CROSSING_M[1] + 1.0).all()
            assert plan.layout.signals.colour("cars", moment.t_s) is Colour.RED
    assert walking > 10


@pytest.mark.parametrize("scene", ["avenue_breakdown", "street_crowd"])
def test_the_same_seed_is_the_same_film_byte_for_byte(scene: str) -> None:
    def film(seed: int) -> bytes:
        frames = play(_short(SCENARIOS[scene]), seed=seed, fps=5.0)
        return b"".join(
            frame.actor_ids.tobytes() + frame.boxes_px.tobytes() + frame.visibility.tobytes()
            for frame in frames
        )

    assert film(7) == film(7)
    assert film(7) != film(8)


def test_a_rate_picks_from_the_same_world() -> None:
    scenario = _short(SCENARIOS["avenue_wrong_way"])
    fast = {frame.pts_90k: frame for frame in play(scenario, seed=2, fps=30.0)}
    for slow in play(scenario, seed=2, fps=5.0):
        same = fast[slow.pts_90k]
        assert np.array_equal(slow.actor_ids, same.actor_ids)
        assert np.array_equal(slow.boxes_px, same.boxes_px)


@pytest.mark.parametrize("name", ["avenue_hour", "junction_hour", "street_hour"])
def test_normal_traffic_has_no_incidents(name: str) -> None:
    scenario = _short(SCENARIOS[name], 60.0)
    assert [event for event in truth_of(scenario, 4) if not event.is_ignored] == []


def test_there_is_a_scenario_for_each_type_of_incident() -> None:
    staged = {kind for scenario in SCENARIOS.values() for kind in scenario.staged}
    assert staged == set(IncidentType)
    assert all(kind.name for kind in KINDS)


def _short(scenario: Scenario, seconds: float = 8.0) -> Scenario:
    return scenario.cut(seconds)

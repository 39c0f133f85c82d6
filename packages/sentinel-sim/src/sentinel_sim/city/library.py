"""All scenarios by their names."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Final

import numpy as np

from sentinel_core.domain.incidents import IncidentType
from sentinel_core.domain.zones import RuleValues
from sentinel_sim.city.plan import Plan, merge
from sentinel_sim.city.scenario import PlanMaker, Scenario, Story
from sentinel_sim.city.scenes import (
    avenue,
    avenue_events,
    junction,
    junction_events,
    street,
    street_events,
)

Happening = Callable[[np.random.Generator, float], Plan]
"""Something that goes wrong from a time on."""

_LOITERING: Final[Mapping[str, RuleValues]] = {"pavement_south": {"loitering": {"enabled": True}}}
_UNCALIBRATED: Final[Mapping[str, RuleValues]] = {
    lane: {
        "congestion": {
            "free_flow_bl_s": 4.0,
            "occupied_share": 0.3,
            "occupied_exit_share": 0.2,
        }
    }
    for lane in avenue.LANES
}
"""As one sets them who has looked at a full road in the picture."""

_HOUR_S: Final = 3600.0
_RANDOM_S: Final = 900.0


def _staged(
    base: Callable[[np.random.Generator], Plan],
    happening: Happening,
    first_s: float,
    last_s: float,
) -> PlanMaker:
    """One thing happens, at some time between two."""

    def make(dice: np.random.Generator) -> Plan:
        when_s = float(dice.uniform(first_s, last_s))
        return merge(base(dice), happening(dice, when_s))

    return make


def _mixed(
    base: Callable[[np.random.Generator], Plan],
    happenings: Sequence[tuple[Happening, float]],
    duration_s: float,
) -> PlanMaker:
    """Many things happen, one after another; each takes the seconds that stand with it."""

    def make(dice: np.random.Generator) -> Plan:
        plans, at_s = [base(dice)], float(dice.uniform(40.0, 60.0))
        while True:
            happening, takes_s = happenings[int(dice.integers(len(happenings)))]
            if at_s + takes_s > duration_s:
                return merge(*plans)
            plans.append(happening(dice, at_s))
            at_s += takes_s + float(dice.uniform(5.0, 30.0))

    return make


def _avenue(per_hour: float) -> Callable[[np.random.Generator], Plan]:
    return lambda dice: avenue.traffic(per_hour * float(dice.uniform(0.8, 1.2)))


def _junction(per_hour: float) -> Callable[[np.random.Generator], Plan]:
    return lambda dice: junction.traffic(per_hour * float(dice.uniform(0.8, 1.2)))


def _street(
    per_hour: float, walkers_per_hour: float, duration_s: float
) -> Callable[[np.random.Generator], Plan]:
    return lambda dice: merge(
        street.traffic(per_hour), street.walkers(dice, walkers_per_hour, duration_s)
    )


def _story(
    name: str, summary: str, duration_s: float, make_plan: PlanMaker, *staged: IncidentType
) -> Story:
    return Story(
        name=name,
        summary=summary,
        duration_s=duration_s,
        make_plan=make_plan,
        staged=frozenset(staged),
    )


def _avenue_stories() -> tuple[Story, ...]:
    quiet, busy = _avenue(300.0), _avenue(850.0)
    return (
        _story(
            "avenue_breakdown",
            "A vehicle breaks down on an avenue, the others drive around it.",
            120.0,
            _staged(quiet, avenue_events.breakdown, 15.0, 35.0),
            IncidentType.STOPPED_VEHICLE,
        ),
        _story(
            "avenue_wrong_way",
            "A vehicle comes along a lane of an avenue from the wrong end.",
            90.0,
            _staged(quiet, avenue_events.wrong_way, 20.0, 40.0),
            IncidentType.WRONG_WAY,
        ),
        _story(
            "avenue_jam",
            "Traffic on an avenue slows to a crawl for some minutes.",
            420.0,
            _staged(busy, avenue_events.jam, 20.0, 40.0),
            IncidentType.CONGESTION,
        ),
        _story(
            "avenue_jaywalker",
            "A person crosses an avenue where there is no crossing.",
            90.0,
            _staged(_avenue(160.0), avenue_events.jaywalker, 5.0, 25.0),
            IncidentType.PEDESTRIAN_ON_ROAD,
        ),
        _story(
            "avenue_walker_in_lane",
            "A person walks along a lane of an avenue.",
            100.0,
            _staged(_avenue(160.0), avenue_events.walker_in_lane, 10.0, 30.0),
            IncidentType.PEDESTRIAN_ON_ROAD,
        ),
    )


def _calibrated_avenue_stories() -> tuple[Story, ...]:
    quiet = _avenue(300.0)
    return (
        _story(
            "avenue_speeding",
            "A vehicle drives much too fast along an avenue.",
            80.0,
            _staged(_avenue(120.0), avenue_events.speeding, 10.0, 30.0),
            IncidentType.SPEEDING,
        ),
        _story(
            "avenue_near_rear_end",
            "A vehicle nearly drives into one that brakes hard.",
            90.0,
            _staged(quiet, avenue_events.near_rear_end, 20.0, 40.0),
            IncidentType.NEAR_MISS,
        ),
        _story(
            "avenue_rear_end",
            "A vehicle drives into one that brakes hard.",
            140.0,
            _staged(quiet, avenue_events.rear_end, 20.0, 40.0),
            IncidentType.COLLISION,
        ),
        _story(
            "avenue_hour",
            "An hour of normal traffic on an avenue.",
            _HOUR_S,
            _avenue(450.0),
        ),
        _story(
            "avenue_random",
            "A quarter of an hour on an avenue with one incident after another.",
            _RANDOM_S,
            _mixed(
                quiet,
                (
                    (avenue_events.breakdown, 110.0),
                    (avenue_events.wrong_way, 80.0),
                    (avenue_events.speeding, 60.0),
                    (avenue_events.jaywalker, 70.0),
                    (avenue_events.near_rear_end, 70.0),
                    (avenue_events.rear_end, 130.0),
                ),
                _RANDOM_S,
            ),
            *_ROAD_TYPES,
        ),
    )


_ROAD_TYPES: Final = (
    IncidentType.STOPPED_VEHICLE,
    IncidentType.WRONG_WAY,
    IncidentType.SPEEDING,
    IncidentType.PEDESTRIAN_ON_ROAD,
    IncidentType.NEAR_MISS,
    IncidentType.COLLISION,
)


def _junction_stories() -> tuple[Story, ...]:
    usual = _junction(90.0)
    return (
        _story(
            "junction_u_turn",
            "A vehicle turns round in a junction.",
            150.0,
            _staged(usual, junction_events.turn_back, 5.0, 30.0),
            IncidentType.ILLEGAL_U_TURN,
        ),
        _story(
            "junction_stuck_signal",
            "The lights of one arm of a junction stay red for minutes.",
            400.0,
            _staged(usual, junction_events.stuck_signal, 20.0, 40.0),
            IncidentType.QUEUE,
        ),
        _story(
            "junction_near_crash",
            "Two vehicles miss each other by less than a second in a junction.",
            150.0,
            _staged(usual, junction_events.near_crash, 60.0, 90.0),
            IncidentType.NEAR_MISS,
        ),
        _story(
            "junction_crash",
            "One vehicle drives into the side of another in a junction.",
            200.0,
            _staged(usual, junction_events.crash, 60.0, 90.0),
            IncidentType.COLLISION,
        ),
        _story(
            "junction_hour",
            "An hour of normal traffic at a junction with lights.",
            _HOUR_S,
            usual,
        ),
    )


def _pavement_stories() -> tuple[Story, ...]:
    return (
        _story(
            "street_loiterer",
            "A person hangs about on a pavement.",
            220.0,
            _staged(_street(150.0, 150.0, 220.0), street_events.loiterer, 5.0, 25.0),
            IncidentType.LOITERING,
        ),
        _story(
            "street_loiterer_among_many",
            "A person hangs about on a pavement where many walk by.",
            220.0,
            _staged(_street(150.0, 700.0, 220.0), street_events.loiterer, 5.0, 25.0),
            IncidentType.LOITERING,
        ),
        _story(
            "street_talkers",
            "Two people stand and talk on a pavement for long.",
            230.0,
            _staged(_street(150.0, 150.0, 230.0), street_events.talkers, 5.0, 25.0),
            IncidentType.LOITERING,
        ),
        _story(
            "street_crowd",
            "A crowd comes together on a pavement.",
            170.0,
            _staged(_street(120.0, 60.0, 170.0), street_events.crowd, 10.0, 25.0),
            IncidentType.CROWDING,
        ),
        _story(
            "street_crowd_grows",
            "People drop in on a pavement one by one until they are a crowd.",
            210.0,
            _staged(_street(120.0, 60.0, 210.0), street_events.growing_crowd, 5.0, 15.0),
            IncidentType.CROWDING,
        ),
        _story(
            "street_procession",
            "A large group walks slowly along a pavement.",
            150.0,
            _staged(_street(120.0, 60.0, 150.0), street_events.procession, 5.0, 20.0),
            IncidentType.CROWDING,
        ),
    )


def _street_stories() -> tuple[Story, ...]:
    return (
        *_pavement_stories(),
        _story(
            "street_jaywalker",
            "A person crosses a street away from its crossing.",
            90.0,
            _staged(_street(120.0, 100.0, 90.0), street_events.jaywalker, 5.0, 25.0),
            IncidentType.PEDESTRIAN_ON_ROAD,
        ),
        _story(
            "street_left_bag",
            "A person leaves a bag on a pavement.",
            240.0,
            _staged(_street(120.0, 30.0, 240.0), street_events.left_bag, 5.0, 20.0),
            IncidentType.ABANDONED_OBJECT,
        ),
        _story(
            "street_bag_with_owner",
            "A person puts a bag down, waits beside it and takes it along.",
            150.0,
            _staged(_street(120.0, 60.0, 150.0), street_events.put_down_briefly, 5.0, 20.0),
        ),
        _story(
            "street_hour",
            "An hour in a street where people cross at the lights and cycle.",
            _HOUR_S,
            _street(220.0, 220.0, _HOUR_S),
        ),
        *(
            _story(
                f"street_camera_{kind}",
                f"The camera over a street is {kind}.",
                130.0,
                _staged(
                    _street(220.0, 150.0, 130.0), partial(street_events.tamper, kind), 35.0, 50.0
                ),
                *(() if kind == "lightning" else (IncidentType.CAMERA_TAMPER,)),
            )
            for kind in street_events.FAULTS
        ),
    )


def _collect() -> list[Scenario]:
    shared = _avenue_stories()
    scenarios = [avenue.view(story) for story in (*shared, *_calibrated_avenue_stories())]
    for story in shared:
        retold = avenue.retold(story, "uncalibrated", "the camera is not calibrated")
        scenarios.append(avenue.view(retold, is_calibrated=False, rules=_UNCALIBRATED))
    for story in shared[:2]:
        retold = avenue.retold(story, "side", "the camera stands beside the road")
        scenarios.append(avenue.view(retold, camera=avenue.SIDE_CAMERA))
    scenarios += [junction.view(story) for story in _junction_stories()]
    scenarios += [
        street.view(story, rules=None if IncidentType.CROWDING in story.staged else _LOITERING)
        for story in _street_stories()
    ]
    return scenarios


def _pair(story: Story) -> tuple[Scenario, Scenario]:
    """Two cameras at the two ends of the same stretch of the avenue."""
    other = avenue.retold(story, "other_end", "seen from the other end")
    return (
        avenue.view(story, place="avenue"),
        avenue.view(other, place="avenue", camera=avenue.OTHER_CAMERA),
    )


SCENARIOS: Final[Mapping[str, Scenario]] = MappingProxyType(
    {scenario.name: scenario for scenario in _collect()}
)

PAIRS: Final[Mapping[str, tuple[Scenario, Scenario]]] = MappingProxyType(
    {story.name: _pair(story) for story in _avenue_stories()}
)
"""The same world from two cameras, whose zones share their places: what one sees is no second
incident when the other sees it too."""

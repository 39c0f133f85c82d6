"""What can go wrong at the junction. Each takes dice and a time, and makes a part of a plan."""

from dataclasses import replace
from typing import Final

import numpy as np

from sentinel_sim.city.plan import Arrival, Closure, Plan, Stunt
from sentinel_sim.city.scenes.junction import ARM_M, CYCLE_S, LAYOUT, traffic
from sentinel_sim.city.signals import Hold

CLEARING_S: Final = CYCLE_S + 40.0
"""So long before a stunt its lanes are closed; who waited there for green is gone by then."""

_EMPTY_S: Final = 18.0
"""So long before it all lights are red, so that nobody is in the box."""

_SHIFT_M: Final = 5.25
_HALF_LENGTH_M, _HALF_WIDTH_M = 2.2, 0.9
_LANES: Final = ("west_in_outer", "south_in_outer")


def turn_back(dice: np.random.Generator, at_s: float) -> Plan:
    """A vehicle turns round in the junction and leaves by the arm it came by."""
    arrival = Arrival(
        route=str(dice.choice(("east_back", "east_back", "south_back"))),
        at_s=at_s,
        kind=str(dice.choice(("car", "suv", "van"))),
        factor=0.95,
    )
    return Plan(layout=LAYOUT, arrivals=(arrival,))


def stuck_signal(dice: np.random.Generator, at_s: float) -> Plan:
    """The lights of the eastern arm stay red for minutes."""
    hold = Hold(begin_s=at_s, end_s=at_s + float(dice.uniform(230.0, 260.0)), group="east")
    rush = traffic(float(dice.uniform(420.0, 520.0)), arms=("east",))
    flows = tuple(replace(flow, begin_s=at_s - 10.0, end_s=at_s + 120.0) for flow in rush.flows)
    return Plan(layout=LAYOUT, flows=flows, holds=(hold,))


def near_crash(dice: np.random.Generator, at_s: float) -> Plan:
    """One runs the red light from the west and just misses one that comes from the south."""
    first, second = float(dice.uniform(9.0, 13.0)), float(dice.uniform(8.0, 12.0))
    encroachment_s = float(dice.uniform(0.4, 1.0))
    # From the first's rear leaving the other's path to the second's front entering the first's.
    reach = _HALF_LENGTH_M + _HALF_WIDTH_M
    later_s = encroachment_s + reach / first + reach / second
    way = ARM_M + _SHIFT_M, ARM_M - _SHIFT_M
    meeting_s = at_s + way[0] / first
    stunts = (
        _eastward(at_s, first, ((2.0 * ARM_M / first, 0.0),)),
        _northward(meeting_s + later_s - way[1] / second, second, ((2.0 * ARM_M / second, 0.0),)),
    )
    return _alone(stunts, meeting_s, meeting_s + 8.0)


def crash(dice: np.random.Generator, at_s: float) -> Plan:
    """The same, but the second drives into the side of the first; both stand for a while."""
    first, second = float(dice.uniform(9.0, 12.0)), float(dice.uniform(8.0, 10.0))
    braking, hard = 7.5, 6.5
    aside, deep = float(dice.uniform(-1.2, 1.2)), 0.6
    way = (
        ARM_M + _SHIFT_M + aside,
        ARM_M - _SHIFT_M - _HALF_WIDTH_M + deep - _HALF_LENGTH_M,
    )
    stand_s = float(dice.uniform(35.0, 55.0))
    run_s = [
        (length - speed**2 / (2.0 * rate)) / speed + speed / rate
        for length, speed, rate in zip(way, (first, second), (braking, hard), strict=True)
    ]
    still_s = at_s + max(run_s)
    leave = (12.0, 1.5)
    stunts = (
        _eastward(
            still_s - run_s[0],
            first,
            ((run_s[0] - first / braking, 0.0), (first / braking, -braking), (stand_s, 0.0), leave),
        ),
        _northward(
            still_s - run_s[1],
            second,
            (
                (run_s[1] - second / hard, 0.0),
                (second / hard, -hard),
                (stand_s + 4.0, 0.0),
                leave,
            ),
        ),
    )
    return _alone(stunts, still_s, still_s + stand_s + 12.0)


def _eastward(begin_s: float, speed: float, pieces: tuple[tuple[float, float], ...]) -> Stunt:
    return Stunt(
        kind="car",
        points=((-ARM_M, -_SHIFT_M), (ARM_M, -_SHIFT_M)),
        begin_s=begin_s,
        speed_m_s=speed,
        pieces=pieces,
    )


def _northward(begin_s: float, speed: float, pieces: tuple[tuple[float, float], ...]) -> Stunt:
    return Stunt(
        kind="car",
        points=((_SHIFT_M, -ARM_M), (_SHIFT_M, ARM_M)),
        begin_s=begin_s,
        speed_m_s=speed,
        pieces=pieces,
    )


def _alone(stunts: tuple[Stunt, ...], meeting_s: float, end_s: float) -> Plan:
    """All others wait at their stop lines meanwhile, on other lanes."""
    return Plan(
        layout=LAYOUT,
        stunts=stunts,
        holds=(Hold(begin_s=meeting_s - _EMPTY_S, end_s=end_s),),
        closures=(Closure(lanes=_LANES, begin_s=meeting_s - CLEARING_S, end_s=end_s),),
    )

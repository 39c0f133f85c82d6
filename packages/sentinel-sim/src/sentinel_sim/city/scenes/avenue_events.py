"""What can go wrong on the avenue. Each takes dice and a time, and makes a part of a plan."""

from typing import Final

import numpy as np

from sentinel_sim.city.plan import (
    Arrival,
    Breakdown,
    Closure,
    Plan,
    Slowdown,
    Stay,
    Stunt,
    Walk,
)
from sentinel_sim.city.scenes.avenue import (
    EAST_END_M,
    FAR_M,
    LANES,
    LAYOUT,
    MIDDLES,
    NEAR_M,
    WEST_END_M,
    way_of,
)

CLEARING_S: Final = 45.0
"""So long before a stunt its lane is closed; by then it is empty."""

_LENGTHS_M: Final = (4.8 + 4.4) / 2.0
_CRASH_S: Final = 0.5
_RUN_UP_M: Final = {True: 60.0, False: 150.0}
"""Eastbound vehicles come into the picture from below, westbound ones from far away."""

CARS: Final = ("car", "car", "suv", "van")


def breakdown(dice: np.random.Generator, at_s: float) -> Plan:
    """A vehicle stands in a lane; the others drive around it."""
    lane = _lane(dice)
    happening = Breakdown(
        lane=lane,
        at_m=way_of(lane, float(dice.uniform(NEAR_M + 8.0, FAR_M - 15.0))),
        after_s=at_s,
        duration_s=float(dice.uniform(25.0, 60.0)),
    )
    return Plan(layout=LAYOUT, breakdowns=(happening,))


def wrong_way(dice: np.random.Generator, at_s: float) -> Plan:
    """A vehicle comes along a lane from the wrong end."""
    lane, speed = _lane(dice), float(dice.uniform(6.0, 14.0))
    kind = str(dice.choice((*CARS, "motorcycle")))
    y = MIDDLES[lane] + float(dice.uniform(-0.4, 0.4))
    ends = ((150.0, y), (-30.0, y)) if lane.startswith("east") else ((-30.0, y), (150.0, y))
    stunt = Stunt(
        kind=kind,
        points=ends,
        begin_s=at_s,
        speed_m_s=speed,
        pieces=((180.0 / speed, 0.0),),
    )
    return Plan(
        layout=LAYOUT,
        stunts=(stunt,),
        closures=(_closure(lane, at_s, at_s + 180.0 / speed),),
    )


def speeding(dice: np.random.Generator, at_s: float) -> Plan:
    """A vehicle drives at 1.35 to 1.65 of the limit."""
    arrival = Arrival(
        route=_lane(dice),
        at_s=at_s,
        kind=str(dice.choice(("car", "suv", "motorcycle"))),
        factor=float(dice.uniform(1.35, 1.65)),
    )
    return Plan(layout=LAYOUT, arrivals=(arrival,))


def jam(dice: np.random.Generator, at_s: float) -> Plan:
    """All crawl out of the picture in one direction for some minutes."""
    is_east = bool(dice.random() < 0.5)
    lanes = tuple(lane for lane in LANES if lane.startswith("east") == is_east)
    begin_x, end_x = (FAR_M + 10.0, FAR_M + 60.0) if is_east else (NEAR_M - 65.0, NEAR_M - 10.0)
    limit, duration_s = float(dice.uniform(0.9, 1.4)), float(dice.uniform(170.0, 220.0))
    slowdowns = tuple(
        Slowdown(
            lane=lane,
            begin_m=min(way_of(lane, begin_x), way_of(lane, end_x)),
            end_m=max(way_of(lane, begin_x), way_of(lane, end_x)),
            limit_m_s=limit,
            begin_s=at_s,
            end_s=at_s + duration_s,
        )
        for lane in lanes
    )
    return Plan(layout=LAYOUT, slowdowns=slowdowns)


def jaywalker(dice: np.random.Generator, at_s: float) -> Plan:
    """A person crosses the whole road where there is no crossing."""
    x = float(dice.uniform(NEAR_M + 8.0, FAR_M - 25.0))
    south, north = (x, -9.0), (x + float(dice.uniform(-5.0, 5.0)), 9.0)
    here, there = (south, north) if dice.random() < 0.5 else (north, south)
    walk = Walk(
        points=((here[0] - 15.0, here[1]), here, there, (there[0] + 25.0, there[1])),
        begin_s=at_s,
        speed_m_s=float(dice.uniform(1.0, 1.6)),
        stays=(Stay(at=1, patience_s=1.0),),
    )
    return Plan(layout=LAYOUT, walks=(walk,))


def walker_in_lane(dice: np.random.Generator, at_s: float) -> Plan:
    """A person walks along the edge lane for a while; the vehicles behind must wait."""
    is_east = bool(dice.random() < 0.5)
    y, side = (-5.0, -9.0) if is_east else (5.0, 9.0)
    begin_x = float(dice.uniform(NEAR_M + 5.0, NEAR_M + 20.0))
    end_x = begin_x + float(dice.uniform(12.0, 25.0))
    lane = "east_outer" if is_east else "west_outer"
    walk = Walk(
        points=(
            (begin_x - 10.0, side),
            (begin_x, side),
            (begin_x + 3.0, y),
            (end_x, y),
            (end_x + 3.0, side),
            (end_x + 30.0, side),
        ),
        begin_s=at_s,
        speed_m_s=float(dice.uniform(1.1, 1.5)),
        stays=(Stay(at=1, patience_s=1.0),),
    )
    return Plan(layout=LAYOUT, walks=(walk,), closures=(_closure(lane, at_s, at_s + 40.0),))


def near_rear_end(dice: np.random.Generator, at_s: float) -> Plan:
    """One brakes hard, the one behind sees it late and stops short of it."""
    return _rear_end(dice, at_s, hits=False)


def rear_end(dice: np.random.Generator, at_s: float) -> Plan:
    """One brakes hard, the one behind sees it too late."""
    return _rear_end(dice, at_s, hits=True)


def _rear_end(dice: np.random.Generator, at_s: float, *, hits: bool) -> Plan:
    lane = _lane(dice)
    speed, braking = float(dice.uniform(11.0, 14.0)), float(dice.uniform(6.0, 7.5))
    gap, late_s = float(dice.uniform(7.0, 10.0)), float(dice.uniform(0.25, 0.45))
    run_up = _RUN_UP_M[lane.startswith("east")]
    stopping = speed**2 / (2.0 * braking)
    stop = way_of(lane, float(dice.uniform(NEAR_M + 18.0, FAR_M - 25.0)))
    free = gap + stopping - speed * late_s
    late: tuple[tuple[float, float], ...]
    if hits:
        # It reaches the other's rear with half of its speed left.
        impact = 0.5 * speed
        slowing = (speed**2 - impact**2) / (2.0 * free)
        late = (((speed - impact) / slowing, -slowing), (_CRASH_S, -impact / _CRASH_S))
    else:
        slowing = speed**2 / (2.0 * (free - float(dice.uniform(0.4, 0.9))))
        late = ((speed / slowing, -slowing),)
    first = ((run_up / speed, 0.0), (speed / braking, -braking))
    second = ((run_up / speed + late_s, 0.0), *late)
    stand_s = float(dice.uniform(35.0, 60.0)) if hits else 0.5
    end_s = max(_total_s(first), _total_s(second)) + stand_s
    start = stop - stopping - run_up
    stunts = (
        _drive(lane, "suv", start, at_s, speed, (*first, (end_s - _total_s(first), 0.0))),
        _drive(
            lane,
            "car",
            start - gap - _LENGTHS_M,
            at_s,
            speed,
            (*second, (end_s + 2.0 - _total_s(second), 0.0)),
        ),
    )
    return Plan(layout=LAYOUT, stunts=stunts, closures=(_closure(lane, at_s, at_s + end_s + 12.0),))


def _drive(
    lane: str,
    kind: str,
    start_m: float,
    at_s: float,
    speed: float,
    pieces: tuple[tuple[float, float], ...],
) -> Stunt:
    """Along a lane; at the end it drives away."""
    y = MIDDLES[lane]
    x = WEST_END_M + start_m if lane.startswith("east") else EAST_END_M - start_m
    away = EAST_END_M if lane.startswith("east") else WEST_END_M
    return Stunt(
        kind=kind,
        points=((x, y), (away, y)),
        begin_s=at_s,
        speed_m_s=speed,
        pieces=(*pieces, (14.0, 1.2)),
    )


def _total_s(pieces: tuple[tuple[float, float], ...]) -> float:
    return sum(seconds for seconds, _ in pieces)


def _lane(dice: np.random.Generator) -> str:
    return str(dice.choice(LANES))


def _closure(lane: str, begin_s: float, end_s: float) -> Closure:
    return Closure(lanes=(lane,), begin_s=begin_s - CLEARING_S, end_s=end_s)

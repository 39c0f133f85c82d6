"""What can go wrong in the street. Each takes dice and a time, and makes a part of a plan."""

from math import hypot

import numpy as np

from sentinel_sim.city.plan import Plan, Prop, Stay, Walk
from sentinel_sim.city.scenes.street import FAR_M, LAYOUT, NEAR_M, SOUTH_M
from sentinel_sim.city.scenes.street import fault as camera_fault

_WEST_X, _EAST_X = -8.0, FAR_M + 20.0
_SPACING_M = 1.3
FAULTS = {
    "covered": (25.0, 50.0),
    "blinded": (25.0, 50.0),
    "blurred": (30.0, 60.0),
    "moved": (30.0, 60.0),
    "frozen": (45.0, 70.0),
    "lightning": (0.8, 1.5),
}


def loiterer(dice: np.random.Generator, at_s: float) -> Plan:
    """A person strolls about in one place for much longer than one waits for a light."""
    spot = (float(dice.uniform(16.0, 32.0)), float(dice.uniform(-10.5, -8.0)))
    stay = Stay(
        at=1, seconds=float(dice.uniform(90.0, 140.0)), radius_m=float(dice.uniform(1.5, 4))
    )
    walk = Walk(
        points=((_WEST_X, spot[1]), spot, (_EAST_X, spot[1])),
        begin_s=at_s,
        speed_m_s=float(dice.uniform(1.2, 1.5)),
        stays=(stay,),
    )
    return Plan(layout=LAYOUT, walks=(walk,))


def talkers(dice: np.random.Generator, at_s: float) -> Plan:
    """Two people meet, stand and talk for long, so close that one hides the other at times."""
    x, y = float(dice.uniform(18.0, 32.0)), float(dice.uniform(-10.5, -8.0))
    seconds = float(dice.uniform(90.0, 130.0))
    walks = []
    for begin_x, shift in ((_WEST_X, -0.5), (_EAST_X, 0.5)):
        spot = (x + shift, y + float(dice.uniform(-0.3, 0.3)))
        speed = float(dice.uniform(1.2, 1.5))
        walks.append(
            Walk(
                points=((begin_x, spot[1]), spot, (begin_x, spot[1])),
                begin_s=at_s + 60.0 - abs(spot[0] - begin_x) / speed,
                speed_m_s=speed,
                stays=(Stay(at=1, seconds=seconds + float(dice.uniform(0.0, 4.0))),),
            )
        )
    return Plan(layout=LAYOUT, walks=tuple(walks))


def crowd(dice: np.random.Generator, at_s: float) -> Plan:
    """Two dozen people come together on the wide pavement and part again."""
    return _gathering(dice, at_s + 40.0, within_s=12.0)


def growing_crowd(dice: np.random.Generator, at_s: float) -> Plan:
    """The same, but they drop in one by one."""
    return _gathering(dice, at_s + 40.0, within_s=50.0)


def _gathering(dice: np.random.Generator, at_s: float, *, within_s: float) -> Plan:
    """The last arrives `within_s` after the first; all are there for some time."""
    count = int(dice.integers(22, 29))
    middle = (float(dice.uniform(18.0, 24.0)), (SOUTH_M[0] + SOUTH_M[1]) / 2.0)
    stays_s = float(dice.uniform(13.0, 28.0)) + within_s
    walks = []
    for index in range(count):
        column, row = divmod(index, 5)
        jitter = dice.uniform(-0.25, 0.25, 2).tolist()
        spot = (
            middle[0] + (column - 2.5) * _SPACING_M * 1.3 + jitter[0],
            middle[1] + (row - 2.0) * _SPACING_M + jitter[1],
        )
        begin_x, end_x = (_WEST_X, _EAST_X) if dice.random() < 0.5 else (_EAST_X, _WEST_X)
        speed = float(dice.uniform(1.2, 1.6))
        # However far they come.
        arrive_s = at_s + float(dice.uniform(0.0, within_s))
        walks.append(
            Walk(
                points=((begin_x, spot[1]), spot, (end_x, spot[1])),
                begin_s=arrive_s - abs(spot[0] - begin_x) / speed,
                speed_m_s=speed,
                stays=(Stay(at=1, seconds=stays_s + float(dice.uniform(0.0, 6.0))),),
            )
        )
    return Plan(layout=LAYOUT, walks=tuple(walks))


def procession(dice: np.random.Generator, at_s: float) -> Plan:
    """Two dozen people walk slowly along the wide pavement together."""
    count, speed = int(dice.integers(22, 29)), float(dice.uniform(0.8, 1.0))
    middle_y = (SOUTH_M[0] + SOUTH_M[1]) / 2.0
    walks = []
    for index in range(count):
        column, row = divmod(index, 4)
        jitter = dice.uniform(-0.25, 0.25, 2).tolist()
        y = middle_y + (row - 1.5) * _SPACING_M + jitter[1]
        walks.append(
            Walk(
                points=((_WEST_X, y), (_EAST_X, y)),
                begin_s=at_s + (column * _SPACING_M * 1.2 + jitter[0]) / speed,
                speed_m_s=speed,
            )
        )
    return Plan(layout=LAYOUT, walks=tuple(walks))


def jaywalker(dice: np.random.Generator, at_s: float) -> Plan:
    """A person crosses the street well away from the crossing."""
    x = float(dice.uniform(NEAR_M + 3.0, 29.0))
    south, north = (x, -6.2), (x + float(dice.uniform(-3.0, 3.0)), 6.2)
    here, there = (south, north) if dice.random() < 0.5 else (north, south)
    walk = Walk(
        points=((_WEST_X, here[1]), here, there, (_EAST_X, there[1])),
        begin_s=at_s,
        speed_m_s=float(dice.uniform(0.8, 1.3)),
        stays=(Stay(at=1, patience_s=1.0),),
    )
    return Plan(layout=LAYOUT, walks=(walk,))


def left_bag(dice: np.random.Generator, at_s: float) -> Plan:
    """A person puts a bag down and walks away; much later it is taken away."""
    spot = (float(dice.uniform(15.0, 24.0)), float(dice.uniform(-10.0, -7.5)))
    speed = float(dice.uniform(1.2, 1.5))
    arrival_s = at_s + hypot(spot[0] - _WEST_X, 0.0) / speed + 1.0
    placed_s = round(arrival_s + 3.0, 1)
    removed_s = placed_s + float(dice.uniform(100.0, 150.0))
    walk = Walk(
        points=((_WEST_X, spot[1]), spot, (_EAST_X, spot[1])),
        begin_s=at_s,
        speed_m_s=speed,
        stays=(Stay(at=1, seconds=6.0),),
    )
    prop = Prop(
        name="bag",
        ground_m=(spot[0] + 0.5, spot[1] - 0.4),
        size_m=(float(dice.uniform(0.5, 0.9)), float(dice.uniform(0.4, 0.7))),
        placed_s=placed_s,
        removed_s=round(removed_s, 1),
        owner=0,
    )
    return Plan(layout=LAYOUT, walks=(walk,), props=(prop,))


def put_down_briefly(dice: np.random.Generator, at_s: float) -> Plan:
    """A person puts a bag down, waits beside it and takes it along: nothing is abandoned."""
    spot = (float(dice.uniform(15.0, 24.0)), float(dice.uniform(-10.0, -7.5)))
    arrival_s = at_s + (spot[0] - _WEST_X) / 1.3 + 1.0
    walk = Walk(
        points=((_WEST_X, spot[1]), spot, (_EAST_X, spot[1])),
        begin_s=at_s,
        speed_m_s=1.3,
        stays=(Stay(at=1, seconds=50.0),),
    )
    prop = Prop(
        name="bag",
        ground_m=(spot[0] + 0.5, spot[1] - 0.4),
        size_m=(0.6, 0.5),
        placed_s=round(arrival_s + 3.0, 1),
        removed_s=round(arrival_s + 44.0, 1),
        owner=0,
    )
    return Plan(layout=LAYOUT, walks=(walk,), props=(prop,))


def tamper(kind: str, dice: np.random.Generator, at_s: float) -> Plan:
    """Something happens to the camera."""
    begin_s = round(at_s, 1)
    return camera_fault(kind, begin_s, round(begin_s + float(dice.uniform(*FAULTS[kind])), 1))

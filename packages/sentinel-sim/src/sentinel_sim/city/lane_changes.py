"""Changing lanes around what is slow: the incentive and safety criteria of MOBIL, simplified.

Source: Kesting, Treiber and Helbing, General lane-changing model MOBIL (2007).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sentinel_sim.city.fleet import Fleet, Label, Number
from sentinel_sim.city.following import LaneOrder
from sentinel_sim.city.frame import Floats
from sentinel_sim.city.plan import Plan

CLEAR_OF_OLD_LANE: Final = 0.65
"""After this share of the change a vehicle is out of its old lane."""

_SLOW_SHARE = 0.6
_LOOK_S, _LOOK_M = 3.0, 15.0
_SHIFT_S, _LEAST_SHIFT_M, _MOST_SHIFT_M = 2.5, 12.0, 40.0
_SAFE_BRAKING_M_S2 = 2.0


def sideways(fleet: Fleet) -> tuple[Floats, Floats]:
    """How far left of their lane the vehicles still are, and the slope of that."""
    numbers = fleet.numbers
    share = (numbers[Number.WAY] - numbers[Number.SHIFT_FROM]) / numbers[Number.SHIFT_LENGTH]
    share = np.clip(share, 0.0, 1.0)
    shift = numbers[Number.SHIFT] * (1.0 - share**2 * (3.0 - 2.0 * share))
    slope = -numbers[Number.SHIFT] * 6.0 * share * (1.0 - share) / numbers[Number.SHIFT_LENGTH]
    return shift, slope


class LaneChanges:
    """Who changes, and whereto. Only routes of one lane know lanes beside them."""

    def __init__(self, plan: Plan, names: dict[str, int], routes: NDArray[np.intp]) -> None:
        lanes = plan.layout.lanes
        self._beside = [tuple(names[other] for other in lane.beside) for lane in lanes]
        self._may_change = np.array([bool(beside) for beside in self._beside])
        self._middles = [lane.points for lane in lanes]
        self._route_of_lane = {
            int(route[0]): index for index, route in enumerate(routes) if route[1] < 0
        }

    def consider(
        self, fleet: Fleet, order: LaneOrder, closed: frozenset[int], desired: Floats
    ) -> None:
        """Begin the changes that are worth it and safe."""
        if not len(fleet) or not self._may_change.any():
            return
        numbers, labels = fleet.numbers, fleet.labels
        ways, speeds = numbers[Number.WAY], numbers[Number.SPEED]
        rears, ahead_speeds, _ = order.ahead(labels[Label.LANE], ways)
        gaps = rears - ways - fleet.halves
        wants = self._may_change[labels[Label.LANE]] & np.isnan(numbers[Number.STOP_AT])
        wants &= ways - numbers[Number.SHIFT_FROM] >= numbers[Number.SHIFT_LENGTH]
        wants &= ahead_speeds < _SLOW_SHARE * desired
        wants &= gaps < _LOOK_S * speeds + _LOOK_M
        lengths = np.clip(_SHIFT_S * speeds, _LEAST_SHIFT_M, _MOST_SHIFT_M)
        # What is ahead moves too while one swings out.
        swing = CLEAR_OF_OLD_LANE * lengths
        wants &= gaps > swing * (1.0 - ahead_speeds / np.maximum(speeds, 1.0)) * 0.95
        changed: set[int] = set()
        for row in np.flatnonzero(wants).tolist():
            for target in self._beside[labels[Label.LANE, row]]:
                is_free = target not in closed and target not in changed
                if is_free and self._is_safe(fleet, order, row, target, gaps, ahead_speeds):
                    self._begin(fleet, row, target, float(lengths[row]))
                    changed.add(target)
                    break

    def _is_safe(
        self,
        fleet: Fleet,
        order: LaneOrder,
        row: int,
        target: int,
        gaps: Floats,
        ahead_speeds: Floats,
    ) -> bool:
        way, speed = fleet.numbers[Number.WAY, row], fleet.numbers[Number.SPEED, row]
        half = fleet.halves[row]
        rears, front_speeds, _ = order.ahead(np.array([target]), np.array([way - half - 1.0]))
        front_gap = float(rears[0]) - way - half
        follower, follower_speed = order.behind(target, way + half)
        rear_gap = way - half - follower
        closing = max(0.0, follower_speed - speed)
        needed = 2.5 + 0.8 * follower_speed + closing**2 / (2.0 * _SAFE_BRAKING_M_S2)
        is_better = front_gap > gaps[row] + 5.0 or front_speeds[0] > ahead_speeds[row] + 2.0
        braking = max(0.0, speed - float(front_speeds[0])) ** 2 / (2.0 * _SAFE_BRAKING_M_S2)
        return bool(is_better and front_gap > 3.0 + 0.6 * speed + braking and rear_gap > needed)

    def _begin(self, fleet: Fleet, row: int, target: int, length_m: float) -> None:
        numbers, labels = fleet.numbers, fleet.labels
        lane = int(labels[Label.LANE, row])
        numbers[Number.SHIFT, row] = self._left_of(target, lane)
        numbers[Number.SHIFT_FROM, row] = numbers[Number.WAY, row]
        numbers[Number.SHIFT_LENGTH, row] = length_m
        labels[Label.OLD_LANE, row] = lane
        labels[Label.LANE, row] = target
        labels[Label.ROUTE, row] = self._route_of_lane[target]

    def _left_of(self, lane: int, other: int) -> float:
        """How far left of a straight lane another one is that begins beside it."""
        (x1, y1), (x2, y2) = self._middles[lane][0], self._middles[lane][-1]
        length = float(np.hypot(x2 - x1, y2 - y1))
        x, y = self._middles[other][0]
        return float((x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)) / length

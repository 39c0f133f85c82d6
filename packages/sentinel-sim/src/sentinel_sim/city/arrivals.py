"""Who comes to the scene, and when."""

from typing import NamedTuple

import numpy as np

from sentinel_sim.city.kinds import KIND_INDEX, SIZES_M
from sentinel_sim.city.plan import WARM_UP_S, Flow, Plan

_MEAN_FACTOR, _FACTOR_SPREAD = 0.96, 0.04
_LOWEST_FACTOR, _HIGHEST_FACTOR = 0.85, 1.04
_SWAY_SHARE, _WIDEST_M = 0.2, 2.6
"""Narrow vehicles keep less to the middle of their lane than wide ones."""


class Newcomer(NamedTuple):
    """A vehicle that wants to come in.

    Attributes:
        may_be_turned_away: It is one of many: where its lane is closed it does not come at all.
    """

    at_s: float
    route: str
    kind: int
    factor: float
    sway_m: float
    may_be_turned_away: bool = False

    @property
    def length_m(self) -> float:
        """Of the vehicle."""
        return float(SIZES_M[self.kind, 0])


class Arrivals:
    """Those of the flows, by their dice, and those on order."""

    def __init__(self, plan: Plan, dice: np.random.Generator) -> None:
        self._dice = dice
        self._flows = plan.flows
        self._next = [self._draw(flow, max(flow.begin_s, -WARM_UP_S)) for flow in plan.flows]
        self._waiting = [
            Newcomer(arrival.at_s, arrival.route, KIND_INDEX[arrival.kind], arrival.factor, 0.0)
            for arrival in sorted(plan.arrivals, key=lambda arrival: arrival.at_s)
        ]

    def due(self, time_s: float) -> list[Newcomer]:
        """Who should be here by now; hand back those for whom there is no room."""
        for index, flow in enumerate(self._flows):
            while self._next[index].at_s <= time_s:
                newcomer = self._next[index]
                if newcomer.at_s < flow.end_s:
                    self._waiting.append(newcomer)
                self._next[index] = self._draw(flow, newcomer.at_s)
        due = [newcomer for newcomer in self._waiting if newcomer.at_s <= time_s]
        if due:
            self._waiting = [entry for entry in self._waiting if entry.at_s > time_s]
        return due

    def put_back(self, newcomer: Newcomer) -> None:
        """It comes as soon as there is room."""
        self._waiting.append(newcomer)

    def _draw(self, flow: Flow, after_s: float) -> Newcomer:
        dice = self._dice
        at_s = after_s + dice.exponential(3600.0 / flow.per_hour)
        names = list(flow.mix)
        shares = np.array(list(flow.mix.values()))
        kind = KIND_INDEX[names[int(dice.choice(len(names), p=shares / shares.sum()))]]
        factor = float(
            np.clip(dice.normal(_MEAN_FACTOR, _FACTOR_SPREAD), _LOWEST_FACTOR, _HIGHEST_FACTOR)
        )
        sway = (
            float(np.clip(dice.normal(0.0, 1.0), -2.0, 2.0))
            * _SWAY_SHARE
            * max(0.0, _WIDEST_M - float(SIZES_M[kind, 1]))
        )
        return Newcomer(at_s, flow.route, kind, factor, sway, may_be_turned_away=True)

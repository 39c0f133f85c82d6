"""People on foot: they head for the next point of their way and keep off each other.

The force between two of them is that of Helbing and Molnár, Social force model for pedestrian
dynamics (1995), without walls: their ways lead where one may walk.
"""

from collections.abc import Iterator, Sequence
from math import hypot
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sentinel_sim.city.frame import Floats
from sentinel_sim.city.kinds import PERSON_KIND
from sentinel_sim.city.plan import Stay, Walk
from sentinel_sim.city.signals import SignalPlan
from sentinel_sim.city.stunts import Bodies

RELAXATION_S: Final = 0.5
_REPULSION_M_S2, _REPULSION_M, _TOUCH_M = 1.6, 0.35, 0.5
_REACHED_M = 0.45
_STROLL_S = (3.0, 8.0)
_STROLL_M_S = 0.7
_WALK_SPARE_S = 0.3
_DRIVERS_SEE_S = 3.5
"""Whoever comes later has time to stop."""


class Walkers:
    """All persons of a run that walk by themselves."""

    def __init__(
        self,
        walks: Sequence[Walk],
        signals: SignalPlan,
        dice: np.random.Generator,
        ids: Iterator[int],
    ) -> None:
        self._walks = walks
        self._signals = signals
        self._dice = dice
        self.ids_of_walks = tuple(next(ids) for _ in walks)
        self._all_ids = np.array(self.ids_of_walks, dtype=np.int64)
        self._coming = sorted(range(len(walks)), key=lambda index: walks[index].begin_s)
        self.walks = np.empty(0, dtype=np.intp)
        self.places = np.empty((0, 2))
        self.velocities = np.empty((0, 2))
        self._targets = np.empty((0, 2))
        self._speeds = np.empty(0)
        self._legs = np.empty(0, dtype=np.intp)
        self._until_s = np.empty(0)
        self._stroll_s = np.empty(0)

    def __len__(self) -> int:
        return len(self.walks)

    @property
    def ids(self) -> NDArray[np.int64]:
        """Of those that are there."""
        return self._all_ids[self.walks]

    def bodies(self) -> Bodies:
        """Where they are and how they move."""
        east, north = self.velocities[:, 0], self.velocities[:, 1]
        kinds = np.full(len(self), PERSON_KIND)
        return Bodies(kinds, self.places, np.arctan2(north, east), np.hypot(east, north))

    def step(self, time_s: float, step_s: float, vehicles: tuple[Floats, Floats]) -> None:
        """Move all to the next step; vehicles: their places and velocities, each (n, 2)."""
        self._enter(time_s)
        if not len(self):
            return
        self._decide(time_s, vehicles)
        way = self._targets - self.places
        distance = np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-9)
        speed = np.minimum(self._speeds, distance / RELAXATION_S)
        wanted = way / distance[:, None] * speed[:, None]
        rates = (wanted - self.velocities) / RELAXATION_S + self._repulsion()
        self.velocities = self.velocities + rates * step_s
        pace = np.maximum(np.hypot(*self.velocities.T), 1e-9)
        self.velocities *= np.minimum(1.0, 1.3 * np.maximum(self._speeds, 0.3) / pace)[:, None]
        self.places = self.places + self.velocities * step_s

    def _enter(self, time_s: float) -> None:
        while self._coming and self._walks[self._coming[0]].begin_s <= time_s:
            index = self._coming.pop(0)
            walk = self._walks[index]
            self.walks = np.append(self.walks, index)
            self.places = np.vstack([self.places, walk.points[0]])
            self.velocities = np.vstack([self.velocities, (0.0, 0.0)])
            self._targets = np.vstack([self._targets, walk.points[0]])
            self._speeds = np.append(self._speeds, walk.speed_m_s)
            self._legs = np.append(self._legs, 0)
            self._until_s = np.append(self._until_s, np.nan)
            self._stroll_s = np.append(self._stroll_s, np.inf)

    def _decide(self, time_s: float, vehicles: tuple[Floats, Floats]) -> None:
        """What those do next who are where they wanted to be."""
        way = self._targets - self.places
        is_near = np.hypot(way[:, 0], way[:, 1]) < _REACHED_M
        is_busy = ~np.isnan(self._until_s)
        gone = []
        for row in np.flatnonzero(is_near | is_busy).tolist():
            walk = self._walks[self.walks[row]]
            stay = next((stay for stay in walk.stays if stay.at == self._legs[row]), None)
            if stay is not None and self._stays(row, stay, time_s, vehicles):
                continue
            self._until_s[row], self._stroll_s[row] = np.nan, np.inf
            self._speeds[row] = walk.speed_m_s
            self._legs[row] += 1
            if self._legs[row] < len(walk.points):
                self._targets[row] = walk.points[self._legs[row]]
            else:
                gone.append(row)
        if gone:
            self._forget(gone)

    def _stays(self, row: int, stay: Stay, time_s: float, vehicles: tuple[Floats, Floats]) -> bool:
        if np.isnan(self._until_s[row]):
            self._until_s[row] = time_s + stay.seconds
        if time_s < self._until_s[row]:
            if stay.radius_m:
                self._stroll(row, stay, time_s)
            return True
        walk = self._walks[self.walks[row]]
        (x1, y1), (x2, y2) = walk.points[stay.at], walk.points[stay.at + 1]
        if stay.group:
            needed_s = hypot(x2 - x1, y2 - y1) / walk.speed_m_s + _WALK_SPARE_S
            return bool(self._signals.green_left_s(stay.group, time_s) < needed_s)
        return bool(stay.patience_s) and _is_disturbed(
            np.array((x1, y1)), np.array((x2, y2)), vehicles, stay.patience_s + _DRIVERS_SEE_S
        )

    def _stroll(self, row: int, stay: Stay, time_s: float) -> None:
        walk = self._walks[self.walks[row]]
        if self._stroll_s[row] > time_s and not np.isinf(self._stroll_s[row]):
            return
        self._stroll_s[row] = time_s + self._dice.uniform(*_STROLL_S)
        angle = self._dice.uniform(0.0, 2.0 * np.pi)
        reach = stay.radius_m * np.sqrt(self._dice.random())
        self._targets[row] = np.array(walk.points[stay.at]) + reach * np.array(
            [np.cos(angle), np.sin(angle)]
        )
        self._speeds[row] = _STROLL_M_S

    def _forget(self, gone: list[int]) -> None:
        kept = np.ones(len(self), dtype=np.bool_)
        kept[gone] = False
        self.walks, self._legs = self.walks[kept], self._legs[kept]
        self.places, self.velocities = self.places[kept], self.velocities[kept]
        self._targets, self._speeds = self._targets[kept], self._speeds[kept]
        self._until_s, self._stroll_s = self._until_s[kept], self._stroll_s[kept]

    def _repulsion(self) -> Floats:
        offset = self.places[:, None] - self.places
        distance = np.hypot(offset[:, :, 0], offset[:, :, 1])
        np.fill_diagonal(distance, np.inf)
        near = np.maximum(distance, 0.05)
        force = _REPULSION_M_S2 * np.exp((_TOUCH_M - near) / _REPULSION_M) / near
        pushed: Floats = (offset * force[:, :, None]).sum(axis=1)
        return pushed


def _is_disturbed(
    here: Floats, there: Floats, vehicles: tuple[Floats, Floats], within_s: float
) -> bool:
    """Whether a vehicle comes near the way from here to there soon."""
    places, velocities = vehicles
    if not len(places):
        return False
    # Where each vehicle is nearest to the middle of the way, and when.
    offset = (here + there) / 2.0 - places
    pace2 = np.maximum((velocities**2).sum(axis=1), 0.25)
    when = np.clip((offset * velocities).sum(axis=1) / pace2, 0.0, within_s)
    miss = offset - velocities * when[:, None]
    reach = float(np.hypot(*(there - here))) / 2.0 + 2.5
    return bool((np.hypot(miss[:, 0], miss[:, 1]) < reach).any())

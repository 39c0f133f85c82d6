"""The world in steps of a tenth of a second: a plan and its dice become places and speeds."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sentinel_sim.city.fleet import Label, Number
from sentinel_sim.city.following import Obstacles
from sentinel_sim.city.frame import Floats, Integers
from sentinel_sim.city.kinds import (
    FIRST_RIDER_ID,
    PERSON_KIND,
    RIDER_OF_KIND,
)
from sentinel_sim.city.plan import WARM_UP_S, Plan
from sentinel_sim.city.roads import StraightLanes
from sentinel_sim.city.stunts import Stunts, obstacles_of
from sentinel_sim.city.traffic import HAZARD_BERTH_M, Traffic
from sentinel_sim.city.walkers import Walkers

STEP_S: Final = 0.1
STEPS_PER_S: Final = 10

_PEOPLE_MARGIN_M = 0.6


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Moment:
    """The world at one step; row i of each array is the same actor.

    Attributes:
        ids: Ascending, shape (n,).
        kinds: Indices into `KINDS`.
        places: Middles of the footprints, metres, shape (n, 2).
        headings: Radians.
        speeds: Metres per second, never negative.
        lanes: Index of the lane that a vehicle follows in `Layout.lanes`; -1 for all others.
        is_broken_down: It stands because the plan says so.
    """

    t_s: float
    ids: Integers
    kinds: Integers
    places: Floats
    headings: Floats
    speeds: Floats
    lanes: Integers
    is_broken_down: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def velocities(self) -> Floats:
        """Shape (n, 2)."""
        return (
            np.stack([np.cos(self.headings), np.sin(self.headings)], axis=1) * self.speeds[:, None]
        )


class World:
    """One run of a plan. The same plan and seed are the same world."""

    def __init__(self, plan: Plan, seed: int) -> None:
        dice = np.random.default_rng((seed, 0xC17E))
        ids = count(1)
        layout = replace(plan.layout, signals=replace(plan.layout.signals, holds=plan.holds))
        plan = replace(plan, layout=layout)
        self._stunts = Stunts(plan.stunts, STEP_S, ids)
        self._walkers = Walkers(plan.walks, layout.signals, dice.spawn(1)[0], ids)
        self._traffic = Traffic(plan, dice.spawn(1)[0], ids)
        self._lanes = StraightLanes(layout.lanes)

    @property
    def walk_ids(self) -> tuple[int, ...]:
        """Actor id of each of the plan's walks."""
        return self._walkers.ids_of_walks

    def run(self, duration_s: float) -> Iterator[Moment]:
        """Moments from 0 to `duration_s`, both included."""
        for step in range(-round(WARM_UP_S / STEP_S), round(duration_s * STEPS_PER_S) + 1):
            time_s = step / STEPS_PER_S
            moment = self._look(time_s)
            if step >= 0:
                yield moment
            self._move(time_s, moment)

    def _move(self, time_s: float, moment: Moment) -> None:
        self._traffic.step(time_s, STEP_S, self._obstacles(time_s))
        vehicles = moment.kinds != PERSON_KIND
        self._walkers.step(time_s, STEP_S, (moment.places[vehicles], moment.velocities[vehicles]))

    def _obstacles(self, time_s: float) -> Obstacles:
        _, stunts = self._stunts.at(time_s)
        vehicles = obstacles_of(self._lanes, stunts, margin_m=-0.3, berth_m=HAZARD_BERTH_M)
        people = obstacles_of(
            self._lanes, self._walkers.bodies(), margin_m=_PEOPLE_MARGIN_M, berth_m=2.0
        )
        return vehicles.joined(people)

    def _look(self, time_s: float) -> Moment:
        stunt_ids, stunts = self._stunts.at(time_s)
        walkers, fleet = self._walkers.bodies(), self._traffic.fleet
        places, headings = self._traffic.places()
        none = np.full(len(stunt_ids) + len(self._walkers), -1)
        ids = np.concatenate([stunt_ids, self._walkers.ids, fleet.labels[Label.ID]])
        kinds = np.concatenate([stunts.kinds, walkers.kinds, fleet.labels[Label.KIND]])
        speeds = fleet.numbers[Number.SPEED]
        return _with_riders(
            Moment(
                t_s=time_s,
                ids=ids.astype(np.int64),
                kinds=kinds.astype(np.int64),
                places=np.concatenate([stunts.places, walkers.places, places]),
                headings=np.concatenate([stunts.headings, walkers.headings, headings]),
                speeds=np.concatenate([stunts.speeds, walkers.speeds, speeds]),
                lanes=np.concatenate([none, fleet.labels[Label.LANE]]).astype(np.int64),
                is_broken_down=np.concatenate([none >= 0, self._traffic.is_broken_down()]),
            )
        )


def _with_riders(moment: Moment) -> Moment:
    """By ids, and with those who sit on two wheels as actors of their own."""
    order = moment.ids.argsort()
    riders = order[RIDER_OF_KIND[moment.kinds[order]] >= 0]
    rows = np.concatenate([order, riders])
    ids, kinds = moment.ids[rows], moment.kinds[rows]
    ids[len(order) :] += FIRST_RIDER_ID
    kinds[len(order) :] = RIDER_OF_KIND[moment.kinds[riders]]
    return Moment(
        t_s=moment.t_s,
        ids=ids,
        kinds=kinds,
        places=moment.places[rows],
        headings=moment.headings[rows],
        speeds=moment.speeds[rows],
        lanes=moment.lanes[rows],
        is_broken_down=moment.is_broken_down[rows],
    )


def blend(before: Moment, after: Moment, time_s: float) -> Moment:
    """The world between two steps: those who are there at both, on straight ways between them."""
    if time_s <= before.t_s:
        return before
    if time_s >= after.t_s:
        return after
    share = (time_s - before.t_s) / (after.t_s - before.t_s)
    _, old, new = np.intersect1d(before.ids, after.ids, assume_unique=True, return_indices=True)
    turn = after.headings[new] - before.headings[old]
    turn = (turn + np.pi) % (2.0 * np.pi) - np.pi
    return Moment(
        t_s=time_s,
        ids=before.ids[old],
        kinds=before.kinds[old],
        places=before.places[old] + (after.places[new] - before.places[old]) * share,
        headings=before.headings[old] + turn * share,
        speeds=before.speeds[old] + (after.speeds[new] - before.speeds[old]) * share,
        lanes=before.lanes[old],
        is_broken_down=before.is_broken_down[old],
    )

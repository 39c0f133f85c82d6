"""Vehicles and persons that follow a script and look at nobody."""

from collections.abc import Iterator, Sequence
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sentinel_sim.city.following import Obstacles
from sentinel_sim.city.frame import Floats
from sentinel_sim.city.kinds import KIND_INDEX, SIZES_M
from sentinel_sim.city.plan import Stunt
from sentinel_sim.city.roads import LaneTable, StraightLanes


class _Run(NamedTuple):
    """One stunt, worked out: way and speed at each step of the world."""

    actor_id: int
    kind: int
    first_step: int
    ways: Floats
    speeds: Floats
    track: LaneTable


class Bodies(NamedTuple):
    """Some actors: kinds, places (n, 2), headings and speeds."""

    kinds: NDArray[np.int64]
    places: Floats
    headings: Floats
    speeds: Floats


class Stunts:
    """All scripted actors of a run."""

    def __init__(self, stunts: Sequence[Stunt], step_s: float, ids: Iterator[int]) -> None:
        self._step_s = step_s
        self._runs = [_work_out(stunt, step_s, next(ids)) for stunt in stunts]
        self.ids = tuple(run.actor_id for run in self._runs)

    def at(self, time_s: float) -> tuple[list[int], Bodies]:
        """Ids and bodies of those that are there."""
        step = round(time_s / self._step_s)
        on = [run for run in self._runs if 0 <= step - run.first_step < len(run.ways)]
        ids, kinds = [run.actor_id for run in on], [run.kind for run in on]
        places, headings, speeds = np.empty((len(on), 2)), np.empty(len(on)), np.empty(len(on))
        for row, run in enumerate(on):
            index = step - run.first_step
            place, heading = run.track.locate(
                np.zeros(1, dtype=np.intp), run.ways[index : index + 1]
            )
            places[row], headings[row], speeds[row] = place[0], heading[0], run.speeds[index]
        return ids, Bodies(np.array(kinds, dtype=np.int64), places, headings, speeds)


def obstacles_of(
    lanes: StraightLanes, bodies: Bodies, *, margin_m: float, berth_m: float
) -> Obstacles:
    """What actors on the road are to the vehicles of each straight lane they are on.

    Args:
        lanes: Those of the layout.
        bodies: The actors.
        margin_m: How near to a lane an actor is already on it; below 0: how far in it must be.
        berth_m: What is kept clear of those that stand.
    """
    if not len(bodies.places):
        return Obstacles.empty()
    sizes = SIZES_M[bodies.kinds]
    rows, columns, ways = lanes.find(bodies.places, sizes[:, 1:2] / 2.0 + margin_m)
    directions, headings = lanes.directions[columns], bodies.headings[rows]
    pace = bodies.speeds[rows] * (
        np.cos(headings) * directions[:, 0] + np.sin(headings) * directions[:, 1]
    )
    berths = np.where(np.abs(bodies.speeds[rows]) < 0.1, berth_m, 0.0)
    return Obstacles(lanes.indices[columns], ways, pace, sizes[rows, 0] / 2.0, berths)


def _work_out(stunt: Stunt, step_s: float, actor_id: int) -> _Run:
    total_s = sum(seconds for seconds, _ in stunt.pieces)
    times = step_s * np.arange(ceil(total_s / step_s + 1e-9), dtype=np.float64)
    ways, speeds = np.empty(len(times)), np.empty(len(times))
    began_s, way, speed = 0.0, 0.0, stunt.speed_m_s
    for seconds, rate in stunt.pieces:
        rows = (times >= began_s - 1e-9) & (times < began_s + seconds - 1e-9)
        ways[rows], speeds[rows] = _coast(way, speed, rate, times[rows] - began_s)
        ends = _coast(way, speed, rate, np.array([seconds]))
        way, speed = float(ends[0][0]), float(ends[1][0])
        began_s += seconds
    return _Run(
        actor_id,
        KIND_INDEX[stunt.kind],
        round(stunt.begin_s / step_s),
        ways,
        speeds,
        LaneTable([stunt.points]),
    )


def _coast(way: float, speed: float, rate: float, times: Floats) -> tuple[Floats, Floats]:
    """Way and speed after some times of even acceleration; nobody rolls back."""
    if rate < 0.0:
        times = np.minimum(times, speed / -rate)
    return way + speed * times + rate * times**2 / 2.0, speed + rate * times

"""Lanes that end at a traffic signal, and what waits there.

A signal is not seen. What is known is its cycle: who waits for it in a row from the stop line may
do so for one and a half of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sentinel_core.domain.incidents import IncidentType
from sentinel_core.domain.zones import Zone
from sentinel_vision.rules.footprints import SIZES_M, Rows
from sentinel_vision.rules.geometry import Floats
from sentinel_vision.rules.ground import GroundPlane
from sentinel_vision.rules.hidden import Vehicles
from sentinel_vision.rules.hysteresis import Timing
from sentinel_vision.rules.parameters import parameter
from sentinel_vision.rules.view import View

CYCLES: Final = 1.5

_RULES = (IncidentType.CONGESTION, IncidentType.QUEUE, IncidentType.STOPPED_VEHICLE)
_STEP = 1e-3


def signal_cycle() -> Any:
    """The parameter of rules that wait for a signal."""
    return parameter(
        0.0,
        "s",
        (0.0, 600.0),
        "Cycle of the signal at the lane's end, 0: none. What waits for it is no news for 1.5"
        " cycles. Named for one of congestion, queue, stopped_vehicle it counts for all three.",
    )


def signal_cycle_s(zone: Zone) -> float:
    """Of the signal at the end of a lane; 0 where there is none."""
    return max(float(zone.rules.get(rule, {}).get("signal_cycle_s", 0.0)) for rule in _RULES)


def with_signal(timing: Timing, zone: Zone) -> Timing:
    """A rule's times where it must wait for a signal."""
    return replace(timing, on_s=max(timing.on_s, CYCLES * signal_cycle_s(zone)))


class Reach(NamedTuple):
    """What makes a row of waiting vehicles, in the camera's unit.

    Attributes:
        slow: Slower than this, per second, is waiting.
        gap: The next one is no further behind.
        head: The first one is no further from the lane's end.
    """

    slow: float
    gap: float
    head: float


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """Vehicles that wait in a row from the end of a lane, the first one first.

    Attributes:
        track_ids: Of the vehicles.
        length: From the first to the end of the last, in units.
        head: Distance of the first from the lane's end, in units; NaN without one.
        widest: Widest gap in the row, in units.
    """

    track_ids: NDArray[np.int64]
    length: float
    head: float
    widest: float


class LaneEnds:
    """The ends of some lanes with a direction, where their vehicles queue up."""

    def __init__(
        self, lanes: Sequence[tuple[int, Zone, Reach]], ground: GroundPlane | None
    ) -> None:
        self._columns = [column for column, _, _ in lanes]
        self._zones = [zone for _, zone, _ in lanes]
        self._reach = [reach for _, _, reach in lanes]
        self._slow = np.array([reach.slow for reach in self._reach])
        self._ground = ground
        self._size = (0, 0)
        self._axes = np.empty((0, 2))
        self._ends = np.empty(0)

    def chains(self, view: View, vehicles: Vehicles) -> list[Chain]:
        """The row of waiting vehicles at the end of each lane; often empty."""
        self._measure(view.scene.width, view.scene.height)
        if not len(vehicles):
            return [_NOBODY] * len(self._zones)
        counts = vehicles.inside[:, self._columns] & (vehicles.speed[:, None] < self._slow)
        distances = np.where(counts, self._ends - vehicles.position @ self._axes.T, np.inf)
        order = distances.argsort(axis=0, kind="stable")
        return [
            self._chain(view, vehicles, order[:many, lane], distances[:, lane], self._reach[lane])
            for lane, many in enumerate(counts.sum(axis=0).tolist())
        ]

    def _chain(
        self, view: View, vehicles: Vehicles, order: Rows, distances: Floats, reach: Reach
    ) -> Chain:
        """As far as the row goes without a gap.

        Args:
            view: The frame.
            vehicles: Those that count.
            order: Rows of the lane's waiting vehicles, the first one first.
            distances: From the lane's end, of each vehicle.
            reach: Of the lane.
        """
        if not len(order):
            return _NOBODY
        # Few wait in a lane, so that arrays would be slower.
        places, scales = distances[order].tolist(), vehicles.length[order].tolist()
        head = places[0] / scales[0]
        if head > reach.head:
            return _NOBODY
        lengths = self._lengths(vehicles.class_ids[order]).tolist()
        last, way, widest = 0, 0.0, 0.0
        for row in range(len(places) - 1):
            step = 2.0 * (places[row + 1] - places[row]) / (scales[row + 1] + scales[row])
            gap = step if self._ground is None else step - lengths[row]
            if gap > reach.gap and not _is_hidden(view, vehicles.anchors[order[row : row + 2]]):
                break
            last, way, widest = row + 1, way + step, max(widest, gap)
        return Chain(vehicles.track_ids[order[: last + 1]], way + lengths[last], head, widest)

    def _lengths(self, class_ids: Rows) -> Floats:
        """Of the vehicles, in units."""
        if self._ground is None:
            return np.ones(len(class_ids))
        lengths: Floats = SIZES_M[class_ids, 0]
        return lengths

    def _measure(self, width: int, height: int) -> None:
        """Work out axes and ends in the unit of `Motion.position`, for pictures of this size."""
        if self._size == (width, height):
            return
        self._size = (width, height)
        found = [_axis_and_end(zone, self._ground, width, height) for zone in self._zones]
        self._axes = np.array([axis for axis, _ in found]).reshape(-1, 2)
        self._ends = np.array([end for _, end in found])


_NOBODY = Chain(np.empty(0, dtype=np.int64), 0.0, np.nan, 0.0)


def _is_hidden(view: View, ends: Floats) -> bool:
    """Whether the middle of a gap, by its ends, is behind a vehicle: another may be in it."""
    x, y = ends.mean(axis=0)
    x, y = x * view.scene.width, y * view.scene.height
    x1, y1, x2, y2 = view.motion.boxes[view.is_vehicle].T
    return bool(((x1 < x) & (x < x2) & (y1 < y) & (y < y2)).any())


def _axis_and_end(
    zone: Zone, ground: GroundPlane | None, width: int, height: int
) -> tuple[Floats, float]:
    """Unit vector along a lane, and the coordinate of the lane's end on it."""
    size = np.array((width, height), dtype=np.float64)
    corners = np.array(zone.polygon)
    direction = np.array(zone.direction, dtype=np.float64)
    if ground is None:
        places, axis = corners * size, direction
    else:
        step = direction / size
        middle = corners.mean(axis=0)
        ends = np.array([middle, middle + step * (_STEP / np.abs(step).max())])
        places, axis = ground.to_metres(corners), np.diff(ground.to_metres(ends), axis=0)[0]
    axis = axis / np.hypot(axis[0], axis[1])
    return axis, float(np.nanmax(places @ axis))

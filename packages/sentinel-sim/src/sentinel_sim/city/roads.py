"""Roads: lanes with centre lines, what they lead to, and the areas beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sentinel_core.domain.zones import ZoneType
from sentinel_sim.city.frame import Floats, Integers
from sentinel_sim.city.signals import SignalPlan

GroundPolygon = tuple[tuple[float, float], ...]

LANE_WIDTH_M: Final = 3.5
URBAN_LIMIT_M_S: Final = 50.0 / 3.6

_TABLE_STEP_M = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One lane, from where its traffic comes to where it goes.

    Attributes:
        points: Its centre line on the ground, metres.
        limit_m_s: What may be driven.
        stop_m: Way from its beginning to its stop line; None without.
        group: Signals that its stop line obeys.
        beside: Names of lanes of the same direction and length into which one may change.
        is_inside: It crosses a junction.
    """

    name: str
    points: tuple[tuple[float, float], ...]
    width_m: float = LANE_WIDTH_M
    limit_m_s: float = URBAN_LIMIT_M_S
    stop_m: float | None = None
    group: str = ""
    beside: tuple[str, ...] = ()
    is_inside: bool = False

    @property
    def length_m(self) -> float:
        """Of its centre line."""
        return float(np.hypot(*np.diff(np.array(self.points), axis=0).T).sum())

    def outline(self, begin_m: float, end_m: float) -> GroundPolygon:
        """The area of a straight lane between two ways from its beginning."""
        (x1, y1), (x2, y2) = self.points[0], self.points[-1]
        length = self.length_m
        east, north = (x2 - x1) / length, (y2 - y1) / length
        side = self.width_m / 2.0
        return tuple(
            (x1 + east * way - north * shift, y1 + north * way + east * shift)
            for way, shift in ((begin_m, side), (end_m, side), (end_m, -side), (begin_m, -side))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A piece of ground that means something."""

    name: str
    type: ZoneType
    polygon: GroundPolygon


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A line across all lanes of an approach."""

    name: str
    begin_m: tuple[float, float]
    end_m: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The ground of a scene.

    Attributes:
        routes: The lanes that a vehicle drives one after another, by the route's name.
        areas: Junctions, crossings, pavements.
    """

    lanes: tuple[Lane, ...]
    routes: Mapping[str, tuple[str, ...]]
    areas: tuple[Area, ...] = ()
    gates: tuple[Gate, ...] = ()
    signals: SignalPlan = field(default_factory=SignalPlan)

    def lane(self, name: str) -> Lane:
        """By its name."""
        return next(lane for lane in self.lanes if lane.name == name)

    def area(self, name: str) -> Area:
        """By its name."""
        return next(area for area in self.areas if area.name == name)


class LaneTable:
    """All centre lines as one table, so that the places of all vehicles are one look-up."""

    def __init__(self, lines: Sequence[Sequence[tuple[float, float]]]) -> None:
        tables = [_sample(np.array(line, dtype=np.float64)) for line in lines]
        self.lengths = np.array([length for _, length in tables])
        counts = [len(table) for table, _ in tables]
        self._last = np.array(counts) - 2
        self._steps = self.lengths / (np.array(counts) - 1)
        self._offsets = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.intp)
        self._rows = np.concatenate([table for table, _ in tables])

    def locate(self, lanes: NDArray[np.intp], ways: Floats) -> tuple[Floats, Floats]:
        """Places, shape (n, 2), and headings, shape (n,), at ways along lanes.

        Ways beyond the ends go on straight.
        """
        steps = ways / self._steps[lanes]
        cells = np.clip(steps.astype(np.intp), 0, self._last[lanes])
        rows = self._offsets[lanes] + cells
        here, ahead = self._rows[rows], self._rows[rows + 1]
        way = ahead - here
        places = here + way * (steps - cells)[:, None]
        return places, np.arctan2(way[:, 1], way[:, 0])


class StraightLanes:
    """Where points of the ground are on the straight lanes of a layout."""

    def __init__(self, lanes: Sequence[Lane]) -> None:
        rows = [index for index, lane in enumerate(lanes) if len(lane.points) == 2]
        straight = [lanes[index] for index in rows]
        self.indices = np.array(rows, dtype=np.intp)
        self._begin = np.array([lane.points[0] for lane in straight]).reshape(-1, 2)
        ways = np.array([lane.points[1] for lane in straight]).reshape(-1, 2) - self._begin
        self._lengths = np.hypot(ways[:, 0], ways[:, 1])
        self.directions = ways / self._lengths[:, None]
        self._widths = np.array([lane.width_m for lane in straight])

    def find(self, points: Floats, margin_m: Floats | float) -> tuple[Integers, Integers, Floats]:
        """Pairs of a point and a lane that it is on or within a margin of.

        Args:
            points: Shape (n, 2).
            margin_m: Beyond the lane's edges, one for all or shape (n, 1).

        Returns:
            Rows of `points`, positions in `indices`, ways along the lane.
        """
        offset = points[:, None] - self._begin
        along = (offset * self.directions).sum(axis=2)
        across = offset[:, :, 1] * self.directions[:, 0] - offset[:, :, 0] * self.directions[:, 1]
        is_on = (np.abs(across) < self._widths / 2.0 + margin_m) & (along >= 0.0)
        rows, columns = np.nonzero(is_on & (along <= self._lengths))
        return rows, columns, along[rows, columns]


def curve(
    begin: tuple[float, float],
    begin_heading: float,
    end: tuple[float, float],
    end_heading: float,
    *,
    reach: float = 0.55,
) -> tuple[tuple[float, float], ...]:
    """A smooth line between two places with given headings, a cubic Bézier.

    Args:
        begin: Where it leaves.
        begin_heading: Radians.
        end: Where it arrives.
        end_heading: Radians.
        reach: How far the handles reach, in distances of the ends; more is rounder.
    """
    first, last = np.array(begin, dtype=np.float64), np.array(end, dtype=np.float64)
    handle = reach * float(np.hypot(*(last - first)))
    second = first + handle * np.array([np.cos(begin_heading), np.sin(begin_heading)])
    third = last - handle * np.array([np.cos(end_heading), np.sin(end_heading)])
    t = np.linspace(0.0, 1.0, 41)[:, None]
    line = (
        (1 - t) ** 3 * first
        + 3 * (1 - t) ** 2 * t * second
        + 3 * (1 - t) * t**2 * third
        + t**3 * last
    )
    return tuple((x, y) for x, y in line.tolist())


def _sample(line: Floats) -> tuple[Floats, float]:
    """Points at equal distances along a line, at least two, and its length."""
    ways = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    length = float(ways[-1])
    count = 2 if len(line) == 2 else max(2, round(length / _TABLE_STEP_M) + 1)
    wanted = np.linspace(0.0, length, count)
    places = np.column_stack([np.interp(wanted, ways, line[:, axis]) for axis in range(2)])
    return places, length

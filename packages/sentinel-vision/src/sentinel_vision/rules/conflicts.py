"""Pairs of vehicles on the way to a collision, or that just escaped one.

Time to collision: until two bodies would touch if both kept their velocities (Hayward, 1972).
Post-encroachment time: from when one has left the other's path until the other is there (Allen,
Shin, Cooper, 1978). Deceleration to avoid a crash: what the one behind needs (Cooper, 1984).
"""

from collections.abc import Iterator
from math import inf
from typing import Final, NamedTuple

import numpy as np

from sentinel_vision.rules.footprints import SIZES_M, Rows, touching_times
from sentinel_vision.rules.geometry import Floats
from sentinel_vision.rules.memory import RowRing, TrackTable
from sentinel_vision.rules.road_users import RoadUsers
from sentinel_vision.rules.view import View

LEAST_CLOSING_M_S: Final = 1.5
"""Who comes nearer so slowly is no danger."""

_REACH_M: Final = 14.0
_MEMORY_ROWS: Final = 32
_PATH_M: Final = 1.5
_MOST_COSINE: Final = 0.7
_LEAST_SPEED_M_S: Final = 2.0
_X, _Y, _COSINE, _SINE, _SPEED = (slice(n * _MEMORY_ROWS, (n + 1) * _MEMORY_ROWS) for n in range(5))


class Conflict(NamedTuple):
    """How two rows of a frame are in each other's way.

    Attributes:
        first: Row.
        second: Row.
        collision_s: Time to collision; infinite where they only crossed paths.
        encroachment_s: Post-encroachment time; infinite where they are on course to collide.
        braking_m_s2: How hard one must brake to avoid it; 0 where it is over.
    """

    first: int
    second: int
    collision_s: float
    encroachment_s: float
    braking_m_s2: float


def collision_courses(
    view: View, rows: Rows, users: RoadUsers, limits: tuple[float, float]
) -> Iterator[Conflict]:
    """The pairs that would be too near each other soon.

    Args:
        view: The frame.
        rows: Bodies to be looked at.
        users: What is known of them.
        limits: Seconds from now, and the gap in metres that is too near.
    """
    within_s, gap_m = limits
    first, second = _closing_pairs(view, rows, within_s)
    if not len(first):
        return
    bodies = users.bodies(view, first), users.bodies(view, second)
    begin_s, end_s = touching_times(*bodies, gap_m)
    (found,) = ((begin_s <= np.minimum(end_s, within_s)) & (end_s > 0.0)).nonzero()
    pace = bodies[1].velocity - bodies[0].velocity
    for pair in found.tolist():
        wait_s = max(0.0, float(begin_s[pair]))
        closing = float(np.hypot(*pace[pair]))
        # Over the way that is left, closing / 2 on average.
        braking = closing / (2.0 * wait_s) if wait_s > 0.0 else inf
        yield Conflict(int(first[pair]), int(second[pair]), wait_s, inf, braking)


def _closing_pairs(view: View, rows: Rows, within_s: float) -> tuple[Rows, Rows]:
    """Pairs of rows that come near each other soon; each pair once, the lower track id first."""
    agile = view.motion.agile
    places = agile.position[rows] @ (1.0, 1.0j)
    speeds = agile.velocity[rows] @ (1.0, 1.0j)
    offset, pace = places[None] - places[:, None], speeds[None] - speeds[:, None]
    distance = np.abs(offset)
    closing = -(offset.real * pace.real + offset.imag * pace.imag)
    is_near = closing > LEAST_CLOSING_M_S * distance
    is_near &= distance * distance < _REACH_M * distance + within_s * closing
    first, second = np.triu(is_near, 1).nonzero()
    return rows[first], rows[second]


class Encroachments:
    """Who comes to where another was just before, on a crossing course."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget all tracks."""
        self._table = TrackTable(5 * _MEMORY_ROWS)
        self._ring = RowRing(_MEMORY_ROWS)

    def find(self, view: View, rows: Rows, within_s: float) -> Iterator[Conflict]:
        """The pairs whose second came too soon after the first.

        Args:
            view: The frame; to be called for each of them.
            rows: Bodies in a junction.
            within_s: Longest post-encroachment time.
        """
        agile, motion = view.motion.agile, view.motion
        self._table.meet(motion)
        speed = np.hypot(agile.velocity[rows, 0], agile.velocity[rows, 1])
        moving = speed > _LEAST_SPEED_M_S
        rows, speed = rows[moving], speed[moving]
        heading = agile.velocity[rows] / speed[:, None]
        if len(rows):
            yield from self._compare(view, rows, (heading, speed), within_s)
        self._note(view, rows, heading, speed)

    def _note(self, view: View, rows: Rows, heading: Floats, speed: Floats) -> None:
        values, slots = self._table.values, view.motion.slots[rows]
        row = self._ring.open(view.now)
        place = view.motion.agile.position[rows]
        for part, measured in zip(
            (_X, _Y, _COSINE, _SINE, _SPEED),
            (place[:, 0], place[:, 1], heading[:, 0], heading[:, 1], speed),
            strict=True,
        ):
            values[part.start + row] = np.nan
            values[part.start + row, slots] = measured

    def _compare(
        self, view: View, rows: Rows, moves: tuple[Floats, Floats], within_s: float
    ) -> Iterator[Conflict]:
        heading, speed = moves
        values, slots = self._table.values, view.motion.slots
        place = view.motion.agile.position[rows]
        x = place[:, 0, None, None] - values[_X][:, slots]
        y = place[:, 1, None, None] - values[_Y][:, slots]
        cosine, sine = values[_COSINE][:, slots], values[_SINE][:, slots]
        beside = np.abs(y * cosine - x * sine)
        courses = heading[:, 0, None, None] * cosine + heading[:, 1, None, None] * sine
        ahead = np.abs(x * cosine + y * sine)
        is_met = (beside < _PATH_M) & (ahead < _PATH_M) & (np.abs(courses) < _MOST_COSINE)
        if not is_met.any():
            return
        sizes = SIZES_M[view.motion.class_ids]
        for index, then, other in zip(*(part.tolist() for part in is_met.nonzero()), strict=True):
            row = int(rows[index])
            other_speed = float(values[_SPEED][then, slots[other]])
            since_s = view.now.observed_s - float(self._ring.times_s[then])
            # Both move on between their middles and their ends.
            leaves_s = (sizes[other, 0] + sizes[row, 1]) / 2.0 / other_speed
            enters_s = (sizes[row, 0] + sizes[other, 1]) / 2.0 / float(speed[index])
            encroachment_s = since_s - leaves_s - enters_s
            if row != other and encroachment_s < within_s:
                pair = (min(row, other), max(row, other))
                yield Conflict(*pair, inf, max(0.0, encroachment_s), 0.0)

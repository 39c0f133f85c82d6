"""Pairs of vehicles on the way to a collision, or that just escaped one.

Time to collision: until two bodies would touch if both kept their velocities (Hayward, 1972).
Post-encroachment time: from when one has left the other's path until the other is there (Allen,
Shin, Cooper, 1978). Deceleration to avoid a crash: what the one behind needs (Cooper, 1984).
"""

from collections import deque
from collections.abc import Iterator
from math import inf
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.rules.footprints import SIZES_M, Rows, touching_times
from sentinel_vision.rules.geometry import Floats
from sentinel_vision.rules.road_users import RoadUsers
from sentinel_vision.rules.view import View

LEAST_CLOSING_M_S: Final = 1.5
"""Who comes nearer so slowly is no danger."""

_REACH_M: Final = 14.0
_MEMORY_S: Final = 3.2
_PATH_M: Final = 1.5
_MOST_COSINE: Final = 0.7
_LEAST_SPEED_M_S: Final = 2.0


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
    places, speeds = agile.position[rows], agile.velocity[rows]
    offset_x, offset_y = (places[:, axis] - places[:, axis, None] for axis in (0, 1))
    pace_x, pace_y = (speeds[:, axis] - speeds[:, axis, None] for axis in (0, 1))
    closing = -(offset_x * pace_x + offset_y * pace_y)
    squared = offset_x * offset_x + offset_y * offset_y
    distance = np.sqrt(squared)
    is_near = closing > LEAST_CLOSING_M_S * distance
    is_near &= squared < _REACH_M * distance + within_s * closing
    first, second = is_near.nonzero()
    is_once = first < second
    return rows[first[is_once]], rows[second[is_once]]


class _Passage(NamedTuple):
    """Where some vehicles were at one moment.

    Attributes:
        track_ids: Shape (n,).
        place: Metres, shape (n, 2).
        heading: Unit vectors, shape (n, 2).
        speed: Metres per second, shape (n,).
        time_s: Watched seconds, shape (n,).
    """

    track_ids: NDArray[np.int64]
    place: Floats
    heading: Floats
    speed: Floats
    time_s: Floats


class Encroachments:
    """Who comes to where another was just before, on a crossing course."""

    def __init__(self) -> None:
        self._passages: deque[_Passage] = deque()

    def clear(self) -> None:
        """Forget all tracks."""
        self._passages.clear()

    def find(self, view: View, rows: Rows, within_s: float) -> Iterator[Conflict]:
        """The pairs whose second came too soon after the first.

        Args:
            view: The frame; to be called for each of them.
            rows: Bodies in a junction.
            within_s: Longest post-encroachment time.
        """
        motion, now_s = view.motion, view.now.observed_s
        while self._passages and now_s - self._passages[0].time_s[0] > _MEMORY_S:
            self._passages.popleft()
        if not len(rows):
            return
        velocity = motion.agile.velocity[rows]
        speed = np.hypot(velocity[:, 0], velocity[:, 1])
        moves = speed > _LEAST_SPEED_M_S
        rows, speed, velocity = rows[moves], speed[moves], velocity[moves]
        if not len(rows):
            return
        passage = _Passage(
            motion.track_ids[rows],
            motion.agile.position[rows],
            velocity / speed[:, None],
            speed,
            np.full(len(rows), now_s),
        )
        if self._passages:
            yield from self._compare(view, rows, passage, within_s)
        self._passages.append(passage)

    def _compare(
        self, view: View, rows: Rows, now: _Passage, within_s: float
    ) -> Iterator[Conflict]:
        then = _Passage(*map(np.concatenate, zip(*self._passages, strict=True)))
        is_crossing = np.abs(now.heading @ then.heading.T) < _MOST_COSINE
        if not is_crossing.any():
            return
        x = now.place[:, :1] - then.place[:, 0]
        y = now.place[:, 1:] - then.place[:, 1]
        cosine, sine = then.heading.T
        is_met = is_crossing & (np.abs(y * cosine - x * sine) < _PATH_M)
        is_met &= np.abs(x * cosine + y * sine) < _PATH_M
        if not is_met.any():
            return
        sizes = SIZES_M[view.motion.class_ids]
        for index, past in zip(*(part.tolist() for part in is_met.nonzero()), strict=True):
            row = int(rows[index])
            other = int(view.motion.track_ids.searchsorted(then.track_ids[past]))
            if other >= len(sizes) or view.motion.track_ids[other] != then.track_ids[past]:
                continue
            # Both move on between their middles and their ends.
            leaves_s = (sizes[other, 0] + sizes[row, 1]) / 2.0 / float(then.speed[past])
            enters_s = (sizes[row, 0] + sizes[other, 1]) / 2.0 / float(now.speed[index])
            since_s = view.now.observed_s - float(then.time_s[past])
            encroachment_s = float(since_s - leaves_s - enters_s)
            if encroachment_s < within_s:
                pair = (min(row, other), max(row, other))
                yield Conflict(*pair, inf, max(0.0, encroachment_s), 0.0)

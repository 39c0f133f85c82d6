"""Pairs of vehicles on the way to a collision, or that just escaped one.

Time to collision: until two bodies would touch if both kept their velocities (Hayward, 1972).
Post-encroachment time: from when one has left the other's path until the other is there (Allen,
Shin, Cooper, 1978). Deceleration to avoid a crash: what the one behind needs (Cooper, 1984).

Both are judged by courses whose error is known, and must hold beyond that error.
"""

from collections import deque
from collections.abc import Iterator
from math import inf, sqrt
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.rules.courses import Courses, along
from sentinel_vision.rules.footprints import Bodies, Encounters, Rows, encounters
from sentinel_vision.rules.geometry import Flags, Floats
from sentinel_vision.rules.road_users import Seen
from sentinel_vision.rules.view import View

LEAST_CLOSING_M_S: Final = 1.5
"""Who comes nearer so slowly is no danger."""

SURE: Final = 1.0
"""Standard deviations by which something must hold."""

CERTAIN: Final = 3.5
"""By so many a course to collide must hold once. Full overlap of two cars in a lane makes 5.5."""

_SIZE_ERROR_M: Final = 0.4
"""Of the half lengths and widths of two bodies together."""

_STEPS: Final[Floats] = np.linspace(0.0, 1.0, 7)
_REACH_M: Final = 14.0
_MEMORY_S: Final = 3.2
_MOST_COSINE: Final = 0.64
_HALF_COSINE: Final = sqrt((1.0 + _MOST_COSINE) / 2.0)
"""Of half that angle."""

_LEAST_SPEED_M_S: Final = 2.0
_SLACK_S: Final = 0.1


class Conflict(NamedTuple):
    """How two rows of a frame are in each other's way.

    Attributes:
        first: Row.
        second: Row.
        collision_s: Time to collision; infinite where they only crossed paths.
        encroachment_s: Post-encroachment time; infinite where they are on course to collide.
        braking_m_s2: How hard one must brake to avoid it; 0 where it is over.
        sureness: Standard deviations by which it holds.
    """

    first: int
    second: int
    collision_s: float
    encroachment_s: float
    braking_m_s2: float
    sureness: float


def closing_pairs(view: View, rows: Rows, within_s: float) -> tuple[Rows, Rows]:
    """Indices into `rows` of those that may come near each other soon: each pair once.

    By the smoothed positions, generously: who is to be looked at closely.
    """
    places, speeds = view.motion.position[rows], view.motion.velocity[rows]
    offset_x, offset_y = (places[:, axis] - places[:, axis, None] for axis in (0, 1))
    pace_x, pace_y = (speeds[:, axis] - speeds[:, axis, None] for axis in (0, 1))
    closing = -(offset_x * pace_x + offset_y * pace_y)
    squared = offset_x * offset_x + offset_y * offset_y
    distance = np.sqrt(squared)
    is_near = closing > LEAST_CLOSING_M_S * distance
    is_near &= squared < _REACH_M * distance + within_s * closing
    first, second = is_near.nonzero()
    is_once = first < second
    return first[is_once], second[is_once]


def collision_courses(
    seen: Seen, first: Rows, second: Rows, limits: tuple[float, float]
) -> Iterator[Conflict]:
    """Those pairs that would be too near each other soon.

    Args:
        seen: Vehicles as they were a moment ago.
        first: Indices into `seen`.
        second: Likewise.
        limits: Seconds from then, and the gap in metres that is too near.
    """
    within_s, gap_m = limits
    offset = seen.bodies.centre[second] - seen.bodies.centre[first]
    pace = seen.bodies.velocity[second] - seen.bodies.velocity[first]
    distance = np.maximum(np.hypot(offset[:, 0], offset[:, 1]), 1e-9)
    (close,) = (-(offset * pace).sum(axis=1) > LEAST_CLOSING_M_S * distance).nonzero()
    if not len(close):
        return
    first, second, pace = first[close], second[close], pace[close]
    both = encounters(seen.bodies.take(first), seen.bodies.take(second), gap_m)
    begin_s, end_s = both.times()
    (pairs,) = ((begin_s <= np.minimum(end_s, within_s)) & (end_s > 0.0)).nonzero()
    if not len(pairs):
        return
    chosen = first[pairs], second[pairs]
    sureness = _sureness(seen.courses, chosen, both.take(pairs), within_s)
    for pair, one, other, sure in zip(pairs, *chosen, sureness.tolist(), strict=True):
        if sure < SURE:
            continue
        wait_s = max(0.0, float(begin_s[pair]))
        # Over the way that is left, closing / 2 on average.
        braking = float(np.hypot(*pace[pair])) / (2.0 * wait_s) if wait_s > 0.0 else inf
        yield Conflict(int(seen.rows[one]), int(seen.rows[other]), wait_s, inf, braking, sure)


def _sureness(
    courses: Courses, pairs: tuple[Rows, Rows], both: Encounters, within_s: float
) -> Floats:
    """By how many standard deviations bodies will overlap within a time at most, shape (n,)."""
    waits_s = _STEPS * within_s
    gaps, axes = both.gaps(waits_s)
    variance = np.full(gaps.shape, _SIZE_ERROR_M**2)
    for part in pairs:
        course = courses.take(part)
        variance += along(course.error, axes) * course.ahead(waits_s[:, None])
    sure: Floats = (-gaps / np.sqrt(variance)).max(axis=0)
    return sure


class _Passage(NamedTuple):
    """Where some vehicles were at one moment.

    Attributes:
        track_ids: Shape (n,).
        place: Middles, metres, shape (n, 2).
        velocity: Shape (n, 2).
        origin: Unit vectors, the direction from which they came, shape (n, 2).
        half: Half of length and width, shape (n, 2).
        time_s: Watched seconds, shape (n,).
    """

    track_ids: NDArray[np.int64]
    place: Floats
    velocity: Floats
    origin: Floats
    half: Floats
    time_s: Floats


class Encroachments:
    """Who comes to where another was just before, on a crossing course."""

    def __init__(self) -> None:
        self._passages: deque[_Passage] = deque()

    def clear(self) -> None:
        """Forget all tracks."""
        self._passages.clear()

    def find(self, view: View, seen: Seen, is_inside: Flags, within_s: float) -> Iterator[Conflict]:
        """The pairs whose second came too soon after the first.

        Args:
            view: The frame; to be called for each of them.
            seen: Vehicles as they were a moment ago.
            is_inside: Those that are in a junction, shape (n,).
            within_s: Longest post-encroachment time.
        """
        now_s = view.now.observed_s
        while self._passages and now_s - self._passages[0].time_s[0] > _MEMORY_S:
            self._passages.popleft()
        passage = _passage_of(view, seen, is_inside)
        if not len(passage.track_ids):
            return
        if self._passages:
            step_s = now_s - float(self._passages[-1].time_s[0])
            for first, second, encroachment_s in self._compare(passage, step_s):
                rows = view.motion.track_ids.searchsorted((first, second)).tolist()
                is_there = rows[0] < len(view.motion)
                is_there = is_there and int(view.motion.track_ids[rows[0]]) == first
                if is_there and encroachment_s < within_s:
                    yield Conflict(min(rows), max(rows), inf, max(0.0, encroachment_s), 0.0, inf)
        self._passages.append(passage)

    def _is_parallel(self, now: _Passage) -> bool:
        """Whether all move along one line, so nearly that no two courses can cross."""
        velocity = np.concatenate([now.velocity, *(then.velocity for then in self._passages)])
        along_first = np.abs(velocity @ velocity[0])
        speed = np.hypot(velocity[:, 0], velocity[:, 1])
        return bool((along_first >= _HALF_COSINE * speed[0] * speed).all())

    def _compare(self, now: _Passage, step_s: float) -> Iterator[tuple[int, int, float]]:
        """Track ids of who was there first and second, and the time between them."""
        if self._is_parallel(now):
            return
        then = _Passage(*map(np.concatenate, zip(*self._passages, strict=True)))
        vx, vy = now.velocity[:, :1], now.velocity[:, 1:]
        ux, uy = then.velocity.T
        speeds = np.hypot(vx, vy), np.hypot(ux, uy)
        turn = vx * uy - vy * ux
        is_met = np.abs(vx * ux + vy * uy) < _MOST_COSINE * speeds[0] * speeds[1]
        is_met &= now.origin @ then.origin.T < _MOST_COSINE
        if not is_met.any():
            return
        x, y = then.place[:, 0] - now.place[:, :1], then.place[:, 1] - now.place[:, 1:]
        turn = np.where(is_met, turn, np.inf)
        # When each is at the point where their courses cross, from where it was seen.
        come_s, been_s = (x * uy - y * ux) / turn, (x * vy - y * vx) / turn
        near_s = step_s / 2.0 + _SLACK_S
        is_met &= (np.abs(come_s) < near_s) & (np.abs(been_s) < near_s)
        between_s = now.time_s[:, None] + come_s - then.time_s - been_s
        is_met &= between_s >= 0.0
        for one, other in zip(*(part.tolist() for part in is_met.nonzero()), strict=True):
            # Both move on between their middles and their ends.
            enters_s = (now.half[one, 0] + then.half[other, 1]) / float(speeds[0][one, 0])
            leaves_s = (then.half[other, 0] + now.half[one, 1]) / float(speeds[1][other])
            wait_s = float(between_s[one, other] - enters_s - leaves_s)
            yield int(then.track_ids[other]), int(now.track_ids[one]), wait_s


def _passage_of(view: View, seen: Seen, is_inside: Flags) -> _Passage:
    moves = seen.speed > _LEAST_SPEED_M_S + 2.0 * seen.pace_error
    (chosen,) = (is_inside & moves & ~np.isnan(seen.origin[:, 0])).nonzero()
    bodies: Bodies = seen.bodies.take(chosen)
    return _Passage(
        view.motion.track_ids[seen.rows[chosen]],
        bodies.centre,
        bodies.velocity,
        seen.origin[chosen],
        bodies.half,
        np.full(len(chosen), view.now.observed_s),
    )

"""Vehicles and bicycles as bodies on the ground, as they were a moment ago."""

from typing import Final, NamedTuple

import numpy as np

from sentinel_vision.rules.courses import LAG_S, Courses, courses
from sentinel_vision.rules.footprints import IS_BODY, SIZES_M, Bodies, Rows, stand_on
from sentinel_vision.rules.geometry import Flags, Floats
from sentinel_vision.rules.ground import GroundPlane
from sentinel_vision.rules.memory import TrackTable
from sentinel_vision.rules.threads import Threads
from sentinel_vision.rules.view import View

HEADING_M_S: Final = 1.0
"""Slower than this, and three errors, the direction of movement says nothing; a body keeps the one it had."""

_HEADING, _ORIGIN, _MOVED = slice(0, 2), slice(2, 4), 4


class Seen(NamedTuple):
    """Some rows of a frame as they were a moment before it.

    Attributes:
        rows: Of the frame, shape (n,).
        courses: Of the lower edges of their boxes.
        bodies: Where they stood.
        origin: Unit vectors: where they pointed when that was known first, shape (n, 2).
    """

    rows: Rows
    courses: Courses
    bodies: Bodies
    origin: Floats


class RoadUsers:
    """Remembers where each vehicle points, where it came from, and when it last moved."""

    def __init__(self, ground: GroundPlane) -> None:
        self.ground = ground
        self.threads = Threads()
        self._table = TrackTable(5)

    def clear(self) -> None:
        """Forget all tracks."""
        self._table.clear()
        self.threads.clear()

    def note(self, view: View, moving_m_s: float, within_s: float) -> Flags:
        """Take in a frame; says which bodies moved within a time, shape (tracks,)."""
        motion = view.motion
        self._table.meet(motion)
        values, slots = self._table.values, motion.slots
        for slot, before in self.threads.follow(view):
            values[:, slot] = values[:, before]
        moves = motion.speed > moving_m_s
        if moves.any():
            moving = slots[moves]
            heading = motion.velocity[moves] / motion.speed[moves, None]
            values[_HEADING, moving] = heading.T
            values[_MOVED, moving] = view.now.observed_s
        known: Flags = values[_MOVED, slots] >= view.now.observed_s - within_s
        known &= IS_BODY[motion.class_ids]
        (young,) = (known & ~motion.mature).nonzero()
        known[young] = self.threads.goes_on(view, young)
        return known

    def see(self, view: View, rows: Rows, lag_s: float = LAG_S) -> Seen:
        """After `note`: rows of the frame, looked at closely; not those that nobody can judge."""
        motion, values = view.motion, self._table.values
        found = courses(view, self.ground, self.threads, rows, lag_s=lag_s)
        pace_error = found.pace_error
        speed = found.speed
        (known,) = np.isfinite(pace_error).nonzero()
        rows, found, speed, pace_error = (
            rows[known],
            found.take(known),
            speed[known],
            pace_error[known],
        )
        slots = motion.slots[rows]
        points = speed > HEADING_M_S + 3.0 * pace_error
        heading = (found.velocity[points] / speed[points, None]).T
        values[_HEADING, slots[points]] = heading
        is_new = points & np.isnan(values[2, slots])
        values[_ORIGIN, slots[is_new]] = values[_HEADING, slots[is_new]]
        bodies = Bodies(
            centre=found.place,
            velocity=found.velocity,
            heading=values[_HEADING, slots].T,
            half=SIZES_M[motion.class_ids[rows]] / 2.0,
        )
        anchors = self.ground.to_picture(found.place)
        return Seen(rows, found, stand_on(self.ground, anchors, bodies), values[_ORIGIN, slots].T)

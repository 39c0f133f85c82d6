"""Vehicles and bicycles as bodies on the ground, as they were a moment ago."""

from typing import Final, NamedTuple

import numpy as np

from sentinel_vision.rules.courses import NEWEST_S, Courses, courses
from sentinel_vision.rules.footprints import IS_BODY, SIZES_M, Bodies, Rows, stand_on
from sentinel_vision.rules.geometry import Flags, Floats
from sentinel_vision.rules.ground import GroundPlane
from sentinel_vision.rules.memory import TrackTable
from sentinel_vision.rules.speed_range import SpeedRange
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
        speed: As that of the courses, shape (n,).
        pace_error: Likewise.
        bodies: Where they stood.
        origin: Unit vectors: where they pointed when that was known first, shape (n, 2).
    """

    rows: Rows
    courses: Courses
    speed: Floats
    pace_error: Floats
    bodies: Bodies
    origin: Floats

    def since(self, index: int) -> "Seen":
        """All from one of them on."""
        some = slice(index, None)
        courses, bodies = self.courses.take(some), self.bodies.take(some)
        return Seen(
            self.rows[some],
            courses,
            self.speed[some],
            self.pace_error[some],
            bodies,
            self.origin[some],
        )


class RoadUsers:
    """Remembers where each vehicle points, where it came from, and when it last moved."""

    def __init__(self, ground: GroundPlane) -> None:
        self.ground = ground
        self.threads = Threads()
        self.speeds = SpeedRange()
        self._table = TrackTable(5)

    def clear(self) -> None:
        """Forget all tracks."""
        self._table.clear()
        self.threads.clear()
        self.speeds.clear()

    def note(self, view: View, moving_m_s: float, within_s: float) -> Flags:
        """Take in a frame; says which bodies moved within a time, shape (tracks,)."""
        motion = view.motion
        self._table.meet(motion)
        values, slots = self._table.values, motion.slots
        joined = self.threads.follow(view)
        for slot, before in joined:
            values[:, slot] = values[:, before]
        self.speeds.note(view, joined)
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

    def see(self, view: View, rows: Rows, is_soon: Flags) -> tuple[Seen, int]:
        """After `note`: rows of the frame, looked at closely; not those that nobody can judge.

        Args:
            view: The frame.
            rows: Of it, shape (n,).
            is_soon: Which are to be seen at the end of their samples too, shape (n,).

        Returns:
            Rows at the end of their samples, then all in the middle, and how many the former are.
        """
        motion = view.motion
        fitted = courses(view, self.ground, self.threads, rows)
        middle = fitted.read()
        is_known = ~np.isnan(fitted.error[0])
        (known,), (soon,) = is_known.nonzero(), (is_known & is_soon).nonzero()
        found = middle.take(known)
        if len(soon):
            newest = fitted.take(soon).read(NEWEST_S)
            found = Courses(*map(np.concatenate, zip(newest, found, strict=True)))
        rows = rows[np.concatenate([soon, known])]
        slots = motion.slots[rows]
        speed, pace_error = found.speed, found.pace_error
        points = speed > HEADING_M_S + 3.0 * pace_error
        bodies = Bodies(
            centre=found.place,
            velocity=found.velocity,
            heading=self._headings(found.velocity, points, slots, len(soon)),
            half=SIZES_M[motion.class_ids[rows]] / 2.0,
        )
        bodies = stand_on(self.ground, bodies)
        origin = self._table.values[_ORIGIN, slots].T
        return Seen(rows, found, speed, pace_error, bodies, origin), len(soon)

    def _headings(self, velocity: Floats, points: Flags, slots: Rows, soon: int) -> Floats:
        """Where bodies point, shape (n, 2): where they move, or else as before."""
        values = self._table.values
        headings = np.empty((len(slots), 2))
        pointing = velocity.T / np.maximum(np.hypot(*velocity.T), 1e-9)
        for part in (slice(soon), slice(soon, None)):
            which = points[part]
            moving = slots[part][which]
            values[_HEADING, moving] = pointing[:, part][:, which]
            is_new = np.isnan(values[2, moving])
            if is_new.any():
                values[_ORIGIN, moving[is_new]] = values[_HEADING, moving[is_new]]
            headings[part] = values[_HEADING, slots[part]].T
        return headings

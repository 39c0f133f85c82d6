"""Vehicles and bicycles on the ground, as quick as they are: for what is over in a second."""

from typing import Final

import numpy as np

from sentinel_vision.rules.footprints import IS_BODY, SIZES_M, Bodies, Rows, stand_on
from sentinel_vision.rules.geometry import Flags, Floats
from sentinel_vision.rules.ground import GroundPlane
from sentinel_vision.rules.memory import TrackTable
from sentinel_vision.rules.view import View

HEADING_M_S: Final = 1.0
"""Slower than this the direction of movement says nothing; a body keeps the one it had."""

STEADY_M: Final = 0.5
"""Samples that stray further from a steady drive are a track that jumped, not a vehicle."""

LEAST_COSINE: Final = 0.5
"""A course that differs more from that of the second before is a track that jumped, too."""

_COSINE, _SINE, _MOVED = range(3)


class RoadUsers:
    """Remembers where each vehicle points and when it last moved."""

    def __init__(self, ground: GroundPlane) -> None:
        self._ground = ground
        self._table = TrackTable(3)

    def clear(self) -> None:
        """Forget all tracks."""
        self._table.clear()

    def note(self, view: View, moving_m_s: float) -> Floats:
        """Take in a frame; gives when each row moved last, in watched seconds, NaN: never."""
        motion = view.motion
        self._table.meet(motion)
        moved: Floats = self._table.values[_MOVED, motion.slots]
        moved[motion.speed > moving_m_s] = view.now.observed_s
        self._table.values[_MOVED, motion.slots] = moved
        return moved

    def see(self, view: View, moving_m_s: float) -> Flags:
        """After `note`: which rows are bodies that can be believed, bool, shape (tracks,)."""
        motion, agile = view.motion, view.motion.agile
        values, slots = self._table.values, motion.slots
        x, y = agile.velocity.T
        speed = np.hypot(x, y)
        is_heading = speed > HEADING_M_S
        heading = slots[is_heading]
        values[_COSINE, heading] = x[is_heading] / speed[is_heading]
        values[_SINE, heading] = y[is_heading] / speed[is_heading]
        courses = x * motion.velocity[:, 0] + y * motion.velocity[:, 1]
        known: Flags = courses > LEAST_COSINE * speed * motion.speed
        known |= speed < moving_m_s
        known &= IS_BODY[motion.class_ids] & motion.mature & (agile.error < STEADY_M)
        known &= ~np.isnan(values[_COSINE, slots])
        return known

    def bodies(self, view: View, rows: Rows) -> Bodies:
        """Some rows as bodies on the ground."""
        motion = view.motion
        bodies = Bodies(
            centre=motion.agile.position[rows],
            velocity=motion.agile.velocity[rows],
            heading=self._table.values[:2, motion.slots[rows]].T,
            half=SIZES_M[motion.class_ids[rows]] / 2.0,
        )
        return stand_on(self._ground, motion.anchors[rows], bodies)

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

    def see(self, view: View, moving_m_s: float) -> Flags:
        """Take in a frame; says which rows are bodies whose heading is known, shape (tracks,)."""
        motion, agile = view.motion, view.motion.agile
        self._table.meet(motion)
        values, slots = self._table.values, motion.slots
        speed = np.hypot(agile.velocity[:, 0], agile.velocity[:, 1])
        with np.errstate(invalid="ignore", divide="ignore"):
            heading = agile.velocity.T / speed
        values[:2, slots] = np.where(speed > HEADING_M_S, heading, values[:2, slots])
        moved = np.where(motion.speed > moving_m_s, view.now.observed_s, values[_MOVED, slots])
        values[_MOVED, slots] = moved
        courses = (agile.velocity * motion.velocity).sum(axis=1)
        known: Flags = IS_BODY[motion.class_ids] & motion.mature & (agile.error < STEADY_M)
        known &= (courses > LEAST_COSINE * speed * motion.speed) | (speed < moving_m_s)
        known &= ~np.isnan(values[_COSINE, slots])
        return known

    def moved_s(self, view: View) -> Floats:
        """When each row moved last, in watched seconds; NaN: never."""
        moved: Floats = self._table.values[_MOVED, view.motion.slots]
        return moved

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

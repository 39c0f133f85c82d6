"""Between which speeds each vehicle was lately, to see cheaply whom it is worth to look at closely."""

from typing import Final

import numpy as np

from sentinel_vision.rules.footprints import Rows
from sentinel_vision.rules.geometry import Floats
from sentinel_vision.rules.memory import Beat, TrackTable
from sentinel_vision.rules.view import View

LATELY_S: Final = 3.0
"""At least; at most twice as long."""

SHARE: Final = 0.5
"""Smoothed over a second, speeds show at least so much of what was lost within one."""


class SpeedRange:
    """Highest and lowest speed of each track in two spans of time, the present one and the last."""

    def __init__(self) -> None:
        # Highest and lowest, the latter with its sign turned; then those of the last span.
        self._table = TrackTable(4)
        self._beat = Beat(LATELY_S)

    def clear(self) -> None:
        """Forget all tracks."""
        self._table.clear()

    def note(self, view: View, joined: list[tuple[int, int]]) -> None:
        """Take in a frame, and slots of tracks that go on with those of others."""
        self._table.meet(view.motion)
        values, slots = self._table.values, view.motion.slots
        for slot, before in joined:
            values[:, slot] = values[:, before]
        if self._beat.is_due(view.now):
            values[2:] = values[:2]
            values[:2] = np.nan
        speed = view.motion.speed
        values[:2, slots] = np.fmax(values[:2, slots], (speed, -speed))

    def width(self, slots: Rows) -> Floats:
        """By how much the speeds of slots differed, in units of `Motion.speed`; NaN if unknown."""
        values = self._table.values[:, slots]
        width: Floats = np.fmax(values[:2], values[2:]).sum(axis=0)
        return width

    def may_have_braked(self, slots: Rows, lost: float) -> Rows:
        """Indices of the slots that can have lost so much speed within a second."""
        (indices,) = (self.width(slots) > SHARE * lost).nonzero()
        return indices

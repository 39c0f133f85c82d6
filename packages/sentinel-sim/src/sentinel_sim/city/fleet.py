"""The vehicles of a run as a table: a column is a vehicle, a row one of its numbers."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sentinel_sim.city.frame import Floats
from sentinel_sim.city.kinds import SIZES_M


class Number(IntEnum):
    """Rows of `Fleet.numbers`."""

    WAY = 0
    """Of its middle from the beginning of its lane, metres."""
    SPEED = 1
    FACTOR = 2
    """What it likes to drive, in speed limits."""
    SWAY = 3
    """How far left of the middle of its lane it likes to be."""
    SHIFT = 4
    """How far left of its lane it was when it began to change into it."""
    SHIFT_FROM = 5
    """Where it began to."""
    SHIFT_LENGTH = 6
    STOP_AT = 7
    """Where it breaks down; NaN for nowhere."""
    WAIT_UNTIL = 8
    """When it goes on; infinite until it stands."""


class Label(IntEnum):
    """Rows of `Fleet.labels`."""

    ID = 0
    KIND = 1
    ROUTE = 2
    LEG = 3
    LANE = 4
    OLD_LANE = 5
    """The lane that it is leaving; -1 for none."""
    BREAKDOWN = 6
    """Index of the breakdown that it plays; -1 for none."""


@dataclass(slots=True, eq=False)
class Fleet:
    """Vehicles by their ids."""

    numbers: Floats
    labels: NDArray[np.intp]

    @classmethod
    def empty(cls) -> Self:
        """None."""
        return cls(np.empty((len(Number), 0)), np.empty((len(Label), 0), dtype=np.intp))

    def __len__(self) -> int:
        return int(self.numbers.shape[1])

    @property
    def halves(self) -> Floats:
        """Half of each one's length."""
        halves: Floats = SIZES_M[self.labels[Label.KIND], 0] / 2.0
        return halves

    def append(self, numbers: Floats, labels: NDArray[np.intp]) -> None:
        """One more."""
        self.numbers = np.concatenate([self.numbers, numbers[:, None]], axis=1)
        self.labels = np.concatenate([self.labels, labels[:, None]], axis=1)

    def keep(self, mask: NDArray[np.bool_]) -> None:
        """Forget the others."""
        self.numbers, self.labels = self.numbers[:, mask], self.labels[:, mask]

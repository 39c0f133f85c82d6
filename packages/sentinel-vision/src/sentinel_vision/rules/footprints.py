"""Where vehicles stand on the ground as bodies, and when two of them would touch."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.detection.classes import BICYCLE, BUS, CAR, CLASS_NAMES, MOTORCYCLE, TRUCK
from sentinel_vision.rules.geometry import Flags, Floats
from sentinel_vision.rules.ground import GroundPlane

Rows = NDArray[np.intp]

_SIZES: Final = {
    CAR: (4.4, 1.8),
    TRUCK: (8.0, 2.5),
    BUS: (11.5, 2.5),
    MOTORCYCLE: (2.1, 0.8),
    BICYCLE: (1.8, 0.6),
}
SIZES_M: Final[Floats] = np.array(
    [_SIZES.get(kind, (0.5, 0.5)) for kind in range(len(CLASS_NAMES))]
)
"""Usual length and width by class, shape (classes, 2)."""

_STAYS_M_S = 1e-6

IS_BODY: Final[Flags] = np.isin(np.arange(len(CLASS_NAMES)), sorted(_SIZES))
"""What can hit and be hit here: vehicles and bicycles, not persons on foot."""


class Bodies(NamedTuple):
    """Rectangles on the ground that move.

    Attributes:
        centre: Metres, shape (n, 2).
        velocity: Metres per second, shape (n, 2).
        heading: Unit vectors, shape (n, 2).
        half: Half of length and width in metres, shape (n, 2).
    """

    centre: Floats
    velocity: Floats
    heading: Floats
    half: Floats

    def take(self, rows: Rows | slice) -> "Bodies":
        """Some of them."""
        centre, velocity, heading, half = self
        return Bodies(centre[rows], velocity[rows], heading[rows], half[rows])


class Encounters(NamedTuple):
    """Pairs of bodies by the shadows of both on the sides of both: they touch where all overlap.

    Attributes:
        axes: Unit vectors, along and across both bodies, shape (4, n, 2).
        reach: Half the lengths of both shadows and a clearance, metres, shape (4, n).
        offset: From the first's middle to the second's on the axes, metres, shape (4, n).
        pace: The same of their velocities.
    """

    axes: Floats
    reach: Floats
    offset: Floats
    pace: Floats

    def take(self, rows: Rows) -> "Encounters":
        """Some of them."""
        return Encounters(*(values.take(rows, axis=1) for values in self))

    def times(self) -> tuple[Floats, Floats]:
        """As `touching_times`."""
        reach, pace = self.reach, self.pace
        stays = np.abs(pace) < _STAYS_M_S
        if stays.any():
            # Apart or together for ever.
            for_ever = np.where(np.abs(self.offset) > reach, -np.inf, np.inf)
            reach, pace = np.where(stays, for_ever, reach), np.where(stays, 1.0, pace)
        middle, half = -self.offset / pace, reach / np.abs(pace)
        begin: Floats = (middle - half).max(axis=0)
        end: Floats = (middle + half).min(axis=0)
        return begin, end

    def gaps(self, waits_s: Floats) -> tuple[Floats, Floats]:
        """How far apart they will be at k times, less the clearance, if they keep their velocities.

        Returns:
            Metres, below 0 where they overlap, (k, n), and the axes on which that is, (k, n, 2).
        """
        gaps = np.abs(self.offset + waits_s[:, None, None] * self.pace) - self.reach
        widest = gaps.argmax(axis=1)
        return gaps.max(axis=1), self.axes[widest, np.arange(self.axes.shape[1])]


def encounters(first: Bodies, second: Bodies, clearance_m: float) -> Encounters:
    """Of n pairs."""
    axes = _axes(first, second)
    reach = _shadow(first, axes) + _shadow(second, axes) + clearance_m
    offset, pace = second.centre - first.centre, second.velocity - first.velocity
    return Encounters(axes, reach, _dot(offset, axes), _dot(pace, axes))


def stand_on(ground: GroundPlane, bodies: Bodies) -> Bodies:
    """Move bodies from the lower edges of their boxes to where their middles are.

    The lower edge is the side that is nearest to the camera; the middle is half a body behind it.

    Args:
        ground: Of the camera.
        bodies: With `centre` where the bottom centres of the boxes are.
    """
    away = ground.away(bodies.centre)
    deep = _shadow(bodies, away)
    return bodies._replace(centre=bodies.centre + away * deep[:, None])


def touching_times(first: Bodies, second: Bodies, clearance_m: float) -> tuple[Floats, Floats]:
    """When each of n pairs would be nearer than the clearance, if both kept their velocities.

    Two rectangles touch while their shadows on the axes of both overlap.

    Returns:
        Seconds from now when it begins and ends, shape (n,) each; it never does where the end is
        before the beginning.
    """
    return encounters(first, second, clearance_m).times()


def _axes(first: Bodies, second: Bodies) -> Floats:
    """Along and across both, shape (4, n, 2)."""
    axes = np.empty((4, *first.heading.shape))
    axes[0], axes[2] = first.heading, second.heading
    np.negative(axes[::2, :, 1], out=axes[1::2, :, 0])
    axes[1::2, :, 1] = axes[::2, :, 0]
    return axes


def _shadow(bodies: Bodies, axis: Floats) -> Floats:
    """Half the length of a body's shadow on an axis."""
    along = np.abs(_dot(bodies.heading, axis))
    across = np.sqrt(np.maximum(0.0, 1.0 - along * along))
    shadow: Floats = along * bodies.half[:, 0] + across * bodies.half[:, 1]
    return shadow


def _dot(first: Floats, second: Floats) -> Floats:
    products: Floats = first[:, 0] * second[..., 0] + first[:, 1] * second[..., 1]
    return products

"""How well the places of tracks are known, where a detector's boxes tremble and tracks jump."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.rules.agile import MIN_SPREAD_S2, fit_agile
from sentinel_vision.rules.geometry import Flags, Floats
from sentinel_vision.rules.ground import GroundPlane
from sentinel_vision.rules.view import View

Rows = NDArray[np.intp]

TREMBLE: Final = 0.04
"""Standard deviation of the lower edge of a usual detector's box, in box heights."""

STRAY_M: Final = 0.5
STRAY_BL: Final = 0.25
"""What strays further from a steady drive, beyond what boxes tremble, is a track that jumped from
one vehicle to another."""

_STRAY_ERRORS: Final = 2.0
_LEAST_SIGHTINGS: Final = 3


class Drives(NamedTuple):
    """How some rows moved in the last moments, by their sightings as they are.

    Attributes:
        velocity: Units per second, shape (rows, 2).
        speed_error: Its standard deviation from boxes that tremble, shape (rows,).
        is_known: Seen three times at least, shape (rows,).
        is_steady: And on a course that one vehicle can have driven.
    """

    velocity: Floats
    speed_error: Floats
    is_known: Flags
    is_steady: Flags

    @property
    def speed(self) -> Floats:
        """Units per second, shape (rows,)."""
        speeds: Floats = np.hypot(self.velocity[:, 0], self.velocity[:, 1])
        return speeds


def place_errors(view: View, rows: Rows, ground: GroundPlane | None) -> Floats:
    """Standard deviation of one sighting of each row, in units, shape (rows,).

    Far away a hundredth of the picture is many metres. Infinite where there is no ground.
    """
    motion = view.motion
    boxes = motion.boxes[rows]
    shift_px = TREMBLE * (boxes[:, 3] - boxes[:, 1])
    if ground is None:
        in_bodies: Floats = shift_px / motion.length[rows]
        return in_bodies
    near = motion.anchors[rows]
    far = near - np.column_stack([np.zeros(len(rows)), shift_px / view.scene.height])
    way = ground.to_metres(far) - ground.to_metres(near)
    errors = np.hypot(way[:, 0], way[:, 1])
    known: Floats = np.where(np.isnan(errors), np.inf, errors)
    return known


def most_stray(view: View, errors: Floats) -> Floats:
    """How far the sightings of one vehicle stray at most, in units, given their errors."""
    free = STRAY_M if view.motion.unit == "m" else STRAY_BL
    return free + _STRAY_ERRORS * errors


def recent_drives(view: View, rows: Rows, ground: GroundPlane | None, seconds: float) -> Drives:
    """The line through the sightings of the last `seconds`, for each row."""
    times, places = view.motion.samples(rows, seconds)
    is_seen = ~np.isnan(times)
    is_known = is_seen.sum(axis=0) >= _LEAST_SIGHTINGS
    since_s = np.where(is_seen, times, 0.0)
    middle_s = since_s.sum(axis=0) / np.maximum(is_seen.sum(axis=0), 1)
    spread_s2 = (np.where(is_seen, times - middle_s, 0.0) ** 2).sum(axis=0)
    errors = place_errors(view, rows, ground)
    fit = fit_agile(times, places)
    length = view.motion.length[rows]
    return Drives(
        velocity=fit.velocity / length[:, None],
        speed_error=errors / np.sqrt(np.maximum(spread_s2, MIN_SPREAD_S2)),
        is_known=is_known,
        is_steady=is_known & (fit.error / length <= most_stray(view, errors)),
    )

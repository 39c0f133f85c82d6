"""How well the places of tracks are known, where a detector's boxes tremble and tracks jump."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.rules.geometry import Flags, Floats
from sentinel_vision.rules.ground import GroundPlane
from sentinel_vision.rules.view import View

Rows = NDArray[np.intp]

TREMBLE: Final = 0.04
"""Standard deviation of the lower edge of a usual detector's box, in box heights."""

BAND: Final = 2.0
"""So many standard deviations to each side hold 95 % of all cases."""

STRAY_M: Final = 0.5
STRAY_BL: Final = 0.25
"""What strays further from a steady drive, beyond what boxes tremble, is a track that jumped from
one vehicle to another."""

_STRAY_ERRORS: Final = 2.0
_LEAST_SPREAD_S2: Final = 1e-6


class Drives(NamedTuple):
    """How some rows moved in the last moments, by their sightings as they are.

    Attributes:
        velocity: Units per second, shape (rows, 2).
        speed_error: Its standard deviation from boxes that tremble, shape (rows,).
        sightings: How many, shape (rows,); fewer than three cannot show a jump.
        is_steady: On a course that one vehicle can have driven, shape (rows,).
    """

    velocity: Floats
    speed_error: Floats
    sightings: Rows
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


def recent_drives(view: View, rows: Rows, ground: GroundPlane | None, seconds: float) -> Drives:
    """The line through the sightings of the last `seconds`, for each row."""
    times, places = view.motion.samples(rows, seconds)
    is_seen = ~np.isnan(times)
    sightings = is_seen.sum(axis=0)
    known = np.maximum(sightings, 1)
    times = np.where(is_seen, times, 0.0)
    times = np.where(is_seen, times - times.sum(axis=0) / known, 0.0)
    places = np.where(is_seen[:, :, None], places, 0.0)
    places = np.where(is_seen[:, :, None], places - places.sum(axis=0) / known[:, None], 0.0)
    spread_s2 = (times**2).sum(axis=0)
    spread_s2[spread_s2 < _LEAST_SPREAD_S2] = np.inf
    pace = (times[:, :, None] * places).sum(axis=0) / spread_s2[:, None]
    strays = ((places - pace * times[:, :, None]) ** 2).sum(axis=(0, 2))
    errors = place_errors(view, rows, ground)
    length = view.motion.length[rows]
    pace[np.isinf(spread_s2)] = np.nan
    return Drives(
        velocity=pace / length[:, None],
        speed_error=errors / np.sqrt(spread_s2),
        sightings=sightings,
        is_steady=np.sqrt(strays / known) / length <= _most_stray(view, errors),
    )


def _most_stray(view: View, errors: Floats) -> Floats:
    """How far the sightings of one vehicle stray at most, in units, given their errors."""
    free = STRAY_M if view.motion.unit == "m" else STRAY_BL
    return free + _STRAY_ERRORS * errors

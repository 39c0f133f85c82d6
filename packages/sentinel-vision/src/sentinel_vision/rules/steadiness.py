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
        place_error: As `place_errors`.
        speed_error: Standard deviation of the speed from boxes that tremble, shape (rows,).
        sightings: How many, shape (rows,); fewer than three cannot show a jump.
        is_steady: On a course that one vehicle can have driven, shape (rows,).
    """

    velocity: Floats
    place_error: Floats
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
    ends = np.concatenate((motion.anchors[rows], motion.anchors[rows]))
    ends[len(rows) :, 1] -= shift_px / view.scene.height
    metres = ground.to_metres(ends)
    way = metres[len(rows) :] - metres[: len(rows)]
    errors: Floats = np.hypot(way[:, 0], way[:, 1])
    errors[np.isnan(errors)] = np.inf
    return errors


def recent_drives(view: View, rows: Rows, ground: GroundPlane | None, seconds: float) -> Drives:
    """The line through the sightings of the last `seconds`, for each row."""
    times, places = view.motion.samples(rows, seconds)
    # Channels before tracks, as they are kept: what is added up is contiguous.
    places = places.transpose(0, 2, 1)
    is_missing = np.isnan(times)
    sightings = len(times) - np.add.reduce(is_missing, axis=0)
    known = np.maximum(sightings, 1)
    has_gaps = np.count_nonzero(is_missing) > 0
    for values, gaps in ((times, is_missing), (places, is_missing[:, None])):
        if has_gaps:
            np.copyto(values, 0.0, where=gaps)
        values -= np.add.reduce(values, axis=0) / known
        if has_gaps:
            np.copyto(values, 0.0, where=gaps)
    spread_s2 = np.add.reduce(times * times, axis=0)
    is_known = spread_s2 >= _LEAST_SPREAD_S2
    spread_s2[~is_known] = np.inf
    pace = np.add.reduce(times[:, None] * places, axis=0) / spread_s2
    places -= pace * times[:, None]
    strays = np.add.reduce(places * places, axis=(0, 1))
    errors = place_errors(view, rows, ground)
    length = view.motion.length[rows]
    pace[:, ~is_known] = np.nan
    return Drives(
        velocity=(pace / length).T,
        place_error=errors,
        speed_error=errors / np.sqrt(spread_s2),
        sightings=sightings,
        is_steady=np.sqrt(strays / known) / length <= _most_stray(view, errors),
    )


def _most_stray(view: View, errors: Floats) -> Floats:
    """How far the sightings of one vehicle stray at most, in units, given their errors."""
    free = STRAY_M if view.motion.unit == "m" else STRAY_BL
    return free + _STRAY_ERRORS * errors

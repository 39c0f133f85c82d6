"""Vehicles that are not seen at this moment and cannot have left.

A detector misses in runs, mostly what is half hidden behind others, so that a count of what is seen
lacks many in just the jam that it is to find.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.rules.geometry import Flags, Floats, intersection_over_union
from sentinel_vision.rules.scene import Instant, seconds_between
from sentinel_vision.rules.view import View, ZoneLayout

MEMORY_S = 4.0
"""For so long a vehicle counts that is not seen where it should be by now."""

_SAME_VEHICLE_IOU = 0.3

# Columns of the table.
_BOXES: Final = slice(0, 4)
_ANCHORS: Final = slice(4, 6)
_POSITION: Final = slice(6, 8)
_FLOW: Final = slice(8, 10)
_PACE: Final = slice(10, 12)
_SPEED, _LENGTH, _SEEN_S = 12, 13, 14


@dataclass(frozen=True, slots=True, eq=False)
class Vehicles:
    """Vehicles that count, seen or hidden; as `Motion` where not said.

    Attributes:
        inside: As `View.inside`.
        table: What is known of each in numbers, shape (n, 15), so that all of it is selected and
            joined in one go.
    """

    track_ids: NDArray[np.int64]
    class_ids: NDArray[np.int64]
    inside: Flags
    table: Floats

    def __len__(self) -> int:
        return len(self.track_ids)

    @property
    def boxes(self) -> Floats:
        """As `Motion.boxes`."""
        return self.table[:, _BOXES]

    @property
    def anchors(self) -> Floats:
        """As `Motion.anchors`."""
        return self.table[:, _ANCHORS]

    @property
    def position(self) -> Floats:
        """As `Motion.position`."""
        return self.table[:, _POSITION]

    @property
    def speed(self) -> Floats:
        """As `Motion.speed`."""
        return self.table[:, _SPEED]

    @property
    def length(self) -> Floats:
        """As `Motion.length`."""
        return self.table[:, _LENGTH]

    def select(self, rows: Flags) -> "Vehicles":
        """Those of a mask."""
        return Vehicles(
            self.track_ids[rows], self.class_ids[rows], self.inside[rows], self.table[rows]
        )

    def joined(self, other: "Vehicles") -> "Vehicles":
        """These, then the others."""
        return Vehicles(
            np.concatenate((self.track_ids, other.track_ids)),
            np.concatenate((self.class_ids, other.class_ids)),
            np.concatenate((self.inside, other.inside)),
            np.concatenate((self.table, other.table)),
        )


class HiddenVehicles:
    """Remembers the vehicles of one camera's zones."""

    def __init__(self, layout: ZoneLayout) -> None:
        self._polygons = layout.polygons
        self._known: Vehicles | None = None
        self._last: Instant | None = None

    def look(self, view: View) -> Vehicles:
        """The vehicles that count: those seen, and those hidden that cannot have left."""
        vehicles = _seen(view)
        known, last = self._known, self._last
        # After an interruption of the stream all tracks are new.
        if known is not None and last is not None and view.is_warm:
            is_missing, is_fresh = _changes(known.track_ids, vehicles.track_ids)
            if is_missing.any():
                missing, fresh = known.select(is_missing), vehicles.boxes[is_fresh]
                hidden = self._still_there(missing, fresh, view, last)
                vehicles = vehicles.joined(hidden) if len(hidden) else vehicles
        self._known, self._last = vehicles, view.now
        return vehicles

    def _still_there(self, missing: Vehicles, fresh: Floats, view: View, last: Instant) -> Vehicles:
        """Of those that are missing, moved on, the ones that nothing says are gone.

        Args:
            missing: As they were at the last look; moved on in place.
            fresh: Boxes that count for the first time, in pixels, shape (m, 4).
            view: The frame.
            last: The last look.
        """
        table = missing.table
        way = table[:, slice(_FLOW.start, _PACE.stop)] * seconds_between(last, view.now)
        way[np.isnan(way)] = 0.0
        way_px = way[:, :2]
        table[:, _ANCHORS] += way_px / (view.scene.width, view.scene.height)
        table[:, _BOXES] += way_px[:, (0, 1, 0, 1)]
        table[:, _POSITION] += way[:, 2:]
        missing.inside[:] = self._polygons.contain(missing.anchors)
        stays = table[:, _SEEN_S] >= view.now.observed_s - MEMORY_S
        stays &= missing.inside.any(axis=1)
        if len(fresh):
            overlaps = intersection_over_union(fresh, missing.boxes)
            stays[overlaps.argmax(axis=1)[overlaps.max(axis=1) > _SAME_VEHICLE_IOU]] = False
        return missing.select(stays)


def _changes(before: NDArray[np.int64], now: NDArray[np.int64]) -> tuple[Flags, Flags]:
    """Which ids from before are missing now, and which are fresh; those of now are ascending."""
    is_missing, is_fresh = np.ones(len(before), dtype=np.bool_), np.ones(len(now), dtype=np.bool_)
    if len(now):
        places = np.minimum(now.searchsorted(before), len(now) - 1)
        is_missing = now[places] != before
        is_fresh[places[~is_missing]] = False
    return is_missing, is_fresh


def _seen(view: View) -> Vehicles:
    motion = view.motion
    (rows,) = (view.is_vehicle & motion.mature).nonzero()
    table = np.empty((len(rows), _SEEN_S + 1))
    whole = (motion.boxes, motion.anchors, motion.position, motion.velocity_px_s, motion.velocity)
    columns = (motion.speed[:, None], motion.length[:, None])
    table[:, :_SEEN_S] = np.concatenate((*whole, *columns), axis=1)[rows]
    table[:, _SEEN_S] = view.now.observed_s
    return Vehicles(motion.track_ids[rows], motion.class_ids[rows], view.inside[rows], table)

"""Vehicles that are not seen at this moment and cannot have left.

A detector misses in runs, mostly what is half hidden behind others, so that a count of what is seen
lacks many in just the jam that it is to find.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.rules.geometry import Flags, Floats, intersection_over_union
from sentinel_vision.rules.scene import Instant, seconds_between
from sentinel_vision.rules.view import View, ZoneLayout

MEMORY_S = 4.0
"""For so long a vehicle counts that is not seen where it should be by now."""

_SAME_VEHICLE_IOU = 0.3


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Vehicles:
    """Vehicles that count, seen or hidden, a struct of arrays; as `Motion` where not said.

    Attributes:
        inside: As `View.inside`.
        seen_s: Watched seconds at which each was seen last, shape (n,).
    """

    track_ids: NDArray[np.int64]
    class_ids: NDArray[np.int64]
    boxes: Floats
    anchors: Floats
    velocity_px_s: Floats
    velocity: Floats
    position: Floats
    speed: Floats
    length: Floats
    inside: Flags
    seen_s: Floats

    def __len__(self) -> int:
        return len(self.track_ids)

    def select(self, rows: Flags) -> "Vehicles":
        """Those of a mask."""
        return Vehicles(**{name: getattr(self, name)[rows] for name in _COLUMNS})

    def joined(self, other: "Vehicles") -> "Vehicles":
        """These, then the others."""
        return Vehicles(
            **{
                name: np.concatenate((getattr(self, name), getattr(other, name)))
                for name in _COLUMNS
            }
        )


_COLUMNS = tuple(Vehicles.__dataclass_fields__)


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
            missing = known.select(~np.isin(known.track_ids, vehicles.track_ids))
            if len(missing):
                fresh = vehicles.boxes[~np.isin(vehicles.track_ids, known.track_ids)]
                vehicles = vehicles.joined(self._still_there(missing, fresh, view, last))
        self._known, self._last = vehicles, view.now
        return vehicles

    def _still_there(self, missing: Vehicles, fresh: Floats, view: View, last: Instant) -> Vehicles:
        """Of those that are missing, moved on, the ones that nothing says are gone.

        Args:
            missing: As they were at the last look.
            fresh: Boxes that count for the first time, in pixels, shape (m, 4).
            view: The frame.
            last: The last look.
        """
        elapsed_s = seconds_between(last, view.now)
        way_px = missing.velocity_px_s * elapsed_s
        size = (view.scene.width, view.scene.height)
        anchors = missing.anchors + way_px / size
        boxes = missing.boxes + np.tile(way_px, 2)
        inside = self._polygons.contain(anchors)
        stays = (missing.seen_s >= view.now.observed_s - MEMORY_S) & inside.any(axis=1)
        overlaps = intersection_over_union(fresh, boxes)
        found_again = overlaps.argmax(axis=1)[overlaps.max(axis=1) > _SAME_VEHICLE_IOU]
        stays[found_again] = False
        moved = replace(
            missing,
            anchors=anchors,
            boxes=boxes,
            position=missing.position + missing.velocity * elapsed_s,
            inside=inside,
        )
        return moved.select(stays)


def _seen(view: View) -> Vehicles:
    motion = view.motion
    rows = view.is_vehicle & motion.mature
    return Vehicles(
        track_ids=motion.track_ids[rows],
        class_ids=motion.class_ids[rows],
        boxes=motion.boxes[rows],
        anchors=motion.anchors[rows],
        velocity_px_s=np.nan_to_num(motion.velocity_px_s[rows]),
        velocity=np.nan_to_num(motion.velocity[rows]),
        position=motion.position[rows],
        speed=motion.speed[rows],
        length=motion.length[rows],
        inside=view.inside[rows],
        seen_s=np.full(int(rows.sum()), view.now.observed_s),
    )

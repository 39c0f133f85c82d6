"""Where vehicles stand, and which track tells what about each place."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.rules.geometry import Flags, Floats, intersection_over_union
from sentinel_vision.rules.ground import GroundPlane
from sentinel_vision.rules.incident_book import SAME_PLACE_IOU, Box
from sentinel_vision.rules.steadiness import place_errors
from sentinel_vision.rules.view import View

Rows = NDArray[np.intp]

ERRORS: Final = 1.5
"""The median of the places of a second errs by 0.5 to 0.6 of one place's error, the way between
two such medians by 0.8 of it; this is twice as much."""


class Verdict(IntEnum):
    """On one track over a place; the least counts where there are several."""

    STILL = 0
    CREEPS = 1
    UNKNOWN = 2
    MOVED = 3


_VERDICTS = tuple(Verdict)


class Limits(NamedTuple):
    """Ways in the camera's unit.

    Attributes:
        still: Less than this in 3 s is standing.
        moved: More than this in 3 s is moving.
        left: Further than this from where it stopped is gone.
    """

    still: float
    moved: float
    left: float


class Sighting(NamedTuple):
    """The track that tells most about a place.

    Attributes:
        way: In the last 3 s, in units.
        slack: What boxes that tremble may have added to it.
        from_place: Distance from where the vehicle stopped, in units.
    """

    verdict: Verdict
    track_id: int
    way: float
    slack: float
    from_place: float


def slacks(view: View, rows: Rows, ground: GroundPlane | None, most: Floats | float) -> Floats:
    """What boxes that tremble add to the way of something that stands, in units, shape (rows,).

    Args:
        view: The frame.
        rows: To be looked at.
        ground: Of the camera.
        most: More is not excused, or far away nothing would ever move.
    """
    return np.minimum(ERRORS * place_errors(view, rows, ground), most)


class PlaceTable:
    """Some places, judged together.

    A track that began less than 3 s ago is judged by where it is: one that is where a vehicle
    stopped stands there, whatever its number.
    """

    def __init__(
        self,
        boxes: Sequence[Box],
        positions: Sequence[Floats],
        limits: Sequence[Limits],
        ground: GroundPlane | None,
    ) -> None:
        self._boxes = np.array(boxes, dtype=np.float64).reshape(-1, 4)
        self._positions = np.array(positions, dtype=np.float64).reshape(-1, 2)
        self._limits = np.array(limits, dtype=np.float64).reshape(-1, 3)
        self._ground = ground

    def sight(self, view: View, candidates: Flags, current: Sequence[int]) -> list[Sighting | None]:
        """What tells most about each place; None for a place with no track over it.

        The track that stood there last is asked first, which is nearly always enough. Else all
        that overlap the place are.

        Args:
            view: The frame.
            candidates: Tracks that may stand somewhere, shape (tracks,).
            current: The track that stood there last, by place.
        """
        found: list[Sighting | None] = [None] * len(current)
        own = _find_rows(view, current)
        places = np.flatnonzero(own >= 0)
        self._judge(view, places, own[places], found)
        doubtful = [
            index
            for index, sighting in enumerate(found)
            if sighting is None or sighting.verdict is not Verdict.STILL
        ]
        if doubtful:
            overlaps = self._overlaps(view, doubtful) * candidates
            over, rows = np.nonzero(overlaps > SAME_PLACE_IOU)
            order = np.lexsort((rows, -overlaps[over, rows], over))
            self._judge(view, np.array(doubtful)[over][order], rows[order], found)
        return found

    def are_covered(self, view: View, rows: Rows) -> Flags:
        """Which of these tracks are over one of the places."""
        overlaps = self._overlaps(view, slice(None))[:, rows]
        return np.asarray((overlaps > SAME_PLACE_IOU).any(axis=0), dtype=np.bool_)

    def _overlaps(self, view: View, places: Sequence[int] | slice) -> Floats:
        size = (view.scene.width, view.scene.height)
        return intersection_over_union(self._boxes[places], view.motion.boxes / (*size, *size))

    def _judge(self, view: View, places: Rows, rows: Rows, found: list[Sighting | None]) -> None:
        """Judge pairs of place and track, and note for each place the lesser verdict."""
        if not len(places):
            return
        motion = view.motion
        still, moved, left = self._limits[places].T
        slack = slacks(view, rows, self._ground, moved)
        offset = motion.position[rows] - self._positions[places]
        from_place = np.hypot(offset[:, 0], offset[:, 1]) / motion.length[rows]
        way = motion.displacement[rows]
        is_young = np.isnan(way)
        way = np.where(is_young, from_place, way)
        verdicts = np.where(way < still + slack, Verdict.STILL, Verdict.CREEPS)
        verdicts[np.isnan(way) | (is_young & (verdicts == Verdict.CREEPS))] = Verdict.UNKNOWN
        verdicts[(~is_young & (way > moved + slack)) | (from_place > left + slack)] = Verdict.MOVED
        columns = (places, verdicts, motion.track_ids[rows], way, slack, from_place)
        for place, verdict, *details in zip(*(column.tolist() for column in columns), strict=True):
            before = found[place]
            if before is None or verdict < before.verdict:
                found[place] = Sighting(_VERDICTS[verdict], *details)


def _find_rows(view: View, current: Sequence[int]) -> Rows:
    """Row of each track in the frame, -1 where it is not there or is no vehicle."""
    track_ids = view.motion.track_ids
    if not len(track_ids):
        return np.full(len(current), -1)
    wanted = np.array(current)
    rows = np.minimum(track_ids.searchsorted(wanted), len(track_ids) - 1)
    is_there = (track_ids[rows] == wanted) & view.is_vehicle[rows]
    return np.where(is_there, rows, -1)

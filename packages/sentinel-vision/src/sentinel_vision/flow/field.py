"""Where vehicles go and in which direction: a grid over the picture, filled by tracks.

A vehicle leaves its mark where it stands on the ground: under the middle of its box's lower edge.
Each track marks a cell once, with the direction in which it moved there.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import hypot, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sentinel_core.contracts.generated.detection_event import DetectedObject, DetectionEvent
from sentinel_core.domain.media_clock import TICKS_PER_SECOND
from sentinel_vision.detection.classes import CLASS_NAMES, VEHICLE_CLASSES
from sentinel_vision.rules.geometry import Floats

COLUMNS: Final = 64
ROWS: Final = 36

SAMPLE_S: Final = 0.38
"""Frames closer together add nothing but work."""

STEP_S: Final = 1.0
"""A direction is that of the way of the last second."""

MOVED_BL: Final = 0.4
"""Who came less far in that time stands."""

FOOT_SHARE: Final = 0.6
"""Share of a box's width that its vehicle marks on the ground."""

_FORGET_S = 3.0
_EDGE = 0.01
_VEHICLES = frozenset(CLASS_NAMES[class_id] for class_id in VEHICLE_CLASSES)


@dataclass(slots=True)
class _Spot:
    """Where a track was: bottom centre, width and body length in frame heights."""

    at_s: float
    x: float
    y: float
    width: float
    length: float


@dataclass(slots=True)
class _Trail:
    """The last second of a track, and the cells it has marked."""

    spots: deque[_Spot] = field(default_factory=deque)
    cells: set[int] = field(default_factory=set)


class FlowField:
    """Counts and directions by cell. Coordinates are in frame heights, so that angles are true."""

    def __init__(self) -> None:
        # Lists: single cells of arrays are slow to change.
        self._counts = [0.0] * (ROWS * COLUMNS)
        self._right = [0.0] * (ROWS * COLUMNS)
        self._down = [0.0] * (ROWS * COLUMNS)
        self._trails: dict[tuple[str, int], _Trail] = {}
        self._marks: list[NDArray[np.int64]] = []
        self._last: tuple[str, float] = ("", -np.inf)

    @property
    def counts(self) -> Floats:
        """Tracks that moved through each cell, shape (ROWS, COLUMNS)."""
        return np.array(self._counts).reshape(ROWS, COLUMNS)

    @property
    def headings(self) -> Floats:
        """Sum of their unit vectors, shape (ROWS, COLUMNS, 2)."""
        return np.column_stack([self._right, self._down]).reshape(ROWS, COLUMNS, 2)

    def add(self, events: Iterable[DetectionEvent]) -> None:
        """Take in frames, in order of time."""
        for event in events:
            at_s = event.pts_90k / TICKS_PER_SECOND
            epoch, last_s = self._last
            if epoch == event.stream_epoch and 0.0 <= at_s - last_s < SAMPLE_S:
                continue
            self._last = (event.stream_epoch, at_s)
            aspect = event.frame.width / event.frame.height
            for found in event.detections:
                if found.track_id is not None and found.class_ in _VEHICLES:
                    self._follow((event.stream_epoch, found.track_id), found, aspect, at_s)
            self._forget(event.stream_epoch, at_s)

    @property
    def tracks(self) -> int:
        """How many tracks moved and have ended, and those that still go on."""
        return len(self._marks) + sum(bool(trail.cells) for trail in self._trails.values())

    def marks(self) -> list[NDArray[np.int64]]:
        """The cells of each track that moved: row * COLUMNS + column."""
        self._forget("", np.inf)
        return self._marks

    def _follow(
        self, key: tuple[str, int], found: DetectedObject, aspect: float, at_s: float
    ) -> None:
        left, top, width, height = found.bbox
        right, bottom = left + width, top + height
        if left < _EDGE or right > 1.0 - _EDGE or bottom > 1.0 - _EDGE:
            return
        spot = _Spot(
            at_s,
            (left + width / 2) * aspect,
            bottom,
            width * aspect,
            sqrt(width * aspect * height),
        )
        trail = self._trails.setdefault(key, _Trail())
        trail.spots.append(spot)
        while len(trail.spots) > 2 and at_s - trail.spots[1].at_s >= STEP_S:
            trail.spots.popleft()
        if at_s - trail.spots[0].at_s >= STEP_S - SAMPLE_S:
            self._mark(trail, aspect)

    def _mark(self, trail: _Trail, aspect: float) -> None:
        first, last = trail.spots[0], trail.spots[-1]
        right, down = last.x - first.x, last.y - first.y
        distance = hypot(right, down)
        if distance < MOVED_BL * last.length:
            return
        fresh = set(_cells(trail.spots[-2], last, aspect)) - trail.cells
        trail.cells |= fresh
        for cell in fresh:
            self._counts[cell] += 1.0
            self._right[cell] += right / distance
            self._down[cell] += down / distance

    def _forget(self, epoch: str, at_s: float) -> None:
        """Close the trails of tracks that ended."""
        gone = [
            key
            for key, trail in self._trails.items()
            if key[0] != epoch or at_s - trail.spots[-1].at_s > _FORGET_S
        ]
        for key in gone:
            cells = self._trails.pop(key).cells
            if cells:
                self._marks.append(np.array(sorted(cells)))


def _cells(first: _Spot, last: _Spot, aspect: float) -> Iterator[int]:
    """The cells under a vehicle on its way from one place to the next."""
    steps = 1 + int(max(abs(last.x - first.x) / aspect * COLUMNS, abs(last.y - first.y) * ROWS))
    for step in range(steps + 1):
        share = step / steps
        x = first.x + share * (last.x - first.x)
        y = first.y + share * (last.y - first.y)
        half = FOOT_SHARE / 2 * (first.width + share * (last.width - first.width))
        row = min(int(y * ROWS), ROWS - 1)
        begin = max(0, int((x - half) / aspect * COLUMNS))
        end = min(COLUMNS - 1, int((x + half) / aspect * COLUMNS))
        for column in range(begin, end + 1):
            yield row * COLUMNS + column

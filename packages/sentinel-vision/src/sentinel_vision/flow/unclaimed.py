"""What the detector saw and the tracker did not: where somebody was before or after its track.

At two or three frames a second a fast vehicle moves by its own length and more from frame to
frame. Its boxes do not overlap, so that a track begins late, where it is small already, or ends
early. Its speed says which of the boxes without a track were its own.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.detection.classes import CLASS_GROUPS
from sentinel_vision.detection.detections import NO_TRACK
from sentinel_vision.rules.geometry import Flags, Floats
from sentinel_vision.rules.view import View

REACH_BL: Final = 0.7
"""So many body lengths may lie between where somebody should be and such a box."""

GAP_S: Final = 0.6
GAP_FRAMES: Final = 2.0
LONGEST_GAP_S: Final = 1.5
"""Between two boxes of somebody lie at most so many seconds or frames, whatever is longer; after
more, a box at the right place is there by chance."""

_TOLERANCE_S: Final = 0.01

_MEMORY_S: Final = 4.0
_LEAST_CONFIDENCE: Final = 0.3
"""The tracker asks as much of a box that looks for any track."""

_MAX_GROWTH: Final = 2.0


class Course(NamedTuple):
    """Where somebody was, and how it moved there.

    Attributes:
        group: As in `CLASS_GROUPS`.
        foot_px: Bottom centre of its box.
        length_px: Its body length.
        at_s: When.
    """

    group: int
    foot_px: tuple[float, float]
    pace_px_s: tuple[float, float]
    length_px: float
    at_s: float


class _Claim(NamedTuple):
    """A box that may be somebody's."""

    distance_bl: float
    who: int
    row: int


@dataclass(frozen=True, slots=True, eq=False)
class _Boxes:
    """Those of a frame that are in no track; `is_free` where nobody has claimed them."""

    at_s: float
    feet: Floats
    lengths: Floats
    groups: NDArray[np.int64]
    is_free: Flags

    def distances(self, course: Course) -> Floats:
        """From where it should be, in body lengths, shape (n,); inf where it is somebody else.

        Whoever comes nearer grows, and its pace in the picture with the square of its size.
        """
        growth = self.lengths / max(course.length_px, 1e-9)
        is_like = (growth <= _MAX_GROWTH) & (growth >= 1.0 / _MAX_GROWTH)
        is_like &= self.is_free & (self.groups == course.group)
        passed_s = self.at_s - course.at_s
        way = np.multiply.outer(growth**2, np.array(course.pace_px_s) * passed_s)
        apart = np.hypot(*(np.array(course.foot_px) + way - self.feet).T)
        larger = np.maximum(self.lengths, course.length_px)
        return np.where(is_like, apart / np.maximum(larger, 1e-9), np.inf)

    def take(self, row: int, course: Course) -> Course:
        """Claim a box: its owner's course goes on, or back, to there."""
        self.is_free[row] = False
        x, y = self.feet[row].tolist()
        passed_s = self.at_s - course.at_s
        pace = ((x - course.foot_px[0]) / passed_s, (y - course.foot_px[1]) / passed_s)
        return Course(course.group, (x, y), pace, float(self.lengths[row]), self.at_s)


class Unclaimed:
    """Of one camera, over the last seconds."""

    def __init__(self) -> None:
        self._frames: deque[_Boxes] = deque()
        self._gap_s = GAP_S

    def clear(self) -> None:
        """What was seen belongs to nobody who comes."""
        self._frames.clear()

    def note(self, view: View) -> None:
        """Remember what is in no track in this frame."""
        found, now_s = view.scene.detections, view.now.observed_s
        is_left = (found.track_ids == NO_TRACK) & (found.confidences >= _LEAST_CONFIDENCE)
        boxes = found.boxes[is_left].astype(np.float64)
        sides = boxes[:, 2:] - boxes[:, :2]
        feet = np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2.0, boxes[:, 3]])
        lengths = np.sqrt(sides[:, 0] * sides[:, 1])
        groups = CLASS_GROUPS[found.class_ids[is_left]]
        self._frames.append(_Boxes(now_s, feet, lengths, groups, np.ones(len(boxes), np.bool_)))
        self._gap_s = min(LONGEST_GAP_S, max(GAP_S, GAP_FRAMES * view.elapsed_s)) + _TOLERANCE_S
        while now_s - self._frames[0].at_s > _MEMORY_S:
            self._frames.popleft()

    def trace(self, course: Course) -> Course:
        """Go back over somebody's boxes to the first that it had; the same where it had none."""
        for boxes in reversed(self._frames):
            if boxes.at_s >= course.at_s or not len(boxes.feet):
                continue
            if course.at_s - boxes.at_s > self._gap_s:
                break
            distances = boxes.distances(course)
            nearest = int(distances.argmin())
            if distances[nearest] > REACH_BL:
                continue
            course = boxes.take(nearest, course)
        return course

    def follow(self, courses: Mapping[int, Course]) -> dict[int, Course]:
        """Let those without a track go on over boxes of the newest frame, the nearest first.

        Args:
            courses: By who it is.

        Returns:
            Where those are by now who have a box.
        """
        boxes = self._frames[-1]
        if not len(boxes.feet):
            return {}
        claims = [
            _Claim(float(distance), who, row)
            for who, course in courses.items()
            if 0.0 < boxes.at_s - course.at_s <= self._gap_s
            for row, distance in enumerate(boxes.distances(course).tolist())
            if distance <= REACH_BL
        ]
        followed: dict[int, Course] = {}
        for claim in sorted(claims):
            if claim.who not in followed and boxes.is_free[claim.row]:
                followed[claim.who] = boxes.take(claim.row, courses[claim.who])
        return followed

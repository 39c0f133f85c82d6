"""Cases that follow a track: what a rule knows of a person or vehicle it watches.

A tracker loses some and finds them again under another id. A new track where a lost one should be
by now goes on with its case.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import isnan
from typing import Generic, TypeVar
from uuid import UUID

import numpy as np

from sentinel_core.domain.incidents import EndReason
from sentinel_vision.rules.case import Case, IncidentChange, Reading
from sentinel_vision.rules.geometry import intersection_over_union
from sentinel_vision.rules.incident_book import Box
from sentinel_vision.rules.scene import Instant, SceneFrame, seconds_between
from sentinel_vision.rules.view import View

K = TypeVar("K")

HANDOVER_IOU = 0.3
"""A new track that overlaps so much with where a lost one should be goes on with its case."""

HANDOVER_S = 3.0
"""One that was lost for longer is gone."""

UNSEEN_S = 1.0
"""A track that is missing for less says nothing."""

_MAX_TRACKS = 16


@dataclass(slots=True, kw_only=True)
class Followed(Generic[K]):
    """A track under suspicion, and what its rule knows of it.

    Attributes:
        box: Where it was when it was seen last.
        pace: Its velocity then, in frame widths and heights per second.
    """

    case: Case
    known: K
    track_ids: tuple[int, ...]
    box: Box
    seen: Instant
    pace: tuple[float, float] = (0.0, 0.0)

    def see(self, view: View, row: int) -> None:
        """It is there, as this row of the frame."""
        self.box, self.seen = view.box(row), view.now
        pace_x, pace_y = view.motion.velocity_px_s[row].tolist()
        if not isnan(pace_x):
            self.pace = (pace_x / view.scene.width, pace_y / view.scene.height)

    def expected_box(self, now: Instant) -> Box:
        """Where it should be now."""
        unseen_s = seconds_between(self.seen, now)
        x, y = self.pace[0] * unseen_s, self.pace[1] * unseen_s
        return (self.box[0] + x, self.box[1] + y, self.box[2] + x, self.box[3] + y)

    def read_absent(self, now: Instant) -> Reading:
        """What its absence says: nothing at first, then that it is gone."""
        is_gone = seconds_between(self.seen, now) >= UNSEEN_S
        return Reading(met=False if is_gone else None, cleared=True)


class Followers(Generic[K]):
    """All that a rule follows, by the id of the track that each has now."""

    def __init__(self) -> None:
        self._followed: dict[int, Followed[K]] = {}
        self._present: frozenset[int] = frozenset()

    def __contains__(self, track_id: int) -> bool:
        return track_id in self._followed

    def add(self, view: View, row: int, case: Case, known: K) -> Followed[K]:
        """Follow the track of this row."""
        track_id = int(view.motion.track_ids[row])
        followed = Followed(
            case=case,
            known=known,
            track_ids=(track_id,),
            box=view.box(row),
            seen=view.now,
        )
        self._followed[track_id] = followed
        return followed

    def meet(self, view: View) -> list[tuple[Followed[K], int | None]]:
        """Each that is followed, and its row in the frame; None where it is not there."""
        rows: Mapping[int, int] = {}
        if self._followed:
            rows = {track_id: row for row, track_id in enumerate(view.motion.track_ids.tolist())}
            self._hand_over(view, rows)
        self._present = frozenset(view.motion.track_ids.tolist())
        met = []
        for track_id, followed in self._followed.items():
            row = rows.get(track_id)
            if row is not None:
                followed.see(view, row)
            met.append((followed, row))
        return met

    def forget(self, is_done: Callable[[Followed[K]], bool]) -> None:
        """Let go of those that need not be followed any more; a case that is busy is needed."""
        done = [
            track_id
            for track_id, followed in self._followed.items()
            if not followed.case.machine.is_busy and is_done(followed)
        ]
        for track_id in done:
            del self._followed[track_id]

    def end(
        self,
        reason: EndReason,
        at: datetime,
        scene: SceneFrame | None,
        *,
        kept: frozenset[UUID] = frozenset(),
    ) -> list[IncidentChange]:
        """End and forget all but those in a zone that is in `kept`."""
        gone = [
            track_id
            for track_id, followed in self._followed.items()
            if followed.case.subject.zone_id not in kept
        ]
        changes = [self._followed.pop(track_id).case.end(reason, at, scene) for track_id in gone]
        return [change for change in changes if change is not None]

    def _hand_over(self, view: View, rows: Mapping[int, int]) -> None:
        lost = [
            track_id
            for track_id, followed in self._followed.items()
            if track_id not in rows and seconds_between(followed.seen, view.now) <= HANDOVER_S
        ]
        fresh = [key for key in rows if key not in self._present and key not in self._followed]
        if not fresh or not lost:
            return
        expected = np.array([self._followed[track_id].expected_box(view.now) for track_id in lost])
        boxes = np.array([view.box(rows[track_id]) for track_id in fresh])
        overlaps = intersection_over_union(expected, boxes)
        for index, track_id in enumerate(lost):
            best = int(overlaps[index].argmax())
            if overlaps[index, best] > HANDOVER_IOU:
                overlaps[:, best] = 0.0
                followed = self._followed.pop(track_id)
                followed.track_ids = (*followed.track_ids, fresh[best])[-_MAX_TRACKS:]
                self._followed[fresh[best]] = followed

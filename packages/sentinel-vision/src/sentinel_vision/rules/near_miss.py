"""Near miss: two vehicles that nearly hit each other."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import isfinite
from typing import ClassVar, Final
from uuid import UUID

import numpy as np

from sentinel_core.domain.incidents import IncidentType
from sentinel_core.domain.zones import Zone, ZoneType
from sentinel_vision.rules.case import IncidentChange, Measurement, Reading
from sentinel_vision.rules.conflicts import (
    CERTAIN,
    SURE,
    Conflict,
    Encroachments,
    closing_pairs,
    collision_courses,
)
from sentinel_vision.rules.courses import LAG_S, braking
from sentinel_vision.rules.footprints import Rows
from sentinel_vision.rules.geometry import Flags
from sentinel_vision.rules.incident_book import Box, IncidentBook, Subject
from sentinel_vision.rules.memory import Beat
from sentinel_vision.rules.moments import MomentRule
from sentinel_vision.rules.parameters import MomentParameters, parameter
from sentinel_vision.rules.road_users import RoadUsers
from sentinel_vision.rules.scene import Instant, seconds_between
from sentinel_vision.rules.view import View, ZoneLayout

BEAT_S: Final = 0.2
MOVED_WITHIN_S: Final = 3.0
FRESH_S: Final = 1.5
"""Conflicts of a pair that are further apart in time are not the same one; so much time there is to brake."""

SERIOUS_S: Final = 1.0
SERIOUS_M_S2: Final = 3.4
_SEVERITY, _SERIOUS_SEVERITY = 5.0, 8.0

Pair = tuple[int, int]
Place = tuple[Zone, "NearMissParameters"]


class NearMissParameters(MomentParameters):
    """Two vehicles nearly hit each other. Needs a calibration."""

    rule: ClassVar[IncidentType] = IncidentType.NEAR_MISS
    zone_types: ClassVar[frozenset[ZoneType]] = frozenset({ZoneType.LANE, ZoneType.JUNCTION})
    needs_calibration: ClassVar[bool] = True

    collision_s: float = parameter(
        1.5, "s", (0.3, 5.0), "They would touch within this time if both went on as they do."
    )
    gap_m: float = parameter(0.5, "m", (0.0, 5.0), "Nearer than this is touching.")
    encroachment_s: float = parameter(
        1.5,
        "s",
        (0.1, 2.5),
        "Or, in a junction: one comes to where the other was so shortly before, across its course.",
    )
    braking_m_s2: float = parameter(
        3.4,
        "m/s²",
        (0.5, 20.0),
        "Who is on a course to collide is one only if one of the two loses so much speed in a second.",
    )
    moving_m_s: float = parameter(
        2.0, "m/s", (0.5, 20.0), "Both were faster than this in the last 3 s."
    )
    samples: float = parameter(2.0, "samples", (1.0, 20.0), "It was seen to come so often.")


@dataclass(slots=True)
class _Approach:
    """A pair on a course to collide.

    Attributes:
        first: When that began.
        last: When it was seen last.
        nearest: At its worst.
        place: Where that was.
        samples: How often it was seen.
        sureness: Standard deviations by which it held, at most.
    """

    first: Instant
    last: Instant
    nearest: Conflict
    place: "Place"
    samples: int = 1
    sureness: float = 0.0

    @property
    def is_certain(self) -> bool:
        """It was a course to collide and no trick of the boxes."""
        return self.samples >= self.place[1].samples and self.sureness >= CERTAIN


class NearMissRule(MomentRule):
    """Watches the vehicles and bicycles on lanes and junctions of a calibrated camera."""

    def __init__(self, book: IncidentBook, layout: ZoneLayout) -> None:
        super().__init__(book)
        self._beat = Beat(BEAT_S)
        self.arrange(layout, frozenset())

    def arrange(self, layout: ZoneLayout, kept: frozenset[UUID]) -> None:
        """Look at these zones."""
        del kept
        self._users = None if layout.ground is None else RoadUsers(layout.ground)
        self._zones = list(layout.with_parameters(NearMissParameters)) if self._users else []
        self._polygons = layout.polygons
        self._columns = [column for column, _, _ in self._zones]
        junctions = [entry for entry in self._zones if entry[1].type is ZoneType.JUNCTION]
        self._junctions = [column for column, _, _ in junctions]
        chosen = [parameters for _, _, parameters in self._zones]
        self._limits = (
            max((one.collision_s for one in chosen), default=0.0),
            max((one.gap_m for one in chosen), default=0.0),
        )
        self._encroachment_s = max((one.encroachment_s for one in chosen), default=0.0)
        self._moving_m_s = min((one.moving_m_s for one in chosen), default=0.0)
        self._forget_all()

    def watch(self, view: View) -> list[IncidentChange]:
        """Take in one frame."""
        if self._users is None or not self._zones or not self._beat.is_due(view.now):
            return []
        self._instants.append(view.now)
        while self._instants[0].observed_s < view.now.observed_s - FRESH_S:
            self._instants.popleft()
        changes: list[IncidentChange] = []
        self._inside.clear()
        for conflict in self._find(view, self._users):
            changes += self._judge(view, conflict)
        if self._approaches:
            changes += self._await_braking(view, self._users)
        self._forget(view.now)
        return changes

    def _find(self, view: View, users: RoadUsers) -> Sequence[Conflict]:
        """The conflicts of this frame."""
        if not len(view.motion):
            return ()
        moved = users.note(view, self._moving_m_s, MOVED_WITHIN_S)
        moved &= view.inside[:, self._columns].any(axis=1)
        (rows,) = moved.nonzero()
        if len(rows) < 2:
            return ()
        first, second = closing_pairs(view, rows, self._limits[0])
        in_junction: Flags = np.logical_or.reduce(view.inside[:, self._junctions], axis=1)
        is_wanted: Flags = in_junction[rows]
        is_wanted[first] = is_wanted[second] = True
        if not is_wanted.any():
            return ()
        is_paired = np.zeros(len(rows), dtype=np.bool_)
        is_paired[first] = is_paired[second] = True
        seen, soon = users.see(view, rows[is_wanted], is_paired[is_wanted])
        found: list[Conflict] = []
        if len(first):
            pairs = _among(seen.rows, soon, (rows[first], rows[second]))
            found += collision_courses(seen, *pairs, self._limits)
        seen = seen.since(soon)
        if self._junctions:
            is_inside = in_junction[seen.rows]
            found += self._encroachments.find(view, seen, is_inside, self._encroachment_s)
        if found:
            then = self._polygons.contain(users.ground.to_picture(seen.courses.place))
            then = then[:, self._columns]
            self._inside.update(zip(seen.rows.tolist(), then, strict=True))
        return found

    def _judge(self, view: View, conflict: Conflict) -> list[IncidentChange]:
        """Take in a conflict by the parameters of its zone, and tell it where it is one."""
        place = self._place_of(view, conflict)
        if place is None:
            return []
        pair = _pair_of(view, conflict)
        _, chosen = place
        if conflict.encroachment_s < chosen.encroachment_s:
            began = self._approaches.pop(pair, None)
            crossed = began or _Approach(self._then(view.now), view.now, conflict, place)
            return self._tell(view, conflict, crossed, pair)
        if conflict.collision_s >= chosen.collision_s:
            return []
        approach = self._approaches.get(pair)
        if approach is None:
            approach = _Approach(self._then(view.now), view.now, conflict, place, 0)
            self._approaches[pair] = approach
        # Read in the middle and at the end of its samples it is seen once.
        approach.samples += approach.last is not view.now or not approach.samples
        approach.sureness = max(approach.sureness, conflict.sureness)
        approach.last = view.now
        if 0.0 < conflict.collision_s < approach.nearest.collision_s:
            approach.nearest = conflict
        return []

    def _await_braking(self, view: View, users: RoadUsers) -> list[IncidentChange]:
        """Tell of those on a course to collide whose one brakes hard."""
        certain = {
            pair: approach for pair, approach in self._approaches.items() if approach.is_certain
        }
        if not certain:
            return []
        changes: list[IncidentChange] = []
        track_ids = view.motion.track_ids
        row_of = {track_id: row for row, track_id in enumerate(track_ids.tolist())}
        rows = sorted({row_of[one] for pair in certain for one in pair if one in row_of})
        least = min(one.place[1].braking_m_s2 for one in certain.values())
        lost = _lost(view, users, np.array(rows, dtype=np.intp), least)
        for pair, approach in certain.items():
            # One may be hidden behind the other by now.
            seen = [row_of[track_id] for track_id in pair if track_id in row_of]
            hardest = max((lost.get(row, 0.0) for row in seen), default=0.0)
            if hardest > approach.place[1].braking_m_s2:
                del self._approaches[pair]
                conflict = approach.nearest._replace(first=seen[0], second=seen[-1])
                changes += self._tell(view, conflict, approach, pair)
        return changes

    def _then(self, now: Instant) -> Instant:
        """The moment whose courses are known now."""
        since_s = now.observed_s - LAG_S - 0.01
        return next(past for past in self._instants if past.observed_s >= since_s)

    def _place_of(self, view: View, conflict: Conflict) -> Place | None:
        """The first zone in which one of the two was at that moment."""
        inside = self._inside_of(view, conflict.first) | self._inside_of(view, conflict.second)
        if not inside.any():
            return None
        _, zone, chosen = self._zones[int(inside.argmax())]
        return zone, chosen

    def _inside_of(self, view: View, row: int) -> Flags:
        then = self._inside.get(row)
        return view.inside[row, self._columns] if then is None else then

    def _tell(
        self,
        view: View,
        conflict: Conflict,
        approach: _Approach,
        pair: Pair,
    ) -> list[IncidentChange]:
        zone, chosen = approach.place
        told = self._told.get(pair)
        self._told[pair] = view.now
        if told is not None and seconds_between(told, view.now) < chosen.cooldown_s:
            return []
        subject = Subject(
            type=IncidentType.NEAR_MISS,
            rule_version=chosen.version,
            key=f"tracks:{pair[0]}-{pair[1]}",
            zone=zone,
        )
        is_serious = (
            min(conflict.collision_s, conflict.encroachment_s) < SERIOUS_S
            or conflict.braking_m_s2 > SERIOUS_M_S2
        )
        reading = Reading(
            met=True,
            cleared=None,
            severity=_SERIOUS_SEVERITY if is_serious else _SEVERITY,
            explain=partial(_explain, chosen, conflict, approach.samples),
            track_ids=pair,
            box=_box_of(view, conflict),
        )
        return self._tell_moment(view, approach.first, subject, reading)

    def _forget(self, now: Instant) -> None:
        for pair, approach in list(self._approaches.items()):
            if seconds_between(approach.last, now) > FRESH_S:
                del self._approaches[pair]
        longest_s = max(chosen.cooldown_s for _, _, chosen in self._zones)
        for pair, told in list(self._told.items()):
            if seconds_between(told, now) > longest_s:
                del self._told[pair]

    def _forget_all(self) -> None:
        self._approaches: dict[Pair, _Approach] = {}
        self._told: dict[Pair, Instant] = {}
        self._inside: dict[int, Flags] = {}
        self._instants: deque[Instant] = deque()
        self._encroachments = Encroachments()
        if self._users is not None:
            self._users.clear()


def _among(rows: Rows, soon: int, pairs: tuple[Rows, Rows]) -> tuple[Rows, Rows]:
    """Where pairs of rows are among those seen at the end of their samples, and in the middle."""
    middle = rows[soon:]
    place = np.full(max(int(pairs[0].max()), int(pairs[1].max())) + 1, -1)
    is_paired = middle < len(place)
    place[middle[is_paired]] = is_paired.nonzero()[0]
    first, second = place[pairs[0]], place[pairs[1]]
    # Who is not there is known too little.
    is_known = (first >= 0) & (second >= 0)
    first, second = first[is_known], second[is_known]
    at_end = rows[:soon].searchsorted(middle[first]), rows[:soon].searchsorted(middle[second])
    first, second = (
        np.concatenate([at_end[0], first + soon]),
        np.concatenate([at_end[1], second + soon]),
    )
    return first, second


def _lost(view: View, users: RoadUsers, rows: Rows, least: float) -> dict[int, float]:
    """Speed that rows lost within a second, beyond error, of those that may have lost so much."""
    rows = rows[users.speeds.may_have_braked(view.motion.slots[rows], least)]
    if not len(rows):
        return {}
    _, lost, error = braking(view, users.ground, users.threads, rows)
    surely = np.nan_to_num(lost - SURE * error, nan=0.0)
    return dict(zip(rows.tolist(), surely.tolist(), strict=True))


def _pair_of(view: View, conflict: Conflict) -> Pair:
    track_ids = view.motion.track_ids
    return int(track_ids[conflict.first]), int(track_ids[conflict.second])


def _box_of(view: View, conflict: Conflict) -> Box:
    """Around both."""
    x1, y1, x2, y2 = view.box(conflict.first)
    u1, v1, u2, v2 = view.box(conflict.second)
    return (min(x1, u1), min(y1, v1), max(x2, u2), max(y2, v2))


def _explain(
    chosen: NearMissParameters, conflict: Conflict, samples: int
) -> tuple[Measurement, ...]:
    entries = [
        ("time to collision", conflict.collision_s, chosen.collision_s, "s"),
        ("post-encroachment time", conflict.encroachment_s, chosen.encroachment_s, "s"),
        ("braking needed", conflict.braking_m_s2, SERIOUS_M_S2, "m/s²"),
        ("seen to come", float(samples), chosen.samples, "samples"),
    ]
    return tuple(
        Measurement(condition=name, measured=measured, threshold=threshold, unit=unit)
        for name, measured, threshold, unit in entries
        if isfinite(measured)
    )

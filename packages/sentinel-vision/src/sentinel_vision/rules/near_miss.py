"""Near miss: two vehicles that nearly hit each other."""

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
from sentinel_vision.rules.conflicts import Conflict, Encroachments, collision_courses
from sentinel_vision.rules.incident_book import Box, IncidentBook, Subject
from sentinel_vision.rules.memory import Beat
from sentinel_vision.rules.moments import MomentRule
from sentinel_vision.rules.parameters import MomentParameters, parameter
from sentinel_vision.rules.road_users import RoadUsers
from sentinel_vision.rules.scene import Instant, seconds_between
from sentinel_vision.rules.view import View, ZoneLayout

BEAT_S: Final = 0.1
MOVED_WITHIN_S: Final = 3.0
FRESH_S: Final = 0.7
"""Conflicts of a pair that are further apart in time are not the same one."""

SERIOUS_S: Final = 1.0
SERIOUS_M_S2: Final = 3.4
_SEVERITY, _SERIOUS_SEVERITY = 5.0, 8.0

Pair = tuple[int, int]


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
    moving_m_s: float = parameter(
        2.0, "m/s", (0.5, 20.0), "Both were faster than this in the last 3 s."
    )
    samples: float = parameter(2.0, "samples", (1.0, 20.0), "It was seen to come so often.")


@dataclass(slots=True)
class _Approach:
    """A pair in conflict: since when, and how often it was seen."""

    first: Instant
    last: Instant
    samples: int = 0


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
        changes: list[IncidentChange] = []
        for conflict in self._find(view, self._users):
            changes += self._judge(view, conflict)
        self._forget(view.now)
        return changes

    def _find(self, view: View, users: RoadUsers) -> Sequence[Conflict]:
        """The conflicts of this frame, by track ids."""
        if not len(view.motion):
            return ()
        moved = users.note(view, self._moving_m_s) >= view.now.observed_s - MOVED_WITHIN_S
        if np.count_nonzero(moved) < 2:
            return ()
        moved &= users.see(view, self._moving_m_s)
        moved &= view.inside[:, self._columns].any(axis=1)
        (rows,) = moved.nonzero()
        found = list(collision_courses(view, rows, users, self._limits))
        if self._junctions:
            in_junction = rows[view.inside[rows][:, self._junctions].any(axis=1)]
            found += self._encroachments.find(view, in_junction, self._encroachment_s)
        return found

    def _judge(self, view: View, conflict: Conflict) -> list[IncidentChange]:
        """Count a conflict by the parameters of its zone, and tell it when it is one."""
        place = self._place_of(view, conflict)
        if place is None:
            return []
        pair = _pair_of(view, conflict)
        told = self._told.get(pair)
        zone, chosen = place
        is_path = conflict.encroachment_s < chosen.encroachment_s
        if not (conflict.collision_s < chosen.collision_s or is_path):
            return []
        approach = self._approaches.setdefault(pair, _Approach(view.now, view.now))
        approach.samples += 1
        approach.last = view.now
        if told is not None and seconds_between(told, view.now) < chosen.cooldown_s:
            self._told[pair] = view.now
            return []
        if approach.samples < chosen.samples and not is_path:
            return []
        self._told[pair] = view.now
        return self._tell(view, conflict, (zone, chosen), approach)

    def _place_of(self, view: View, conflict: Conflict) -> tuple[Zone, NearMissParameters] | None:
        inside = view.inside[[conflict.first, conflict.second]][:, self._columns].any(axis=0)
        if not inside.any():
            return None
        _, zone, chosen = self._zones[int(inside.argmax())]
        return zone, chosen

    def _tell(
        self,
        view: View,
        conflict: Conflict,
        place: tuple[Zone, NearMissParameters],
        approach: _Approach,
    ) -> list[IncidentChange]:
        zone, chosen = place
        pair = _pair_of(view, conflict)
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
        self._encroachments = Encroachments()
        if self._users is not None:
            self._users.clear()


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

"""Suspected collision: two vehicles brake hard on top of each other, and one of them stays there.

A picture does not show that they touched. Who ends it is the one who clears the road.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import ClassVar, Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from sentinel_core.domain.incidents import EndReason, Incident, IncidentType
from sentinel_core.domain.zones import Zone, ZoneType
from sentinel_vision.rules.case import Case, IncidentChange, Measurement, Reading
from sentinel_vision.rules.footprints import IS_BODY
from sentinel_vision.rules.geometry import Flags, Floats, intersection_over_union
from sentinel_vision.rules.incident_book import Box, IncidentBook, Subject
from sentinel_vision.rules.kinematics import Motion
from sentinel_vision.rules.memory import Beat, RowRing, TrackTable
from sentinel_vision.rules.parameters import RuleParameters, parameter
from sentinel_vision.rules.scene import Instant, SceneFrame, seconds_between
from sentinel_vision.rules.view import View, ZoneLayout

BEAT_S: Final = 0.1
TOGETHER_S: Final = 2.0
"""The two brake within this time of each other, and overlap then."""

SAME_BODY_IOU: Final = 0.4
UNSEEN_S: Final = 2.0

_ROWS: Final = 16
_BRAKED, _HOW_HARD, _SPEEDS = 0, 1, slice(2, 2 + _ROWS)
_AGO_S: Final = (0.0, 0.3, 0.6)
_HINT: Final = 0.4
_SEVERITY: Final = 9.0

Pair = tuple[int, int]


class CollisionParameters(RuleParameters):
    """Two vehicles brake hard on top of each other and one stays: a suspected collision."""

    rule: ClassVar[IncidentType] = IncidentType.COLLISION
    zone_types: ClassVar[frozenset[ZoneType]] = frozenset({ZoneType.LANE, ZoneType.JUNCTION})

    on_s: float = parameter(5.0, "s", (1.0, 120.0), "One of them stands there for so long.")
    off_s: float = parameter(10.0, "s", (1.0, 600.0), "It ends when none stood there for so long.")
    overlap: float = parameter(
        0.1, "", (0.01, 0.9), "Their boxes overlapped by more than this (intersection over union)."
    )
    braking_m_s2: float = parameter(
        4.0, "m/s²", (1.0, 20.0), "Calibrated: both lost so much speed within a second."
    )
    braking_bl_s2: float = parameter(
        1.2, "BL/s²", (0.2, 10.0), "Uncalibrated: both lost so much speed within a second."
    )
    stopped_m_s: float = parameter(
        0.7, "m/s", (0.05, 5.0), "Calibrated: one that is slower than this stands."
    )
    stopped_bl_s: float = parameter(
        0.15, "BL/s", (0.01, 2.0), "Uncalibrated: one that is slower than this stands."
    )

    def limits(self, unit: str) -> tuple[float, float]:
        """Braking and speed of a stopped one in the camera's unit."""
        if unit == "m":
            return self.braking_m_s2, self.stopped_m_s
        return self.braking_bl_s2, self.stopped_bl_s


@dataclass(slots=True, kw_only=True)
class _Crash:
    """Two vehicles that may have collided.

    Attributes:
        boxes: Where each of them was when it was seen to stand, or when they met.
        braking: How much speed each lost in a second.
        overlap: Of their boxes when they met.
        seen: When one was last seen to stand there.
    """

    case: Case
    chosen: CollisionParameters
    pair: Pair
    boxes: Floats
    braking: tuple[float, float]
    overlap: float
    seen: Instant


class CollisionRule:
    """Watches the vehicles and bicycles on lanes and junctions."""

    def __init__(self, book: IncidentBook, layout: ZoneLayout) -> None:
        self._book = book
        self._beat = Beat(BEAT_S)
        self._crashes: dict[Pair, _Crash] = {}
        self.arrange(layout, frozenset())

    def arrange(self, layout: ZoneLayout, kept: frozenset[UUID]) -> None:
        """Look at these zones."""
        del kept
        self._unit = "BL" if layout.ground is None else "m"
        self._zones = list(layout.with_parameters(CollisionParameters))
        self._columns = [column for column, _, _ in self._zones]
        limits = [chosen.limits(self._unit) for _, _, chosen in self._zones]
        self._least_braking = min((braking for braking, _ in limits), default=0.0)
        self._forget()

    def watch(self, view: View) -> list[IncidentChange]:
        """Take in one frame."""
        if not self._zones or not self._beat.is_due(view.now):
            return []
        if len(view.motion):
            for first, second in self._find(view):
                self._suspect(view, first, second)
        changes = []
        for pair, crash in list(self._crashes.items()):
            changes.append(crash.case.step(view.now, view.scene, self._read(crash, view)))
            is_over = seconds_between(crash.seen, view.now) > TOGETHER_S
            if not crash.case.machine.is_busy and is_over:
                del self._crashes[pair]
        return [change for change in changes if change is not None]

    def resume(self, incident: Incident) -> bool:
        """Where it was is not known any more."""
        del incident
        return False

    def enter_epoch(self, at: datetime, scene: SceneFrame | None) -> list[IncidentChange]:
        """What stands there stays; how hard the others brake is not known any more."""
        del at, scene
        self._forget()
        return []

    def end(
        self, reason: EndReason, at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """End all incidents and forget all suspicions."""
        self._forget()
        return self._end_where(frozenset(), reason, at, scene)

    def end_changed(
        self, kept: frozenset[UUID], at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """End what is in a zone that is not in `kept`."""
        return self._end_where(kept, EndReason.ZONE_CHANGED, at, scene)

    def _end_where(
        self, kept: frozenset[UUID], reason: EndReason, at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        gone = [
            pair for pair, crash in self._crashes.items() if crash.case.subject.zone_id not in kept
        ]
        changes = [self._crashes.pop(pair).case.end(reason, at, scene) for pair in gone]
        return [change for change in changes if change is not None]

    def _forget(self) -> None:
        self._table = TrackTable(2 + _ROWS)
        self._ring = RowRing(_ROWS)

    def _find(self, view: View) -> list[Pair]:
        """Pairs of rows that braked hard at about the same time and overlap."""
        is_suspect = self._brakes(view)
        if not is_suspect.any():
            return []
        is_suspect &= IS_BODY[view.motion.class_ids]
        is_suspect &= view.inside[:, self._columns].any(axis=1)
        (rows,) = is_suspect.nonzero()
        if len(rows) < 2:
            return []
        boxes = view.motion.boxes[rows]
        overlaps = np.triu(intersection_over_union(boxes, boxes), 1)
        least = min(chosen.overlap for _, _, chosen in self._zones)
        first, second = (overlaps > least).nonzero()
        return list(zip(rows[first].tolist(), rows[second].tolist(), strict=True))

    def _brakes(self, view: View) -> Flags:
        """Take in the speeds; says which rows braked hard lately, bool, shape (tracks,)."""
        motion, now_s = view.motion, view.now.observed_s
        self._table.meet(motion)
        values, slots = self._table.values, motion.slots
        row = self._ring.open(view.now)
        values[_SPEEDS.start + row] = np.nan
        values[_SPEEDS.start + row, slots] = motion.speed
        age_s = now_s - self._ring.times_s
        before = values[_SPEEDS][(age_s > 0.45) & (age_s < 1.05)][:, slots]
        # The smooth speed gives way late and gently: whoever it gives way for is looked at closely.
        slowed = (before - motion.speed > _HINT * self._least_braking).any(axis=0)
        if slowed.any():
            self._look_closely(view, np.flatnonzero(slowed))
        lately: Flags = values[_BRAKED, slots] >= now_s - TOGETHER_S
        return lately

    def _look_closely(self, view: View, rows: NDArray[np.intp]) -> None:
        """Note which rows lost much speed within a second, by their last samples as they are."""
        motion, values = view.motion, self._table.values
        lost = np.fmax.reduce([_lost(motion, rows, ago_s) for ago_s in _AGO_S])
        hard = lost > self._least_braking
        rows, lost = rows[hard], lost[hard]
        slots = motion.slots[rows]
        values[_BRAKED, slots] = view.now.observed_s
        values[_HOW_HARD, slots] = np.fmax(lost, values[_HOW_HARD, slots])

    def _suspect(self, view: View, first: int, second: int) -> None:
        motion = view.motion
        pair = (int(motion.track_ids[first]), int(motion.track_ids[second]))
        inside = view.inside[[first, second]][:, self._columns].any(axis=0)
        _, zone, chosen = self._zones[int(inside.argmax())]
        hard = self._table.values[_HOW_HARD, motion.slots[[first, second]]].tolist()
        boxes = np.array([view.box(first), view.box(second)])
        overlap = float(intersection_over_union(boxes[:1], boxes[1:])[0, 0])
        is_crash = min(hard) > chosen.limits(self._unit)[0] and overlap > chosen.overlap
        if pair in self._crashes or not is_crash:
            return
        self._crashes[pair] = _Crash(
            case=self._new_case(pair, zone, chosen),
            chosen=chosen,
            pair=pair,
            boxes=boxes,
            braking=(hard[0], hard[1]),
            overlap=overlap,
            seen=view.now,
        )

    def _new_case(self, pair: Pair, zone: Zone, chosen: CollisionParameters) -> Case:
        subject = Subject(
            type=IncidentType.COLLISION,
            rule_version=chosen.version,
            key=f"tracks:{pair[0]}-{pair[1]}",
            zone=zone,
        )
        return Case(self._book, subject, chosen.timing)

    def _read(self, crash: _Crash, view: View) -> Reading:
        """Whether the two, by whatever track, have come to rest where they met."""
        motion = view.motion
        size = (view.scene.width, view.scene.height)
        boxes = motion.boxes / (*size, *size)
        is_there = intersection_over_union(crash.boxes, boxes) > SAME_BODY_IOU
        is_there &= IS_BODY[motion.class_ids]
        for index, track_id in enumerate(crash.pair):
            is_there[index] |= motion.track_ids == track_id
        stands = is_there & (motion.speed < crash.chosen.limits(self._unit)[1])
        rolls = is_there.any(axis=0) & (motion.speed >= crash.chosen.limits(self._unit)[1])
        for index, rows in enumerate(stands):
            if rows.any():
                crash.boxes[index] = boxes[int(rows.argmax())]
        if stands.any():
            crash.seen = view.now
        is_unseen = not is_there.any() and seconds_between(crash.seen, view.now) < UNSEEN_S
        speeds = motion.speed[is_there.any(axis=0)]
        return Reading(
            met=None if is_unseen else bool(stands.any() and not rolls.any()),
            cleared=None if is_unseen else not stands.any(),
            severity=_SEVERITY,
            explain=partial(_explain, crash, self._unit, _least(speeds), view.now),
            track_ids=crash.pair,
            box=_around(crash.boxes),
        )


def _lost(motion: Motion, rows: NDArray[np.intp], ago_s: float) -> Floats:
    """How much speed was lost within the second up to `ago_s`, in units per second."""
    before, after = (motion.agile_before(rows, when_s).velocity for when_s in (ago_s + 1.0, ago_s))
    lost: Floats = np.hypot(*before.T) - np.hypot(*after.T)
    return lost / motion.length[rows]


def _least(speeds: Floats) -> float:
    """The lowest that is known."""
    return float(np.fmin.reduce(speeds, initial=np.inf))


def _around(boxes: Floats) -> Box:
    low, high = boxes[:, :2].min(axis=0).tolist(), boxes[:, 2:].max(axis=0).tolist()
    return (low[0], low[1], high[0], high[1])


def _explain(crash: _Crash, unit: str, slowest: float, now: Instant) -> tuple[Measurement, ...]:
    chosen = crash.chosen
    braking, stopped = chosen.limits(unit)
    started = crash.case.machine.started
    stood_s = seconds_between(started, now) if started else 0.0
    entries = [
        ("overlap of the boxes", crash.overlap, chosen.overlap, ""),
        ("speed that the first lost in 1 s", crash.braking[0], braking, f"{unit}/s"),
        ("speed that the second lost in 1 s", crash.braking[1], braking, f"{unit}/s"),
        ("speed of the slower one", slowest, stopped, f"{unit}/s"),
        ("one stands for", stood_s, chosen.on_s, "s"),
    ]
    return tuple(
        Measurement(condition=name, measured=measured, threshold=threshold, unit=unit)
        for name, measured, threshold, unit in entries
    )

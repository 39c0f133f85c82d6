"""Suspected collision: two vehicles come to rest on top of each other, at once, and one stays there.

A picture does not show that they touched. Who ends it is the one who clears the road.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from math import inf, isfinite
from typing import ClassVar, Final
from uuid import UUID

import numpy as np

from sentinel_core.domain.incidents import EndReason, Incident, IncidentType
from sentinel_core.domain.zones import Zone, ZoneType
from sentinel_vision.rules.case import Case, IncidentChange, Measurement, Reading
from sentinel_vision.rules.footprints import IS_BODY, SIZES_M, Bodies, encounters, stand_on
from sentinel_vision.rules.geometry import Floats, intersection_over_union
from sentinel_vision.rules.ground import GroundPlane
from sentinel_vision.rules.halts import SAME_BODY_IOU, TOGETHER_S, Halt, Halts
from sentinel_vision.rules.incident_book import Box, IncidentBook, Subject
from sentinel_vision.rules.memory import Beat
from sentinel_vision.rules.parameters import RuleParameters, parameter
from sentinel_vision.rules.scene import Instant, SceneFrame, seconds_between
from sentinel_vision.rules.view import View, ZoneLayout

BEAT_S: Final = 0.2
UNSEEN_S: Final = 2.0

_NOW: Final = np.zeros(1)
_ONE, _OTHER = np.array([0]), np.array([1])
_SEVERITY: Final = 9.0

Pair = tuple[int, int]


class CollisionParameters(RuleParameters):
    """Two vehicles come to rest on top of each other and one stays: a suspected collision."""

    rule: ClassVar[IncidentType] = IncidentType.COLLISION
    zone_types: ClassVar[frozenset[ZoneType]] = frozenset({ZoneType.LANE, ZoneType.JUNCTION})

    on_s: float = parameter(5.0, "s", (1.0, 120.0), "One of them stands there for so long.")
    off_s: float = parameter(10.0, "s", (1.0, 600.0), "It ends when none stood there for so long.")
    overlap: float = parameter(
        0.1, "", (0.01, 0.9), "Their boxes overlap by more than this (intersection over union)."
    )
    braking_m_s2: float = parameter(
        4.0,
        "m/s²",
        (1.0, 20.0),
        "Calibrated: who is seen to brake loses so much speed within a second.",
    )
    braking_bl_s2: float = parameter(
        1.2,
        "BL/s²",
        (0.2, 10.0),
        "Uncalibrated: who is seen to brake loses so much speed within a second.",
    )
    touching_m: float = parameter(
        1.0,
        "m",
        (0.1, 5.0),
        "Calibrated: they stand nearer to each other than this; in a queue more is left.",
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
        halts: How each came to rest.
        boxes: Where each of them was when it was seen to stand, or when they met.
        places: The same, as `Motion.position`.
        overlap: Of their boxes when they met.
        seen: When one was last seen to stand there.
    """

    case: Case
    chosen: CollisionParameters
    pair: Pair
    halts: tuple[Halt, Halt]
    boxes: Floats
    places: Floats
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
        self._ground = layout.ground
        self._unit = "BL" if layout.ground is None else "m"
        self._zones = list(layout.with_parameters(CollisionParameters))
        self._polygons = layout.polygons
        self._columns = [column for column, _, _ in self._zones]
        limits = [chosen.limits(self._unit) for _, _, chosen in self._zones]
        self._hard = min((braking for braking, _ in limits), default=0.0)
        self._overlap = min((chosen.overlap for _, _, chosen in self._zones), default=0.0)
        self._forget()

    def watch(self, view: View) -> list[IncidentChange]:
        """Take in one frame."""
        if not self._zones or not self._beat.is_due(view.now):
            return []
        if len(view.motion):
            for first, second in self._halts.find(view, self._overlap):
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
        self._halts = Halts(self._ground, self._columns, self._hard)

    def _suspect(self, view: View, first: Halt, second: Halt) -> None:
        first, second = sorted((first, second), key=lambda halt: halt.track_id)
        pair = (first.track_id, second.track_id)
        place = self._place_of(first, second)
        boxes = np.array([first.box, second.box])
        if place is None or self._is_known(boxes):
            return
        zone, chosen = place
        overlap = float(intersection_over_union(boxes[:1], boxes[1:])[0, 0])
        hardest = float(np.fmax(first.braking, second.braking))
        if hardest < chosen.limits(self._unit)[0] or overlap < chosen.overlap:
            return
        if zone.id in view.findings.crowded_zones:
            return
        self._crashes[pair] = _Crash(
            case=self._new_case(pair, zone, chosen),
            chosen=chosen,
            pair=pair,
            halts=(first, second),
            boxes=boxes,
            places=np.array([first.place, second.place]),
            overlap=overlap,
            seen=view.now,
        )

    def _is_known(self, boxes: Floats) -> bool:
        """One of the two, by whatever track, is suspected already."""
        return any(
            bool((intersection_over_union(crash.boxes, boxes) > SAME_BODY_IOU).any())
            for crash in self._crashes.values()
        )

    def _place_of(self, first: Halt, second: Halt) -> tuple[Zone, CollisionParameters] | None:
        """The first zone in which one of them is."""
        feet = np.array([((box[0] + box[2]) / 2.0, box[3]) for box in (first.box, second.box)])
        inside = self._polygons.contain(feet)[:, self._columns].any(axis=0)
        if not inside.any():
            return None
        _, zone, chosen = self._zones[int(inside.argmax())]
        return zone, chosen

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
                crash.places[index] = motion.position[int(rows.argmax())]
        if stands.any():
            crash.seen = view.now
        gap_m = _gap_m(crash, self._ground)
        is_touching = gap_m < crash.chosen.touching_m
        is_unseen = not is_there.any() and seconds_between(crash.seen, view.now) < UNSEEN_S
        speeds = motion.speed[is_there.any(axis=0)]
        return Reading(
            met=None if is_unseen else bool(is_touching and stands.any() and not rolls.any()),
            cleared=None if is_unseen else not stands.any(),
            severity=_SEVERITY,
            explain=partial(_explain, crash, self._unit, (gap_m, _least(speeds)), view.now),
            track_ids=crash.pair,
            box=_around(crash.boxes),
        )


def _gap_m(crash: _Crash, ground: GroundPlane | None) -> float:
    """Between the two where they stand; minus infinity where nothing says how far a metre is."""
    if ground is None:
        return -inf
    headings = np.array([halt.heading for halt in crash.halts])
    is_unknown = np.isnan(headings[:, 0])
    # Who was not seen to come is taken for one that came on the same course.
    headings[is_unknown] = headings[::-1][is_unknown]
    class_ids = [halt.class_id for halt in crash.halts]
    bodies = Bodies(crash.places, np.zeros((2, 2)), headings, SIZES_M[class_ids] / 2.0)
    bodies = stand_on(ground, bodies)
    gaps, _ = encounters(bodies.take(_ONE), bodies.take(_OTHER), 0.0).gaps(_NOW)
    return float(gaps[0, 0])


def _least(speeds: Floats) -> float:
    """The lowest that is known."""
    return float(np.fmin.reduce(speeds, initial=np.inf))


def _around(boxes: Floats) -> Box:
    low, high = boxes[:, :2].min(axis=0).tolist(), boxes[:, 2:].max(axis=0).tolist()
    return (low[0], low[1], high[0], high[1])


def _explain(
    crash: _Crash, unit: str, seen: tuple[float, float], now: Instant
) -> tuple[Measurement, ...]:
    chosen = crash.chosen
    braking, stopped = chosen.limits(unit)
    gap_m, slowest = seen
    started = crash.case.machine.started
    stood_s = seconds_between(started, now) if started else 0.0
    entries = [
        ("overlap of the boxes", crash.overlap, chosen.overlap, ""),
        ("speed that the first lost in 1 s", crash.halts[0].braking, braking, f"{unit}/s"),
        ("speed that the second lost in 1 s", crash.halts[1].braking, braking, f"{unit}/s"),
        ("between them", gap_m, chosen.touching_m, "m"),
        ("speed of the slower one", slowest, stopped, f"{unit}/s"),
        ("one stands for", stood_s, chosen.on_s, "s"),
    ]
    return tuple(
        Measurement(condition=name, measured=measured, threshold=threshold, unit=unit)
        for name, measured, threshold, unit in entries
        if isfinite(measured)
    )

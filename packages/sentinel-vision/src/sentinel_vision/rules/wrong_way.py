"""Wrong way: a vehicle drives against the direction of its lane."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from math import isnan
from typing import ClassVar, Final, NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from sentinel_core.domain.incidents import EndReason, Incident, IncidentType
from sentinel_core.domain.zones import Zone
from sentinel_vision.rules.case import Case, IncidentChange, Measurement, Reading
from sentinel_vision.rules.geometry import Flags, Floats, intersection_over_union
from sentinel_vision.rules.incident_book import Box, IncidentBook, Subject
from sentinel_vision.rules.parameters import RuleParameters, parameter
from sentinel_vision.rules.scene import Instant, SceneFrame, seconds_between
from sentinel_vision.rules.steadiness import BAND, recent_drives
from sentinel_vision.rules.view import View, ZoneLayout

HANDOVER_IOU = 0.3
"""A new track that overlaps so much with where a lost one should be goes on with its case."""

UNSEEN_S = 1.0
"""A track that is missing for less says nothing."""

DRIVEN_S: Final = 1.5
"""The sightings of so long must lie on the course of one vehicle …"""

LEAST_SIGHTINGS: Final = 3
"""… and be so many."""

_MAX_TRACKS = 16


class WrongWayParameters(RuleParameters):
    """A vehicle that drives against its lane. Needs a lane with a direction."""

    rule: ClassVar[IncidentType] = IncidentType.WRONG_WAY

    on_s: float = parameter(1.5, "s", (0.5, 60.0), "The conditions must hold for so long.")
    off_s: float = parameter(
        2.0, "s", (0.5, 60.0), "It ends when the vehicle drove with the lane or was gone so long."
    )
    cosine: float = parameter(
        -0.5, "", (-1.0, -0.1), "Enter: cosine of heading and lane direction below this."
    )
    speed_bl_s: float = parameter(
        0.3, "BL/s", (0.05, 10.0), "Enter, uncalibrated: faster than this."
    )
    speed_m_s: float = parameter(1.5, "m/s", (0.2, 30.0), "Enter, calibrated: faster than this.")
    way_bl: float = parameter(
        2.0, "BL", (0.2, 50.0), "Enter, uncalibrated: came at least so far against the lane."
    )
    way_m: float = parameter(
        5.0, "m", (0.5, 200.0), "Enter, calibrated: came at least so far against the lane."
    )

    def limits(self, unit: str) -> tuple[float, float]:
        """Least speed and way in the camera's unit."""
        return (self.speed_m_s, self.way_m) if unit == "m" else (self.speed_bl_s, self.way_bl)


@dataclass(slots=True, kw_only=True)
class _Driver:
    """A vehicle under suspicion.

    Attributes:
        box: Where it was when it was seen last.
        pace: Its velocity then, in frame widths and heights per second.
        origin: Where it was first seen to drive so, as `Motion.position`.
        way: How far it came from there, in units.
    """

    case: Case
    parameters: WrongWayParameters
    track_ids: tuple[int, ...]
    box: Box
    pace: tuple[float, float]
    seen: Instant
    origin: Floats | None = None
    way: float = 0.0

    def come(self, place: Floats, unit: float) -> None:
        """It is here now, against its lane; `unit` as `Motion.length`."""
        if self.origin is None:
            self.origin = place
        offset = place - self.origin
        self.way = float(np.hypot(offset[0], offset[1])) / unit

    def expected_box(self, now: Instant) -> Box:
        """Where it should be now."""
        unseen_s = seconds_between(self.seen, now)
        x, y = self.pace[0] * unseen_s, self.pace[1] * unseen_s
        return (self.box[0] + x, self.box[1] + y, self.box[2] + x, self.box[3] + y)


@dataclass(frozen=True, slots=True, eq=False)
class _Headings:
    """For each track: where it is, and how it heads.

    Attributes:
        lane: Index in the rule's list, where `is_inside`.
        along: Pixels per second with the lane.
        length: Pixels per second.
    """

    lane: NDArray[np.intp]
    is_inside: Flags
    along: Floats
    length: Floats
    against: Flags

    def cosine(self, row: int) -> float:
        """Of heading and lane; 0 for what stands."""
        length = float(self.length[row])
        return float(self.along[row]) / length if length > 0.0 else 0.0


class _Course(NamedTuple):
    """What the sightings of a suspect say.

    Attributes:
        speed: In the direction of its smoothed course, units per second; NaN: cannot be told.
        tremble: What boxes that tremble may have added to it, in 95 % of all cases.
        has_jumped: No vehicle can have driven so: the track went from one to another.
    """

    speed: float
    tremble: float
    has_jumped: bool

    def read(self, least_speed: float) -> bool | None:
        """Whether it drives so; None where that may be a box that trembles."""
        if isnan(self.speed):
            return None
        if self.speed <= least_speed:
            return False
        return self.speed - self.tremble > least_speed or None


class WrongWayRule:
    """Watches every lane that has a direction. Where lanes overlap, the first drawn counts."""

    def __init__(self, book: IncidentBook, layout: ZoneLayout) -> None:
        self._book = book
        self._drivers: dict[int, _Driver] = {}
        self._present: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self.arrange(layout, frozenset())

    def arrange(self, layout: ZoneLayout, kept: frozenset[UUID]) -> None:
        """Look at these zones."""
        del kept
        self._ground = layout.ground
        self._lanes = [
            (column, zone, parameters)
            for column, zone, parameters in layout.with_parameters(WrongWayParameters)
            if zone.direction is not None
        ]
        directions = np.array([zone.direction for _, zone, _ in self._lanes]).reshape(-1, 2)
        self._directions = (directions / np.hypot(*directions.T)[:, None]).T
        self._columns = np.array([column for column, _, _ in self._lanes], dtype=np.intp)
        unit = "BL" if layout.ground is None else "m"
        limits = [parameters.limits(unit)[0] for _, _, parameters in self._lanes]
        self._least_speed = np.array(limits, dtype=np.float64)
        self._cosine = np.array([parameters.cosine for _, _, parameters in self._lanes])

    def watch(self, view: View) -> list[IncidentChange]:
        """Take in one frame."""
        if not self._lanes:
            return []
        headings = self._head(view)
        if not self._drivers and not headings.against.any():
            self._present = view.motion.track_ids
            return []
        rows = {track_id: row for row, track_id in enumerate(view.motion.track_ids.tolist())}
        if self._drivers:
            self._hand_over(view, rows)
        for row in np.flatnonzero(headings.against).tolist():
            self._suspect(view, row, self._lanes[int(headings.lane[row])])
        self._present = view.motion.track_ids
        changes = []
        courses = self._confirm(view, [rows[key] for key in self._drivers if key in rows])
        for track_id, driver in list(self._drivers.items()):
            if track_id in rows:
                row = rows[track_id]
                reading = self._read(driver, view, row, headings, courses[row])
            else:
                reading = _read_absent(driver, view)
            changes.append(driver.case.step(view.now, view.scene, reading))
            if not driver.case.machine.is_busy:
                del self._drivers[track_id]
        return [change for change in changes if change is not None]

    def resume(self, incident: Incident) -> bool:
        """A driver of an earlier run is another track by now."""
        del incident
        return False

    def enter_epoch(self, at: datetime, scene: SceneFrame | None) -> list[IncidentChange]:
        """All drivers are watched by their tracks."""
        return self.end(EndReason.STREAM_LOST, at, scene)

    def end(
        self, reason: EndReason, at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """End all incidents and forget all suspicions."""
        return self._end_where(frozenset(), reason, at, scene)

    def end_changed(
        self, kept: frozenset[UUID], at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """End what is in a zone that is not in `kept`."""
        return self._end_where(kept, EndReason.ZONE_CHANGED, at, scene)

    def _end_where(
        self,
        kept: frozenset[UUID],
        reason: EndReason,
        at: datetime,
        scene: SceneFrame | None,
    ) -> list[IncidentChange]:
        gone = [
            track_id
            for track_id, driver in self._drivers.items()
            if driver.case.subject.zone_id not in kept
        ]
        changes = [self._drivers.pop(track_id).case.end(reason, at, scene) for track_id in gone]
        return [change for change in changes if change is not None]

    def _head(self, view: View) -> _Headings:
        motion = view.motion
        inside = view.inside.take(self._columns, axis=1)
        lane, is_inside = inside.argmax(axis=1), np.logical_or.reduce(inside, axis=1)
        across, down = motion.velocity_px_s.T
        along = across * self._directions[0].take(lane)
        along += down * self._directions[1].take(lane)
        length = np.hypot(across, down)
        against = is_inside & view.is_vehicle
        against &= along < self._cosine.take(lane) * length
        against &= motion.speed > self._least_speed.take(lane)
        return _Headings(lane, is_inside, along, length, against)

    def _suspect(self, view: View, row: int, lane: tuple[int, Zone, WrongWayParameters]) -> None:
        track_id = int(view.motion.track_ids[row])
        if track_id in self._drivers:
            return
        _, zone, parameters = lane
        subject = Subject(
            type=IncidentType.WRONG_WAY,
            rule_version=parameters.version,
            key=f"track:{track_id}",
            zone=zone,
        )
        self._drivers[track_id] = _Driver(
            case=Case(self._book, subject, parameters.timing),
            parameters=parameters,
            track_ids=(track_id,),
            box=view.box(row),
            pace=(0.0, 0.0),
            seen=view.now,
        )

    def _hand_over(self, view: View, rows: Mapping[int, int]) -> None:
        """A new track where a lost one should be by now is the same vehicle."""
        lost = [track_id for track_id in self._drivers if track_id not in rows]
        if not lost:
            return
        before = frozenset(self._present.tolist())
        fresh = [track_id for track_id in rows if track_id not in before]
        if not fresh:
            return
        expected = np.array([self._drivers[track_id].expected_box(view.now) for track_id in lost])
        boxes = np.array([view.box(rows[track_id]) for track_id in fresh])
        overlaps = intersection_over_union(expected, boxes)
        for index, track_id in enumerate(lost):
            best = int(overlaps[index].argmax())
            if overlaps[index, best] > HANDOVER_IOU:
                overlaps[:, best] = 0.0
                driver = self._drivers.pop(track_id)
                driver.track_ids = (*driver.track_ids, fresh[best])[-_MAX_TRACKS:]
                self._drivers[fresh[best]] = driver

    def _confirm(self, view: View, rows: list[int]) -> dict[int, _Course]:
        """What the sightings of some rows say, without smoothing."""
        if not rows:
            return {}
        drives = recent_drives(view, np.array(rows), self._ground, DRIVEN_S)
        pace = view.motion.velocity[rows]
        length = np.hypot(pace[:, 0], pace[:, 1])
        has_jumped = ~drives.is_steady
        length[has_jumped | (drives.sightings < LEAST_SIGHTINGS) | (length == 0.0)] = np.nan
        speed = (drives.velocity * pace).sum(axis=1) / length
        columns = (speed.tolist(), (BAND * drives.speed_error).tolist(), has_jumped.tolist())
        return {row: _Course(*course) for row, *course in zip(rows, *columns, strict=True)}

    def _read(
        self, driver: _Driver, view: View, row: int, headings: _Headings, course: _Course
    ) -> Reading:
        motion = view.motion
        driver.box, driver.seen = view.box(row), view.now
        if not isnan(motion.speed[row]):
            pace_x, pace_y = motion.velocity_px_s[row].tolist()
            driver.pace = (pace_x / view.scene.width, pace_y / view.scene.height)
        speed, cosine = float(motion.speed[row]), headings.cosine(row)
        least_speed, least_way = driver.parameters.limits(motion.unit)
        if course.has_jumped:
            driver.origin, driver.way = None, 0.0
        met = course.read(least_speed) if headings.against[row] else False
        if isnan(speed):
            met = None
        if met:
            driver.come(motion.position[row], float(motion.length[row]))
        with_lane = cosine > 0.0 and speed > least_speed
        return Reading(
            met=met,
            cleared=with_lane or not headings.is_inside[row],
            may_open=driver.way >= least_way and bool(motion.mature[row]),
            severity=7.0 + 3.0 * min(1.0, speed / (4.0 * least_speed)) if met else 0.0,
            explain=partial(_explain, driver, motion.unit, cosine, speed),
            track_ids=driver.track_ids,
            box=driver.box,
        )


def _read_absent(driver: _Driver, view: View) -> Reading:
    is_gone = seconds_between(driver.seen, view.now) >= UNSEEN_S
    return Reading(met=False if is_gone else None, cleared=True)


def _explain(driver: _Driver, unit: str, cosine: float, speed: float) -> tuple[Measurement, ...]:
    least_speed, least_way = driver.parameters.limits(unit)
    return (
        Measurement(
            condition="cosine of heading and lane",
            measured=cosine,
            threshold=driver.parameters.cosine,
            unit="",
        ),
        Measurement(condition="speed", measured=speed, threshold=least_speed, unit=f"{unit}/s"),
        Measurement(
            condition="way against the lane", measured=driver.way, threshold=least_way, unit=unit
        ),
    )

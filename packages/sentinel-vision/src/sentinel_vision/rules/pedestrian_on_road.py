"""Pedestrian on the road: a person on foot in a carriageway, outside crossings and pavements."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from math import inf, isnan
from typing import ClassVar
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from sentinel_core.domain.incidents import EndReason, Incident, IncidentType
from sentinel_core.domain.zones import Zone, ZoneType
from sentinel_vision.detection.classes import (
    BICYCLE,
    CLASS_GROUPS,
    CLASS_NAMES,
    GROUP_PERSON,
    MOTORCYCLE,
)
from sentinel_vision.detection.detections import NO_TRACK, Detections
from sentinel_vision.rules.case import Case, IncidentChange, Measurement, Reading
from sentinel_vision.rules.followed import Followed, Followers
from sentinel_vision.rules.geometry import Floats, box_areas, intersections
from sentinel_vision.rules.incident_book import IncidentBook, Subject
from sentinel_vision.rules.parameters import RuleParameters, parameter
from sentinel_vision.rules.scene import Instant, SceneFrame, seconds_between
from sentinel_vision.rules.view import View, ZoneLayout

RIDER_MEMORY_S = 2.0
"""For so long after its two-wheeler or vehicle was seen a rider is none on foot, though the
detector misses the vehicle for some frames."""

LEAST_CONFIDENCE = 0.25
"""Of a vehicle that has no track, to be one that somebody may ride."""

DISMOUNTED = 4.0
"""Nor before it is so far from where its two-wheeler was seen last, in metres or body lengths: in
a queue that is hidden behind others for minutes."""

LOST_RIDER_S = 10.0
LOST_RIDER_REACH = 2.0
"""Who appears so near to where a rider vanished no longer ago is the rider."""

Rows = NDArray[np.intp]

_TWO_WHEELED = np.isin(np.arange(len(CLASS_NAMES)), (BICYCLE, MOTORCYCLE))

SAFE_ZONES = (ZoneType.CROSSING, ZoneType.PAVEMENT)
"""Zones that make a place on the road one for persons."""

MOVING_M_S, MOVING_BL_S = 1.5, 0.3
"""A vehicle that is faster is traffic."""

_ALONE, _AMONG_TRAFFIC = 6.0, 9.0


class PedestrianOnRoadParameters(RuleParameters):
    """A person on foot in a lane or junction, outside crossings and pavements."""

    rule: ClassVar[IncidentType] = IncidentType.PEDESTRIAN_ON_ROAD
    zone_types: ClassVar[frozenset[ZoneType]] = frozenset({ZoneType.LANE, ZoneType.JUNCTION})

    on_s: float = parameter(2.0, "s", (0.5, 60.0), "The person must be on the road for so long.")
    off_s: float = parameter(3.0, "s", (0.5, 60.0), "It ends when the person was off it so long.")
    rider_share: float = parameter(
        0.6, "of person", (0.1, 1.0), "More of the box under a vehicle's box: rides, does not walk."
    )
    fastest_m_s: float = parameter(
        6.0, "m/s", (1.0, 20.0), "Calibrated: who is faster rides something that was not seen."
    )
    fastest_bl_s: float = parameter(
        6.0, "BL/s", (1.0, 20.0), "Uncalibrated: who is faster rides something that was not seen."
    )

    def fastest(self, unit: str) -> float:
        """In the camera's unit."""
        return self.fastest_m_s if unit == "m" else self.fastest_bl_s


_Met = tuple[Followed[PedestrianOnRoadParameters], int | None]


@dataclass(frozen=True, slots=True, eq=False)
class _Walk:
    """What a frame shows of persons.

    Attributes:
        road: For each row the index of the road on which it walks, -1 for none.
        covered: Share of each person's box under that of a two-wheeler or vehicle.
        busy_zones: Roads on which a vehicle moves.
    """

    road: Rows
    covered: Floats
    busy_zones: frozenset[UUID]


@dataclass(slots=True, kw_only=True)
class _Ride:
    """What is known of a rider.

    Attributes:
        covered: When its vehicle was seen last.
        place: Where that was, as `Motion.position`; None if it has more than two wheels.
        seen: When the rider was seen last.
    """

    covered: Instant
    place: Floats | None
    seen: Instant

    def goes_on(self, view: View, row: int) -> bool:
        """Whether the rider still is one."""
        if seconds_between(self.covered, view.now) <= RIDER_MEMORY_S:
            return True
        return self.place is not None and self.distance(view, row) <= DISMOUNTED

    def distance(self, view: View, row: int) -> float:
        """From where the two-wheeler was to who is there now, in units."""
        if self.place is None:
            return inf
        way = view.motion.position[row] - self.place
        return float(np.hypot(way[0], way[1]) / view.motion.length[row])


class PedestrianOnRoadRule:
    """Watches lanes and junctions. Where they overlap, the first drawn counts."""

    def __init__(self, book: IncidentBook, layout: ZoneLayout) -> None:
        self._book = book
        self._followers: Followers[PedestrianOnRoadParameters] = Followers()
        self._riders: dict[int, _Ride] = {}
        self.arrange(layout, frozenset())

    def arrange(self, layout: ZoneLayout, kept: frozenset[UUID]) -> None:
        """Look at these zones."""
        del kept
        self._roads = list(layout.with_parameters(PedestrianOnRoadParameters))
        self._columns = [column for column, _, _ in self._roads]
        self._safe = [column for kind in SAFE_ZONES for column in layout.columns(kind)]
        unit = "BL" if layout.ground is None else "m"
        self._moving = MOVING_BL_S if unit == "BL" else MOVING_M_S
        self._fastest = np.array([chosen.fastest(unit) for _, _, chosen in self._roads])
        self._rider_share = min((chosen.rider_share for _, _, chosen in self._roads), default=1.0)

    def resume(self, incident: Incident) -> bool:
        """A person of an earlier run is another track by now."""
        del incident
        return False

    def enter_epoch(self, at: datetime, scene: SceneFrame | None) -> list[IncidentChange]:
        """All persons are watched by their tracks."""
        return self.end(EndReason.STREAM_LOST, at, scene)

    def watch(self, view: View) -> list[IncidentChange]:
        """Take in one frame."""
        if not self._roads:
            return []
        road = self._find_roads(view)
        followed = self._followers.meet(view)
        if not followed and not (road >= 0).any():
            return []
        walk = self._find_walkers(view, road)
        followed += self._suspect(view, walk)
        changes = []
        for person, row in followed:
            reading = (
                person.read_absent(view.now) if row is None else _read(person, view, row, walk)
            )
            changes.append(person.case.step(view.now, view.scene, reading))
        self._followers.forget(lambda _: True)
        return [change for change in changes if change is not None]

    def end(
        self, reason: EndReason, at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """End all incidents and forget all suspicions."""
        self._riders.clear()
        return self._followers.end(reason, at, scene)

    def end_changed(
        self, kept: frozenset[UUID], at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """End what is in a zone that is not in `kept`."""
        return self._followers.end(EndReason.ZONE_CHANGED, at, scene, kept=kept)

    def _find_roads(self, view: View) -> Rows:
        """For each row the index of the road on which a person is, -1 for none."""
        inside = view.inside[:, self._columns]
        is_there = view.is_person & inside.any(axis=1)
        if not is_there.any():
            return np.full(len(is_there), -1)
        road = inside.argmax(axis=1)
        is_there &= ~view.inside[:, self._safe].any(axis=1)
        is_there &= ~(view.motion.speed > self._fastest[road])
        return np.where(is_there, road, -1)

    def _find_walkers(self, view: View, road: Rows) -> _Walk:
        covered, two_wheeled = _covered_by_vehicles(view)
        if self._riders:
            self._follow_riders(view)
        for row in np.flatnonzero(covered > self._rider_share).tolist():
            is_two_wheeled = two_wheeled[row] > self._rider_share
            place = view.motion.position[row].copy() if is_two_wheeled else None
            self._remember_rider(int(view.motion.track_ids[row]), view.now, place)
        if self._riders:
            road = np.where(np.isin(view.motion.track_ids, list(self._riders)), -1, road)
        return _Walk(road, covered, self._busy_zones(view))

    def _remember_rider(self, track_id: int, now: Instant, place: Floats | None) -> None:
        before = self._riders.get(track_id)
        if place is None and before is not None:
            place = before.place
        self._riders[track_id] = _Ride(covered=now, place=place, seen=now)

    def _follow_riders(self, view: View) -> None:
        """Forget who rides no more; new tracks go on with riders that are lost."""
        row_of = {track_id: row for row, track_id in enumerate(view.motion.track_ids.tolist())}
        lost: list[int] = []
        for track_id, ride in list(self._riders.items()):
            row = row_of.get(track_id)
            if row is not None:
                ride.seen = view.now
                if not ride.goes_on(view, row):
                    del self._riders[track_id]
            elif seconds_between(ride.seen, view.now) > LOST_RIDER_S:
                del self._riders[track_id]
            elif ride.place is not None:
                lost.append(track_id)
        if lost:
            self._find_again(lost, view)

    def _find_again(self, lost: list[int], view: View) -> None:
        fresh = view.is_person & ~view.motion.mature
        for row in np.flatnonzero(fresh).tolist():
            track_id = int(view.motion.track_ids[row])
            if track_id in self._riders or not lost:
                continue
            nearest = min(lost, key=lambda one: self._riders[one].distance(view, row))
            if self._riders[nearest].distance(view, row) <= LOST_RIDER_REACH:
                lost.remove(nearest)
                self._riders[track_id] = self._riders.pop(nearest)
                self._riders[track_id].seen = view.now

    def _busy_zones(self, view: View) -> frozenset[UUID]:
        drives = view.is_vehicle & (view.motion.speed > self._moving)
        busy = view.inside[drives][:, self._columns].any(axis=0)
        return frozenset(self._roads[index][1].id for index in np.flatnonzero(busy).tolist())

    def _suspect(self, view: View, walk: _Walk) -> list[_Met]:
        fresh: list[_Met] = []
        for row in np.flatnonzero((walk.road >= 0) & view.motion.mature).tolist():
            track_id = int(view.motion.track_ids[row])
            if track_id not in self._followers:
                _, zone, chosen = self._roads[int(walk.road[row])]
                case = Case(self._book, _subject(track_id, zone, chosen), chosen.timing)
                fresh.append((self._followers.add(view, row, case, chosen), row))
        return fresh


def _subject(track_id: int, zone: Zone, chosen: PedestrianOnRoadParameters) -> Subject:
    return Subject(
        type=IncidentType.PEDESTRIAN_ON_ROAD,
        rule_version=chosen.version,
        key=f"track:{track_id}",
        zone=zone,
    )


def _covered_by_vehicles(view: View) -> tuple[Floats, Floats]:
    """Share of each person's box under that of a vehicle, and of a two-wheeler: shape (tracks,)."""
    motion = view.motion
    covered, two_wheeled = np.zeros(len(motion)), np.zeros(len(motion))
    persons = np.flatnonzero(view.is_person)
    vehicles = _find_vehicles(view)
    if len(persons) and len(vehicles):
        boxes = motion.boxes[persons]
        shares = intersections(boxes, vehicles.boxes.astype(np.float64))
        shares /= np.maximum(box_areas(boxes), 1.0)[:, np.newaxis]
        covered[persons] = shares.max(axis=1)
        is_two_wheeled = _TWO_WHEELED[vehicles.class_ids]
        two_wheeled[persons] = shares[:, is_two_wheeled].max(axis=1, initial=0.0)
    return covered, two_wheeled


def _find_vehicles(view: View) -> Detections:
    """Also those that have no track yet: their boxes are seen too seldom, not wrong."""
    seen = view.scene.detections
    counts = (seen.track_ids != NO_TRACK) | (seen.confidences >= LEAST_CONFIDENCE)
    return seen.select(np.flatnonzero(counts & (CLASS_GROUPS[seen.class_ids] != GROUP_PERSON)))


def _read(
    person: Followed[PedestrianOnRoadParameters], view: View, row: int, walk: _Walk
) -> Reading:
    is_on_road = bool(walk.road[row] >= 0)
    is_busy = person.case.subject.zone_id in walk.busy_zones
    return Reading(
        met=is_on_road,
        cleared=not is_on_road,
        severity=(_AMONG_TRAFFIC if is_busy else _ALONE) if is_on_road else 0.0,
        explain=partial(_explain, person, view, row, float(walk.covered[row])),
        track_ids=person.track_ids,
        box=person.box,
    )


def _explain(
    person: Followed[PedestrianOnRoadParameters], view: View, row: int, covered: float
) -> tuple[Measurement, ...]:
    chosen, unit = person.known, view.motion.unit
    on_road_s = seconds_between(person.case.machine.started or view.now, view.now)
    speed = float(view.motion.speed[row])
    entries = [
        ("on the road for", on_road_s, chosen.on_s, "s"),
        ("share under a vehicle's box", covered, chosen.rider_share, ""),
        ("speed", speed, chosen.fastest(unit), f"{unit}/s"),
    ]
    return tuple(
        Measurement(condition=name, measured=measured, threshold=threshold, unit=unit)
        for name, measured, threshold, unit in entries
        if not isnan(measured)
    )

"""Stopped vehicle: one vehicle stands where vehicles drive.

Time is counted by place and not by track: a track that breaks and goes on under a new id, or a
short occlusion, does not start it again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum
from math import isnan
from typing import ClassVar, Self
from uuid import UUID

import numpy as np
from pydantic import model_validator

from sentinel_core.domain.incidents import EndReason, IncidentType
from sentinel_core.domain.zones import Zone, ZoneType
from sentinel_vision.detection.detections import NO_TRACK
from sentinel_vision.rules.case import (
    SAME_PLACE_IOU,
    Box,
    Case,
    IncidentBook,
    IncidentChange,
    Measurement,
    Reading,
    Subject,
)
from sentinel_vision.rules.geometry import Flags, Floats, intersection_over_union
from sentinel_vision.rules.kinematics import DISPLACEMENT_S, Motion
from sentinel_vision.rules.parameters import RuleParameters, parameter
from sentinel_vision.rules.scene import Instant, SceneFrame, seconds_between
from sentinel_vision.rules.view import View, ZoneLayout

_MAX_TRACKS = 16
_SEVERITY_AT_ALARM = 4.0


class StoppedVehicleParameters(RuleParameters):
    """A vehicle that stands in a lane or a no-stop zone."""

    rule: ClassVar[IncidentType] = IncidentType.STOPPED_VEHICLE
    zone_types: ClassVar[frozenset[ZoneType]] = frozenset({ZoneType.LANE, ZoneType.NO_STOP})
    type_defaults: ClassVar[Mapping[ZoneType, Mapping[str, float]]] = {
        ZoneType.NO_STOP: {"on_s": 60.0}
    }

    on_s: float = parameter(10.0, "s", (4.0, 600.0), "The vehicle must stand for so long.")
    off_s: float = parameter(
        5.0, "s", (1.0, 600.0), "It ends when the vehicle has moved or was absent for so long."
    )
    still_bl: float = parameter(
        0.15, "BL", (0.02, 1.0), "Enter, uncalibrated: moved less than this in 3 s."
    )
    still_m: float = parameter(
        0.5, "m", (0.05, 5.0), "Enter, calibrated: moved less than this in 3 s."
    )
    moved_bl: float = parameter(
        0.4, "BL", (0.05, 5.0), "Exit, uncalibrated: moved more than this in 3 s."
    )
    moved_m: float = parameter(
        1.3, "m", (0.1, 20.0), "Exit, calibrated: moved more than this in 3 s."
    )
    left_bl: float = parameter(
        0.8, "BL", (0.1, 10.0), "Exit, uncalibrated: further than this from where it stopped."
    )
    left_m: float = parameter(
        2.7, "m", (0.2, 40.0), "Exit, calibrated: further than this from where it stopped."
    )

    @model_validator(mode="after")
    def _check_exit_is_looser(self) -> Self:
        if self.moved_bl < self.still_bl:
            raise ValueError("moved_bl must not be below still_bl")
        if self.moved_m < self.still_m:
            raise ValueError("moved_m must not be below still_m")
        return self

    def limits(self, unit: str) -> tuple[float, float, float]:
        """Still, moved and left in the camera's unit."""
        if unit == "m":
            return self.still_m, self.moved_m, self.left_m
        return self.still_bl, self.moved_bl, self.left_bl


@dataclass(slots=True, kw_only=True)
class _Place:
    """Where a vehicle stands or stood. `zone_ids`: all zones that hold it."""

    case: Case
    parameters: StoppedVehicleParameters
    zone_ids: frozenset[UUID]
    box: Box
    position: Floats
    seen: Instant
    track_ids: tuple[int, ...]

    def take_track(self, track_id: int, now: Instant) -> None:
        others = tuple(known for known in self.track_ids if known != track_id)
        self.track_ids = (*others, track_id)[-_MAX_TRACKS:]
        self.seen = now


class StoppedVehicleRule:
    """Watches the places where vehicles stand, in all lanes and no-stop zones."""

    def __init__(self, book: IncidentBook, layout: ZoneLayout) -> None:
        self._book = book
        self._places: list[_Place] = []
        self.arrange(layout)

    def arrange(self, layout: ZoneLayout) -> None:
        """Look at these zones. Where several hold a place, the one that alarms first counts."""
        self._zones = sorted(
            layout.with_parameters(StoppedVehicleParameters), key=lambda entry: entry[2].on_s
        )
        self._layout = layout
        self._parking = layout.columns(ZoneType.PARKING)

    def forget_tracks(self) -> None:
        """A new stream epoch: the places stay, the vehicles on them get new track ids."""
        for place in self._places:
            place.track_ids = ()

    def watch(self, view: View, crowded: frozenset[UUID]) -> list[IncidentChange]:
        """Take in one frame; in the zones of `crowded` no incident may begin."""
        candidates = view.is_vehicle & ~view.inside[:, self._parking].any(axis=1)
        overlaps = self._overlaps(view) * candidates
        changes = []
        for place, overlap in zip(self._places, overlaps, strict=True):
            reading = self._read(place, view, overlap)
            may_open = crowded.isdisjoint(place.zone_ids)
            changes.append(
                place.case.step(view.now, view.scene, replace(reading, may_open=may_open))
            )
        self._find_places(view, candidates & ~(overlaps > SAME_PLACE_IOU).any(axis=0))
        self._places = [place for place in self._places if place.case.machine.is_busy]
        return [change for change in changes if change is not None]

    def end(
        self, reason: EndReason, at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """End all incidents and forget all places."""
        places, self._places = self._places, []
        return _end(places, reason, at, scene)

    def end_changed(
        self, kept: frozenset[UUID], at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """End what is in a zone not in `kept`, or on what the new layout calls a parking place."""
        anchors = np.array(
            [((place.box[0] + place.box[2]) / 2, place.box[3]) for place in self._places]
        ).reshape(-1, 2)
        inside = self._layout.polygons.contain(anchors)
        excluded = self._parking + self._layout.columns(ZoneType.IGNORE)
        is_gone = [
            place.case.subject.zone.id not in kept or bool(inside[index, excluded].any())
            for index, place in enumerate(self._places)
        ]
        gone = [place for place, out in zip(self._places, is_gone, strict=True) if out]
        self._places = [place for place, out in zip(self._places, is_gone, strict=True) if not out]
        return _end(gone, EndReason.ZONE_CHANGED, at, scene)

    def _overlaps(self, view: View) -> Floats:
        """IoU of each place with each track's box, shape (places, tracks)."""
        size = (view.scene.width, view.scene.height)
        boxes = view.motion.boxes / (*size, *size)
        places = np.array([place.box for place in self._places]).reshape(-1, 4)
        return intersection_over_union(places, boxes)

    def _read(self, place: _Place, view: View, overlap: Floats) -> Reading:
        motion = view.motion
        is_current = motion.track_ids == (place.track_ids[-1] if place.track_ids else NO_TRACK)
        rows = np.flatnonzero((overlap > SAME_PLACE_IOU) | (is_current & view.is_vehicle))
        if not len(rows):
            return self._read_absent(place, view)
        judged = [(_judge(place, view, row), -overlap[row], int(row)) for row in rows.tolist()]
        verdict, _, row = min(judged)
        if verdict is _Verdict.STILL:
            place.take_track(int(motion.track_ids[row]), view.now)
        return Reading(
            met={_Verdict.STILL: True, _Verdict.UNKNOWN: None}.get(verdict, False),
            cleared=verdict is _Verdict.MOVED,
            severity=self._severity(place, view.now),
            measurements=self._measurements(place, view, row),
            track_ids=place.track_ids,
            box=place.box,
        )

    def _read_absent(self, place: _Place, view: View) -> Reading:
        if not view.is_warm:
            return Reading(met=None, cleared=None)
        is_gone = seconds_between(place.seen, view.now) >= place.parameters.off_s
        return Reading(met=False if is_gone else None, cleared=True)

    def _severity(self, place: _Place, now: Instant) -> float:
        over_s = _dwell_s(place.case, now) - place.parameters.on_s
        return min(8.0, _SEVERITY_AT_ALARM + max(0.0, over_s) / 60.0)

    def _measurements(self, place: _Place, view: View, row: int) -> tuple[Measurement, ...]:
        motion = view.motion
        still, _, left = place.parameters.limits(motion.unit)
        way = float(motion.displacement[row])
        entries = [
            ("stands for", _dwell_s(place.case, view.now), place.parameters.on_s, "s"),
            ("moved in 3 s", way, still, motion.unit),
            ("distance from where it stopped", _way_from(place, motion, row), left, motion.unit),
        ]
        return tuple(
            Measurement(condition=name, measured=measured, threshold=threshold, unit=unit)
            for name, measured, threshold, unit in entries
            if not isnan(measured)
        )

    def _find_places(self, view: View, rows: Flags) -> None:
        motion = view.motion
        taken = {place.track_ids[-1] for place in self._places if place.track_ids}
        free = rows & motion.mature & ~np.isin(motion.track_ids, sorted(taken))
        for column, zone, parameters in self._zones:
            still, _, _ = parameters.limits(motion.unit)
            found = free & view.inside[:, column] & (motion.displacement < still)
            for row in np.flatnonzero(found).tolist():
                self._places.append(self._new_place(view, row, zone, parameters))
            free &= ~found

    def _new_place(
        self, view: View, row: int, zone: Zone, parameters: StoppedVehicleParameters
    ) -> _Place:
        track_id = int(view.motion.track_ids[row])
        subject = Subject(
            type=IncidentType.STOPPED_VEHICLE,
            rule_version=parameters.version,
            key=f"track:{track_id}",
            zone=zone,
        )
        place = _Place(
            case=Case(self._book, subject, parameters.timing),
            parameters=parameters,
            zone_ids=frozenset(
                self._layout.zones[column].id for column in np.flatnonzero(view.inside[row])
            ),
            box=view.box(row),
            position=view.motion.position[row],
            seen=view.now,
            track_ids=(track_id,),
        )
        stands = Reading(met=True, cleared=False, may_open=False, box=place.box)
        place.case.step(view.before, view.scene, stands)
        place.case.step(view.now, view.scene, stands)
        return place


class _Verdict(IntEnum):
    """On one track over a place; the least counts where there are several."""

    STILL = 0
    CREEPS = 1
    UNKNOWN = 2
    MOVED = 3


def _judge(place: _Place, view: View, row: int) -> _Verdict:
    motion = view.motion
    still, moved, left = place.parameters.limits(motion.unit)
    way = float(motion.displacement[row])
    if isnan(way):
        way = float(motion.speed[row]) * DISPLACEMENT_S
        still = moved
    from_place = _way_from(place, motion, row)
    if way > moved or from_place > left:
        return _Verdict.MOVED
    if isnan(way) or isnan(from_place):
        return _Verdict.UNKNOWN
    return _Verdict.STILL if way < still else _Verdict.CREEPS


def _way_from(place: _Place, motion: Motion, row: int) -> float:
    way = np.hypot(*(motion.position[row] - place.position)) / motion.length[row]
    return float(way)


def _dwell_s(case: Case, now: Instant) -> float:
    return seconds_between(case.machine.started, now) if case.machine.started else 0.0


def _end(
    places: Sequence[_Place], reason: EndReason, at: datetime, scene: SceneFrame | None
) -> list[IncidentChange]:
    changes = [place.case.end(reason, at, scene) for place in places]
    return [change for change in changes if change is not None]

"""Stopped vehicle: one vehicle stands where vehicles drive.

Time is counted by place and not by track: a track that breaks and goes on under a new id, or a
short occlusion, does not start it again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import ClassVar, Self
from uuid import UUID

import numpy as np
from pydantic import model_validator

from sentinel_core.domain.incidents import EndReason, Incident, IncidentType
from sentinel_core.domain.zones import Zone, ZoneType
from sentinel_vision.detection.detections import NO_TRACK
from sentinel_vision.rules.case import Case, IncidentChange, Measurement, Reading
from sentinel_vision.rules.geometry import Flags, Floats
from sentinel_vision.rules.incident_book import Box, IncidentBook, Subject
from sentinel_vision.rules.memory import Beat
from sentinel_vision.rules.parameters import RuleParameters, parameter
from sentinel_vision.rules.places import Limits, PlaceTable, Sighting, Verdict, slacks
from sentinel_vision.rules.scene import Instant, SceneFrame, seconds_between
from sentinel_vision.rules.signals import CYCLES, signal_cycle, signal_cycle_s
from sentinel_vision.rules.view import View, ZoneLayout

BEAT_S = 0.5

WAITING_MEMORY_S = 15.0
"""A row starts from its head: for so long after it broke up one that still stands is no news."""

_MAX_TRACKS = 16
_SEVERITY_AT_ALARM, _MOST_SEVERE = 4.0, 8.0


class StoppedVehicleParameters(RuleParameters):
    """A vehicle that stands in a lane or a no-stop zone."""

    rule: ClassVar[IncidentType] = IncidentType.STOPPED_VEHICLE
    zone_types: ClassVar[frozenset[ZoneType]] = frozenset({ZoneType.LANE, ZoneType.NO_STOP})
    type_defaults: ClassVar[Mapping[ZoneType, Mapping[str, float]]] = {
        ZoneType.NO_STOP: {"on_s": 60.0}
    }

    on_s: float = parameter(
        10.0, "s", (4.0, 600.0), "The vehicle must stand for so long; 60 s in a no-stop zone."
    )
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
    signal_cycle_s: float = signal_cycle()

    @model_validator(mode="after")
    def _check_exit_is_looser(self) -> Self:
        if self.moved_bl < self.still_bl:
            raise ValueError("moved_bl must not be below still_bl")
        if self.moved_m < self.still_m:
            raise ValueError("moved_m must not be below still_m")
        return self

    def limits(self, unit: str) -> Limits:
        """In the camera's unit."""
        if unit == "m":
            return Limits(self.still_m, self.moved_m, self.left_m)
        return Limits(self.still_bl, self.moved_bl, self.left_bl)


@dataclass(slots=True, kw_only=True)
class _Place:
    """Where a vehicle stands or stood.

    Attributes:
        zone_ids: All zones that hold it.
        signal_s: For so long a signal explains that it stands, if it waits in a row. It need not
            be the row of its zone: what stands between two lanes is now in one, now in the other.
        waited: When it was last seen in the row that the signal holds up.
    """

    case: Case
    parameters: StoppedVehicleParameters
    zone_ids: frozenset[UUID]
    signal_s: float
    box: Box
    position: Floats
    seen: Instant
    track_ids: tuple[int, ...]
    waited: Instant | None = None

    @property
    def current_track(self) -> int:
        """The track that stands here; `NO_TRACK` after a new epoch began."""
        return self.track_ids[-1] if self.track_ids else NO_TRACK

    def take_track(self, track_id: int, now: Instant) -> None:
        """The vehicle was seen to stand, as this track."""
        self.seen = now
        if track_id == self.current_track:
            return
        others = tuple(known for known in self.track_ids if known != track_id)
        self.track_ids = (*others, track_id)[-_MAX_TRACKS:]

    def is_left(self, now: Instant, reading: Reading) -> bool:
        """Whether what stood here is gone, so that who stops here next begins anew."""
        if self.case.machine.is_open or reading.met is not False:
            return False
        return seconds_between(self.seen, now) >= self.parameters.off_s

    def waits(self, view: View) -> bool:
        """Whether a signal explains that a vehicle stands here."""
        if self.current_track in view.findings.waiting_tracks:
            self.waited = view.now
        if self.waited is None or _dwell_s(self.case, view.now) >= self.signal_s:
            return False
        return seconds_between(self.waited, view.now) < WAITING_MEMORY_S


class StoppedVehicleRule:
    """Watches the places where vehicles stand, in all lanes and no-stop zones."""

    def __init__(self, book: IncidentBook, layout: ZoneLayout) -> None:
        self._book = book
        self._beat = Beat(BEAT_S, 0.3)
        self.arrange(layout, frozenset())
        self._keep([])

    def arrange(self, layout: ZoneLayout, kept: frozenset[UUID]) -> None:
        """Look at these zones. Where several hold a place, the one that alarms first counts."""
        del kept
        self._zones = sorted(
            layout.with_parameters(StoppedVehicleParameters), key=lambda entry: entry[2].on_s
        )
        self._layout = layout
        self._ground = layout.ground
        self._parking = layout.columns(ZoneType.PARKING)
        self._unit = "BL" if layout.ground is None else "m"
        limits = [parameters.limits(self._unit) for _, _, parameters in self._zones]
        self._signal_s = CYCLES * max(map(signal_cycle_s, layout.zones), default=0.0)
        self._most_still = max((still for still, _, _ in limits), default=0.0)
        self._most_slack = max((moved for _, moved, _ in limits), default=0.0)

    def resume(self, incident: Incident) -> bool:
        """Where a vehicle stood is not known any more."""
        del incident
        return False

    def enter_epoch(self, at: datetime, scene: SceneFrame | None) -> list[IncidentChange]:
        """The places stay, the vehicles on them get new track ids."""
        del at, scene
        for place in self._places:
            place.track_ids = ()
        return []

    def watch(self, view: View) -> list[IncidentChange]:
        """Take in one frame; in crowded zones no incident may begin."""
        if not self._zones or not self._beat.is_due(view.now):
            return []
        crowded = view.findings.crowded_zones
        candidates = view.is_vehicle & ~view.inside[:, self._parking].any(axis=1)
        changes = []
        if self._places:
            current = [place.current_track for place in self._places]
            sightings = self._table.sight(view, candidates, current)
            kept = []
            for place, sighting in zip(self._places, sightings, strict=True):
                reading = _read(place, view, sighting, crowded)
                change = place.case.step(view.now, view.scene, reading)
                if change is not None:
                    changes.append(change)
                if place.case.machine.is_busy and not place.is_left(view.now, reading):
                    kept.append(place)
            if len(kept) < len(self._places):
                self._keep(kept)
        self._find_places(view, candidates)
        return changes

    def end(
        self, reason: EndReason, at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """End all incidents and forget all places."""
        places = self._places
        self._keep([])
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
            place.case.subject.zone_id not in kept or bool(inside[index, excluded].any())
            for index, place in enumerate(self._places)
        ]
        gone = [place for place, out in zip(self._places, is_gone, strict=True) if out]
        self._keep([place for place, out in zip(self._places, is_gone, strict=True) if not out])
        return _end(gone, EndReason.ZONE_CHANGED, at, scene)

    def _find_places(self, view: View, candidates: Flags) -> None:
        motion = view.motion
        may_stand = (
            candidates & motion.mature & (motion.displacement < self._most_still + self._most_slack)
        )
        taken = {place.current_track for place in self._places}
        rows = np.array(
            [
                row
                for row in np.flatnonzero(may_stand).tolist()
                if int(motion.track_ids[row]) not in taken
            ],
            dtype=np.intp,
        )
        if self._places and len(rows):
            rows = rows[~self._table.are_covered(view, rows)]
        if not len(rows):
            return
        excused = slacks(view, rows, self._ground, self._most_slack)
        ways = motion.displacement[rows] - excused
        found = [
            place
            for row, way in zip(rows.tolist(), ways.tolist(), strict=True)
            for place in self._try_place(view, row, way)
        ]
        if found:
            self._keep(self._places + found)

    def _try_place(self, view: View, row: int, way: float) -> list[_Place]:
        for column, zone, parameters in self._zones:
            if view.inside[row, column] and way < parameters.limits(view.motion.unit)[0]:
                return [self._new_place(view, row, zone, parameters)]
        return []

    def _keep(self, places: list[_Place]) -> None:
        """From now on these are the places."""
        self._places = places
        self._table = PlaceTable(
            [place.box for place in places],
            [place.position for place in places],
            [place.parameters.limits(self._unit) for place in places],
            self._ground,
        )

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
            signal_s=self._signal_s,
            box=view.box(row),
            position=view.motion.position[row],
            seen=view.now,
            track_ids=(track_id,),
        )
        stands = Reading(met=True, cleared=False, may_open=False, box=place.box)
        place.case.step(view.before, view.scene, stands)
        place.case.step(view.now, view.scene, stands)
        return place


def _read(
    place: _Place, view: View, sighting: Sighting | None, crowded: frozenset[UUID]
) -> Reading:
    if sighting is None:
        return _read_absent(place, view)
    verdict = sighting.verdict
    if verdict is Verdict.STILL:
        place.take_track(sighting.track_id, view.now)
    met = None if verdict is Verdict.UNKNOWN else verdict is Verdict.STILL
    may_open = not place.waits(view) and crowded.isdisjoint(place.zone_ids)
    if not may_open and place.case.incident is None:
        # The common case in a jam, with a place for each vehicle: nothing will be told.
        return Reading(met, verdict is Verdict.MOVED, may_open=False, box=place.box)
    over_s = _dwell_s(place.case, view.now) - place.parameters.on_s
    return Reading(
        met=met,
        cleared=verdict is Verdict.MOVED,
        may_open=may_open,
        severity=min(_MOST_SEVERE, _SEVERITY_AT_ALARM + max(0.0, over_s) / 60.0),
        explain=partial(_explain, place, sighting, view),
        track_ids=place.track_ids,
        box=place.box,
    )


def _read_absent(place: _Place, view: View) -> Reading:
    if not view.is_warm:
        return Reading(met=None, cleared=None)
    is_gone = seconds_between(place.seen, view.now) >= place.parameters.off_s
    return Reading(met=False if is_gone else None, cleared=True)


def _explain(place: _Place, sighting: Sighting, view: View) -> tuple[Measurement, ...]:
    unit = view.motion.unit
    still, _, left = place.parameters.limits(unit)
    entries = [
        ("stands for", _dwell_s(place.case, view.now), place.parameters.on_s, "s"),
        ("moved in 3 s", sighting.way, still + sighting.slack, unit),
        ("distance from where it stopped", sighting.from_place, left + sighting.slack, unit),
    ]
    return tuple(
        Measurement(condition=name, measured=measured, threshold=threshold, unit=unit)
        for name, measured, threshold, unit in entries
    )


def _dwell_s(case: Case, now: Instant) -> float:
    return seconds_between(case.machine.started, now) if case.machine.started else 0.0


def _end(
    places: Sequence[_Place], reason: EndReason, at: datetime, scene: SceneFrame | None
) -> list[IncidentChange]:
    changes = [place.case.end(reason, at, scene) for place in places]
    return [change for change in changes if change is not None]

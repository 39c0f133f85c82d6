"""Loitering: a person stays within a few metres for a long time, in a zone where that matters."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from math import isnan
from typing import ClassVar, Final
from uuid import UUID

import numpy as np
from pydantic import Field

from sentinel_core.domain.incidents import EndReason, Incident, IncidentType
from sentinel_core.domain.zones import Zone, ZoneType
from sentinel_vision.rules.case import Case, IncidentChange, Measurement, Reading
from sentinel_vision.rules.geometry import Floats
from sentinel_vision.rules.incident_book import Box, IncidentBook, Subject
from sentinel_vision.rules.parameters import RuleParameters, parameter
from sentinel_vision.rules.presences import UNSEEN, Presences
from sentinel_vision.rules.scene import Instant, Pace, SceneFrame, seconds_between
from sentinel_vision.rules.view import View, ZoneLayout

LOOK_EVERY_S: Final = 0.5
"""Nobody loiters in less."""

SAMPLES: Final = 120
"""A stay is remembered in so many places, however long it must be."""

HIDDEN_S: Final = 10.0
"""Who appears where somebody vanished no longer ago is the same person."""

_UNSEEN_S: Final = 1.0
"""Who is missing for less says nothing."""

_DOUBTFUL_S: Final = 4.0
"""Who is hidden for less, and was not on the way out, is there yet."""

_MAX_TRACKS: Final = 16
_DIRECTIONS: Final = np.array(
    [(1.0, 0.0), (0.0, 1.0), (0.5**0.5, 0.5**0.5), (0.5**0.5, -(0.5**0.5))]
)
_SEVERITY, _MOST_SEVERE = 3.0, 6.0


class LoiteringParameters(RuleParameters):
    """A person who stays in one place for long. Off but in zones that switch it on."""

    rule: ClassVar[IncidentType] = IncidentType.LOITERING
    zone_types: ClassVar[frozenset[ZoneType]] = frozenset(
        {
            ZoneType.LANE,
            ZoneType.JUNCTION,
            ZoneType.CROSSING,
            ZoneType.NO_STOP,
            ZoneType.PARKING,
            ZoneType.PAVEMENT,
        }
    )

    enabled: bool = Field(
        default=False,
        strict=True,
        description="Whether the rule looks at this zone: people may stand in most places.",
        json_schema_extra={"unit": ""},
    )
    on_s: float = parameter(60.0, "s", (5.0, 3600.0), "The person must stay for so long.")
    off_s: float = parameter(
        10.0, "s", (1.0, 600.0), "It ends when the person has walked on or was gone for so long."
    )
    radius_m: float = parameter(
        10.0, "m", (0.5, 100.0), "Calibrated: staying is to keep within a circle of this radius."
    )
    radius_bl: float = parameter(
        6.0, "BL", (0.5, 50.0), "Uncalibrated: staying is to keep within a circle of this radius."
    )

    def radius(self, unit: str) -> float:
        """In the camera's unit."""
        return self.radius_m if unit == "m" else self.radius_bl


@dataclass(slots=True, kw_only=True)
class _Stay:
    """Where a person was lately, since it began to stay in one place.

    Attributes:
        inside: When the person was seen in the zone last.
        since: When the stay began.
        seen: When the person was seen last.
        box: Where it was then.
        radius: Half of the greatest extent of the places of the last `on_s`, in units.
    """

    parameters: LoiteringParameters
    case: Case
    inside: Instant
    since: Instant
    seen: Instant
    box: Box
    track_ids: tuple[int, ...]
    radius: float = 0.0
    instants: list[Instant] = field(default_factory=list)
    _along: Floats = field(init=False, default_factory=lambda: np.empty((4 * SAMPLES, 4)))
    _end: int = field(init=False, default=0)

    def lasted_s(self, now: Instant) -> float:
        """How long the person has stayed."""
        return seconds_between(self.since, now)

    def see(self, view: View, row: int) -> None:
        """The person is there, as this row of the frame."""
        self.seen, self.box = view.now, view.box(row)
        track_id = int(view.motion.track_ids[row])
        if track_id != self.track_ids[-1]:
            self.track_ids = (*self.track_ids, track_id)[-_MAX_TRACKS:]

    def has_left(self, now: Instant) -> bool:
        """Whether the person was outside the zone, or was not seen, for long."""
        off_s = self.parameters.off_s
        is_outside = seconds_between(self.inside, now) > off_s
        return is_outside or seconds_between(self.seen, now) > HIDDEN_S

    def add(self, now: Instant, place: Floats, length: float, limit: float) -> None:
        """Take in a place; forget those from where the person has walked on.

        Args:
            now: Places that follow the last one too closely are left out.
            place: Shape (2,).
            length: What one unit is in `place`.
            limit: Greatest radius of a stay, in units.
        """
        on_s = self.parameters.on_s
        if self.instants and seconds_between(self.instants[-1], now) < on_s / SAMPLES:
            return
        if self._end == len(self._along):
            self._along[: len(self.instants)] = self._along[self._end - len(self.instants) :]
            self._end = len(self.instants)
        self._along[self._end] = place @ _DIRECTIONS.T
        self._end += 1
        self.instants.append(now)
        old = next(
            index
            for index, instant in enumerate(self.instants)
            if seconds_between(instant, now) <= on_s
        )
        del self.instants[:old]
        along = self._along[self._end - len(self.instants) : self._end]
        extent = np.maximum.reduce(along) - np.minimum.reduce(along)
        self.radius = float(np.maximum.reduce(extent)) / (2.0 * length)
        if not self.radius < limit:
            self._walk_on(along, length, limit)

    def _walk_on(self, along: Floats, length: float, limit: float) -> None:
        """Forget places that are too far from the others, the oldest first.

        Args:
            along: The places along each direction, the oldest first.
            length: As for `add`.
            limit: Likewise.
        """
        # Radii of the stretches up to now, the shortest first.
        back = along[::-1]
        spread = np.maximum.accumulate(back) - np.minimum.accumulate(back)
        radii = spread.max(axis=1) / (2.0 * length)
        kept = int((radii < limit).sum())
        self.radius = float(radii[kept - 1])
        del self.instants[:-kept]
        self.since = self.instants[0]


class LoiteringRule:
    """Watches the zones that ask for it. Where they overlap, the first drawn counts."""

    def __init__(self, book: IncidentBook, layout: ZoneLayout) -> None:
        self._book = book
        self._persons = Presences(HIDDEN_S)
        self._stays: dict[int, _Stay] = {}
        self._pace = Pace(LOOK_EVERY_S)
        self.arrange(layout, frozenset())

    def arrange(self, layout: ZoneLayout, kept: frozenset[UUID]) -> None:
        """Look at these zones."""
        del kept
        self._polygons = layout.polygons
        self._zones = list(layout.with_parameters(LoiteringParameters))
        self._columns = [column for column, _, _ in self._zones]
        self._column_of = {zone.id: column for column, zone, _ in self._zones}

    def resume(self, incident: Incident) -> bool:
        """A person of an earlier run is another track by now."""
        del incident
        return False

    def enter_epoch(self, at: datetime, scene: SceneFrame | None) -> list[IncidentChange]:
        """All persons are watched by their tracks."""
        return self.end(EndReason.STREAM_LOST, at, scene)

    def watch(self, view: View) -> list[IncidentChange]:
        """Take in one frame."""
        if not self._zones or not self._pace.is_due(view.now.observed_s):
            return []
        self._persons.meet(view, self._polygons)
        self._find(view)
        row_of = dict(zip(self._persons.numbers.tolist(), self._persons.rows.tolist(), strict=True))
        changes = []
        for number, stay in self._stays.items():
            row = row_of.get(number, UNSEEN)
            steps = self._meet(stay, view, row) if row != UNSEEN else _miss(stay, view)
            for instant, reading in steps:
                changes.append(stay.case.step(instant, view.scene, reading))
        self._forget(view.now)
        return [change for change in changes if change is not None]

    def end(
        self, reason: EndReason, at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """End all incidents and forget who stays."""
        self._persons.clear()
        return self._end(reason, at, scene, frozenset())

    def end_changed(
        self, kept: frozenset[UUID], at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """End what is in a zone that is not in `kept`."""
        return self._end(EndReason.ZONE_CHANGED, at, scene, kept)

    def _end(
        self, reason: EndReason, at: datetime, scene: SceneFrame | None, kept: frozenset[UUID]
    ) -> list[IncidentChange]:
        gone = [
            number for number, stay in self._stays.items() if stay.case.subject.zone_id not in kept
        ]
        changes = [self._stays.pop(number).case.end(reason, at, scene) for number in gone]
        return [change for change in changes if change is not None]

    def _find(self, view: View) -> None:
        """Begin to watch who has come into a zone."""
        persons = self._persons
        (seen,) = (persons.is_sure & (persons.rows != UNSEEN)).nonzero()
        rows = persons.rows[seen]
        counts = view.inside[rows][:, self._columns].any(axis=1)
        numbers, rows = persons.numbers[seen][counts], rows[counts]
        for number, row in zip(numbers.tolist(), rows.tolist(), strict=True):
            if number not in self._stays:
                self._stays[number] = self._begin(view, row)

    def _begin(self, view: View, row: int) -> _Stay:
        _, zone, chosen = self._zones[int(view.inside[row, self._columns].argmax())]
        track_id = int(view.motion.track_ids[row])
        return _Stay(
            parameters=chosen,
            case=Case(self._book, _subject(track_id, zone, chosen), chosen.timing),
            inside=view.now,
            since=view.now,
            seen=view.now,
            box=view.box(row),
            track_ids=(track_id,),
        )

    def _meet(self, stay: _Stay, view: View, row: int) -> Iterator[tuple[Instant, Reading]]:
        stay.see(view, row)
        zone_id = stay.case.subject.zone_id
        is_inside = zone_id is not None and bool(view.inside[row, self._column_of[zone_id]])
        place = view.motion.position[row]
        if is_inside and not isnan(place[0]):
            stay.inside = view.now
            limit = stay.parameters.radius(view.motion.unit)
            stay.add(view.now, place, float(view.motion.length[row]), limit)
        return _read(stay, view, is_inside=is_inside)

    def _forget(self, now: Instant) -> None:
        """Let go of those who have left; a case that is busy is needed."""
        left = [
            number
            for number, stay in self._stays.items()
            if not stay.case.machine.is_busy and stay.has_left(now)
        ]
        for number in left:
            del self._stays[number]


def _subject(track_id: int, zone: Zone, chosen: LoiteringParameters) -> Subject:
    return Subject(
        type=IncidentType.LOITERING,
        rule_version=chosen.version,
        key=f"track:{track_id}",
        zone=zone,
    )


def _miss(stay: _Stay, view: View) -> Iterator[tuple[Instant, Reading]]:
    """The steps of a person's case in a frame in which it is not seen."""
    if stay.case.machine.is_busy:
        is_gone = seconds_between(stay.seen, view.now) >= _UNSEEN_S
        yield view.now, Reading(met=False if is_gone else None, cleared=True)
    elif seconds_between(stay.inside, view.now) <= _DOUBTFUL_S:
        yield from _read(stay, view, is_inside=True)


def _read(stay: _Stay, view: View, *, is_inside: bool) -> Iterator[tuple[Instant, Reading]]:
    """The steps of the person's case in this frame: none while it has not stayed long enough."""
    is_busy = stay.case.machine.is_busy
    lasted_s, on_s = stay.lasted_s(view.now), stay.parameters.on_s
    stays = lasted_s >= on_s and is_inside
    if stays and not is_busy:
        yield stay.since, Reading(met=True, cleared=False, may_open=False, box=stay.box)
    if stays or is_busy:
        reading = Reading(
            met=stays,
            cleared=lasted_s < on_s / 2.0 or not is_inside,
            severity=min(_MOST_SEVERE, _SEVERITY + max(0.0, lasted_s - on_s) / 60.0),
            explain=partial(_explain, stay, view),
            track_ids=stay.track_ids,
            box=stay.box,
        )
        yield view.now, reading


def _explain(stay: _Stay, view: View) -> tuple[Measurement, ...]:
    unit, chosen = view.motion.unit, stay.parameters
    return (
        Measurement(
            condition="stays for",
            measured=stay.lasted_s(view.now),
            threshold=chosen.on_s,
            unit="s",
        ),
        Measurement(
            condition="radius of the stay",
            measured=stay.radius,
            threshold=chosen.radius(unit),
            unit=unit,
        ),
    )

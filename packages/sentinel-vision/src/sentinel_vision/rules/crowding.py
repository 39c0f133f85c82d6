"""Crowding: many persons in a zone, by their number or, calibrated, by the room they have."""

from datetime import datetime
from functools import partial
from typing import ClassVar, Self
from uuid import UUID

import numpy as np
from pydantic import model_validator

from sentinel_core.domain.incidents import EndReason, Incident, IncidentType
from sentinel_core.domain.zones import Zone, ZoneType
from sentinel_vision.rules.case import IncidentChange, Measurement, Reading
from sentinel_vision.rules.geometry import polygon_area
from sentinel_vision.rules.incident_book import IncidentBook
from sentinel_vision.rules.parameters import RuleParameters, parameter
from sentinel_vision.rules.presences import Presences
from sentinel_vision.rules.scene import Pace, SceneFrame
from sentinel_vision.rules.view import View, ZoneLayout
from sentinel_vision.rules.zone_cases import ZoneCases

LOOK_EVERY_S = 0.5
"""No crowd comes up in less."""

HIDDEN_S = 5.0
"""Who was seen so lately, and would still be in the zone, is there."""

SEEN_SHARE = 0.25
"""Where fewer of a crowd are seen in the whole picture, nobody need be counted."""

MIN_AREA_M2 = 4.0
"""In a smaller zone two persons would be a crowd: only the number counts there."""

_BLIND = Reading(met=None, cleared=None)
_MOST_SEVERE = 10.0


class CrowdingParameters(RuleParameters):
    """Many persons in a zone."""

    rule: ClassVar[IncidentType] = IncidentType.CROWDING
    zone_types: ClassVar[frozenset[ZoneType]] = frozenset(
        {ZoneType.PAVEMENT, ZoneType.CROSSING, ZoneType.JUNCTION, ZoneType.NO_STOP}
    )

    on_s: float = parameter(10.0, "s", (1.0, 600.0), "The conditions must hold for so long.")
    off_s: float = parameter(10.0, "s", (1.0, 600.0), "The exit must hold for so long.")
    persons: float = parameter(
        15.0, "persons", (2.0, 500.0), "Enter: at least so many in the zone."
    )
    density: float = parameter(
        1.0, "persons/m²", (0.05, 10.0), "Enter, calibrated: as an alternative to the number."
    )
    least_persons: float = parameter(
        5.0, "persons", (2.0, 500.0), "Enter by density: never with fewer than this."
    )
    exit_share: float = parameter(
        0.8, "of enter", (0.1, 1.0), "Exit: both are below this share of what they began with."
    )

    @model_validator(mode="after")
    def _check_least(self) -> Self:
        if self.least_persons > self.persons:
            raise ValueError("least_persons must not be above persons")
        return self


class _ZoneWatch:
    """One zone. `area_m2` is None without a calibration."""

    def __init__(
        self, column: int, zone: Zone, parameters: CrowdingParameters, layout: ZoneLayout
    ) -> None:
        self.column, self.zone, self.parameters = column, zone, parameters
        self.area_m2: float | None = None
        if layout.ground is not None:
            area_m2 = polygon_area(layout.ground.to_metres(np.array(zone.polygon)))
            self.area_m2 = area_m2 if area_m2 >= MIN_AREA_M2 else None

    @property
    def least(self) -> float:
        """With fewer persons there is no crowd."""
        chosen = self.parameters
        if self.area_m2 is None:
            return chosen.persons
        return min(chosen.persons, max(chosen.least_persons, chosen.density * self.area_m2))

    def read(self, track_ids: tuple[int, ...]) -> Reading:
        chosen, count = self.parameters, len(track_ids)
        fullness = count / chosen.persons
        if self.area_m2 is not None:
            fullness = max(fullness, self._crush(count))
        return Reading(
            met=fullness >= 1.0,
            cleared=fullness < chosen.exit_share,
            severity=min(_MOST_SEVERE, 5.0 * fullness),
            explain=partial(self._explain, count),
            track_ids=track_ids,
        )

    def _crush(self, count: int) -> float:
        """Density and least number against what they must be; the lesser of both counts."""
        chosen = self.parameters
        density = count / (self.area_m2 or 1.0)
        return min(density / chosen.density, count / chosen.least_persons)

    def _explain(self, count: int) -> tuple[Measurement, ...]:
        chosen = self.parameters
        number = Measurement(
            condition="persons in the zone",
            measured=float(count),
            threshold=chosen.persons,
            unit="persons",
        )
        if self.area_m2 is None:
            return (number,)
        density = Measurement(
            condition="density",
            measured=count / self.area_m2,
            threshold=chosen.density,
            unit="persons/m²",
        )
        return (number, density)


class CrowdingRule:
    """Watches pavements, crossings, junctions and no-stop zones.

    Of a crowd a camera sees at no moment all: they hide each other. Who was there a moment ago and
    cannot have left is counted too.
    """

    def __init__(self, book: IncidentBook, layout: ZoneLayout) -> None:
        self._cases = ZoneCases(book, IncidentType.CROWDING, CrowdingParameters.version)
        self._persons = Presences(HIDDEN_S)
        self._pace = Pace(LOOK_EVERY_S)
        self.arrange(layout, frozenset())

    def arrange(self, layout: ZoneLayout, kept: frozenset[UUID]) -> None:
        """Look at these zones; those in `kept` keep their case."""
        del kept
        self._polygons = layout.polygons
        self._watches = [
            _ZoneWatch(column, zone, chosen, layout)
            for column, zone, chosen in layout.with_parameters(CrowdingParameters)
        ]
        self._fewest = SEEN_SHARE * min((watch.least for watch in self._watches), default=0.0)
        self._cases.arrange((watch.zone, watch.parameters.timing) for watch in self._watches)

    def resume(self, incident: Incident) -> bool:
        """Go on with an incident of an earlier run; False if its zone is gone."""
        return self._cases.resume(incident)

    def enter_epoch(self, at: datetime, scene: SceneFrame | None) -> list[IncidentChange]:
        """Zones stay what they are."""
        del at, scene
        self._persons.clear()
        return []

    def watch(self, view: View) -> list[IncidentChange]:
        """Take in one frame."""
        if not self._watches or not self._pace.is_due(view.now.observed_s):
            return []
        if np.count_nonzero(view.is_person) >= self._fewest:
            self._persons.meet(view, self._polygons)
        else:
            self._persons.clear()
        changes = []
        for watch in self._watches:
            reading = watch.read(self._find(watch)) if view.is_warm else _BLIND
            changes.append(self._cases[watch.zone].step(view.now, view.scene, reading))
        return [change for change in changes if change is not None]

    def _find(self, watch: _ZoneWatch) -> tuple[int, ...]:
        """The tracks of those who are in a zone."""
        persons = self._persons
        if not len(persons.numbers):
            return ()
        there = persons.is_sure & persons.inside[:, watch.column]
        return tuple(persons.track_ids[there].tolist())

    def end(
        self, reason: EndReason, at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """End all incidents; the zones are watched from scratch."""
        self._persons.clear()
        return self._cases.end(reason, at, scene)

    def end_changed(
        self, kept: frozenset[UUID], at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """End the incidents of all zones that are not in `kept`; their watch begins anew."""
        return self._cases.end_changed(kept, at, scene)

"""Cases that watch a zone as a whole: one for each zone in which a rule is in force."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sentinel_core.domain.incidents import EndReason, Incident, IncidentType
from sentinel_core.domain.zones import Zone
from sentinel_vision.rules.case import Case, IncidentChange, end_cases
from sentinel_vision.rules.hysteresis import Timing
from sentinel_vision.rules.incident_book import IncidentBook, Subject
from sentinel_vision.rules.scene import SceneFrame


class ZoneCases:
    """The cases of one rule, by zone. They survive a new stream epoch."""

    def __init__(self, book: IncidentBook, kind: IncidentType, rule_version: int) -> None:
        self._book, self._kind, self._version = book, kind, rule_version
        self._zones: list[tuple[Zone, Timing]] = []
        self._cases: dict[str, Case] = {}

    def __getitem__(self, zone: Zone) -> Case:
        return self._cases[str(zone.id)]

    def arrange(self, zones: Iterable[tuple[Zone, Timing]]) -> None:
        """Watch these zones; `end_changed` follows where there were others before."""
        self._zones = list(zones)
        self._begin()

    def resume(self, incident: Incident) -> bool:
        """Go on with an incident of an earlier run; False if it is no zone's of this rule."""
        case = self._cases.get(incident.key)
        if case is None or incident.type is not self._kind:
            return False
        case.resume(incident)
        return True

    def end(
        self, reason: EndReason, at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """End all incidents; the zones are watched from scratch."""
        changes = end_cases(self._cases, reason, at, scene)
        self._begin()
        return changes

    def end_changed(
        self, kept: frozenset[UUID], at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """End the incidents of all zones that are not in `kept`; their watch begins anew."""
        changes = end_cases(
            self._cases,
            EndReason.ZONE_CHANGED,
            at,
            scene,
            where=lambda case: case.subject.zone_id not in kept,
        )
        self._begin()
        return changes

    def _begin(self) -> None:
        for zone, timing in self._zones:
            if str(zone.id) not in self._cases:
                self._cases[str(zone.id)] = self._new_case(zone, timing)

    def _new_case(self, zone: Zone, timing: Timing) -> Case:
        subject = Subject(type=self._kind, rule_version=self._version, key=str(zone.id), zone=zone)
        return Case(self._book, subject, timing)

"""Which incidents of a camera are open, and which ended lately and may go on."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np

from sentinel_core.domain.incidents import Condition, EndReason, Incident, IncidentType
from sentinel_core.domain.zones import Zone
from sentinel_vision.rules.geometry import intersection_over_union
from sentinel_vision.rules.scene import Instant

REOPEN_WITHIN_S = 30.0
SAME_PLACE_IOU = 0.5

_MAX_REMEMBERED = 64

_FINAL = frozenset({EndReason.ZONE_CHANGED, EndReason.PASSED})
"""What ended so is never taken up again: the next moment is another incident."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a case is about; `key` as in `Incident.key`, `zone` None for the whole picture."""

    type: IncidentType
    rule_version: int
    key: str
    zone: Zone | None

    @property
    def zone_id(self) -> UUID | None:
        """Of the zone, if there is one."""
        return None if self.zone is None else self.zone.id


class IncidentBook:
    """Which incidents of a camera are open, and which ended lately.

    Attributes:
        zone_version: Of the zones in force.
        model_version: Of the model whose boxes are seen.
        abandoned: Open incidents of an earlier run that cannot go on.
        is_held: The picture cannot be trusted at this moment: nothing may begin.
    """

    def __init__(self, camera_key: str, model_version: str, zone_version: int) -> None:
        self.camera_key = camera_key
        self.model_version = model_version
        self.zone_version = zone_version
        self.abandoned: tuple[Incident, ...] = ()
        self.is_held = False
        self._open: dict[tuple[IncidentType, str], Incident] = {}
        self._ended: list[tuple[Incident, Box | None]] = []

    def open_incidents(self) -> tuple[Incident, ...]:
        """By their start."""
        incidents = (*self._open.values(), *self.abandoned)
        return tuple(sorted(incidents, key=lambda incident: (incident.started_at, incident.id)))

    def store(self, incident: Incident) -> None:
        """Remember the present state of an open incident."""
        self._open[incident.type, incident.key] = incident

    def end_abandoned(self, reason: EndReason, at: datetime) -> list[Incident]:
        """End what an earlier run left open and no rule goes on with."""
        ended = [
            replace(incident, condition=Condition.ENDED, end_reason=reason, ended_at=at)
            for incident in self.abandoned
        ]
        self.abandoned = ()
        return ended

    def end(self, incident: Incident, box: Box | None) -> None:
        """An incident has ended; it can be opened again for a while."""
        self._open.pop((incident.type, incident.key), None)
        if incident.end_reason not in _FINAL:
            self._ended = [*self._ended, (incident, box)][-_MAX_REMEMBERED:]

    def free_key(self, subject: Subject) -> str:
        """The subject's key, with a number after it while another incident has the key."""
        key, number = subject.key, 1
        while (subject.type, key) in self._open:
            number += 1
            key = f"{subject.key}:{number}"
        return key

    def take_back(self, subject: Subject, box: Box | None, started: Instant) -> Incident | None:
        """The incident that ended at the same place shortly before `started`."""
        latest = started.captured_at - timedelta(seconds=REOPEN_WITHIN_S)
        for entry in reversed(self._ended):
            incident, last_box = entry
            is_recent = incident.ended_at is not None and incident.ended_at >= latest
            is_free = (incident.type, incident.key) not in self._open
            if is_recent and is_free and _is_same_place(subject, box, incident, last_box):
                self._ended.remove(entry)
                return incident
        return None


def _is_same_place(
    subject: Subject, box: Box | None, incident: Incident, last_box: Box | None
) -> bool:
    if subject.type is not incident.type:
        return False
    if box is None or last_box is None:
        return box is last_box and subject.zone_id == incident.zone_id
    overlap = intersection_over_union(np.array([box]), np.array([last_box]))
    return float(overlap[0, 0]) > SAME_PLACE_IOU

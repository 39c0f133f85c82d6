"""A case: what a rule watches, from the first suspicion to the end of the incident."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from sentinel_core.domain.identifiers import incident_id
from sentinel_core.domain.incidents import (
    TYPE_PRIORITIES,
    Condition,
    EndReason,
    Explanation,
    Incident,
    Transition,
)
from sentinel_vision.rules.hysteresis import Hysteresis, Step, Timing
from sentinel_vision.rules.incident_book import Box, IncidentBook, Subject
from sentinel_vision.rules.scene import Instant, SceneFrame, seconds_between

UPDATE_EVERY_S = 5.0
UPDATE_SEVERITY = 1.0
UPDATE_SHARED_TRACKS = 0.5

_MAX_TRACKS = 64


class IncidentChange(NamedTuple):
    """A transition of an incident and the frame it happened in.

    `scene` is the last frame seen where no new one made the transition; None only for an
    incident taken over from an earlier run that ends before any frame came.
    """

    transition: Transition
    incident: Incident
    scene: SceneFrame | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One condition of a rule: what was measured, and against what."""

    condition: str
    measured: float
    threshold: float
    unit: str


class Reading(NamedTuple):
    """What a rule saw of its subject in one frame.

    Attributes:
        met: The enter condition; None where nothing can be said.
        cleared: The exit condition.
        may_open: False where something of higher priority holds the incident back.
        severity: 0..10.
        explain: Makes the measurements when an incident needs them.
        box: Where it is, x1, y1, x2, y2 in 0..1; None for a whole zone.
    """

    met: bool | None
    cleared: bool | None
    may_open: bool = True
    severity: float = 0.0
    explain: Callable[[], tuple[Measurement, ...]] = tuple
    track_ids: tuple[int, ...] = ()
    box: Box | None = None


class Case:
    """One state machine with its incident."""

    def __init__(self, book: IncidentBook, subject: Subject, timing: Timing) -> None:
        self.subject = subject
        self.machine = Hysteresis(timing)
        self.incident: Incident | None = None
        self._book = book
        self._box: Box | None = None
        self._start_box: Box | None = None
        self._sent: tuple[Instant, Incident] | None = None
        self._severity = 0.0
        self._track_ids: tuple[int, ...] = ()

    def resume(self, incident: Incident) -> None:
        """Go on with an incident that an earlier run left open."""
        started = Instant(
            observed_90k=0,
            stream_epoch=incident.stream_epoch,
            pts_90k=incident.start_pts_90k,
            captured_at=incident.started_at,
        )
        self.incident, self._severity = incident, incident.severity
        self._sent = (started, incident)
        self.machine.resume(started)
        self._book.store(incident)

    def step(self, now: Instant, scene: SceneFrame, reading: Reading) -> IncidentChange | None:
        """Take in one frame; says what it changed, if anything."""
        was_started = self.machine.started
        step = self.machine.step(
            now,
            met=reading.met,
            cleared=reading.cleared,
            may_open=reading.may_open and not self._book.is_held,
        )
        self._box = reading.box or self._box
        if self.machine.started is not was_started:
            self._start_box = self._box
        if step is Step.OPENED:
            return self._open(now, scene, reading)
        if step is Step.CLOSED and self.machine.ended is not None:
            return self.end(EndReason.CLEARED, self.machine.ended.captured_at, scene)
        return self._update(now, scene, reading) if reading.met else None

    def happen(
        self, started: Instant, now: Instant, scene: SceneFrame, reading: Reading
    ) -> list[IncidentChange]:
        """Open the incident of a moment that is over when it is seen, and end it at once.

        The case is of no more use: the next such moment is another case. Where the picture cannot
        be trusted, nothing has happened.
        """
        if self._book.is_held:
            return []
        self.machine.resume(started)
        self._box = self._start_box = reading.box
        opened = self._open(now, scene, reading)
        ended = self.end(EndReason.PASSED, now.captured_at, scene)
        return [opened] if ended is None else [opened, ended]

    def end(
        self, reason: EndReason, at: datetime, scene: SceneFrame | None
    ) -> IncidentChange | None:
        """End the incident, if there is one; the case is of no more use but for a zone."""
        if self.incident is None:
            return None
        incident = replace(
            self.incident,
            condition=Condition.ENDED,
            end_reason=reason,
            ended_at=max(at, self.incident.started_at),
            severity=round(max(self._severity, self.incident.severity), 2),
            track_ids=self._track_ids or self.incident.track_ids,
        )
        self.incident = self._sent = None
        self._severity, self._track_ids = 0.0, ()
        self._book.end(incident, self._box)
        return IncidentChange(Transition.ENDED, incident, scene)

    def _open(self, now: Instant, scene: SceneFrame, reading: Reading) -> IncidentChange:
        started = self.machine.started or now
        earlier = self._book.take_back(self.subject, self._start_box, started)
        if earlier is None:
            transition, incident = Transition.OPENED, self._new_incident(started, now)
        else:
            transition = Transition.UPDATED
            incident = replace(earlier, condition=Condition.ACTIVE, end_reason=None, ended_at=None)
            self._severity = earlier.severity
        return self._send(transition, incident, now, scene, reading)

    def _new_incident(self, started: Instant, now: Instant) -> Incident:
        subject, book, zone = self.subject, self._book, self.subject.zone
        key = book.free_key(subject)
        return Incident(
            id=incident_id(
                book.camera_key, subject.type, key, started.stream_epoch, started.pts_90k
            ),
            camera_key=book.camera_key,
            type=subject.type,
            key=key,
            zone_id=subject.zone_id,
            zone_name=None if zone is None else zone.name,
            place=None if zone is None else zone.place,
            rule_version=subject.rule_version,
            zone_version=book.zone_version,
            stream_epoch=started.stream_epoch,
            start_pts_90k=started.pts_90k,
            started_at=started.captured_at,
            alarm_at=now.captured_at,
            severity=0.0,
            priority=TYPE_PRIORITIES[subject.type],
            model_version=book.model_version,
        )

    def _update(self, now: Instant, scene: SceneFrame, reading: Reading) -> IncidentChange | None:
        if self.incident is None or self._sent is None:
            return None
        self._severity = max(self._severity, reading.severity)
        self._track_ids = reading.track_ids[-_MAX_TRACKS:]
        sent_at, sent = self._sent
        if seconds_between(sent_at, now) < UPDATE_EVERY_S:
            return None
        rose = round(self._severity, 2) - sent.severity >= UPDATE_SEVERITY
        if not rose and _shared_tracks(sent.track_ids, reading.track_ids) >= UPDATE_SHARED_TRACKS:
            return None
        return self._send(Transition.UPDATED, self.incident, now, scene, reading)

    def _send(
        self,
        transition: Transition,
        before: Incident,
        now: Instant,
        scene: SceneFrame,
        reading: Reading,
    ) -> IncidentChange:
        self._severity = max(self._severity, reading.severity)
        incident = replace(
            before,
            severity=round(self._severity, 2),
            track_ids=reading.track_ids[-_MAX_TRACKS:],
            explain=_explain(reading, self.machine.started or now),
        )
        self.incident, self._sent = incident, (now, incident)
        self._book.store(incident)
        return IncidentChange(transition, incident, scene)


def end_cases(
    cases: dict[str, Case],
    reason: EndReason,
    at: datetime,
    scene: SceneFrame | None,
    *,
    where: Callable[[Case], bool] = lambda _: True,
) -> list[IncidentChange]:
    """End and forget all cases of a rule for which `where` holds."""
    ended = []
    for key in [key for key, case in cases.items() if where(case)]:
        change = cases.pop(key).end(reason, at, scene)
        if change is not None:
            ended.append(change)
    return ended


def _explain(reading: Reading, started: Instant) -> tuple[Explanation, ...]:
    return tuple(
        Explanation(
            condition=measurement.condition,
            measured=round(measurement.measured, 3),
            threshold=round(measurement.threshold, 3),
            unit=measurement.unit,
            since=started.captured_at,
        )
        for measurement in reading.explain()
    )


def _shared_tracks(first: tuple[int, ...], second: tuple[int, ...]) -> float:
    union = len({*first, *second})
    return len({*first} & {*second}) / union if union else 1.0

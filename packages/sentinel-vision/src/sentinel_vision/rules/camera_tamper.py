"""Camera tamper: the camera does not see what its zones were drawn on.

Each fault is an incident of its own: covered, blinded, moved, blurred, frozen, and lost where no
picture comes at all. While one but the last is open, the engine suspends all other rules.
"""

from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from sentinel_core.domain.incidents import EndReason, Incident, IncidentType
from sentinel_vision.rules.case import Case, IncidentChange, Measurement, Reading
from sentinel_vision.rules.incident_book import IncidentBook, Subject
from sentinel_vision.rules.picture import ViewReference
from sentinel_vision.rules.scene import Instant, Pace, SceneFrame, seconds_between
from sentinel_vision.rules.view import View, ZoneLayout
from sentinel_vision.rules.view_faults import (
    SEVERITIES,
    SUSPENDING,
    CameraFault,
    CameraTamperParameters,
    Verdict,
    explain_fault,
    judge_look,
)
from sentinel_vision.rules.view_watch import Look, ViewWatch

LOOK_EVERY_S: Final = 1.0
"""One look costs 0.3 ms and more; nothing that it looks for is faster."""

CALM_LOOKS: Final = 2
"""While the view is right and nothing builds up, only every second look is taken."""


class CameraTamperRule:
    """Watches the whole picture. Asked first of all rules."""

    def __init__(self, book: IncidentBook, layout: ZoneLayout) -> None:
        self._book = book
        self._watch = ViewWatch(None)
        self._cases: dict[CameraFault, Case] = {}
        self._verdict: Verdict | None = None
        self._pace = Pace(LOOK_EVERY_S)
        self._calm_looks = 0
        self._version: int | None = None
        self.arrange(layout, frozenset())
        self._fill_cases()

    @property
    def reference(self) -> ViewReference | None:
        """Of the view on which the zones were drawn; None before it was given or taken."""
        return self._watch.reference

    @property
    def lost_after_s(self) -> float | None:
        """A camera without a picture for so long is lost; None where the rule is off."""
        return self._parameters.lost_s if self._parameters else None

    def use_reference(self, reference: ViewReference) -> None:
        """What the view was when the zones in force were drawn, from an earlier run."""
        self._watch.begin(reference)

    def renew_reference(self, at: datetime, scene: SceneFrame | None) -> list[IncidentChange]:
        """Take what the camera sees from now on as what it should see."""
        self._watch.begin(None)
        return self.end_changed(frozenset(), at, scene)

    def arrange(self, layout: ZoneLayout, kept: frozenset[UUID]) -> None:
        """Other zones were drawn, or the same again: they fit what the camera sees now."""
        del kept
        self._parameters = CameraTamperParameters.for_camera(layout.zone_set)
        if layout.zone_set.version != self._version:
            self._version = layout.zone_set.version
            self._watch.begin(None)

    def resume(self, incident: Incident) -> bool:
        """Go on with an incident of an earlier run."""
        if incident.type is not IncidentType.CAMERA_TAMPER:
            return False
        case = next((case for fault, case in self._cases.items() if fault == incident.key), None)
        if case is not None:
            case.resume(incident)
        return case is not None

    def enter_epoch(self, at: datetime, scene: SceneFrame | None) -> list[IncidentChange]:
        """The camera is the same."""
        del at, scene
        return []

    def watch(self, view: View) -> list[IncidentChange]:
        """Take in one frame; says in the findings whether other rules can trust the picture."""
        chosen, luma = self._parameters, view.scene.luma
        changes: list[IncidentChange] = []
        if chosen is not None and luma is not None and self._is_due(view.now):
            look = self._watch.look(
                luma,
                view.now,
                trusted_peak=chosen.likeness,
                still_levels=chosen.frozen_level,
            )
            changes = self._judge(look, chosen, view)
        findings, verdict = view.findings, self._verdict
        findings.is_doubtful = verdict is not None and (
            verdict.fault is not None or self._is_still(view.now)
        )
        findings.is_blind = any(case.machine.is_open for case in self._suspending)
        return changes

    def _is_due(self, now: Instant) -> bool:
        """Whether a look is due: once a second, or every other one of them while all is well."""
        if not self._pace.is_due(now.observed_s):
            return False
        verdict = self._verdict
        is_calm = self.reference is not None and verdict is not None and verdict.is_calm
        self._calm_looks = self._calm_looks + 1 if is_calm else 0
        return self._calm_looks % CALM_LOOKS == 0

    def _is_still(self, now: Instant) -> bool:
        """The picture has stood still for so long that what stands in it says nothing."""
        case, chosen = self._cases.get(CameraFault.FROZEN), self._parameters
        if case is None or chosen is None or case.machine.started is None:
            return False
        return seconds_between(case.machine.started, now) >= chosen.on_s

    def miss(self, last: Instant, at: datetime, scene: SceneFrame | None) -> list[IncidentChange]:
        """No picture has come for `lost_after_s`, though one should.

        Args:
            last: The last picture.
            at: The present moment.
            scene: Of the last picture.
        """
        case, chosen = self._cases.get(CameraFault.LOST), self._parameters
        if case is None or chosen is None or scene is None or case.incident is not None:
            return []
        missing_s = (at - last.captured_at).total_seconds()
        measurement = Measurement(
            condition="no picture for", measured=missing_s, threshold=chosen.lost_s, unit="s"
        )
        reading = Reading(
            met=True,
            cleared=False,
            severity=SEVERITIES[CameraFault.LOST],
            explain=lambda: (measurement,),
        )
        now = Instant(
            observed_90k=last.observed_90k,
            stream_epoch=last.stream_epoch,
            pts_90k=last.pts_90k,
            captured_at=at,
        )
        case.step(last, scene, reading._replace(may_open=False))
        change = case.step(now, scene, reading)
        return [] if change is None else [change]

    def end(
        self, reason: EndReason, at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """End all incidents; the reference stays."""
        return self._end_where(frozenset(CameraFault), reason, at, scene)

    def lose_stream(self, at: datetime, scene: SceneFrame | None) -> list[IncidentChange]:
        """As `end`, but that the camera is lost ends only when a picture comes."""
        return self._end_where(SUSPENDING, EndReason.STREAM_LOST, at, scene)

    def end_changed(
        self, kept: frozenset[UUID], at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """Saved zones fit what the camera sees now; where the rule is off nothing is watched."""
        del kept
        stays = {CameraFault.LOST} if self._parameters else set()
        return self._end_where(frozenset(CameraFault) - stays, EndReason.ZONE_CHANGED, at, scene)

    def _end_where(
        self,
        faults: frozenset[CameraFault],
        reason: EndReason,
        at: datetime,
        scene: SceneFrame | None,
    ) -> list[IncidentChange]:
        changes = [
            case.end(reason, at, scene) for key, case in self._cases.items() if key in faults
        ]
        self._cases = {key: case for key, case in self._cases.items() if key not in faults}
        self._verdict = None
        self._pace.reset()
        self._fill_cases()
        return [change for change in changes if change is not None]

    def _fill_cases(self) -> None:
        chosen, before = self._parameters, self._cases
        self._cases = {}
        if chosen is not None:
            for fault in CameraFault:
                self._cases[fault] = before.get(fault) or self._new_case(fault, chosen)
        self._suspending = [case for fault, case in self._cases.items() if fault in SUSPENDING]

    def _new_case(self, fault: CameraFault, chosen: CameraTamperParameters) -> Case:
        subject = Subject(
            type=IncidentType.CAMERA_TAMPER,
            rule_version=chosen.version,
            key=fault.value,
            zone=None,
        )
        return Case(self._book, subject, chosen.timing_of(fault))

    def _judge(
        self, look: Look | None, chosen: CameraTamperParameters, view: View
    ) -> list[IncidentChange]:
        if look is None:
            readings = {fault: Reading(met=None, cleared=None) for fault in self._cases}
        else:
            self._verdict = verdict = judge_look(look, chosen)
            if verdict.fault is None:
                self._watch.learn(look.match, view.now)
            readings = {
                fault: _read(look, verdict, chosen, case, view.now)
                for fault, case in self._cases.items()
            }
        changes = [
            case.step(view.now, view.scene, readings[fault]) for fault, case in self._cases.items()
        ]
        return [change for change in changes if change is not None]


def _read(
    look: Look, verdict: Verdict, chosen: CameraTamperParameters, case: Case, now: Instant
) -> Reading:
    fault = CameraFault(case.subject.key)
    lasted_s = seconds_between(case.machine.started or now, now)
    return Reading(
        met=verdict.has(fault),
        cleared=verdict.is_over(fault),
        severity=SEVERITIES[fault],
        explain=partial(explain_fault, fault, look, chosen, lasted_s),
    )

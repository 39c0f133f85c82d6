"""Moments: incidents that are over when they are seen."""

from abc import ABC, abstractmethod
from datetime import datetime
from typing import Final
from uuid import UUID

from sentinel_core.domain.incidents import EndReason, Incident
from sentinel_vision.rules.case import Case, IncidentChange, Reading
from sentinel_vision.rules.hysteresis import Timing
from sentinel_vision.rules.incident_book import IncidentBook, Subject
from sentinel_vision.rules.scene import Instant, SceneFrame
from sentinel_vision.rules.view import View

_AT_ONCE: Final = Timing(on_s=0.0, off_s=0.0, cooldown_s=0.0)


class MomentRule(ABC):
    """What every rule of moments does alike: none of its incidents is ever open."""

    def __init__(self, book: IncidentBook) -> None:
        self._book = book

    def resume(self, incident: Incident) -> bool:
        """It never lasts."""
        del incident
        return False

    def enter_epoch(self, at: datetime, scene: SceneFrame | None) -> list[IncidentChange]:
        """Tracks start anew."""
        return self.end(EndReason.STREAM_LOST, at, scene)

    def end(
        self, reason: EndReason, at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """Forget what was building up."""
        del reason, at, scene
        self._forget_all()
        return []

    def end_changed(
        self, kept: frozenset[UUID], at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """Nothing to end; `arrange` has forgotten the rest."""
        del kept, at, scene
        return []

    @abstractmethod
    def _forget_all(self) -> None:
        """No track of the past is known any more."""

    def _tell_moment(
        self, view: View, began: Instant, subject: Subject, reading: Reading
    ) -> list[IncidentChange]:
        """Open the incident of a moment and end it at once."""
        case = Case(self._book, subject, _AT_ONCE)
        return case.happen(began, view.now, view.scene, reading)

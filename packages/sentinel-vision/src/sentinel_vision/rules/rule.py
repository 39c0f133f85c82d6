"""What every rule is to the engine."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from sentinel_core.domain.incidents import EndReason, Incident
from sentinel_vision.rules.case import IncidentChange
from sentinel_vision.rules.scene import SceneFrame
from sentinel_vision.rules.view import View, ZoneLayout


class Rule(Protocol):
    """One rule of one camera. Made with an `IncidentBook` and a `ZoneLayout`, which it looks at.

    Rules are asked in the order of their priority: what one finds out that holds another back, it
    notes in `view.findings`.

    Raises:
        InvalidInput: By the constructor and by `arrange`: parameters that make no sense.
    """

    def watch(self, view: View) -> list[IncidentChange]:
        """Take in one frame."""
        ...

    def resume(self, incident: Incident) -> bool:
        """Go on with an incident of an earlier run; False where it cannot go on."""
        ...

    def arrange(self, layout: ZoneLayout, kept: frozenset[UUID]) -> None:
        """Look at these zones; those in `kept` are the same as before and keep their state."""
        ...

    def enter_epoch(self, at: datetime, scene: SceneFrame | None) -> list[IncidentChange]:
        """Track ids start anew: what is watched by track ends, what is watched by place stays."""
        ...

    def end(
        self, reason: EndReason, at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """End all incidents and forget what was building up."""
        ...

    def end_changed(
        self, kept: frozenset[UUID], at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """After `arrange`: end what is in a zone that is not in `kept`."""
        ...

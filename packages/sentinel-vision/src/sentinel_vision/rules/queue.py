"""Queue: vehicles wait in a long row from the end of a lane."""

from datetime import datetime
from functools import partial
from typing import ClassVar
from uuid import UUID

from sentinel_core.domain.incidents import EndReason, Incident, IncidentType
from sentinel_core.domain.zones import Zone
from sentinel_vision.rules.case import IncidentChange, Measurement, Reading
from sentinel_vision.rules.hidden import HiddenVehicles
from sentinel_vision.rules.incident_book import IncidentBook
from sentinel_vision.rules.memory import Beat
from sentinel_vision.rules.parameters import RuleParameters, parameter
from sentinel_vision.rules.scene import SceneFrame
from sentinel_vision.rules.signals import (
    Chain,
    LaneEnds,
    Reach,
    signal_cycle,
    signal_cycle_s,
    with_signal,
)
from sentinel_vision.rules.view import View, ZoneLayout
from sentinel_vision.rules.zone_cases import ZoneCases

BEAT_S = 0.5

_SEVERITY_AT_LIMIT = 3.0


class QueueParameters(RuleParameters):
    """Vehicles wait in a long row from the end of a lane. Needs a lane with a direction."""

    rule: ClassVar[IncidentType] = IncidentType.QUEUE

    on_s: float = parameter(30.0, "s", (1.0, 600.0), "The row must be that long for so long.")
    off_s: float = parameter(15.0, "s", (1.0, 600.0), "The exit must hold for so long.")
    vehicles: float = parameter(
        8.0, "vehicles", (2.0, 100.0), "Enter: so many wait, whatever the row's length."
    )
    length_bl: float = parameter(
        10.0, "BL", (1.0, 200.0), "Enter, uncalibrated: or the row is longer than this."
    )
    length_m: float = parameter(
        50.0, "m", (5.0, 1000.0), "Enter, calibrated: or the row is longer than this."
    )
    exit_share: float = parameter(
        0.7, "of the limits", (0.1, 1.0), "Exit: both vehicles and length are below this share."
    )
    slow_bl_s: float = parameter(
        0.2, "BL/s", (0.02, 5.0), "Uncalibrated: who is slower than this waits."
    )
    slow_m_s: float = parameter(
        1.39, "m/s", (0.1, 10.0), "Calibrated: who is slower than this waits (5 km/h)."
    )
    gap_bl: float = parameter(
        2.0, "BL", (0.5, 20.0), "Uncalibrated: a wider gap is the end of the row."
    )
    gap_m: float = parameter(
        10.0, "m", (2.0, 100.0), "Calibrated: a wider gap is the end of the row."
    )
    head_bl: float = parameter(
        3.0, "BL", (0.5, 100.0), "Uncalibrated: the row begins so near the lane's end."
    )
    head_m: float = parameter(
        15.0, "m", (1.0, 500.0), "Calibrated: the row begins so near the lane's end."
    )
    signal_cycle_s: float = signal_cycle()

    def reach(self, unit: str) -> Reach:
        """What makes a row, in the camera's unit."""
        if unit == "m":
            return Reach(self.slow_m_s, self.gap_m, self.head_m)
        return Reach(self.slow_bl_s, self.gap_bl, self.head_bl)

    def length(self, unit: str) -> float:
        """The row's limit in the camera's unit."""
        return self.length_m if unit == "m" else self.length_bl


class QueueRule:
    """Watches the ends of all lanes that have a direction.

    Lanes that end at a signal are looked at even where the rule is off: what waits there is told to
    the rules that come after.
    """

    def __init__(self, book: IncidentBook, layout: ZoneLayout) -> None:
        self._cases = ZoneCases(book, IncidentType.QUEUE, QueueParameters.version)
        self._beat = Beat(BEAT_S, 0.2)
        self._crowded: frozenset[UUID] = frozenset()
        self._waiting: frozenset[int] = frozenset()
        self.arrange(layout, frozenset())

    def arrange(self, layout: ZoneLayout, kept: frozenset[UUID]) -> None:
        """Look at these zones."""
        del kept
        self._unit = "BL" if layout.ground is None else "m"
        self._lanes: list[tuple[Zone, QueueParameters | None]] = []
        self._has_signal: list[bool] = []
        reaches = []
        for column, zone in enumerate(layout.zones):
            parameters = QueueParameters.for_zone(zone)
            if zone.direction is None or not (parameters or signal_cycle_s(zone)):
                continue
            self._lanes.append((zone, parameters))
            self._has_signal.append(signal_cycle_s(zone) > 0.0)
            reaches.append((column, zone, (parameters or QueueParameters()).reach(self._unit)))
        self._ends = LaneEnds(reaches, layout.ground)
        self._hidden = HiddenVehicles(layout)
        self._cases.arrange(
            (zone, with_signal(parameters.timing, zone))
            for zone, parameters in self._lanes
            if parameters is not None
        )

    def watch(self, view: View) -> list[IncidentChange]:
        """Take in one frame."""
        changes: list[IncidentChange] = []
        if self._lanes and self._beat.is_due(view.now):
            changes = self._watch(view)
        view.findings.crowded_zones |= self._crowded
        view.findings.waiting_tracks = self._waiting
        return changes

    def _watch(self, view: View) -> list[IncidentChange]:
        changes = []
        waiting: list[int] = []
        crowded: list[UUID] = []
        chains = self._ends.chains(view, self._hidden.look(view))
        lanes = zip(self._lanes, self._has_signal, chains, strict=True)
        for (zone, parameters), has_signal, chain in lanes:
            track_ids = tuple(chain.track_ids.tolist())
            if has_signal:
                waiting += track_ids
            if parameters is None:
                continue
            case = self._cases[zone]
            reading = self._read(parameters, chain, track_ids, view)
            changes.append(case.step(view.now, view.scene, reading))
            if case.machine.is_busy:
                crowded.append(zone.id)
        self._crowded, self._waiting = frozenset(crowded), frozenset(waiting)
        return [change for change in changes if change is not None]

    def resume(self, incident: Incident) -> bool:
        """Go on with an incident of an earlier run; False if its zone is gone."""
        return self._cases.resume(incident)

    def enter_epoch(self, at: datetime, scene: SceneFrame | None) -> list[IncidentChange]:
        """Zones stay what they are."""
        del at, scene
        self._waiting = frozenset()
        return []

    def end(
        self, reason: EndReason, at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """End all incidents; the zones are watched from scratch."""
        self._crowded, self._waiting = frozenset(), frozenset()
        return self._cases.end(reason, at, scene)

    def end_changed(
        self, kept: frozenset[UUID], at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """End the incidents of all zones that are not in `kept`."""
        return self._cases.end_changed(kept, at, scene)

    def _read(
        self, chosen: QueueParameters, chain: Chain, track_ids: tuple[int, ...], view: View
    ) -> Reading:
        if not view.is_warm:
            return Reading(met=None, cleared=None)
        share = max(chain.length / chosen.length(self._unit), len(track_ids) / chosen.vehicles)
        return Reading(
            met=share >= 1.0,
            cleared=share < chosen.exit_share,
            severity=min(10.0, _SEVERITY_AT_LIMIT * share) if share >= 1.0 else 0.0,
            explain=partial(_explain, chosen, chain, self._unit),
            track_ids=track_ids,
        )


def _explain(chosen: QueueParameters, chain: Chain, unit: str) -> tuple[Measurement, ...]:
    reach = chosen.reach(unit)
    entries = [
        ("vehicles that wait", float(len(chain.track_ids)), chosen.vehicles, "vehicles"),
        ("length of the row", chain.length, chosen.length(unit), unit),
        ("widest gap in the row", chain.widest, reach.gap, unit),
        ("first vehicle to the lane's end", chain.head, reach.head, unit),
    ]
    return tuple(
        Measurement(condition=name, measured=measured, threshold=threshold, unit=unit)
        for name, measured, threshold, unit in entries
    )

"""Congestion: the vehicles of a lane zone are slow, the zone is full, and that is unusual here."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from math import isnan, nan
from typing import ClassVar, NamedTuple, Self
from uuid import UUID

from pydantic import Field, model_validator

from sentinel_core.domain.incidents import EndReason, Incident, IncidentType
from sentinel_core.domain.zones import Zone
from sentinel_vision.rules.case import IncidentChange, Measurement, Reading
from sentinel_vision.rules.free_flow import FreeFlow
from sentinel_vision.rules.hidden import HiddenVehicles
from sentinel_vision.rules.incident_book import IncidentBook
from sentinel_vision.rules.lanes import lane_kilometres
from sentinel_vision.rules.memory import Beat
from sentinel_vision.rules.normality import Usual
from sentinel_vision.rules.parameters import RuleParameters, parameter
from sentinel_vision.rules.perspective import Coverage
from sentinel_vision.rules.scene import Instant, SceneFrame, seconds_between
from sentinel_vision.rules.signals import signal_cycle, with_signal
from sentinel_vision.rules.view import View, ZoneLayout
from sentinel_vision.rules.zone_cases import ZoneCases

BEAT_S = 0.5

QUEUE_MEMORY_S = 15.0
"""For so long after many slow vehicles were seen in a zone, one that stands there is no surprise."""


class CongestionParameters(RuleParameters):
    """A lane zone is congested while its vehicles are slow and fill it."""

    rule: ClassVar[IncidentType] = IncidentType.CONGESTION

    on_s: float = parameter(60.0, "s", (5.0, 600.0), "The conditions must hold for so long.")
    off_s: float = parameter(60.0, "s", (1.0, 600.0), "The exit must hold for so long.")
    vehicles: float = parameter(4.0, "vehicles", (1.0, 100.0), "At least so many in the zone.")
    slow_share: float = parameter(
        0.5, "of free flow", (0.05, 1.0), "Enter: the median speed is below this share."
    )
    slow_exit_share: float = parameter(
        0.65, "of free flow", (0.05, 2.0), "Exit: the median speed is above this share."
    )
    occupied_share: float = parameter(
        0.5, "of zone", (0.02, 1.0), "Enter: boxes cover at least this share of the zone."
    )
    occupied_exit_share: float = parameter(
        0.35, "of zone", (0.0, 1.0), "Exit: boxes cover less than this share of the zone."
    )
    density: float = parameter(
        28.0, "veh/km/lane", (1.0, 200.0), "Enter, calibrated: as an alternative to the share."
    )
    density_exit: float = parameter(
        20.0, "veh/km/lane", (0.0, 200.0), "Exit, calibrated: together with the share."
    )
    lane_width_m: float = parameter(
        3.5, "m", (2.0, 6.0), "Calibrated: turns the zone's area into kilometres of lane."
    )
    free_flow_bl_s: float = parameter(
        1.0, "BL/s", (0.05, 20.0), "Free flow until enough tracks were seen, uncalibrated."
    )
    free_flow_m_s: float = parameter(
        13.9, "m/s", (1.0, 60.0), "Free flow until enough tracks were seen, calibrated (50 km/h)."
    )
    signal_cycle_s: float = signal_cycle()
    use_normality: bool = Field(
        default=True,
        strict=True,
        description="Raise only what is unusual at this hour of the week, once that was learned.",
        json_schema_extra={"unit": ""},
    )
    normality_hours: float = parameter(
        1.5, "h", (0.25, 100.0), "The hour must have been watched for so long, all weeks together."
    )
    unusual_drop: float = parameter(
        0.2, "of free flow", (0.0, 1.0), "Enter: the median speed is so far below the usual one."
    )
    unusual_exit_drop: float = parameter(
        0.1, "of free flow", (-1.0, 1.0), "Exit: it is less far below the usual one than this."
    )

    @model_validator(mode="after")
    def _check_exit_is_looser(self) -> Self:
        if self.slow_exit_share < self.slow_share:
            raise ValueError("slow_exit_share must not be below slow_share")
        if self.occupied_exit_share > self.occupied_share:
            raise ValueError("occupied_exit_share must not be above occupied_share")
        if self.unusual_exit_drop > self.unusual_drop:
            raise ValueError("unusual_exit_drop must not be above unusual_drop")
        if self.density_exit > self.density:
            raise ValueError("density_exit must not be above density")
        return self


class _Flow(NamedTuple):
    """What a zone looks like in one frame.

    Attributes:
        speed: Median, units per second; NaN where none is known.
        occupied: Share of the zone covered by boxes.
        density: Vehicles per kilometre of lane; None without a calibration.
        track_ids: Of the vehicles that count, seen or hidden.
        speeds: Theirs, units per second.
        usual: How the zone is at this hour, where that was learned and counts.
    """

    speed: float
    occupied: float
    density: float | None
    track_ids: tuple[int, ...]
    speeds: tuple[float, ...]
    usual: Usual | None


_BLIND = Reading(met=None, cleared=None)


class _ZoneWatch:
    """One lane zone."""

    def __init__(
        self, column: int, zone: Zone, parameters: CongestionParameters, layout: ZoneLayout
    ) -> None:
        self.column, self.zone, self.parameters = column, zone, parameters
        self.last_queue: Instant | None = None
        self._unit = "BL" if layout.ground is None else "m"
        default = parameters.free_flow_bl_s
        self._lane_km: float | None = None
        if layout.ground is not None:
            default = parameters.free_flow_m_s
            self._lane_km = lane_kilometres(zone, layout.ground, parameters.lane_width_m)
        self.free_flow = FreeFlow(default)
        self._free_speed = default

    def density(self, vehicles: int) -> float | None:
        """Vehicles per kilometre of lane; None without a calibration."""
        return None if self._lane_km is None else vehicles / self._lane_km

    def look_back(self, view: View) -> Usual | None:
        """What is usual here at this hour, if that counts; brings the free flow up to date."""
        chosen = self.parameters
        learned = None if view.normality is None else view.normality.free_flow(self.zone.id)
        if learned is not None and not self.free_flow.is_known:
            self._free_speed = learned
        else:
            self._free_speed = self.free_flow.speed
        if view.normality is None or not chosen.use_normality:
            return None
        at = view.now.captured_at
        return view.normality.usual(self.zone.id, at, hours=chosen.normality_hours)

    def read(self, flow: _Flow, now: Instant) -> Reading:
        chosen, free_flow = self.parameters, self._free_speed
        is_full = flow.occupied >= chosen.occupied_share
        if flow.density is not None:
            is_full = is_full or flow.density >= chosen.density
        is_slow = flow.speed < chosen.slow_share * free_flow
        is_queue = is_slow and len(flow.track_ids) >= chosen.vehicles
        if is_queue:
            self.last_queue = now
        met = is_full and is_queue and self._is_unusual(flow)
        return Reading(
            met=met,
            cleared=(
                flow.speed > chosen.slow_exit_share * free_flow
                or self.is_roomy(flow)
                or self._is_usual(flow)
            ),
            severity=10.0 * max(0.0, 1.0 - flow.speed / free_flow) if met else 0.0,
            explain=partial(self._explain, flow),
            track_ids=flow.track_ids,
        )

    def is_roomy(self, flow: _Flow) -> bool:
        """Far from crowded: the exit condition on space."""
        is_sparse = flow.density is None or flow.density < self.parameters.density_exit
        return is_sparse and flow.occupied < self.parameters.occupied_exit_share

    def _is_unusual(self, flow: _Flow) -> bool:
        drop = self.parameters.unusual_drop * self._free_speed
        return flow.usual is None or flow.speed < flow.usual.speed - drop

    def _is_usual(self, flow: _Flow) -> bool:
        drop = self.parameters.unusual_exit_drop * self._free_speed
        return flow.usual is not None and flow.speed > flow.usual.speed - drop

    def _explain(self, flow: _Flow) -> tuple[Measurement, ...]:
        chosen = self.parameters
        slow = chosen.slow_share * self._free_speed
        entries = [
            ("median speed", flow.speed, slow, f"{self._unit}/s"),
            ("share of the zone covered", flow.occupied, chosen.occupied_share, ""),
            ("density", flow.density, chosen.density, "veh/km/lane"),
            ("vehicles", float(len(flow.track_ids)), chosen.vehicles, "vehicles"),
            # It is unusual while the usual speed is above this.
            (
                "usual speed at this hour",
                flow.usual.speed if flow.usual else None,
                flow.speed + chosen.unusual_drop * self._free_speed,
                f"{self._unit}/s",
            ),
        ]
        return tuple(
            Measurement(condition=name, measured=measured, threshold=threshold, unit=unit)
            for name, measured, threshold, unit in entries
            if measured is not None
        )


class CongestionRule:
    """Watches every lane zone."""

    def __init__(self, book: IncidentBook, layout: ZoneLayout) -> None:
        self._cases = ZoneCases(book, IncidentType.CONGESTION, CongestionParameters.version)
        self._watches: dict[UUID, _ZoneWatch] = {}
        self._learned: Instant | None = None
        self._beat = Beat(BEAT_S)
        self._crowded: frozenset[UUID] = frozenset()
        self.arrange(layout, frozenset())

    def arrange(self, layout: ZoneLayout, kept: frozenset[UUID]) -> None:
        """Look at these zones; those in `kept` are the same as before and keep their state."""
        before, self._watches = self._watches, {}
        for column, zone, parameters in layout.with_parameters(CongestionParameters):
            watch = before.get(zone.id) if zone.id in kept else None
            self._watches[zone.id] = watch or _ZoneWatch(column, zone, parameters, layout)
            self._watches[zone.id].column = column
        self._cases.arrange(
            (watch.zone, with_signal(watch.parameters.timing, watch.zone))
            for watch in self._watches.values()
        )
        self._columns = [watch.column for watch in self._watches.values()]
        self._hidden = HiddenVehicles(layout)
        self._coverage = Coverage(layout, self._columns)

    def resume(self, incident: Incident) -> bool:
        """Go on with an incident of an earlier run; False if its zone is gone."""
        return self._cases.resume(incident)

    def enter_epoch(self, at: datetime, scene: SceneFrame | None) -> list[IncidentChange]:
        """Zones stay what they are; free flow counts tracks under their new ids."""
        del at, scene
        for watch in self._watches.values():
            watch.free_flow.forget_tracks()
        return []

    def watch(self, view: View) -> list[IncidentChange]:
        """Take in one frame."""
        changes: list[IncidentChange] = []
        if self._watches and self._beat.is_due(view.now):
            changes = self._watch(view)
            self._crowded = self._crowded_zones(view.now)
        view.findings.crowded_zones |= self._crowded
        return changes

    def _watch(self, view: View) -> list[IncidentChange]:
        flows = self._measure(view)
        if view.is_warm:
            self._learn(view, flows)
        changes = []
        for watch, flow in zip(self._watches.values(), flows, strict=True):
            reading = watch.read(flow, view.now) if view.is_warm else _BLIND
            changes.append(self._cases[watch.zone].step(view.now, view.scene, reading))
        return [change for change in changes if change is not None]

    def _measure(self, view: View) -> list[_Flow]:
        """What each zone looks like; in one go for all of them, which is much cheaper."""
        vehicles = self._hidden.look(view)
        counted = vehicles.inside[:, self._columns].T
        occupied = self._coverage.shares(view, vehicles.boxes, counted)
        ids, speeds = vehicles.track_ids.tolist(), vehicles.speed.tolist()
        flows = []
        for watch, share, is_there in zip(self._watches.values(), occupied, counted, strict=True):
            rows = is_there.nonzero()[0].tolist()
            zone_speeds = tuple([speeds[row] for row in rows])
            flows.append(
                _Flow(
                    speed=_median(zone_speeds),
                    occupied=share,
                    density=watch.density(len(rows)),
                    track_ids=tuple([ids[row] for row in rows]),
                    speeds=zone_speeds,
                    usual=watch.look_back(view),
                )
            )
        return flows

    def _learn(self, view: View, flows: list[_Flow]) -> None:
        """Once a second, let the zones that have room take in how fast their vehicles go."""
        if self._learned is not None and seconds_between(self._learned, view.now) < 1.0:
            return
        self._learned = view.now
        self._coverage.learn(view)
        for watch, flow in zip(self._watches.values(), flows, strict=True):
            if watch.is_roomy(flow):
                watch.free_flow.learn(view.now, flow.track_ids, flow.speeds)

    def _crowded_zones(self, now: Instant) -> frozenset[UUID]:
        """The zones where congestion is open, building up, or where many vehicles were slow."""
        return frozenset(
            zone_id for zone_id, watch in self._watches.items() if self._is_crowded(watch, now)
        )

    def end(
        self, reason: EndReason, at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """End all incidents; the zones are watched from scratch."""
        for watch in self._watches.values():
            watch.last_queue = None
        self._crowded = frozenset()
        return self._cases.end(reason, at, scene)

    def end_changed(
        self, kept: frozenset[UUID], at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """End the incidents of all zones that are not in `kept`; their watch begins anew."""
        return self._cases.end_changed(kept, at, scene)

    def _is_crowded(self, watch: _ZoneWatch, now: Instant) -> bool:
        machine = self._cases[watch.zone].machine
        if machine.is_busy:
            return True
        return (
            watch.last_queue is not None and seconds_between(watch.last_queue, now) < QUEUE_MEMORY_S
        )


def _median(values: Sequence[float]) -> float:
    """NaN left out, and where there is nothing else; for a few values arrays would be slower."""
    known = sorted(value for value in values if not isnan(value))
    if not known:
        return nan
    return (known[(len(known) - 1) // 2] + known[len(known) // 2]) / 2.0

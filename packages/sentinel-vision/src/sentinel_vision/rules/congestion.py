"""Congestion: the vehicles of a lane zone are slow and the zone is full of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID

import numpy as np
from pydantic import model_validator

from sentinel_core.domain.incidents import EndReason, Incident, IncidentType
from sentinel_core.domain.zones import Zone
from sentinel_vision.rules.case import (
    Case,
    IncidentBook,
    IncidentChange,
    Measurement,
    Reading,
    Subject,
    end_cases,
)
from sentinel_vision.rules.free_flow import FreeFlow
from sentinel_vision.rules.geometry import Flags, ZoneRaster, polygon_area
from sentinel_vision.rules.kinematics import Motion
from sentinel_vision.rules.parameters import RuleParameters, parameter
from sentinel_vision.rules.scene import Instant, SceneFrame, seconds_between
from sentinel_vision.rules.view import View, ZoneLayout

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

    @model_validator(mode="after")
    def _check_exit_is_looser(self) -> Self:
        if self.slow_exit_share < self.slow_share:
            raise ValueError("slow_exit_share must not be below slow_share")
        if self.occupied_exit_share > self.occupied_share:
            raise ValueError("occupied_exit_share must not be above occupied_share")
        if self.density_exit > self.density:
            raise ValueError("density_exit must not be above density")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flow:
    """What a zone looks like in one frame. `speed` is NaN where none is known."""

    vehicles: int
    speed: float
    occupied: float
    density: float | None
    track_ids: tuple[int, ...]


class _ZoneWatch:
    """One lane zone."""

    def __init__(
        self, index: int, zone: Zone, parameters: CongestionParameters, layout: ZoneLayout
    ) -> None:
        self.index, self.zone, self.parameters = index, zone, parameters
        self.unit = "BL" if layout.ground is None else "m"
        is_metric = layout.ground is not None
        self.free_flow = FreeFlow(
            parameters.free_flow_m_s if is_metric else parameters.free_flow_bl_s
        )
        self.last_queue: Instant | None = None
        self._raster = ZoneRaster(zone.polygon)
        self._lane_km: float | None = None
        if layout.ground is not None:
            area_m2 = polygon_area(layout.ground.to_metres(np.array(zone.polygon)))
            self._lane_km = max(area_m2 / parameters.lane_width_m / 1000.0, 1e-3)

    def measure(self, view: View) -> _Flow:
        motion = view.motion
        present = view.inside[:, self.index] & view.is_vehicle
        counted = present & motion.mature
        boxes = motion.boxes[present] / (*_size(view.scene), *_size(view.scene))
        number = int(counted.sum())
        return _Flow(
            vehicles=number,
            speed=_median_speed(motion, counted),
            occupied=self._raster.covered_share(boxes),
            density=None if self._lane_km is None else number / self._lane_km,
            track_ids=tuple(motion.track_ids[counted].tolist()),
        )

    def learn(self, view: View, flow: _Flow) -> None:
        if not self._is_roomy(flow):
            return
        motion = view.motion
        moving = view.inside[:, self.index] & view.is_vehicle & motion.mature
        moving &= ~np.isnan(motion.speed)
        self.free_flow.learn(
            view.now, motion.track_ids[moving].tolist(), motion.speed[moving].tolist()
        )

    def read(self, view: View, flow: _Flow) -> Reading:
        chosen, free_flow = self.parameters, self.free_flow.speed
        is_full = flow.occupied >= chosen.occupied_share
        if flow.density is not None:
            is_full = is_full or flow.density >= chosen.density
        is_slow = flow.speed < chosen.slow_share * free_flow
        is_fast = flow.speed > chosen.slow_exit_share * free_flow
        is_queue = is_slow and flow.vehicles >= chosen.vehicles
        if is_queue:
            self.last_queue = view.now
        met = is_full and is_queue
        return Reading(
            met=met if view.is_warm else None,
            cleared=is_fast or self._is_roomy(flow) if view.is_warm else None,
            severity=10.0 * max(0.0, 1.0 - flow.speed / free_flow) if met else 0.0,
            measurements=self._measurements(flow) if met else (),
            track_ids=flow.track_ids,
        )

    def _is_roomy(self, flow: _Flow) -> bool:
        is_sparse = flow.density is None or flow.density < self.parameters.density_exit
        return is_sparse and flow.occupied < self.parameters.occupied_exit_share

    def _measurements(self, flow: _Flow) -> tuple[Measurement, ...]:
        chosen = self.parameters
        entries = [
            ("median speed below", flow.speed, chosen.slow_share * self.free_flow.speed),
            ("share of the zone covered", flow.occupied, chosen.occupied_share),
            ("density", flow.density, chosen.density),
            ("vehicles", float(flow.vehicles), chosen.vehicles),
        ]
        units = (f"{self.unit}/s", "", "veh/km/lane", "vehicles")
        return tuple(
            Measurement(condition=name, measured=measured, threshold=threshold, unit=unit)
            for (name, measured, threshold), unit in zip(entries, units, strict=True)
            if measured is not None
        )


class CongestionRule:
    """Watches every lane zone."""

    def __init__(self, book: IncidentBook, layout: ZoneLayout) -> None:
        self._book = book
        self._watches: dict[UUID, _ZoneWatch] = {}
        self._cases: dict[str, Case] = {}
        self.arrange(layout, frozenset())

    def arrange(self, layout: ZoneLayout, kept: frozenset[UUID]) -> None:
        """Look at these zones; those in `kept` are the same as before and keep their state."""
        before, self._watches = self._watches, {}
        for index, zone, parameters in layout.with_parameters(CongestionParameters):
            watch = before.get(zone.id) if zone.id in kept else None
            self._watches[zone.id] = watch or _ZoneWatch(index, zone, parameters, layout)
            self._watches[zone.id].index = index
            if str(zone.id) not in self._cases:
                self._cases[str(zone.id)] = self._new_case(zone, parameters)

    def resume(self, incident: Incident) -> bool:
        """Go on with an incident of an earlier run; False if its zone is gone."""
        case = self._cases.get(incident.key)
        if case is None:
            return False
        case.resume(incident)
        return True

    def forget_tracks(self) -> None:
        """A new stream epoch: track ids start anew."""
        for watch in self._watches.values():
            watch.free_flow.forget_tracks()

    def watch(self, view: View) -> list[IncidentChange]:
        """Take in one frame."""
        changes = []
        for watch in self._watches.values():
            flow = watch.measure(view)
            watch.learn(view, flow)
            case = self._cases[str(watch.zone.id)]
            changes.append(case.step(view.now, view.scene, watch.read(view, flow)))
        return [change for change in changes if change is not None]

    def crowded_zones(self, now: Instant) -> frozenset[UUID]:
        """The zones where congestion is open, building up, or where many vehicles were slow."""
        return frozenset(
            zone_id for zone_id, watch in self._watches.items() if self._is_crowded(watch, now)
        )

    def end(
        self, reason: EndReason, at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """End all incidents; the zones are watched from scratch."""
        changes = end_cases(self._cases, reason, at, scene)
        for watch in self._watches.values():
            watch.last_queue = None
            self._cases[str(watch.zone.id)] = self._new_case(watch.zone, watch.parameters)
        return changes

    def end_changed(
        self, kept: frozenset[UUID], at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """End the incidents of all zones that are not in `kept`."""
        return end_cases(
            self._cases,
            EndReason.ZONE_CHANGED,
            at,
            scene,
            where=lambda case: case.subject.zone.id not in kept,
        )

    def _is_crowded(self, watch: _ZoneWatch, now: Instant) -> bool:
        machine = self._cases[str(watch.zone.id)].machine
        if machine.is_busy:
            return True
        return (
            watch.last_queue is not None and seconds_between(watch.last_queue, now) < QUEUE_MEMORY_S
        )

    def _new_case(self, zone: Zone, parameters: CongestionParameters) -> Case:
        subject = Subject(
            type=IncidentType.CONGESTION,
            rule_version=parameters.version,
            key=str(zone.id),
            zone=zone,
        )
        return Case(self._book, subject, parameters.timing)


def _size(scene: SceneFrame) -> tuple[int, int]:
    return scene.width, scene.height


def _median_speed(motion: Motion, counted: Flags) -> float:
    speeds = motion.speed[counted]
    known = np.sort(speeds[~np.isnan(speeds)])
    if not len(known):
        return float("nan")
    return float(known[(len(known) - 1) // 2] + known[len(known) // 2]) / 2.0

"""What one zone shows in one minute."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from sentinel_core.contracts.generated.flow_event import ZoneFlow
from sentinel_core.domain.zones import Zone, ZoneType
from sentinel_vision.flow.service_level import find_level
from sentinel_vision.rules.congestion import CongestionParameters
from sentinel_vision.rules.free_flow import FreeFlow
from sentinel_vision.rules.ground import GroundPlane
from sentinel_vision.rules.lanes import lane_kilometres
from sentinel_vision.rules.scene import Instant

_PERCENTILE: Final = 85


@dataclass(slots=True)
class _Pace:
    """Of one vehicle: sum and number of its known speeds."""

    total: float = 0.0
    samples: int = 0


@dataclass(slots=True)
class ZoneTally:
    """Sums of a minute. Seconds are watched ones.

    Attributes:
        vehicles: Who was in the zone, and how fast.
        persons: Who walked in it.
        vehicle_s: Vehicles times the seconds they were there.
        occupied_s: Seconds with at least one vehicle.
        covered_s: Share of the zone under boxes times seconds.
    """

    watched_s: float = 0.0
    vehicle_s: float = 0.0
    occupied_s: float = 0.0
    covered_s: float = 0.0
    vehicles: dict[int, _Pace] = field(default_factory=dict)
    persons: set[int] = field(default_factory=set)

    def add_time(self, seconds: float, present: int, covered: float) -> None:
        """So many vehicles were there for so long."""
        self.watched_s += seconds
        self.vehicle_s += seconds * present
        self.covered_s += seconds * covered
        if present:
            self.occupied_s += seconds

    def enter(self, vehicles: Sequence[int], persons: Sequence[int]) -> None:
        """These are in the zone."""
        for identity in vehicles:
            if identity not in self.vehicles:
                self.vehicles[identity] = _Pace()
        self.persons.update(persons)

    def add_speeds(self, vehicles: Sequence[int], speeds: Sequence[float]) -> None:
        """These are in the zone and go so fast; NaN: not known."""
        for identity, speed in zip(vehicles, speeds, strict=True):
            if not np.isnan(speed):
                pace = self.vehicles[identity]
                pace.total += speed
                pace.samples += 1

    def mean_speeds(self) -> list[float]:
        """Of each vehicle whose speed is known."""
        return [pace.total / pace.samples for pace in self.vehicles.values() if pace.samples]


class ZoneMeter:
    """One zone over the minutes.

    Attributes:
        column: Of the zone in the layout.
        tally: The minute that goes on.
    """

    def __init__(self, column: int, zone: Zone, shape: str, ground: GroundPlane | None) -> None:
        self.column, self.zone, self.shape = column, zone, shape
        self.tally = ZoneTally()
        self.free_flow: FreeFlow | None = None
        self.usual_free_flow: float | None = None
        self._lane_km: float | None = None
        self._roomy_share = 0.0
        self._before: tuple[frozenset[int], frozenset[int]] = (frozenset(), frozenset())
        if zone.type is ZoneType.LANE:
            self._prepare_lane(ground)

    def _prepare_lane(self, ground: GroundPlane | None) -> None:
        chosen = CongestionParameters.for_zone(self.zone) or CongestionParameters.model_validate({})
        self._roomy_share = chosen.occupied_exit_share
        if ground is None:
            self.free_flow = FreeFlow(chosen.free_flow_bl_s)
        else:
            self.free_flow = FreeFlow(chosen.free_flow_m_s)
            self._lane_km = lane_kilometres(self.zone, ground, chosen.lane_width_m)

    def add_speeds(
        self, now: Instant, vehicles: Sequence[int], speeds: Sequence[float], covered: float
    ) -> None:
        """These go so fast while boxes cover so much of the zone."""
        self.tally.add_speeds(vehicles, speeds)
        if self.free_flow is not None and covered < self._roomy_share:
            self.free_flow.learn(now, vehicles, speeds)

    def close_minute(self) -> ZoneFlow:
        """The figures of the minute; the next one begins."""
        tally, self.tally = self.tally, ZoneTally()
        vehicles_before, persons_before = self._before
        self._before = (frozenset(tally.vehicles), frozenset(tally.persons))
        speeds = tally.mean_speeds()
        watched_s = tally.watched_s or 1.0
        mean = float(np.mean(speeds)) if speeds else None
        vehicles_mean = tally.vehicle_s / watched_s
        density = None if self._lane_km is None else vehicles_mean / self._lane_km
        level, basis = (None, None)
        if self.free_flow is not None and tally.watched_s:
            level, basis = find_level(density, mean, self._known_free_flow())
        return ZoneFlow(
            zone_id=str(self.zone.id),
            name=self.zone.name,
            shape=self.shape,
            vehicles=len(tally.vehicles),
            entered=len(tally.vehicles.keys() - vehicles_before),
            vehicles_mean=round(vehicles_mean, 3),
            persons=len(tally.persons),
            persons_entered=len(tally.persons - persons_before),
            speed_mean=_rounded(mean),
            speed_p85=_rounded(float(np.percentile(speeds, _PERCENTILE)) if speeds else None),
            occupancy=round(tally.occupied_s / watched_s, 4),
            covered=round(tally.covered_s / watched_s, 4),
            density=_rounded(density),
            level_of_service=level,
            los_basis=basis,
        )

    def _known_free_flow(self) -> float | None:
        if self.usual_free_flow is not None:
            return self.usual_free_flow
        return self.free_flow.speed if self.free_flow and self.free_flow.is_known else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)

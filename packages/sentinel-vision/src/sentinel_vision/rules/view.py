"""The zones of a camera prepared for the rules, and one frame seen through them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

import numpy as np

from sentinel_core.domain.zones import Zone, ZoneSet, ZoneType
from sentinel_vision.detection.classes import CLASS_NAMES, PERSON, VEHICLE_CLASSES
from sentinel_vision.rules.geometry import Flags, PolygonSet
from sentinel_vision.rules.ground import GroundPlane
from sentinel_vision.rules.incident_book import Box
from sentinel_vision.rules.kinematics import Motion
from sentinel_vision.rules.normality import Normality
from sentinel_vision.rules.parameters import Parameters
from sentinel_vision.rules.scene import Instant, SceneFrame

P = TypeVar("P", bound=Parameters)

_IS_VEHICLE = np.isin(np.arange(len(CLASS_NAMES)), sorted(VEHICLE_CLASSES))


class ZoneLayout:
    """A zone set, ready to be asked.

    Attributes:
        zones: In the order in which they were drawn.
        ground: None without a calibration.
        polygons: Of all zones, so that a zone's index is its column; lines contain nothing.
        ignored: Columns of the ignored zones.
    """

    def __init__(self, zone_set: ZoneSet) -> None:
        self.zone_set = zone_set
        self.zones = zone_set.zones
        self.polygons = PolygonSet(
            [zone.polygon[:1] if zone.is_line else zone.polygon for zone in self.zones]
        )
        self.ground = GroundPlane(zone_set.calibration) if zone_set.calibration else None
        self.ignored = self.columns(ZoneType.IGNORE)

    def with_parameters(self, rule: type[P]) -> Iterator[tuple[int, Zone, P]]:
        """Index, zone and parameters for each zone in which a rule is in force."""
        for index, zone in enumerate(self.zones):
            parameters = rule.for_zone(zone)
            if parameters is not None:
                yield index, zone, parameters

    def columns(self, kind: ZoneType) -> list[int]:
        """Indices of the zones of a type."""
        return [index for index, zone in enumerate(self.zones) if zone.type is kind]

    def unchanged_in(self, other: "ZoneLayout") -> frozenset[UUID]:
        """Ids of the zones that are the same in both; none if the calibration differs."""
        if self.zone_set.calibration != other.zone_set.calibration:
            return frozenset()
        theirs = {zone.id: zone for zone in other.zones}
        return frozenset(zone.id for zone in self.zones if theirs.get(zone.id) == zone)


@dataclass(slots=True, kw_only=True)
class Findings:
    """What rules of higher priority found out in this frame, for those after them.

    Attributes:
        is_blind: The camera is covered, blinded, blurred, moved or frozen: all else is suspended.
        is_doubtful: It may be: nothing may begin at this moment.
        crowded_zones: Where congestion or a queue is open or building up: one vehicle that
            stands there is no news.
        waiting_tracks: Vehicles in the row that a signal holds up.
    """

    is_blind: bool = False
    is_doubtful: bool = False
    crowded_zones: frozenset[UUID] = frozenset()
    waiting_tracks: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class View:
    """One frame for the rules.

    Attributes:
        before: The frame from which `Motion.displacement` is measured.
        elapsed_s: Watched time since the frame before.
        is_warm: The tracks have been followed for long enough to say that something is absent.
        inside: Which track's anchor is in which zone, bool, shape (tracks, zones).
        is_vehicle: Rows that are vehicles outside ignored zones, bool, shape (tracks,).
        is_person: Rows that are persons on foot outside ignored zones, bool, shape (tracks,).
        normality: What is usual here, where anything was learned.
    """

    scene: SceneFrame
    now: Instant
    before: Instant
    elapsed_s: float
    is_warm: bool
    motion: Motion
    inside: Flags
    is_vehicle: Flags
    is_person: Flags
    findings: Findings = field(default_factory=Findings)
    normality: Normality | None = None

    def box(self, row: int) -> Box:
        """A row's box, normalised."""
        x1, y1, x2, y2 = self.motion.boxes[row].tolist()
        width, height = self.scene.width, self.scene.height
        return (x1 / width, y1 / height, x2 / width, y2 / height)


def find_road_users(motion: Motion, inside: Flags, layout: ZoneLayout) -> tuple[Flags, Flags]:
    """`View.is_vehicle` and `View.is_person`."""
    is_vehicle, is_person = _IS_VEHICLE.take(motion.class_ids), motion.class_ids == PERSON
    if layout.ignored:
        counts = ~inside[:, layout.ignored].any(axis=1)
        is_vehicle &= counts
        is_person &= counts
    return is_vehicle, is_person

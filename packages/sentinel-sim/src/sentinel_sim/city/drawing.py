"""Zones as a careful user would draw them: the ground of the city, projected into the picture."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid5

import numpy as np

from sentinel_core.domain.zones import GroundPoint, RuleValues, Zone, ZoneSet, ZoneType
from sentinel_sim.city.camera import PinholeCamera
from sentinel_sim.city.frame import Floats
from sentinel_sim.city.roads import Gate, GroundPolygon, Lane, Layout

_NAMESPACE = UUID("5e4f0f1e-0c17-4c17-9c17-000000000001")
_CLIP_DEPTH_M = 1.0
_LEAST_AREA = 1e-4
_CALIBRATION_STEP_M = 10.0


@dataclass(slots=True)
class Sketch:
    """Collects the zones of one picture.

    Attributes:
        name: Of the scene; zones of the same scene and name have the same id in every run.
        place: Of the scene, where several cameras see it: each zone gets a place of its own.
    """

    name: str
    layout: Layout
    camera: PinholeCamera
    place: str | None = None
    zones: list[Zone] = field(default_factory=list)
    grounds: dict[UUID, GroundPolygon] = field(default_factory=dict)
    lane_of_zone: dict[UUID, str] = field(default_factory=dict)

    def add_lane(
        self,
        lane_name: str,
        begin_m: float,
        end_m: float,
        rules: RuleValues | None = None,
        *,
        name: str = "",
    ) -> None:
        """A stretch of a straight lane, with its direction; its name is the lane's by default."""
        lane = self.layout.lane(lane_name)
        heading = _heading(lane, self.camera, (begin_m + end_m) / 2.0)
        zone_id = self._add(
            name or lane_name, ZoneType.LANE, lane.outline(begin_m, end_m), rules, heading
        )
        if zone_id is not None:
            self.lane_of_zone[zone_id] = lane_name

    def add_area(
        self, name: str, rules: RuleValues | None = None, kind: ZoneType | None = None
    ) -> None:
        """A junction, crossing or pavement of the layout."""
        area = self.layout.area(name)
        self._add(name, kind or area.type, area.polygon, rules, None)

    def add_gate(self, gate: Gate) -> None:
        """A counting line, as far as it is in the picture."""
        ends = _clip_line(self.camera, gate)
        if ends is not None:
            self.zones.append(
                Zone(
                    id=uuid5(_NAMESPACE, f"{self.name}/{gate.name}"),
                    name=gate.name,
                    type=ZoneType.COUNTING_LINE,
                    polygon=ends,
                    place=self._place_of(gate.name),
                )
            )

    def finish(
        self,
        *,
        calibration: Sequence[GroundPoint] = (),
        rules: RuleValues | None = None,
    ) -> ZoneSet:
        """All of it as one set."""
        return ZoneSet(
            version=1,
            zones=tuple(self.zones),
            calibration=tuple(calibration),
            rules=rules or {},
        )

    def _place_of(self, name: str) -> str | None:
        return None if self.place is None else f"{self.place}-{name}"

    def _add(
        self,
        name: str,
        kind: ZoneType,
        polygon: GroundPolygon,
        rules: RuleValues | None,
        direction: tuple[float, float] | None,
    ) -> UUID | None:
        picture = picture_polygon(self.camera, polygon)
        if picture is None:
            return None
        zone_id = uuid5(_NAMESPACE, f"{self.name}/{name}")
        size = (self.camera.width, self.camera.height)
        self.zones.append(
            Zone(
                id=zone_id,
                name=name,
                type=kind,
                polygon=tuple((float(x), float(y)) for x, y in picture.tolist()),
                direction=direction,
                rules=rules or {},
                place=self._place_of(name),
            )
        )
        ground = self.camera.ground_at(picture * size)
        self.grounds[zone_id] = tuple((float(x), float(y)) for x, y in ground.tolist())
        return zone_id


def picture_polygon(camera: PinholeCamera, polygon: GroundPolygon) -> Floats | None:
    """The part of an area on the ground that is in the picture, normalised; None if none is."""
    ground = np.array(polygon, dtype=np.float64)
    _, depths = camera.project_ground(ground)
    ground = _clip(ground, depths - _CLIP_DEPTH_M)
    if len(ground) < 3:
        return None
    pixels, _ = camera.project_ground(ground)
    picture = pixels / (camera.width, camera.height)
    for axis in range(2):
        picture = _clip(picture, picture[:, axis])
        picture = _clip(picture, 1.0 - picture[:, axis]) if len(picture) else picture
    if len(picture) < 3:
        return None
    x, y = picture.T
    area = abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2.0
    return np.clip(picture, 0.0, 1.0) if area > _LEAST_AREA else None


def calibrate(camera: PinholeCamera, layout: Layout) -> tuple[GroundPoint, ...]:
    """Points on the edges of the lanes, where a person with a map would measure them."""
    points: list[tuple[float, float]] = []
    for lane in layout.lanes:
        if len(lane.points) == 2:
            for way in np.arange(0.0, lane.length_m, _CALIBRATION_STEP_M).tolist():
                points += lane.outline(way, way + _CALIBRATION_STEP_M)[:1]
    found = camera.calibration(points)
    step = max(1, len(found) // 12)
    return found[::step][:24]


def _heading(lane: Lane, camera: PinholeCamera, way_m: float) -> tuple[float, float]:
    """Direction of a lane in the picture, in pixels, of length 1."""
    begin, end = np.array(lane.points[0]), np.array(lane.points[-1])
    along = (end - begin) / lane.length_m
    middle = begin + along * way_m
    pixels, _ = camera.project_ground(np.array([middle - along, middle + along]))
    way = pixels[1] - pixels[0]
    x, y = (way / np.hypot(way[0], way[1])).tolist()
    return (x, y)


def _clip(points: Floats, depth: Floats) -> Floats:
    """The part of a polygon where a linear function of its corners is not negative.

    Source: Sutherland and Hodgman, Reentrant polygon clipping (1974).
    """
    kept: list[Floats] = []
    for index in range(len(points)):
        here, before = depth[index], depth[index - 1]
        if (here >= 0.0) != (before >= 0.0):
            share = before / (before - here)
            kept.append(points[index - 1] + (points[index] - points[index - 1]) * share)
        if here >= 0.0:
            kept.append(points[index])
    return np.array(kept).reshape(-1, 2)


def _clip_line(
    camera: PinholeCamera, gate: Gate
) -> tuple[tuple[float, float], tuple[float, float]] | None:
    ways = np.linspace(0.0, 1.0, 201)[:, None]
    points = np.array(gate.begin_m) * (1.0 - ways) + np.array(gate.end_m) * ways
    pixels, depths = camera.project_ground(points)
    places = pixels / (camera.width, camera.height)
    inside = np.flatnonzero((depths > _CLIP_DEPTH_M) & ((places >= 0) & (places <= 1)).all(axis=1))
    if len(inside) < 2:
        return None
    (x1, y1), (x2, y2) = places[inside[0]].tolist(), places[inside[-1]].tolist()
    return ((x1, y1), (x2, y2))

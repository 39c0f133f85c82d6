"""What all observers know: the scenario, and the world as it is at this moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from sentinel_core.domain.zones import Zone, ZoneType
from sentinel_sim.city.frame import CityFrame, Floats
from sentinel_sim.city.kinds import CLASS_OF_KIND, PERSON_KIND
from sentinel_sim.city.plan import Plan
from sentinel_sim.city.roads import GroundPolygon
from sentinel_sim.city.scenario import Scenario, film
from sentinel_sim.city.truth import Box, TruthEvent
from sentinel_sim.city.world import Moment
from sentinel_vision.detection.classes import VEHICLE_CLASSES

_IS_VEHICLE = np.isin(CLASS_OF_KIND, sorted(VEHICLE_CLASSES))


LEAST_VISIBLE: Final = 0.2


class Sight:
    """One moment, with what several observers ask of it."""

    def __init__(self, stage: "Stage", moment: Moment) -> None:
        self.stage = stage
        self.moment = moment
        self.t_s = moment.t_s

    @cached_property
    def is_vehicle(self) -> NDArray[np.bool_]:
        """Motor vehicles, shape (n,)."""
        return _IS_VEHICLE[self.moment.kinds]

    @cached_property
    def is_walker(self) -> NDArray[np.bool_]:
        """Persons on foot, shape (n,)."""
        flags: NDArray[np.bool_] = self.moment.kinds == PERSON_KIND
        return flags

    @cached_property
    def frame(self) -> CityFrame:
        """What the camera sees."""
        return film(self.stage.scenario.camera, self.moment)

    @cached_property
    def inside(self) -> dict[UUID, NDArray[np.bool_]]:
        """Who is in which zone, by the middles of the footprints."""
        inside = self.stage.ground.contains(self.moment.places)
        return dict(zip(self.stage.scenario.grounds, inside, strict=True))

    @cached_property
    def is_seen(self) -> NDArray[np.bool_]:
        """Of whom enough is visible to be seen at all, shape (n,)."""
        shares = np.zeros(len(self.moment))
        shares[self.moment.ids.searchsorted(self.frame.actor_ids)] = self.frame.visibility
        seen: NDArray[np.bool_] = shares >= LEAST_VISIBLE
        return seen

    def visibility(self, actor_id: int) -> float:
        """Of one actor, 0 if it is not in the picture."""
        row = int(self.frame.actor_ids.searchsorted(actor_id))
        if row == len(self.frame) or self.frame.actor_ids[row] != actor_id:
            return 0.0
        return float(self.frame.visibility[row])

    def box(self, actor_ids: tuple[int, ...]) -> Box | None:
        """Around some actors, normalised; None if none of them is in the picture."""
        rows = np.isin(self.frame.actor_ids, actor_ids)
        if not rows.any():
            return None
        boxes = self.frame.boxes_px[rows]
        size = (self.frame.width, self.frame.height)
        x1, y1 = (boxes[:, :2].min(axis=0) / size).tolist()
        x2, y2 = (boxes[:, 2:].max(axis=0) / size).tolist()
        return (x1, y1, x2, y2)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A scenario and its plan, prepared for the observers."""

    scenario: Scenario
    plan: Plan
    walk_ids: tuple[int, ...]

    @cached_property
    def ground(self) -> "Ground":
        """The zones on the ground, in the order of `Scenario.grounds`."""
        return Ground(list(self.scenario.grounds.values()))

    @cached_property
    def grounds(self) -> dict[UUID, Floats]:
        """The zones on the ground."""
        return {
            zone_id: np.array(polygon, dtype=np.float64)
            for zone_id, polygon in self.scenario.grounds.items()
        }

    def zones(self, *kinds: ZoneType) -> list[Zone]:
        """Those areas of some types that are on the ground."""
        return [
            zone
            for zone in self.scenario.zones.zones
            if zone.type in kinds and zone.id in self.scenario.grounds
        ]

    def lane_heading(self, zone: Zone) -> float:
        """Of a lane zone on the ground, radians."""
        lane = self.plan.layout.lane(self.scenario.lane_of_zone[zone.id])
        (x1, y1), (x2, y2) = lane.points[0], lane.points[-1]
        return float(np.arctan2(y2 - y1, x2 - x1))


class Observer(Protocol):
    """Sees every moment of a run and says at the end what happened."""

    def see(self, sight: Sight) -> None:
        """Take in one moment, in the order of time."""
        ...

    def report(self, end_s: float) -> list[TruthEvent]:
        """What happened up to the end of the scene."""
        ...


class Ground:
    """Several polygons on the ground that are asked together, by counting crossed edges."""

    def __init__(self, polygons: Sequence[GroundPolygon]) -> None:
        begins = [np.array(polygon, dtype=np.float64) for polygon in polygons]
        ends = [np.concatenate([begin[1:], begin[:1]]) for begin in begins]
        begin = np.concatenate([*begins, np.empty((0, 2))])
        end = np.concatenate([*ends, np.empty((0, 2))])
        rise = end[:, 1] - begin[:, 1]
        self._x, self._y, self._end_y = begin[:, 0], begin[:, 1], end[:, 1]
        self._slope = (end[:, 0] - begin[:, 0]) / np.where(rise == 0.0, 1.0, rise)
        counts = [len(polygon) for polygon in polygons]
        self._offsets = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.intp)
        self._is_empty = not polygons

    def contains(self, points: Floats) -> NDArray[np.bool_]:
        """Which polygon contains which point, shape (polygons, n); points: (n, 2)."""
        if self._is_empty:
            return np.zeros((0, len(points)), dtype=np.bool_)
        x, y = points[:, :1], points[:, 1:]
        spans = (self._y > y) != (self._end_y > y)
        crossed = spans & (x < self._x + (y - self._y) * self._slope)
        inside: NDArray[np.bool_] = (
            np.add.reduceat(crossed, self._offsets, axis=1, dtype=np.int64) % 2 == 1
        )
        return inside.T

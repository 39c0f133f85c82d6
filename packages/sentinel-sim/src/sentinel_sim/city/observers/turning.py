"""Observer of vehicles that turn round."""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from sentinel_core.domain.incidents import IncidentType
from sentinel_core.domain.zones import ZoneType
from sentinel_sim.city.frame import Floats
from sentinel_sim.city.observers.stage import Sight, Stage
from sentinel_sim.city.truth import TruthEvent
from sentinel_sim.city.world import STEP_S, Moment

TURN_RAD: Final = float(np.radians(150.0))
WITHIN_S: Final = 15.0
WAY_M: Final = 12.0

_TURNING_RAD: Final = 0.01
_VISIBLE: Final = 0.3


@dataclass(slots=True)
class _Trail:
    """What is known of a vehicle.

    Attributes:
        samples: Time, unwrapped heading and way of the last seconds, since it began to turn.
        gates: In which direction it crossed which gate last.
        turned_s: When it had turned round.
    """

    turned: float = 0.0
    way_m: float = 0.0
    samples: list[tuple[float, float, float]] = field(default_factory=list)
    gates: dict[int, int] = field(default_factory=dict)
    turned_s: float | None = None

    def move(self, t_s: float, turn: float, way_m: float) -> None:
        """On to the next moment."""
        self.turned += turn
        self.way_m += way_m
        if abs(turn) > _TURNING_RAD or self.samples:
            self.samples.append((t_s, self.turned - turn, self.way_m))
            while t_s - self.samples[0][0] > WITHIN_S:
                self.samples.pop(0)
            most = max(abs(self.turned - entry[1]) for entry in self.samples)
            if most >= TURN_RAD and self.way_m - self.samples[0][2] >= 0.5 * WAY_M:
                self.turned_s = t_s if self.turned_s is None else self.turned_s

    def cross(self, gate: int, side: int) -> bool:
        """Over a gate; whether it has turned round and is the one that it came by."""
        is_back = self.turned_s is not None and self.gates.get(gate) == -side
        self.gates[gate] = side
        return is_back

    def forget(self) -> None:
        """It was told."""
        self.samples.clear()
        self.turned_s = None


class UTurn:
    """A vehicle turns round; where there are gates, it leaves by the one it came by."""

    def __init__(self, stage: Stage) -> None:
        names = {
            zone.name for zone in stage.scenario.zones.zones if zone.type is ZoneType.COUNTING_LINE
        }
        gates = [gate for gate in stage.plan.layout.gates if gate.name in names]
        self._begins = np.array([gate.begin_m for gate in gates]).reshape(-1, 2)
        self._ends = np.array([gate.end_m for gate in gates]).reshape(-1, 2)
        self._zones = [zone.id for zone in stage.zones(ZoneType.JUNCTION, ZoneType.LANE)]
        self._before: Moment | None = None
        self._trails: dict[int, _Trail] = {}
        self._events: list[TruthEvent] = []

    def see(self, sight: Sight) -> None:
        """Take in one moment."""
        moment, before = sight.moment, self._before
        self._before = moment
        if before is None:
            return
        _, now, then = np.intersect1d(
            moment.ids, before.ids, assume_unique=True, return_indices=True
        )
        is_vehicle = sight.is_vehicle[now]
        now, then = now[is_vehicle], then[is_vehicle]
        turns = moment.headings[now] - before.headings[then]
        turns = (turns + np.pi) % (2.0 * np.pi) - np.pi
        sides = _crossings(before.places[then], moment.places[now], self._begins, self._ends)
        ids = moment.ids[now].tolist()
        self._forget_others(ids)
        busy = (np.abs(turns) > _TURNING_RAD) | sides.any(axis=1)
        busy |= np.isin(moment.ids[now], list(self._trails))
        for index in np.flatnonzero(busy).tolist():
            trail = self._trails.setdefault(ids[index], _Trail())
            speed = float(moment.speeds[now[index]])
            trail.move(sight.t_s, float(turns[index]), speed * STEP_S)
            crossed = [
                trail.cross(gate, int(sides[index, gate]))
                for gate in np.flatnonzero(sides[index]).tolist()
            ]
            has_turned = any(crossed) if len(self._begins) else trail.turned_s == sight.t_s
            if has_turned:
                self._tell(sight, int(now[index]), ids[index])
                trail.forget()

    def report(self, end_s: float) -> list[TruthEvent]:
        """Each is a moment."""
        del end_s
        return self._events

    def _forget_others(self, ids: list[int]) -> None:
        gone = self._trails.keys() - set(ids)
        for actor in gone:
            del self._trails[actor]

    def _tell(self, sight: Sight, row: int, actor: int) -> None:
        zone_id: UUID | None = next(
            (zone_id for zone_id in self._zones if sight.inside[zone_id][row]), None
        )
        self._events.append(
            TruthEvent(
                type=IncidentType.ILLEGAL_U_TURN,
                started_s=round(sight.t_s, 3),
                ended_s=round(sight.t_s, 3),
                zone_id=zone_id,
                box=sight.box((actor,)),
                actors=(actor,),
                is_ignored=sight.visibility(actor) < _VISIBLE,
            )
        )


def _crossings(before: Floats, now: Floats, begins: Floats, ends: Floats) -> NDArray[np.int64]:
    """Which steps cross which lines: 1 or -1 by the direction, else 0; shape (n, lines)."""
    was, is_now = (_sides(begins, ends, places[:, None]) >= 0.0 for places in (before, now))
    first = _sides(before[:, None], now[:, None], begins) >= 0.0
    second = _sides(before[:, None], now[:, None], ends) >= 0.0
    crosses = (was != is_now) & (first != second)
    return np.where(crosses, np.where(is_now, 1, -1), 0)


def _sides(a: Floats, b: Floats, p: Floats) -> Floats:
    """On which side of the lines from a to b the points p are."""
    way, offset = b - a, p - a
    sides: Floats = way[..., 0] * offset[..., 1] - way[..., 1] * offset[..., 0]
    return sides

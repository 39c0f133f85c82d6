"""Observers of whole lanes: congestion and queues; and of single vehicles that are too fast."""

from dataclasses import replace
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from sentinel_core.domain.incidents import IncidentType
from sentinel_core.domain.zones import Zone, ZoneType
from sentinel_sim.city.frame import Floats
from sentinel_sim.city.kinds import SIZES_M
from sentinel_sim.city.observers.driving import event_of
from sentinel_sim.city.observers.people import events_of_two
from sentinel_sim.city.observers.spells import Spell, SpellBook
from sentinel_sim.city.observers.stage import Sight, Stage
from sentinel_sim.city.truth import TruthEvent

CONGESTION_S: Final = 60.0
SLOW_SHARE: Final = 0.5
DENSITY_KM: Final = 28.0
LEAST_VEHICLES: Final = 4

QUEUE_S: Final = 30.0
WAITING_M_S: Final = 1.39
QUEUE_GAP_M: Final = 10.0
QUEUE_M: Final = 50.0
QUEUE_VEHICLES: Final = 8
HEAD_M: Final = 15.0
CYCLES: Final = 1.5
"""What waits for a signal may do so for so many of its cycles."""

SPEEDING_S: Final = 1.0
_WELL_SEEN_S: Final = 2.6
"""What is fast for less is not seen often enough by a slow camera."""

TOLERANCE: Final = (1.1, 5.0 / 3.6)
"""Above the limit times this, plus this, metres per second."""


def due_s(stage: Stage, zone: Zone, usual_s: float) -> float:
    """For how long a condition must hold in a lane; longer where it ends at a signal."""
    lane = stage.plan.layout.lane(stage.scenario.lane_of_zone[zone.id])
    ends_at_signal = lane.stop_m is not None and "queue" in zone.rules
    cycle_s = stage.plan.layout.signals.cycle_s if ends_at_signal else 0.0
    return max(usual_s, CYCLES * cycle_s)


class Congestion:
    """The vehicles of a lane are slow, and many."""

    def __init__(self, stage: Stage) -> None:
        self._zones = []
        for zone in stage.zones(ZoneType.LANE):
            lane = stage.plan.layout.lane(stage.scenario.lane_of_zone[zone.id])
            ground = stage.grounds[zone.id]
            x, y = ground.T
            area = abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2.0
            length_km = area / lane.width_m / 1000.0
            due = due_s(stage, zone, CONGESTION_S)
            self._zones.append((zone.id, length_km, lane.limit_m_s, due))
        self._strict, self._loose = SpellBook(gap_s=15.0), SpellBook(gap_s=15.0)

    def see(self, sight: Sight) -> None:
        """Take in one moment."""
        speeds = sight.moment.speeds
        for zone_id, length_km, free_m_s, _ in self._zones:
            rows = sight.is_vehicle & sight.inside[zone_id]
            count = int(rows.sum())
            if count < LEAST_VEHICLES - 1:
                continue
            share = float(np.median(speeds[rows])) / free_m_s
            density = count / length_km
            if share < 1.3 * SLOW_SHARE and density >= 0.75 * DENSITY_KM:
                self._loose.note(sight, zone_id, zone_id=zone_id, actors=())
                # Far away many are hidden behind others: a jam begins once it can be seen.
                seen = rows & sight.is_seen
                count = int(seen.sum())
                if count < LEAST_VEHICLES:
                    continue
                share = float(np.median(speeds[seen])) / free_m_s
                if share < SLOW_SHARE and count / length_km >= DENSITY_KM:
                    self._strict.note(sight, zone_id, zone_id=zone_id, actors=())

    def report(self, end_s: float) -> list[TruthEvent]:
        """Ignored where it is nearly congested, or for about long enough."""
        del end_s
        return _by_zone(
            IncidentType.CONGESTION,
            {zone_id: due for zone_id, _, _, due in self._zones},
            self._strict,
            self._loose,
        )


class Queue:
    """Vehicles stand in a long row at the stop line of a lane.

    Where there is no stop line the end of the zone means nothing: such a row is ignored.
    """

    def __init__(self, stage: Stage) -> None:
        self._lanes: list[tuple[UUID, Floats, Floats, float, float]] = []
        self._without_line: set[UUID] = set()
        for zone in stage.zones(ZoneType.LANE):
            name = stage.scenario.lane_of_zone[zone.id]
            lane = stage.plan.layout.lane(name)
            begin = np.array(lane.points[0])
            along = (np.array(lane.points[1]) - begin) / lane.length_m
            has_line = lane.stop_m is not None and "queue" in zone.rules
            end_m = float(((stage.grounds[zone.id] - begin) @ along).max())
            due = due_s(stage, zone, QUEUE_S)
            self._lanes.append((zone.id, begin, along, end_m, due))
            if not has_line:
                self._without_line.add(zone.id)
        self._strict, self._loose = SpellBook(gap_s=5.0), SpellBook(gap_s=5.0)

    def see(self, sight: Sight) -> None:
        """Take in one moment."""
        moment = sight.moment
        for zone_id, begin, along, end_m, _ in self._lanes:
            waits = sight.is_vehicle & (moment.speeds < WAITING_M_S) & sight.inside[zone_id]
            if int(waits.sum()) < 3:
                continue
            ways = end_m - (moment.places[waits] - begin) @ along
            count, length = _row_from(ways, SIZES_M[moment.kinds[waits], 0] / 2.0)
            if count >= 0.75 * QUEUE_VEHICLES or length >= 0.75 * QUEUE_M:
                self._loose.note(sight, zone_id, zone_id=zone_id, actors=())
            if count >= QUEUE_VEHICLES or length >= QUEUE_M:
                self._strict.note(sight, zone_id, zone_id=zone_id, actors=())

    def report(self, end_s: float) -> list[TruthEvent]:
        """Ignored where the row is nearly long enough, or for about long enough."""
        del end_s
        due = {zone_id: due for zone_id, _, _, _, due in self._lanes}
        return [
            replace(event, is_ignored=event.is_ignored or event.zone_id in self._without_line)
            for event in _by_zone(IncidentType.QUEUE, due, self._strict, self._loose)
        ]


class Speeding:
    """A vehicle is much faster than its lane allows."""

    def __init__(self, stage: Stage) -> None:
        self._zones = [
            (zone.id, stage.plan.layout.lane(stage.scenario.lane_of_zone[zone.id]).limit_m_s)
            for zone in stage.zones(ZoneType.LANE)
            if stage.scenario.zones.calibration
        ]
        self._strict, self._loose = SpellBook(gap_s=1.0), SpellBook(gap_s=1.0)

    def see(self, sight: Sight) -> None:
        """Take in one moment."""
        moment = sight.moment
        share, more = TOLERANCE
        for zone_id, limit in self._zones:
            threshold = share * limit + more
            fast: NDArray[np.bool_] = sight.is_vehicle & (moment.speeds > 0.94 * threshold)
            if not fast.any():
                continue
            for row in np.flatnonzero(fast & sight.inside[zone_id]).tolist():
                actor = int(moment.ids[row])
                self._loose.note(sight, actor, zone_id=zone_id, actors=(actor,))
                if moment.speeds[row] > 1.06 * threshold:
                    self._strict.note(sight, actor, zone_id=zone_id, actors=(actor,))

    def report(self, end_s: float) -> list[TruthEvent]:
        """Ignored where it is hardly too fast, or only for a moment."""
        del end_s
        strict = {
            spell.key: spell for spell in self._strict.close() if spell.length_s >= _WELL_SEEN_S
        }
        events = []
        for spell in self._loose.close():
            if spell.length_s >= 0.5 * SPEEDING_S:
                is_ignored = spell.key not in strict
                events.append(event_of(IncidentType.SPEEDING, spell, is_ignored=is_ignored))
        return events


def _by_zone(
    kind: IncidentType, due: dict[UUID, float], strict: SpellBook, loose: SpellBook
) -> list[TruthEvent]:
    held, nearly = strict.close(), loose.close()
    return [
        event
        for zone_id, zone_due_s in due.items()
        for event in events_of_two(
            kind, _within(held, zone_id), _within(nearly, zone_id), zone_due_s
        )
    ]


def _within(spells: list[Spell], zone_id: UUID) -> list[Spell]:
    return [spell for spell in spells if spell.zone_id == zone_id]


def _row_from(ways: Floats, halves: Floats) -> tuple[int, float]:
    """How many stand in a row from the stop line, and how far back the row reaches.

    Args:
        ways: From the middle of each to the stop line, shape (n,).
        halves: Half of each one's length.
    """
    order = ways.argsort()
    ways, halves = ways[order], halves[order]
    if ways[0] - halves[0] > HEAD_M:
        return 0, 0.0
    gaps = np.diff(ways) - halves[1:] - halves[:-1]
    breaks = np.flatnonzero(gaps > QUEUE_GAP_M)
    last = int(breaks[0]) if len(breaks) else len(gaps)
    return last + 1, float(ways[last] + halves[last])

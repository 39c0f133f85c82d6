"""Observers of two vehicles that meet: near misses and collisions, by exact geometry.

Time to collision: when two footprints would touch if both kept their velocities. A course that
leads to one is a conflict only where somebody brakes hard (Hydén, 1987): who changes lanes points
at oncoming traffic for a moment too, and who closes up in a queue is on such a course for long.
Post-encroachment time: from when one leaves a cell of 2 m until another, that came by another arm,
enters it on a crossing course.
"""

from collections import deque
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sentinel_core.domain.incidents import IncidentType
from sentinel_core.domain.zones import ZoneType
from sentinel_sim.city.frame import Floats
from sentinel_sim.city.kinds import CLASS_OF_KIND, SIZES_M
from sentinel_sim.city.observers.driving import event_of
from sentinel_sim.city.observers.spells import Spell, SpellBook
from sentinel_sim.city.observers.stage import Sight, Stage
from sentinel_sim.city.truth import TruthEvent
from sentinel_sim.city.world import STEPS_PER_S, Moment
from sentinel_vision.detection.classes import BICYCLE, VEHICLE_CLASSES

TTC_S: Final = 1.5
PET_S: Final = 1.5
PASSING_M: Final = 1.0
MOVING_M_S: Final = 2.0
MOVED_WITHIN_S: Final = 3.0
CELL_M: Final = 2.0
BRAKING_M_S2: Final = 3.4
BRAKED_WITHIN_S: Final = 1.5
COLLISION_S: Final = 5.0

_REACH_M: Final = 45.0
_STRICT, _LOOSE = 0.85, 1.25
_LEAST_MOMENTS: Final = 3
_CROSSING: Final = (np.radians(50.0), np.radians(130.0))
_IS_BODY = np.isin(CLASS_OF_KIND, [*VEHICLE_CLASSES, BICYCLE])
_FOOTPRINT = np.array([(x, y) for x in np.linspace(-0.5, 0.5, 9) for y in (-0.5, 0.0, 0.5)])


class Encounters:
    """Pairs of vehicles on the watched road of a calibrated camera."""

    def __init__(self, stage: Stage) -> None:
        watched = stage.zones(ZoneType.LANE, ZoneType.JUNCTION)
        self._zones = [zone.id for zone in watched] if stage.scenario.zones.calibration else []
        self._has_crossings = any(zone.type is ZoneType.JUNCTION for zone in watched)
        self._moved_s: dict[int, float] = {}
        self._courses: dict[int, float] = {}
        self._cells: dict[tuple[int, int], dict[int, tuple[float, float]]] = {}
        self._strict, self._loose = SpellBook(gap_s=5.0), SpellBook(gap_s=5.0)
        self._contacts = SpellBook(gap_s=1.0)
        self._crossings: set[tuple[int, int]] = set()
        self._speeds: deque[dict[int, float]] = deque(maxlen=STEPS_PER_S + 1)
        self._brakings: dict[int, list[tuple[float, float]]] = {}

    def see(self, sight: Sight) -> None:
        """Take in one moment."""
        moment = sight.moment
        is_body = _IS_BODY[moment.kinds]
        for actor in moment.ids[is_body & (moment.speeds > MOVING_M_S)].tolist():
            self._moved_s[actor] = sight.t_s
        self._see_braking(sight, is_body)
        watched = np.zeros(len(moment), dtype=np.bool_)
        for zone_id in self._zones:
            watched |= sight.inside[zone_id]
        rows = np.flatnonzero(is_body & watched)
        if len(rows) < 2:
            return
        self._see_pairs(sight, rows)
        if self._has_crossings:
            self._see_cells(sight, rows)

    def report(self, end_s: float) -> list[TruthEvent]:
        """A near miss that ends in a collision, or is hardly one, is ignored."""
        del end_s
        contacts = self._contacts.close()
        touched = {spell.key for spell in contacts}
        strict = {
            spell.key
            for spell in self._strict.close()
            if spell.moments >= _LEAST_MOMENTS and self._is_evaded(spell, BRAKING_M_S2 / _STRICT)
        }
        events = [
            event_of(
                IncidentType.COLLISION,
                spell,
                is_ignored=spell.length_s < 1.5 * COLLISION_S,
            )
            for spell in contacts
        ]
        for spell in self._loose.close():
            is_loose = spell.key in touched or self._is_evaded(spell, BRAKING_M_S2 / _LOOSE)
            if not is_loose:
                continue
            is_ignored = spell.key in touched or spell.key not in strict
            events.append(event_of(IncidentType.NEAR_MISS, spell, is_ignored=is_ignored))
        return events

    def _see_braking(self, sight: Sight, is_body: NDArray[np.bool_]) -> None:
        """Who has lost much speed within the last second."""
        moment = sight.moment
        ids, speeds = moment.ids[is_body].tolist(), moment.speeds[is_body].tolist()
        self._speeds.append(dict(zip(ids, speeds, strict=True)))
        before = self._speeds[0]
        for actor, speed in self._speeds[-1].items():
            lost = before.get(actor, speed) - speed
            if lost > BRAKING_M_S2 / _LOOSE:
                self._brakings.setdefault(actor, []).append((sight.t_s, lost))

    def _is_evaded(self, spell: Spell, braking_m_s2: float) -> bool:
        """Whether they crossed paths, or one of them braked so hard for the other."""
        begin_s, end_s = spell.began_s, spell.ended_s + BRAKED_WITHIN_S
        return spell.key in self._crossings or any(
            begin_s <= time_s <= end_s and lost > braking_m_s2
            for actor in spell.actors
            for time_s, lost in self._brakings.get(actor, ())
        )

    def _see_pairs(self, sight: Sight, rows: NDArray[np.intp]) -> None:
        pairs = _pairs_of(sight, rows)
        for index in np.flatnonzero(pairs.loose_s < _LOOSE * TTC_S).tolist():
            pair = self._pair(sight, int(pairs.first[index]), int(pairs.second[index]))
            if pairs.touches[index]:
                self._note(self._contacts, sight, pair)
            elif self._moved(sight, pair):
                self._note(self._loose, sight, pair)
                if pairs.strict_s[index] < _STRICT * TTC_S:
                    self._note(self._strict, sight, pair)

    def _see_cells(self, sight: Sight, rows: NDArray[np.intp]) -> None:
        """Who enters a cell that another has just left."""
        moment = sight.moment
        for row, cells in zip(rows.tolist(), _cells_of(sight, rows), strict=True):
            actor, heading = int(moment.ids[row]), float(moment.headings[row])
            for cell in cells:
                visitors = self._cells.setdefault(cell, {})
                self._courses.setdefault(actor, heading)
                if actor not in visitors:
                    self._enter(sight, actor, heading, visitors)
                visitors[actor] = (sight.t_s, heading)
        if round(sight.t_s * 10) % 50 == 0:
            self._forget(sight.t_s)

    def _enter(
        self,
        sight: Sight,
        actor: int,
        heading: float,
        visitors: dict[int, tuple[float, float]],
    ) -> None:
        for other, (left_s, course) in visitors.items():
            encroachment_s = sight.t_s - left_s
            angle = abs((heading - course + np.pi) % (2.0 * np.pi) - np.pi)
            is_crossing = _CROSSING[0] < angle < _CROSSING[1] and self._come_apart(actor, other)
            pair = (min(actor, other), max(actor, other))
            if is_crossing and encroachment_s < _LOOSE * PET_S and self._moved(sight, pair):
                self._note(self._loose, sight, pair)
                self._crossings.add(pair)
                if encroachment_s < _STRICT * PET_S:
                    for _ in range(_LEAST_MOMENTS):
                        self._note(self._strict, sight, pair)

    def _come_apart(self, first: int, second: int) -> bool:
        """They came from different arms; one that turns off before another crosses nobody."""
        courses = self._courses[first] - self._courses[second]
        angle = abs((courses + np.pi) % (2.0 * np.pi) - np.pi)
        return bool(angle > _CROSSING[0])

    def _forget(self, now_s: float) -> None:
        for cell, visitors in list(self._cells.items()):
            kept = {
                actor: entry for actor, entry in visitors.items() if now_s - entry[0] < 2.0 * PET_S
            }
            if kept:
                self._cells[cell] = kept
            else:
                del self._cells[cell]

    def _note(self, book: SpellBook, sight: Sight, pair: tuple[int, int]) -> None:
        rows = np.isin(sight.moment.ids, pair)
        zone_id = next(
            (zone_id for zone_id in self._zones if sight.inside[zone_id][rows].any()), None
        )
        book.note(sight, pair, zone_id=zone_id, actors=pair)

    def _moved(self, sight: Sight, pair: tuple[int, int]) -> bool:
        since_s = sight.t_s - MOVED_WITHIN_S
        return all(self._moved_s.get(actor, -np.inf) >= since_s for actor in pair)

    def _pair(self, sight: Sight, first: int, second: int) -> tuple[int, int]:
        ids = int(sight.moment.ids[first]), int(sight.moment.ids[second])
        return (min(ids), max(ids))


class _Pairs(NamedTuple):
    """Pairs of rows that may meet.

    Attributes:
        strict_s: When they come within half of the clearance if nothing changes; inf for never.
        loose_s: When they come within somewhat more than the clearance.
        touches: Their footprints overlap now.
    """

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    strict_s: Floats
    loose_s: Floats
    touches: NDArray[np.bool_]


def _pairs_of(sight: Sight, rows: NDArray[np.intp]) -> _Pairs:
    moment = sight.moment
    upper = np.triu_indices(len(rows), 1)
    first, second = rows[upper[0]], rows[upper[1]]
    offset = moment.places[second] - moment.places[first]
    near = np.hypot(offset[:, 0], offset[:, 1]) < _REACH_M
    first, second = first[near], second[near]
    approach = Approach(moment, first, second)
    enter_s, leave_s = approach.overlap_s(0.0)
    return _Pairs(
        first,
        second,
        approach.time_s(0.5 * PASSING_M),
        approach.time_s(PASSING_M),
        (enter_s <= 0.0) & (leave_s >= 0.0),
    )


class Approach:
    """How pairs of footprints approach if all keep their velocities and headings.

    By the separating axis theorem: two rectangles overlap while their shadows overlap on each of
    the four axes along their sides, which for moving ones is an interval of time on each.
    """

    def __init__(self, moment: Moment, first: NDArray[np.intp], second: NDArray[np.intp]) -> None:
        offset = moment.places[second] - moment.places[first]
        velocities = moment.velocities
        pace = velocities[second] - velocities[first]
        sides = np.concatenate(
            [_axes(moment.headings[first]), _axes(moment.headings[second])], axis=1
        )
        halves = [SIZES_M[moment.kinds[rows], :2] / 2.0 for rows in (first, second)]
        self._distance = np.einsum("kai,ki->ka", sides, offset)
        self._pace = np.einsum("kai,ki->ka", sides, pace)
        self._reach = sum(
            np.einsum("kab,kb->ka", np.abs(sides @ _axes(moment.headings[rows]).mT), half)
            for rows, half in zip((first, second), halves, strict=True)
        )

    def overlap_s(self, margin_m: float) -> tuple[Floats, Floats]:
        """From when to when they are within a margin of each other; never: begin after end."""
        reach = self._reach + margin_m
        pace = np.where(np.abs(self._pace) < 1e-9, 1e-9, self._pace)
        one, other = (-reach - self._distance) / pace, (reach - self._distance) / pace
        return np.minimum(one, other).max(axis=1), np.maximum(one, other).min(axis=1)

    def time_s(self, clearance_m: float) -> Floats:
        """Until they touch or, if they will not, pass within a clearance; infinite for never."""
        touch_s = self._until_s(0.0)
        return np.where(np.isinf(touch_s), self._until_s(clearance_m), touch_s)

    def _until_s(self, margin_m: float) -> Floats:
        enter_s, leave_s = self.overlap_s(margin_m)
        return np.where((enter_s <= leave_s) & (leave_s >= 0.0), np.maximum(enter_s, 0.0), np.inf)


def _axes(headings: Floats) -> Floats:
    """Along and across, shape (n, 2, 2)."""
    east, north = np.cos(headings), np.sin(headings)
    return np.stack([np.stack([east, north], -1), np.stack([-north, east], -1)], axis=1)


def _cells_of(sight: Sight, rows: NDArray[np.intp]) -> list[set[tuple[int, int]]]:
    """The cells of the ground under each vehicle."""
    moment = sight.moment
    sizes, headings = SIZES_M[moment.kinds[rows]], moment.headings[rows]
    local = _FOOTPRINT[None] * sizes[:, None, :2]
    cosine, sine = np.cos(headings)[:, None], np.sin(headings)[:, None]
    east = moment.places[rows, 0, None] + local[:, :, 0] * cosine - local[:, :, 1] * sine
    north = moment.places[rows, 1, None] + local[:, :, 0] * sine + local[:, :, 1] * cosine
    cells = np.floor(np.stack([east, north], axis=-1) / CELL_M).astype(np.int64)
    return [{(x, y) for x, y in body} for body in cells.tolist()]

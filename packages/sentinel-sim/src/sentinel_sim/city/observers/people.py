"""Observers of people: on the road, staying, crowding, leaving things behind."""

from typing import Final
from uuid import UUID

import numpy as np

from sentinel_core.domain.incidents import IncidentType
from sentinel_core.domain.zones import ZoneType
from sentinel_sim.city.frame import Floats
from sentinel_sim.city.observers.driving import event_of
from sentinel_sim.city.observers.spells import Spell, SpellBook
from sentinel_sim.city.observers.stage import Sight, Stage
from sentinel_sim.city.truth import Box, TruthEvent

ON_ROAD_S: Final = 2.0
STAY_S: Final = 60.0
STAY_RADIUS_M: Final = 10.0
AWAY_S: Final = 10.0
"""Who steps out of the zone for less has not left it."""

CROWD: Final = 15
CROWD_S: Final = 10.0
ALONE_M: Final = 3.0
ABANDONED_S: Final = 60.0

_ROAD = (ZoneType.LANE, ZoneType.JUNCTION)
_SAFE = (ZoneType.CROSSING, ZoneType.PAVEMENT)
_SAMPLE_S = 1.0


class PersonOnRoad:
    """A person on foot is on the carriageway, outside crossings and pavements."""

    def __init__(self, stage: Stage) -> None:
        self._roads = [zone.id for zone in stage.zones(*_ROAD)]
        self._safe = [zone.id for zone in stage.zones(*_SAFE)]
        self._book = SpellBook(gap_s=1.5)

    def see(self, sight: Sight) -> None:
        """Take in one moment."""
        walks = sight.is_walker
        if not walks.any():
            return
        for zone_id in self._safe:
            walks = walks & ~sight.inside[zone_id]
        taken = np.zeros(len(walks), dtype=np.bool_)
        for zone_id in self._roads:
            for row in np.flatnonzero(walks & sight.inside[zone_id] & ~taken).tolist():
                taken[row] = True
                actor = int(sight.moment.ids[row])
                self._book.note(sight, actor, zone_id=zone_id, actors=(actor,))

    def report(self, end_s: float) -> list[TruthEvent]:
        """Ignored where it takes about as long as one may be on the road."""
        del end_s
        return [
            event_of(
                IncidentType.PEDESTRIAN_ON_ROAD, spell, is_ignored=spell.length_s < 2 * ON_ROAD_S
            )
            for spell in self._book.close()
            if spell.length_s >= 0.5 * ON_ROAD_S
        ]


class Loiterer:
    """A person stays within a small circle for long, in a zone where that is watched."""

    def __init__(self, stage: Stage) -> None:
        self._zones = [
            zone.id
            for zone in stage.zones(*ZoneType)
            if zone.rules.get(IncidentType.LOITERING.value, {}).get("enabled")
        ]
        self._places: dict[tuple[int, UUID], list[tuple[float, float, float]]] = {}
        self._book = SpellBook(gap_s=AWAY_S)
        self._next_s = 0.0

    def see(self, sight: Sight) -> None:
        """Once a second is enough."""
        if not self._zones or sight.t_s < self._next_s - 1e-9:
            return
        self._next_s = sight.t_s + _SAMPLE_S
        moment = sight.moment
        for zone_id in self._zones:
            for row in np.flatnonzero(sight.is_walker & sight.inside[zone_id]).tolist():
                actor = int(moment.ids[row])
                trail = self._places.setdefault((actor, zone_id), [])
                if trail and sight.t_s - trail[-1][0] > AWAY_S:
                    trail.clear()
                trail.append((sight.t_s, *moment.places[row].tolist()))
                del trail[: _begin(trail, STAY_RADIUS_M)]
                sure_s = sight.t_s - trail[_begin(trail, _SURE_RADIUS_M)][0]
                if sure_s >= STAY_S * 0.7:
                    spell = self._book.note(
                        sight, (actor, zone_id), zone_id=zone_id, actors=(actor,)
                    )
                    spell.began_s = min(spell.began_s, trail[0][0])

    def report(self, end_s: float) -> list[TruthEvent]:
        """Ignored where it stayed about as long as one may."""
        del end_s
        return [
            event_of(IncidentType.LOITERING, spell, is_ignored=spell.length_s < 1.3 * STAY_S)
            for spell in self._book.close()
        ]


_SURE_RADIUS_M: Final = 0.8 * STAY_RADIUS_M
"""Well within: of who stays between this and the rule's radius nobody can say."""


def _begin(trail: list[tuple[float, float, float]], radius_m: float) -> int:
    """Index of the earliest place from which on all are within one circle."""
    back = np.array(trail)[::-1, 1:]
    spread = np.maximum.accumulate(back) - np.minimum.accumulate(back)
    return len(trail) - int((np.hypot(*spread.T) < 2.0 * radius_m).sum())


class Crowd:
    """Many persons are in a zone."""

    def __init__(self, stage: Stage) -> None:
        self._zones = [
            zone.id
            for zone in stage.zones(
                ZoneType.PAVEMENT, ZoneType.CROSSING, ZoneType.JUNCTION, ZoneType.NO_STOP
            )
        ]
        self._many, self._some = SpellBook(gap_s=3.0), SpellBook(gap_s=3.0)

    def see(self, sight: Sight) -> None:
        """Take in one moment."""
        if int(sight.is_walker.sum()) < _SOME:
            return
        for zone_id in self._zones:
            count = int((sight.is_walker & sight.inside[zone_id]).sum())
            if count >= _SOME:
                self._some.note(sight, zone_id, zone_id=zone_id, actors=())
            if count >= CROWD:
                self._many.note(sight, zone_id, zone_id=zone_id, actors=())

    def report(self, end_s: float) -> list[TruthEvent]:
        """Ignored where they are nearly many enough, or for about long enough."""
        del end_s
        return events_of_two(IncidentType.CROWDING, self._many.close(), self._some.close(), CROWD_S)


_SOME: Final = 12

_STEADY_S, _STEADY_SHARE = 20.0, 0.8
"""What flickers at a threshold has not begun yet."""


def events_of_two(
    kind: IncidentType, strict: list[Spell], loose: list[Spell], due_s: float
) -> list[TruthEvent]:
    """Events of the spells of a condition; ignored ones of those of a looser condition.

    Args:
        kind: Of the incident.
        strict: When the condition held.
        loose: When it nearly held.
        due_s: For how long it must hold.
    """
    events = []
    for spell in strict:
        spell.begin_steadily(min(_STEADY_S, due_s), _STEADY_SHARE)
        if spell.length_s >= 0.8 * due_s:
            is_ignored = spell.length_s < 1.3 * due_s
            events.append(event_of(kind, spell, is_ignored=is_ignored))
    for spell in loose:
        overlaps = any(
            event.zone_id == spell.zone_id
            and event.started_s < spell.ended_s
            and spell.began_s < event.ended_s
            for event in events
        )
        if spell.length_s >= 0.8 * due_s and not overlaps:
            events.append(event_of(kind, spell, is_ignored=True))
    return events


class AbandonedObject:
    """A thing stays where somebody put it down, and nobody is near it."""

    def __init__(self, stage: Stage) -> None:
        self._props = stage.plan.props
        self._pavements = stage.zones(ZoneType.PAVEMENT)
        self._owners = [
            stage.walk_ids[prop.owner] if prop.owner >= 0 else -1 for prop in self._props
        ]
        self._boxes: dict[int, Box | None] = {}
        self._stage = stage
        self._book = SpellBook(gap_s=5.0)

    def see(self, sight: Sight) -> None:
        """Take in one moment."""
        for index, prop in enumerate(self._props):
            if not prop.placed_s <= sight.t_s < prop.removed_s:
                continue
            people = sight.moment.places[sight.is_walker]
            distances = np.hypot(*(people - np.array(prop.ground_m)).T)
            if not len(distances) or distances.min() >= ALONE_M:
                zone_id = self._zone_of(np.array([prop.ground_m]))
                owner = self._owners[index]
                actors = () if owner < 0 else (owner,)
                spell = self._book.note(sight, index, zone_id=zone_id, actors=())
                spell.actors = actors
                spell.box = prop_box(self._stage, index)

    def report(self, end_s: float) -> list[TruthEvent]:
        """Ignored where it was alone about as long as a thing may be."""
        del end_s
        return [
            event_of(
                IncidentType.ABANDONED_OBJECT, spell, is_ignored=spell.length_s < 1.3 * ABANDONED_S
            )
            for spell in self._book.close()
            if spell.length_s >= 0.8 * ABANDONED_S
        ]

    def _zone_of(self, place: Floats) -> UUID | None:
        inside = self._stage.ground.contains(place)
        found = dict(zip(self._stage.scenario.grounds, inside, strict=True))
        return next((zone.id for zone in self._pavements if found[zone.id].any()), None)


def prop_box(stage: Stage, index: int) -> Box | None:
    """Where a thing is in the picture, normalised; None if it is not."""
    prop, camera = stage.plan.props[index], stage.scenario.camera
    (x, y), (wide, tall) = prop.ground_m, prop.size_m
    corners = np.array(
        [
            (x + east, y + north, up)
            for east in (-wide / 2.0, wide / 2.0)
            for north in (-wide / 4.0, wide / 4.0)
            for up in (0.0, tall)
        ]
    )
    pixels, depths = camera.project(corners)
    if depths.min() <= 0.0:
        return None
    low = pixels.min(axis=0) / (camera.width, camera.height)
    high = pixels.max(axis=0) / (camera.width, camera.height)
    low, high = np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)
    if (high <= low).any():
        return None
    return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))


class CameraTamper:
    """Something is wrong with the camera itself; what is, is in `detail`."""

    def __init__(self, stage: Stage) -> None:
        self._faults = stage.plan.camera_faults

    def see(self, sight: Sight) -> None:
        """The plan says it all."""

    def report(self, end_s: float) -> list[TruthEvent]:
        """Lightning is none."""
        return [
            TruthEvent(
                type=IncidentType.CAMERA_TAMPER,
                started_s=fault.begin_s,
                ended_s=min(fault.end_s, end_s),
                detail=fault.kind,
            )
            for fault in self._faults
            if fault.kind != "lightning" and fault.begin_s < end_s
        ]

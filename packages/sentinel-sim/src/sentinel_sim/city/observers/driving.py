"""Observers of single vehicles: wrong way, standing in a lane, too fast."""

from typing import Final

import numpy as np

from sentinel_core.domain.incidents import IncidentType
from sentinel_core.domain.zones import ZoneType
from sentinel_sim.city.observers.spells import Spell, SpellBook
from sentinel_sim.city.observers.stage import Sight, Stage
from sentinel_sim.city.truth import TruthEvent
from sentinel_sim.city.world import STEP_S

WRONG_WAY_COSINE: Final = -0.5
WRONG_WAY_M_S: Final = 1.5
WRONG_WAY_M: Final = 5.0
WRONG_WAY_S: Final = 1.5

STILL_M_S: Final = 0.1
STAND_S: Final = 10.0
NO_STOP_S: Final = 60.0

LEAST_SEEN: Final = 0.5
"""An incident of which less than this share was visible is nobody's to find."""


def event_of(kind: IncidentType, spell: Spell, *, is_ignored: bool, detail: str = "") -> TruthEvent:
    """What happened, in the form of the truth."""
    return TruthEvent(
        type=kind,
        started_s=round(spell.began_s, 3),
        ended_s=round(spell.ended_s, 3),
        zone_id=spell.zone_id,
        box=spell.box,
        actors=spell.actors,
        is_ignored=is_ignored or spell.seen < LEAST_SEEN,
        detail=detail,
    )


class WrongWay:
    """A vehicle moves against the direction of the lane that it is in."""

    def __init__(self, stage: Stage) -> None:
        self._lanes = [(zone.id, stage.lane_heading(zone)) for zone in stage.zones(ZoneType.LANE)]
        self._book = SpellBook(gap_s=1.0)

    def see(self, sight: Sight) -> None:
        """Take in one moment."""
        moment = sight.moment
        moves = sight.is_vehicle & (moment.speeds > WRONG_WAY_M_S)
        for zone_id, heading in self._lanes:
            cosine = np.cos(moment.headings - heading)
            against = moves & (cosine < WRONG_WAY_COSINE)
            if against.any():
                for row in np.flatnonzero(against & sight.inside[zone_id]).tolist():
                    actor = int(moment.ids[row])
                    way_m = -float(cosine[row] * moment.speeds[row]) * STEP_S
                    self._book.note(sight, actor, zone_id=zone_id, actors=(actor,), way_m=way_m)

    def report(self, end_s: float) -> list[TruthEvent]:
        """Ignored where it is short in time or way."""
        del end_s
        events = []
        for spell in self._book.close():
            if spell.way_m < 0.5 * WRONG_WAY_M or spell.length_s < 0.5 * WRONG_WAY_S:
                continue
            is_short = spell.way_m < 2.0 * WRONG_WAY_M or spell.length_s < 2.0 * WRONG_WAY_S
            events.append(event_of(IncidentType.WRONG_WAY, spell, is_ignored=is_short))
        return events


class StandingVehicle:
    """A vehicle stands where vehicles drive, for a reason of its own.

    One that waits behind another is no breakdown, but none can tell it from one by its looks: it
    is ignored. At a signal it is what is to be expected.
    """

    def __init__(self, stage: Stage) -> None:
        self._zones = [
            (zone.id, NO_STOP_S if zone.type is ZoneType.NO_STOP else STAND_S)
            for zone in stage.zones(ZoneType.LANE, ZoneType.NO_STOP)
        ]
        self._parking = [zone.id for zone in stage.zones(ZoneType.PARKING)]
        self._stop_lanes = [
            index for index, lane in enumerate(stage.plan.layout.lanes) if lane.stop_m is not None
        ]
        self._book = SpellBook(gap_s=1.0)

    def see(self, sight: Sight) -> None:
        """Take in one moment."""
        moment = sight.moment
        stands = sight.is_vehicle & (moment.speeds < STILL_M_S)
        if not stands.any():
            return
        for zone_id in self._parking:
            stands &= ~sight.inside[zone_id]
        at_signal = np.isin(moment.lanes, self._stop_lanes) & ~moment.is_broken_down
        for zone_id, _ in self._zones:
            for row in np.flatnonzero(stands & sight.inside[zone_id] & ~at_signal).tolist():
                actor = int(moment.ids[row])
                is_own = bool(moment.is_broken_down[row]) or moment.lanes[row] < 0
                self._book.note(
                    sight,
                    (actor, zone_id),
                    zone_id=zone_id,
                    actors=(actor,),
                    note="own" if is_own else "held",
                )

    def report(self, end_s: float) -> list[TruthEvent]:
        """Ignored where it waits for others or stands about as long as it takes."""
        del end_s
        least = dict(self._zones)
        events = []
        for spell in self._book.close():
            due_s = 0.0 if spell.zone_id is None else least[spell.zone_id]
            if spell.length_s < 0.8 * due_s:
                continue
            is_ignored = spell.note != "own" or spell.length_s < 1.3 * due_s
            events.append(event_of(IncidentType.STOPPED_VEHICLE, spell, is_ignored=is_ignored))
        return events

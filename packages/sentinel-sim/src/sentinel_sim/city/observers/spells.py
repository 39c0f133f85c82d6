"""Spells: for how long something is true of somebody."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from sentinel_sim.city.frame import Floats
from sentinel_sim.city.observers.stage import Sight
from sentinel_sim.city.truth import Box
from sentinel_sim.city.world import STEP_S

_SEEN_VISIBILITY = 0.3
_AT_FIRST_S = 5.0


@dataclass(slots=True)
class Spell:
    """From when to when something was true.

    Attributes:
        box: At its start.
        way_m: How far its actor went meanwhile.
        seen: Share of the moments in which enough of its actors was visible.
        note: What the observer wants to remember.
        times_s: Of all moments in which it was true.
    """

    key: Hashable
    began_s: float
    ended_s: float
    zone_id: UUID | None
    box: Box | None
    actors: tuple[int, ...]
    way_m: float = 0.0
    moments: int = 0
    seen_moments: int = 0
    note: str = ""
    times_s: list[float] = field(default_factory=list)

    @property
    def length_s(self) -> float:
        """How long it was."""
        return self.ended_s - self.began_s

    @property
    def seen(self) -> float:
        """See the class."""
        return self.seen_moments / max(self.moments, 1)

    def begin_steadily(self, within_s: float, share: float) -> None:
        """Leave out a beginning in which it came and went.

        Args:
            within_s: After its beginning it is true for so long …
            share: … at least in this share of the moments, 0..1, and of those of its first 5 s.
        """
        times = np.array(self.times_s)
        is_steady = _held(times, within_s, share)
        # A moment, and then nothing for seconds, is no beginning of what is steady later.
        is_steady &= _held(times, min(within_s, _AT_FIRST_S), share)
        steady = np.flatnonzero(is_steady)
        if len(steady):
            self.began_s = float(times[steady[0]])


class SpellBook:
    """Collects the spells of one observer.

    A spell is over when it was not true for longer than `gap_s`; it ended when it was true last.
    """

    def __init__(self, gap_s: float) -> None:
        self._gap_s = gap_s
        self._open: dict[Hashable, Spell] = {}
        self._over: list[Spell] = []

    def note(
        self,
        sight: Sight,
        key: Hashable,
        *,
        zone_id: UUID | None,
        actors: tuple[int, ...],
        way_m: float = 0.0,
        note: str = "",
    ) -> Spell:
        """It is true now."""
        spell = self._open.get(key)
        if spell is None or sight.t_s - spell.ended_s > self._gap_s + 1e-9:
            if spell is not None:
                self._over.append(spell)
            box = sight.box(actors) if actors else None
            spell = Spell(key, sight.t_s, sight.t_s, zone_id, box, actors, note=note)
            self._open[key] = spell
        spell.ended_s = sight.t_s
        spell.way_m += way_m
        spell.moments += 1
        spell.times_s.append(sight.t_s)
        if not actors or _visibility(sight, actors) >= _SEEN_VISIBILITY:
            spell.seen_moments += 1
        return spell

    def close(self) -> list[Spell]:
        """All spells, by their start."""
        spells = [*self._over, *self._open.values()]
        return sorted(spells, key=lambda spell: (spell.began_s, str(spell.key)))


def _held(times: Floats, within_s: float, share: float) -> NDArray[np.bool_]:
    """Whether, from each moment on, it was true for that share of the time."""
    ahead = times.searchsorted(times + within_s) - np.arange(len(times))
    held: NDArray[np.bool_] = ahead * STEP_S >= share * within_s
    return held


def _visibility(sight: Sight, actors: tuple[int, ...]) -> float:
    """Of some actors on average: of two that meet one may hide much of the other."""
    return sum(sight.visibility(actor) for actor in actors) / len(actors)

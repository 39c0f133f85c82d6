"""Traffic lights with a fixed cycle."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

AMBER_S = 3.0


class Colour(IntEnum):
    """What a group of lights shows."""

    GREEN = 0
    AMBER = 1
    RED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A group, or all with "", stays red for a while: a fault, or a policeman."""

    begin_s: float
    end_s: float
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalPlan:
    """Which group is green when, over and over again.

    Attributes:
        cycle_s: Length of the cycle; 0: there are no lights.
        greens: Begin and end of each group's green in the cycle; amber follows for `AMBER_S`.
        holds: Exceptions, of one run.
    """

    cycle_s: float = 0.0
    greens: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    holds: tuple[Hold, ...] = ()

    def colour(self, group: str, time_s: float) -> Colour:
        """What a group shows; a group that has no times is always green."""
        holds = [hold for hold in self.holds if hold.group in ("", group)]
        if any(hold.begin_s <= time_s < hold.end_s for hold in holds):
            return Colour.RED
        colour = self._regular(group, time_s)
        if colour is Colour.GREEN and any(
            hold.begin_s - AMBER_S <= time_s < hold.begin_s for hold in holds
        ):
            return Colour.AMBER
        return colour

    def green_left_s(self, group: str, time_s: float) -> float:
        """For how long a group stays green by the cycle, 0 if it is not green."""
        if self.colour(group, time_s) is not Colour.GREEN or group not in self.greens:
            return 0.0
        return self.greens[group][1] - time_s % self.cycle_s

    def _regular(self, group: str, time_s: float) -> Colour:
        if group not in self.greens:
            return Colour.GREEN
        begin_s, end_s = self.greens[group]
        phase_s = time_s % self.cycle_s
        if begin_s <= phase_s < end_s:
            return Colour.GREEN
        return Colour.AMBER if end_s <= phase_s < end_s + AMBER_S else Colour.RED

"""Gates: counting lines by which vehicles enter and leave a zone."""

from collections.abc import Sequence
from math import isnan, nan

import numpy as np

from sentinel_core.domain.zones import Point, Zone
from sentinel_vision.rules.geometry import Floats, PolygonSet
from sentinel_vision.rules.lines import LineSet
from sentinel_vision.rules.memory import TrackTable
from sentinel_vision.rules.scene import Instant
from sentinel_vision.rules.view import View, ZoneLayout

NEAR = 0.05
"""A line so near a zone's edge, in frame widths and heights, is one of its gates."""

_STEPS = 16
_X, _Y = 0, 1


class Gates:
    """The gates of some zones, and who came and went by them."""

    def __init__(self, layout: ZoneLayout, zones: Sequence[Zone]) -> None:
        lines = [zone.polygon for zone in layout.zones if zone.is_line]
        self._lines = LineSet(lines)
        self._of_zone = [
            [index for index, line in enumerate(lines) if _is_gate(line, zone.polygon)]
            for zone in zones
        ]
        self.clear()

    def clear(self) -> None:
        """Forget all tracks."""
        count = len(self._lines)
        self._table = TrackTable(2 + 4 * count)
        self._signs, self._crossed, self._returned, self._took = (
            slice(2 + n * count, 2 + (n + 1) * count) for n in range(4)
        )

    def watch(self, view: View) -> None:
        """Note who crossed which gate since the frame before."""
        if not len(self._lines):
            return
        motion = view.motion
        self._table.meet(motion)
        values, slots = self._table.values, motion.slots
        before = values[[_X, _Y]][:, slots].T
        signs = self._lines.crossings(before, motion.anchors)
        values[_X, slots], values[_Y, slots] = motion.anchors.T
        for row, gate in zip(*(found.tolist() for found in signs.nonzero()), strict=True):
            self._cross(int(slots[row]), gate, float(signs[row, gate]), view.now)

    def returned_s(self, zone: int, slot: int, now: Instant, within_s: float) -> float | None:
        """How long a vehicle was inside before it left by the gate it came by.

        NaN for a zone without gates; None where it did not do so within the last `within_s`.
        """
        gates = self._of_zone[zone]
        if not gates:
            return nan
        returned_s = self._table.values[self._returned, slot][gates]
        took_s = self._table.values[self._took, slot][gates]
        recent = [
            took
            for returned, took in zip(returned_s.tolist(), took_s.tolist(), strict=True)
            if now.observed_s - returned <= within_s
        ]
        return min(recent, default=None)

    def _cross(self, slot: int, gate: int, sign: float, now: Instant) -> None:
        column = self._table.values[:, slot]
        signs, crossed, returned, took = (
            column[part] for part in (self._signs, self._crossed, self._returned, self._took)
        )
        if signs[gate] == -sign and not isnan(crossed[gate]):
            returned[gate], took[gate] = now.observed_s, now.observed_s - crossed[gate]
        signs[gate], crossed[gate] = sign, now.observed_s


def _is_gate(line: Sequence[Point], polygon: Sequence[Point]) -> bool:
    """Whether a line runs through a zone or near its edge."""
    places = _along(line)
    if PolygonSet([polygon]).contain(places).any():
        return True
    edge = _along((*polygon, polygon[0]))
    offsets = places[:, None] - edge
    return bool((np.hypot(offsets[..., 0], offsets[..., 1]) < NEAR).any())


def _along(points: Sequence[Point]) -> Floats:
    """Places along a line, close to each other: (n, 2)."""
    ends = np.array(points, dtype=np.float64)
    shares = np.linspace(0.0, 1.0, _STEPS)[:, None, None]
    places: Floats = (ends[:-1] * (1.0 - shares) + ends[1:] * shares).reshape(-1, 2)
    return places

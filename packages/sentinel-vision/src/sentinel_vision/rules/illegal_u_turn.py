"""Illegal U-turn: a vehicle turns round and, where gates are drawn, leaves by the one it came by."""

from functools import partial
from math import degrees, isnan, radians
from typing import ClassVar, NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from sentinel_core.domain.incidents import IncidentType
from sentinel_core.domain.zones import Zone, ZoneType
from sentinel_vision.rules.case import IncidentChange, Measurement, Reading
from sentinel_vision.rules.gates import Gates
from sentinel_vision.rules.geometry import Flags, Floats
from sentinel_vision.rules.incident_book import IncidentBook, Subject
from sentinel_vision.rules.memory import Beat, RowRing, TrackTable
from sentinel_vision.rules.moments import MomentRule
from sentinel_vision.rules.parameters import MomentParameters, parameter
from sentinel_vision.rules.scene import Instant
from sentinel_vision.rules.steadiness import recent_drives
from sentinel_vision.rules.view import View, ZoneLayout

BEAT_S = 0.7
LONGEST_S = 30.0

STEADY_S = 0.8
"""Sightings of so long that lie on no line are no turn but a jump. Longer than `BEAT_S`."""

STEP_M = 1.0
STEP_BL = 0.4
"""A direction is that between two places of the way that are so far from each other …"""

STEP_ERRORS = 4.0
"""… and so many errors of one place."""

_ROWS = round(LONGEST_S / BEAT_S) + 1
_COLUMNS = 7
_X, _Y, _SINCE, _HEADING, _TURNED, _WAY, _TOLD = range(_COLUMNS)
_TURNED_THEN, _WAY_THEN, _ZONE_THEN = (
    slice(_COLUMNS + n * _ROWS, _COLUMNS + (n + 1) * _ROWS) for n in range(3)
)
_SAME_TURN = radians(10.0)
_SEVERITY = 4.0


class IllegalUTurnParameters(MomentParameters):
    """A vehicle turns round, and leaves by the counting line it came by where such lines are."""

    rule: ClassVar[IncidentType] = IncidentType.ILLEGAL_U_TURN
    zone_types: ClassVar[frozenset[ZoneType]] = frozenset({ZoneType.LANE, ZoneType.JUNCTION})

    angle_deg: float = parameter(
        150.0, "°", (90.0, 350.0), "Its heading changed by at least this, to one side in all."
    )
    within_s: float = parameter(15.0, "s", (2.0, LONGEST_S), "It did so within this time.")
    way_bl: float = parameter(
        3.0, "BL", (0.5, 50.0), "Uncalibrated: and came at least so far meanwhile."
    )
    way_m: float = parameter(
        12.0, "m", (2.0, 200.0), "Calibrated: and came at least so far meanwhile."
    )
    speed_bl_s: float = parameter(
        0.3, "BL/s", (0.05, 10.0), "Uncalibrated: slower than this it has no heading."
    )
    speed_m_s: float = parameter(
        1.5, "m/s", (0.2, 30.0), "Calibrated: slower than this it has no heading."
    )

    def limits(self, unit: str) -> tuple[float, float]:
        """Least way and speed in the camera's unit."""
        return (self.way_m, self.speed_m_s) if unit == "m" else (self.way_bl, self.speed_bl_s)


class _Turn(NamedTuple):
    """A vehicle turned round. `gate_s`: between entering and leaving by its gate; NaN: no gate."""

    began: float
    angle_deg: float
    way: float
    gate_s: float


class IllegalUTurnRule(MomentRule):
    """Watches all lanes and junctions."""

    def __init__(self, book: IncidentBook, layout: ZoneLayout) -> None:
        super().__init__(book)
        self._beat = Beat(BEAT_S, 0.1)
        self.arrange(layout, frozenset())

    def arrange(self, layout: ZoneLayout, kept: frozenset[UUID]) -> None:
        """Look at these zones; turns that are going on are not seen."""
        del kept
        self._zones = list(layout.with_parameters(IllegalUTurnParameters))
        self._columns = [column for column, _, _ in self._zones]
        self._unit = "BL" if layout.ground is None else "m"
        self._ground = layout.ground
        self._least_step = STEP_BL if layout.ground is None else STEP_M
        self._gates = Gates(layout, [zone for _, zone, _ in self._zones])
        limits = [parameters.limits(self._unit) for _, _, parameters in self._zones]
        self._least_way = min((way for way, _ in limits), default=0.0)
        self._least_speed = min((speed for _, speed in limits), default=0.0)
        angles = [parameters.angle_deg for _, _, parameters in self._zones]
        self._least_angle = radians(min(angles, default=0.0))
        self._forget_all()

    def watch(self, view: View) -> list[IncidentChange]:
        """Take in one frame."""
        if not self._zones or not self._beat.is_due(view.now) or not len(view.motion):
            return []
        self._table.meet(view.motion)
        self._gates.watch(view)
        self._follow(view)
        changes: list[IncidentChange] = []
        for row in np.flatnonzero(self._have_turned(view)).tolist():
            changes += self._tell(view, row)
        return changes

    def _forget_all(self) -> None:
        self._table = TrackTable(_COLUMNS + 3 * _ROWS)
        self._ring = RowRing(_ROWS)
        self._instants: list[Instant | None] = [None] * _ROWS
        self._gates.clear()

    def _follow(self, view: View) -> None:
        """Add up how far each vehicle has turned and come, from one place on its way to the next.

        The next place is so far from the last that boxes that tremble cannot have made the
        direction between them: what stands turns nowhere, however long.
        """
        motion, values, slots = view.motion, self._table.values, view.motion.slots
        rows = np.arange(len(motion))
        drives = recent_drives(view, rows, self._ground, STEADY_S)
        self._forget_jumps(slots[~drives.is_steady])
        x, y, since_s, before, turned, way = values[:_TOLD, slots]
        offset_x, offset_y = motion.position[:, 0] - x, motion.position[:, 1] - y
        step = np.hypot(offset_x, offset_y) / motion.length
        counts = view.is_vehicle & motion.mature
        arrives = counts & (step > np.maximum(self._least_step, STEP_ERRORS * drives.place_error))
        pace = np.maximum(motion.speed, step / (view.now.observed_s - since_s))
        moves = arrives & (pace > self._least_speed)
        heading = np.arctan2(offset_y, offset_x)
        # What began here has turned and come nowhere yet.
        turned[np.isnan(turned)] = way[np.isnan(way)] = 0.0
        turn = _body_turn(heading - before)
        np.add(turned, turn, out=turned, where=moves & ~np.isnan(turn))
        np.add(way, step, out=way, where=moves)
        values[_HEADING, slots] = np.where(moves, heading, before)
        values[_TURNED, slots], values[_WAY, slots] = turned, way
        (begins,) = (arrives | (counts & np.isnan(x))).nonzero()
        values[_X, slots[begins]], values[_Y, slots[begins]] = motion.position[begins].T
        values[_SINCE, slots[begins]] = view.now.observed_s
        self._note(view, turned, way)

    def _forget_jumps(self, slots: NDArray[np.intp]) -> None:
        """What a track did before it jumped to another vehicle says nothing of that one."""
        if len(slots):
            self._table.values[:_TOLD, slots] = np.nan
            self._table.values[_COLUMNS:, slots] = np.nan

    def _note(self, view: View, turned: Floats, way: Floats) -> None:
        values, slots = self._table.values, view.motion.slots
        row = self._ring.open(view.now)
        self._instants[row] = view.now
        inside = view.inside[:, self._columns]
        for table in (_TURNED_THEN, _WAY_THEN, _ZONE_THEN):
            values[table.start + row] = np.nan
        values[_TURNED_THEN.start + row, slots] = turned
        values[_WAY_THEN.start + row, slots] = way
        values[_ZONE_THEN.start + row, slots] = np.where(
            inside.any(axis=1), inside.argmax(axis=1), np.nan
        )

    def _have_turned(self, view: View) -> Flags:
        """Rows that may have turned round in some zone, bool, shape (tracks,)."""
        values, slots = self._table.values, view.motion.slots
        turned = values[_TURNED, slots] - values[_TURNED_THEN, slots]
        has_turned: Flags = (np.abs(turned) >= self._least_angle).any(axis=0)
        return has_turned

    def _tell(self, view: View, row: int) -> list[IncidentChange]:
        """The incident of a vehicle, if it is one by the parameters of its zone."""
        slot = view.motion.slots[row]
        values = self._table.values[:, slot]
        age = np.argsort(-self._ring.times_s, kind="stable")
        zones = values[_ZONE_THEN][age]
        turned = np.abs(values[_TURNED] - values[_TURNED_THEN])[age]
        way = (values[_WAY] - values[_WAY_THEN])[age]
        times_s = self._ring.times_s[age]
        for index, (_, zone, chosen) in enumerate(self._zones):
            is_recent = view.now.observed_s - times_s <= chosen.within_s
            is_turn = is_recent & (turned >= radians(chosen.angle_deg))
            is_turn &= way >= chosen.limits(self._unit)[0]
            (found,) = is_turn.nonzero()
            is_cooling = view.now.observed_s - values[_TOLD] < chosen.cooldown_s
            if is_cooling or not len(found):
                continue
            began = _begin(turned, found)
            if not (zones[: began + 1] == index).any():
                continue
            gate_s = self._gates.returned_s(index, int(slot), view.now, chosen.within_s)
            if gate_s is None:
                continue
            turn = _Turn(times_s[began], degrees(turned[began]), float(way[began]), gate_s)
            self._table.values[:, slot] = np.nan
            self._table.values[_TOLD, slot] = view.now.observed_s
            return self._raise(view, row, (zone, chosen), turn, self._instants[age[began]])
        return []

    def _raise(
        self,
        view: View,
        row: int,
        place: tuple[Zone, IllegalUTurnParameters],
        turn: _Turn,
        began: Instant | None,
    ) -> list[IncidentChange]:
        zone, chosen = place
        track_id = int(view.motion.track_ids[row])
        subject = Subject(
            type=IncidentType.ILLEGAL_U_TURN,
            rule_version=chosen.version,
            key=f"track:{track_id}",
            zone=zone,
        )
        reading = Reading(
            met=True,
            cleared=None,
            severity=_SEVERITY,
            explain=partial(_explain, chosen, turn, self._unit, view.now),
            track_ids=(track_id,),
            box=view.box(row),
        )
        return self._tell_moment(view, began or view.now, subject, reading)


def _body_turn(change: Floats) -> Floats:
    """How far the body turned: one that drives backwards now has not turned round."""
    return np.remainder(change + np.pi / 2.0, np.pi) - np.pi / 2.0


def _begin(turned: Floats, found: NDArray[np.intp]) -> int:
    """The latest moment, by age, from which on nearly all of the turn was made."""
    most = turned[found].max()
    return int(found[turned[found] >= most - _SAME_TURN][0])


def _explain(
    chosen: IllegalUTurnParameters, turn: _Turn, unit: str, now: Instant
) -> tuple[Measurement, ...]:
    entries = [
        ("heading changed by", turn.angle_deg, chosen.angle_deg, "°"),
        ("time it took", now.observed_s - turn.began, chosen.within_s, "s"),
        ("way meanwhile", turn.way, chosen.limits(unit)[0], unit),
        ("left by its gate after", turn.gate_s, chosen.within_s, "s"),
    ]
    return tuple(
        Measurement(condition=name, measured=measured, threshold=threshold, unit=unit)
        for name, measured, threshold, unit in entries
        if not isnan(measured)
    )

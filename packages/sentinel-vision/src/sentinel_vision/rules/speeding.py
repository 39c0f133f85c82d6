"""Speeding: a vehicle is faster than its zone allows, and its speed is known well enough."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import ClassVar, NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from sentinel_core.domain.incidents import EndReason, Incident, IncidentType
from sentinel_core.domain.zones import Zone, ZoneType
from sentinel_vision.rules.case import Case, IncidentChange, Measurement, Reading
from sentinel_vision.rules.followed import Followed, Followers
from sentinel_vision.rules.geometry import Floats
from sentinel_vision.rules.incident_book import IncidentBook, Subject
from sentinel_vision.rules.kinematics import SMOOTHING_S
from sentinel_vision.rules.parameters import RuleParameters, parameter
from sentinel_vision.rules.scene import Instant, SceneFrame, seconds_between
from sentinel_vision.rules.steadiness import BAND, recent_drives
from sentinel_vision.rules.view import View, ZoneLayout

KM_H = 3.6
"""Kilometres per hour in a metre per second."""

_SEVERITY_AT_LIMIT, _MOST_SEVERE = 2.0, 9.0


class SpeedingParameters(RuleParameters):
    """A vehicle is faster than the speed limit. Needs a calibration that is good enough."""

    rule: ClassVar[IncidentType] = IncidentType.SPEEDING
    zone_types: ClassVar[frozenset[ZoneType]] = frozenset({ZoneType.LANE, ZoneType.JUNCTION})
    needs_calibration: ClassVar[bool] = True

    on_s: float = parameter(1.0, "s", (0.5, 60.0), "It must be too fast for so long.")
    off_s: float = parameter(
        1.0, "s", (0.5, 60.0), "It ends when it kept the limit, or was gone, for so long."
    )
    limit_km_h: float = parameter(50.0, "km/h", (5.0, 250.0), "The speed limit.")
    tolerance_share: float = parameter(
        0.1, "of the limit", (0.0, 1.0), "Enter: faster than the limit by this share …"
    )
    tolerance_km_h: float = parameter(5.0, "km/h", (0.0, 50.0), "… and by so much more.")
    samples: float = parameter(
        5.0, "samples", (2.0, 60.0), "It must have been seen too fast at least so often."
    )
    most_error_share: float = parameter(
        0.15,
        "of the speed",
        (0.01, 0.5),
        "Where the calibration's error band of the speed (95 %) is wider, nothing is said.",
    )

    @property
    def enter_km_h(self) -> float:
        """The speed from which it counts."""
        return self.limit_km_h * (1.0 + self.tolerance_share) + self.tolerance_km_h


@dataclass(slots=True)
class _Pace:
    """What is known of a fast vehicle.

    Attributes:
        begun: Since when it seems to be too fast.
        is_doubtful: And whether that may still be a box that trembles.
        samples: How often it was too fast.
        speed_km_h: When it was seen last.
        band_km_h: Half the width of that speed's error band.
    """

    chosen: SpeedingParameters
    begun: Instant
    is_doubtful: bool = True
    samples: int = 0
    speed_km_h: float = 0.0
    band_km_h: float = 0.0

    @property
    def is_known(self) -> bool:
        """Well enough to accuse somebody."""
        return self.band_km_h <= self.chosen.most_error_share * self.speed_km_h


class _Speed(NamedTuple):
    """Of a row, km/h.

    Attributes:
        tremble_km_h: What boxes that tremble may have added, in 95 % of all cases.
        band_km_h: Half the width of the calibration's error band.
        sightings: That it was made of.
        is_steady: A vehicle can have driven so; the track has not jumped.
    """

    km_h: float
    tremble_km_h: float
    band_km_h: float
    sightings: int
    is_steady: bool


class SpeedingRule:
    """Watches all lanes and junctions of a calibrated camera. The first zone drawn counts."""

    def __init__(self, book: IncidentBook, layout: ZoneLayout) -> None:
        self._book = book
        self._followers: Followers[_Pace] = Followers()
        self.arrange(layout, frozenset())

    def arrange(self, layout: ZoneLayout, kept: frozenset[UUID]) -> None:
        """Look at these zones."""
        del kept
        self._ground = layout.ground
        self._zones = list(layout.with_parameters(SpeedingParameters)) if layout.ground else []
        self._columns = [column for column, _, _ in self._zones]
        self._enter_m_s = np.array([chosen.enter_km_h / KM_H for _, _, chosen in self._zones])
        self._least_m_s = float(self._enter_m_s.min(initial=np.inf))

    def watch(self, view: View) -> list[IncidentChange]:
        """Take in one frame."""
        if not self._zones:
            return []
        followed = self._followers.meet(view)
        (fast,) = (view.is_vehicle & (view.motion.speed > self._least_m_s)).nonzero()
        if not followed and not len(fast):
            return []
        zone_of_row = self._find_zones(view)
        followed += self._suspect(view, fast, zone_of_row)
        paces = self._measure(view, [row for _, row in followed if row is not None])
        changes = []
        for vehicle, row in followed:
            if row is None:
                reading = vehicle.read_absent(view.now)
            else:
                is_mature = bool(view.motion.mature[row])
                reading = _read(vehicle, paces[row], int(zone_of_row[row]), is_mature=is_mature)
            changes.append(_step(vehicle, view, reading))
        self._followers.forget(lambda vehicle: not vehicle.known.is_doubtful)
        return [change for change in changes if change is not None]

    def resume(self, incident: Incident) -> bool:
        """A vehicle of an earlier run is another track by now."""
        del incident
        return False

    def enter_epoch(self, at: datetime, scene: SceneFrame | None) -> list[IncidentChange]:
        """All vehicles are watched by their tracks."""
        return self.end(EndReason.STREAM_LOST, at, scene)

    def end(
        self, reason: EndReason, at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """End all incidents and forget all suspicions."""
        return self._followers.end(reason, at, scene)

    def end_changed(
        self, kept: frozenset[UUID], at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """End what is in a zone that is not in `kept`."""
        return self._followers.end(EndReason.ZONE_CHANGED, at, scene, kept=kept)

    def _find_zones(self, view: View) -> NDArray[np.intp]:
        """Index of each track's zone in the rule's list, -1 for none."""
        inside = view.inside[:, self._columns]
        return np.where(inside.any(axis=1), inside.argmax(axis=1), -1)

    def _suspect(
        self, view: View, fast: NDArray[np.intp], zone_of_row: NDArray[np.intp]
    ) -> list[tuple[Followed[_Pace], int | None]]:
        fresh: list[tuple[Followed[_Pace], int | None]] = []
        for row in fast.tolist():
            track_id, index = int(view.motion.track_ids[row]), int(zone_of_row[row])
            is_too_fast = index >= 0 and view.motion.speed[row] > self._enter_m_s[index]
            if not is_too_fast or track_id in self._followers:
                continue
            _, zone, chosen = self._zones[index]
            case = self._new_case(track_id, zone, chosen)
            fresh.append((self._followers.add(view, row, case, _Pace(chosen, view.now)), row))
        return fresh

    def _new_case(self, track_id: int, zone: Zone, chosen: SpeedingParameters) -> Case:
        subject = Subject(
            type=IncidentType.SPEEDING,
            rule_version=chosen.version,
            key=f"track:{track_id}",
            zone=zone,
        )
        return Case(self._book, subject, chosen.timing)

    def _measure(self, view: View, rows: list[int]) -> dict[int, _Speed]:
        """The speed of each row over the last second, and how well it is known."""
        if self._ground is None or not rows:
            return {}
        size = (view.scene.width, view.scene.height)
        after = view.motion.anchors[rows]
        before: Floats = after - view.motion.velocity_px_s[rows] * (SMOOTHING_S / np.array(size))
        bands = self._ground.way_error_m(before, after) * (BAND * KM_H / SMOOTHING_S)
        drives = recent_drives(view, np.array(rows), self._ground, SMOOTHING_S)
        columns = (
            drives.speed * KM_H,
            drives.speed_error * (BAND * KM_H),
            bands,
            drives.sightings,
            drives.is_steady & (drives.sightings > 1),
        )
        found = zip(*(column.tolist() for column in columns), strict=True)
        return {row: _Speed(*values) for row, values in zip(rows, found, strict=True)}


def _step(vehicle: Followed[_Pace], view: View, reading: Reading) -> IncidentChange | None:
    """Take in a reading; what was doubtful and has come true was so from its beginning."""
    case, pace = vehicle.case, vehicle.known
    if not case.machine.is_busy:
        pace.is_doubtful = pace.is_doubtful and reading.met is None
        if pace.is_doubtful:
            return None
        if reading.met and seconds_between(pace.begun, view.now) > 0.0:
            case.step(pace.begun, view.scene, reading._replace(may_open=False))
    return case.step(view.now, view.scene, reading)


def _read(vehicle: Followed[_Pace], speed: _Speed, zone: int, *, is_mature: bool) -> Reading:
    pace = vehicle.known
    if not speed.is_steady:
        return Reading(met=None, cleared=None)
    chosen, pace.speed_km_h, pace.band_km_h = pace.chosen, speed.km_h, speed.band_km_h
    met: bool | None = zone >= 0 and speed.km_h > chosen.enter_km_h
    if met and not (pace.is_known and speed.km_h - speed.tremble_km_h > chosen.enter_km_h):
        met = None
    if met:
        pace.samples = max(pace.samples + 1, speed.sightings)
    excess = speed.km_h / chosen.limit_km_h - 1.0
    return Reading(
        met=met,
        cleared=zone < 0 or speed.km_h <= chosen.limit_km_h,
        may_open=is_mature and pace.samples >= chosen.samples,
        severity=min(_MOST_SEVERE, _SEVERITY_AT_LIMIT + 10.0 * max(0.0, excess)),
        explain=partial(_explain, chosen, pace.samples, speed),
        track_ids=vehicle.track_ids,
        box=vehicle.box,
    )


def _explain(chosen: SpeedingParameters, samples: int, speed: _Speed) -> tuple[Measurement, ...]:
    entries = [
        ("speed", speed.km_h, chosen.enter_km_h, "km/h"),
        (
            "error band of the speed, plus or minus",
            speed.band_km_h,
            chosen.most_error_share * speed.km_h,
            "km/h",
        ),
        ("seen too fast", float(samples), chosen.samples, "samples"),
    ]
    return tuple(
        Measurement(condition=name, measured=measured, threshold=threshold, unit=unit)
        for name, measured, threshold, unit in entries
    )

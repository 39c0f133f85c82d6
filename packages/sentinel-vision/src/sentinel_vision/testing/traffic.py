"""Made-up traffic: vehicles on given paths, filmed as scenes for the rules."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from sentinel_core.domain.incidents import Incident, Transition
from sentinel_core.domain.media_clock import TICKS_PER_SECOND
from sentinel_core.domain.zones import GroundPoint, Point, Zone, ZoneSet, ZoneType
from sentinel_vision.detection.classes import CAR
from sentinel_vision.detection.detections import Detections
from sentinel_vision.rules.case import IncidentChange
from sentinel_vision.rules.engine import RuleEngine
from sentinel_vision.rules.scene import SceneFrame

WIDTH, HEIGHT = 640, 360
STARTED_AT = datetime(2026, 1, 1, tzinfo=UTC)
WHOLE_PICTURE: tuple[Point, ...] = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))

Path = Callable[[float], tuple[float, float] | None]
"""Place of a vehicle's bottom centre in pixels at a time in seconds; None: not in the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """A box on a path.

    Attributes:
        track_id: Its id, or a function from the time where the tracker loses and finds it.
        size_px: Side of its square box: one body length.
    """

    path: Path
    track_id: int | Callable[[float], int]
    size_px: float = 40.0
    class_id: int = CAR

    def track_at(self, time_s: float) -> int:
        """Its track's id at that time."""
        return self.track_id if isinstance(self.track_id, int) else self.track_id(time_s)


def stand(x: float, y: float, *, begin_s: float = 0.0, end_s: float = np.inf) -> Path:
    """A path that goes nowhere; the vehicle is there from `begin_s` to `end_s`."""
    return lambda time_s: (x, y) if begin_s <= time_s < end_s else None


def drive(
    x: float,
    y: float,
    *,
    velocity: tuple[float, float],
    begin_s: float = 0.0,
    end_s: float = np.inf,
) -> Path:
    """A straight path from (x, y) at `begin_s`; velocity in pixels per second."""

    def path(time_s: float) -> tuple[float, float] | None:
        if not begin_s <= time_s < end_s:
            return None
        return x + velocity[0] * (time_s - begin_s), y + velocity[1] * (time_s - begin_s)

    return path


def then(first: Path, at_s: float, second: Path) -> Path:
    """One path until `at_s`, another from there on."""
    return lambda time_s: first(time_s) if time_s < at_s else second(time_s)


def trembling(path: Path, spread_px: float, seed: int = 1) -> Path:
    """The path as a detector sees it: each sighting is off by so much, standard deviation."""

    def place(time_s: float) -> tuple[float, float] | None:
        there = path(time_s)
        if there is None:
            return None
        off = np.random.default_rng((seed, round(time_s * 1000.0))).normal(0.0, spread_px, 2)
        return there[0] + float(off[0]), there[1] + float(off[1])

    return place


def film(
    vehicles: Sequence[Vehicle],
    seconds: float,
    *,
    fps: float = 5.0,
    epoch: str = "epoch-1",
    begin_s: float = 0.0,
) -> list[SceneFrame]:
    """Scenes of the vehicles from `begin_s` on, for `seconds`."""
    count = round(seconds * fps)
    return [
        shoot(vehicles, begin_s + index / fps, index=index, epoch=epoch) for index in range(count)
    ]


def shoot(
    vehicles: Sequence[Vehicle], time_s: float, *, index: int = 0, epoch: str = "epoch-1"
) -> SceneFrame:
    """One scene at a time of the media clock."""
    placed = [(vehicle, vehicle.path(time_s)) for vehicle in vehicles]
    rows = [(vehicle, *place) for vehicle, place in placed if place is not None]
    boxes = np.array(
        [
            (x - vehicle.size_px / 2, y - vehicle.size_px, x + vehicle.size_px / 2, y)
            for vehicle, x, y in rows
        ]
    ).reshape(-1, 4)
    found = Detections.from_arrays(
        boxes, np.full(len(rows), 0.8), np.array([vehicle.class_id for vehicle, _, _ in rows])
    )
    track_ids = np.array([vehicle.track_at(time_s) for vehicle, _, _ in rows], dtype=np.int64)
    return SceneFrame(
        stream_epoch=epoch,
        frame_index=index,
        pts_90k=round(time_s * TICKS_PER_SECOND),
        captured_at=STARTED_AT + timedelta(seconds=time_s),
        width=WIDTH,
        height=HEIGHT,
        detections=found.with_tracks(track_ids, found.class_ids),
    )


def lane(
    name: str = "lane",
    polygon: tuple[Point, ...] = WHOLE_PICTURE,
    *,
    direction: tuple[float, float] | None = (0.0, 1.0),
    rules: Mapping[str, Mapping[str, float | bool]] | None = None,
) -> Zone:
    """A lane zone; by default the whole picture, downwards."""
    return Zone(
        name=name,
        type=ZoneType.LANE,
        polygon=polygon,
        direction=direction,
        rules={rule: dict(values) for rule, values in (rules or {}).items()},
    )


def zone_set(*zones: Zone, version: int = 1, calibration: Iterable[GroundPoint] = ()) -> ZoneSet:
    """Zones as one set."""
    return ZoneSet(version=version, zones=zones, calibration=tuple(calibration))


def engine_for(*zones: Zone, resume: Sequence[Incident] = ()) -> RuleEngine:
    """An engine of camera `cam` that watches these zones."""
    return RuleEngine("cam", zone_set(*zones), "v0", resume)


def watch(engine: RuleEngine, scenes: Iterable[SceneFrame]) -> list[IncidentChange]:
    """All changes that the scenes make."""
    return list(_changes(engine, scenes))


def opened(changes: Iterable[IncidentChange]) -> list[Incident]:
    """The incidents that were opened."""
    return [change.incident for change in changes if change.transition is Transition.OPENED]


def ended(changes: Iterable[IncidentChange]) -> list[Incident]:
    """The incidents that ended."""
    return [change.incident for change in changes if change.transition is Transition.ENDED]


def seconds_of(moment: datetime | None) -> float:
    """Seconds since the film began."""
    return np.nan if moment is None else (moment - STARTED_AT).total_seconds()


def _changes(engine: RuleEngine, scenes: Iterable[SceneFrame]) -> Iterator[IncidentChange]:
    for scene in scenes:
        yield from engine.update(scene)

"""Real clips through the rules (Q2): which incidents they show, and which they must not.

Three demo clips of a toll road and one of a campus come with the product; the others are reference
data and are left out, with a word about it, where they are not there.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sentinel_core.domain.incidents import IncidentType
from sentinel_core.domain.zones import ZoneSet
from sentinel_core.runtime.assets import asset
from sentinel_sim.suites.recordings import ClipDetector, Recording, record
from sentinel_sim.suites.targets import Cell, Target
from sentinel_sim.suites.watching import Watched, watch
from sentinel_vision.metrics.events import Matching, TrueEvent, match_events, score_events
from sentinel_vision.rules.stopped_vehicle import StoppedVehicleParameters

FPS = 5
FOOTAGE_FPS = 25.0
ZONES = Path(__file__).parent / "zones"
VIDEO_FOLDER = "video"

STANDING_FRAMES: Mapping[int, tuple[int, int]] = {17: (1, 156), 18: (35, 147)}
"""Tracks of sf_street.gt.csv that are near enough to be seen, and between which frames they stand.

The other standing tracks are 10 to 30 px large.
"""

CREEPING_FRAMES: Mapping[int, tuple[int, int]] = {20: (145, 325)}
"""It stands for 2 s and creeps else: one may call that stopped or not."""

Sighting = tuple[IncidentType, str]
"""A type of incident, and the first word of the zone where it is."""

_CONGESTED, _WRONG = IncidentType.CONGESTION, IncidentType.WRONG_WAY


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipCase:
    """A clip and what is to be found in it.

    Attributes:
        clip: Name of the file without `.mp4`.
        expected: All of these.
        allowed: Right as well, and no matter if it is not found.
        is_demo: Comes with the product.
    """

    clip: str
    expected: frozenset[Sighting] = frozenset()
    allowed: frozenset[Sighting] = frozenset()
    is_backwards: bool = False
    is_demo: bool = True

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.clip} backwards" if self.is_backwards else self.clip

    def zones(self) -> ZoneSet:
        """As drawn for the clip."""
        path = asset(f"data/demo/zones/{self.clip}.json") if self.is_demo else ZONES / self.file
        return ZoneSet.model_validate_json(path.read_bytes())

    @property
    def file(self) -> str:
        """Name of the file with the zones."""
        return f"{self.clip}.json"

    def path(self, data_dir: Path) -> Path:
        """Where the clip lies; it may not be there."""
        if self.is_demo:
            return asset(f"data/demo/{self.clip}.mp4")
        return data_dir / VIDEO_FOLDER / f"{self.clip}.mp4"


CASES: Sequence[ClipCase] = (
    ClipCase(clip="toll_congestion", expected=frozenset({(_CONGESTED, "Right")})),
    ClipCase(clip="toll_morning", expected=frozenset({(_CONGESTED, "Left")})),
    ClipCase(clip="toll_night"),
    ClipCase(clip="plaza_pedestrians"),
    ClipCase(clip="suburban_road", is_demo=False),
    ClipCase(
        clip="toll_morning",
        is_backwards=True,
        expected=frozenset({(_WRONG, "Right")}),
        allowed=frozenset({(_CONGESTED, "Left")}),
    ),
    ClipCase(
        clip="suburban_road",
        is_backwards=True,
        is_demo=False,
        expected=frozenset({(_WRONG, "Inbound,"), (_WRONG, "Outbound,")}),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipResult:
    """What was found in a clip."""

    case: ClipCase
    watched: Watched
    recording: Recording

    @property
    def found(self) -> frozenset[Sighting]:
        """What was seen, and where."""
        return frozenset(
            (incident.type, str(incident.zone_name).partition(" ")[0])
            for incident in self.watched.incidents
        )

    @property
    def is_right(self) -> bool:
        """All that was expected and nothing that is not allowed."""
        return self.case.expected <= self.found <= self.case.expected | self.case.allowed

    def row(self) -> tuple[Cell, ...]:
        """Of the table `COLUMNS`."""
        return (
            self.case.name,
            _words(self.case.expected),
            _words(self.found),
            len(self.watched.incidents),
            "yes" if self.is_right else "NO",
        )


COLUMNS = ("clip", "expected", "found", "incidents", "right")
EXTRA_COLUMNS = ("clip", "beside", "value")


@dataclass(slots=True, kw_only=True)
class ClipReport:
    """All clips.

    Attributes:
        left_out: What could not be run, in words.
        standing: Of the stopped vehicles of sf_street; None where it was left out.
        flow: See `flow_agreement`; by clip.
    """

    results: list[ClipResult] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    standing: Matching | None = None
    flow: dict[str, float] = field(default_factory=dict)

    def add(self, result: ClipResult, data_dir: Path) -> None:
        """One more clip."""
        self.results.append(result)
        agreed = flow_agreement(result, data_dir)
        if agreed is not None:
            self.flow[result.case.name] = agreed

    def extra_rows(self) -> list[tuple[Cell, ...]]:
        """Of the table `EXTRA_COLUMNS`."""
        rows: list[tuple[Cell, ...]] = [
            (name, "share of 5 s windows in which the labels say the same of congestion", share)
            for name, share in self.flow.items()
        ]
        if self.standing is not None:
            score = score_events(self.standing)
            rows.append(("sf_street", "stopped vehicles, F1", score.f1))
            rows.append(("sf_street", "stopped vehicles, start RMSE s", score.start_rmse_s))
        return rows

    def targets(self) -> list[Target]:
        """The lines of Q2."""
        return [
            Target("Q2", f"{result.case.name} as expected", float(result.is_right), ">=", 1.0)
            for result in self.results
        ]


def run_clip(
    case: ClipCase, data_dir: Path, detector: ClipDetector, cache: Path | None
) -> ClipResult | None:
    """Run the rules over a clip; None where the clip is not there."""
    path = case.path(data_dir)
    if not path.exists():
        return None
    recording = record(path, detector, fps=FPS, cache=cache)
    if case.is_backwards:
        recording = recording.backwards()
    size = (recording.width, recording.height)
    return ClipResult(
        case=case, watched=watch(case.zones(), size, recording.looks), recording=recording
    )


def run_standing(data_dir: Path, detector: ClipDetector, cache: Path | None) -> Matching | None:
    """Stopped vehicles of sf_street against hand-made tracks; None where the clip is not there."""
    case = ClipCase(clip="sf_street", is_demo=False)
    truth = data_dir / VIDEO_FOLDER / "sf_street.gt.csv"
    result = run_clip(case, data_dir, detector, cache) if truth.exists() else None
    if result is None:
        return None
    (zone,) = case.zones().zones
    parameters = StoppedVehicleParameters.for_zone(zone)
    on_s = parameters.on_s if parameters else 0.0
    size = (result.recording.width, result.recording.height)
    spans = {**STANDING_FRAMES, **CREEPING_FRAMES}
    boxes = _boxes_at_start(truth, size, spans)
    events = [
        TrueEvent(
            type=IncidentType.STOPPED_VEHICLE,
            started_s=first / FOOTAGE_FPS,
            ended_s=last / FOOTAGE_FPS,
            due_s=first / FOOTAGE_FPS + on_s,
            box=boxes[track],
            is_ignored=track in CREEPING_FRAMES,
        )
        for track, (first, last) in spans.items()
    ]
    return match_events(events, result.watched.alarms, watched_s=result.watched.watched_s)


def flow_agreement(result: ClipResult, data_dir: Path) -> float | None:
    """Share of the 5 s windows of toll.flow.csv in which the rule says what the labels say.

    A window counts where at least half or at most a tenth of the labelled boxes stand. None where
    the file is not there or has no such window.
    """
    path = data_dir / VIDEO_FOLDER / "toll.flow.csv"
    if result.case.is_backwards or not path.exists():
        return None
    jams = [
        (side.lower(), alarm.started_s, alarm.ended_s or float("inf"))
        for alarm, incident in zip(result.watched.alarms, result.watched.incidents, strict=True)
        for side in [str(incident.zone_name).partition(" ")[0]]
        if incident.type is _CONGESTED
    ]
    agreed = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            standing = float(row["share_standing"])
            if row["clip"] == result.case.clip and not 0.1 < standing < 0.5:
                middle_s = (float(row["t_start_s"]) + float(row["t_end_s"])) / 2.0
                is_jam = any(
                    side == row["carriageway"] and first <= middle_s <= last
                    for side, first, last in jams
                )
                agreed.append(is_jam == (standing >= 0.5))
    return sum(agreed) / len(agreed) if agreed else None


def _boxes_at_start(
    path: Path, size: tuple[int, int], spans: Mapping[int, tuple[int, int]]
) -> dict[int, tuple[float, float, float, float]]:
    width, height = size
    boxes = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            track = int(row["track_id"])
            if track in spans and int(row["frame"]) == spans[track][0]:
                x, y, w, h = (float(row[name]) for name in ("x", "y", "w", "h"))
                boxes[track] = (x / width, y / height, (x + w) / width, (y + h) / height)
    return boxes


def _words(sightings: frozenset[Sighting]) -> str:
    named = sorted(f"{kind.replace('_', ' ')} {where.strip(',')}" for kind, where in sightings)
    return "; ".join(named) or "nothing"

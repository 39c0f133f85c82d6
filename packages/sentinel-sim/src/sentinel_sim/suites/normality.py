"""What is usual is no news (Q11): a week is learned, then the same jam comes at two hours.

The week is made of minutes that were measured frame by frame in the synthetic city: free traffic
at all hours, a jam from eight to nine on working days. They go through the product's store, which
learns from them. The two peaks after it are played frame by frame.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, cycle, takewhile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from uuid import uuid5

import msgspec

from sentinel_core.adapters.fernet_secrets import FernetSecrets, generate_key
from sentinel_core.adapters.sql import open_database, upgrade_database
from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.contracts.generated.flow_event import FlowEvent
from sentinel_core.domain.identifiers import SENTINEL_NAMESPACE
from sentinel_core.domain.incidents import IncidentType, Transition
from sentinel_core.domain.media_clock import TICKS_PER_SECOND, format_utc
from sentinel_core.domain.normality import NormalityCell
from sentinel_core.domain.zones import Zone, ZoneSet
from sentinel_sim.city.detector import DetectorModel
from sentinel_sim.city.library import SCENARIOS
from sentinel_sim.city.scenario import Scenario, play
from sentinel_sim.suites.targets import Cell, Target
from sentinel_sim.suites.watching import Look
from sentinel_vision.flow.lane_normality import LaneNormality
from sentinel_vision.flow.meter import FlowMeter
from sentinel_vision.rules.catalogue import RULES
from sentinel_vision.rules.engine import RuleEngine
from sentinel_vision.rules.scene import SceneFrame
from sentinel_vision.tracking.tracker import Tracker

MONDAY: Final = datetime(2026, 6, 1, tzinfo=UTC)
"""When the learned week begins."""

PEAK_HOUR: Final = 8
JAM_S: Final = 220.0
CALM_S: Final = 120.0

_CAMERA = "suite"
_SLOW_SHARE = 0.5
_WEEK_MINUTES = 7 * 24 * 60
_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """A jam at some time, and in which lanes congestion was raised.

    Attributes:
        is_learned: Whether the rules knew the week.
        is_news: Whether it must be raised.
    """

    name: str
    at: datetime
    is_learned: bool
    is_news: bool
    raised: frozenset[str]

    @property
    def is_right(self) -> bool:
        """Raised where it is news, silent where it is not."""
        return bool(self.raised) == self.is_news

    def row(self) -> tuple[Cell, ...]:
        """Of the table `COLUMNS`."""
        return (
            self.name,
            f"{self.at:%A %H:%M}",
            "yes" if self.is_learned else "no",
            ", ".join(sorted(self.raised)) or "nothing",
            "yes" if self.is_right else "NO",
        )


COLUMNS = ("peak", "at", "week known", "congestion in", "right")


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalityReport:
    """All peaks.

    Attributes:
        minutes_learned: Sum over the cells of all lanes.
    """

    peaks: Sequence[Peak]
    minutes_learned: int

    def targets(self) -> list[Target]:
        """The lines of Q11 about normality."""
        return [
            Target("Q11", f"{peak.name} as expected", float(peak.is_right), ">=", 1.0)
            for peak in self.peaks
        ]


async def run_normality(
    *, seed: int = 1, fps: float = 3.0, hours: Sequence[int] = range(24)
) -> NormalityReport:
    """Learn a week, then play another jam of the same kind at the usual hour and at another.

    Args:
        seed: Of the traffic; the jam that is played is that of the next seed in the same lanes.
        fps: Of the frames that are looked at.
        hours: Of the day, that are learned; fewer are faster.
    """
    scene, calm = SCENARIOS["avenue_jam"], SCENARIOS["avenue_hour"]
    zones = only_congestion(scene.zones)
    size = (scene.width, scene.height)
    slow, free = (
        _minutes_of(zones, size, scene, seed, fps),
        _minutes_of(zones, size, calm, seed, fps),
    )
    cells = await _learn(_week(slow, free, hours))
    looks = look_at(scene, seed=_next_alike(scene, seed), fps=fps, seconds=JAM_S)
    usual = MONDAY + timedelta(days=7, hours=PEAK_HOUR, minutes=10)
    known = LaneNormality.of(cells, zones)
    cases: tuple[tuple[str, datetime, LaneNormality | None, bool], ...] = (
        ("the usual peak", usual, known, False),
        ("the unusual peak", usual + timedelta(hours=6), known, True),
        ("the peak at the weekend", usual + timedelta(days=5), known, True),
        ("the usual peak before anything was learned", usual, None, True),
    )
    return NormalityReport(
        peaks=[
            Peak(
                name=name,
                at=at,
                is_learned=normality is not None,
                is_news=is_news,
                raised=_raised(zones, size, looks, at, normality),
            )
            for name, at, normality, is_news in cases
        ],
        minutes_learned=sum(cell.minutes for cell in cells),
    )


def only_congestion(zones: ZoneSet) -> ZoneSet:
    """The same zones with all other rules off."""
    return zones.model_copy(update={"zones": tuple(_only_congestion(zone) for zone in zones.zones)})


def look_at(scene: Scenario, *, seed: int, fps: float, seconds: float) -> list[Look]:
    """What a usual detector sees of the first seconds of a scenario."""
    detector = DetectorModel(seed)
    frames = takewhile(lambda frame: frame.t_s < seconds, play(scene, seed=seed, fps=fps))
    return [Look(frame.t_s, detector.detect(frame)) for frame in frames]


def _next_alike(scene: Scenario, seed: int) -> int:
    """The next seed with a jam in the same lanes."""
    lanes = _jammed_lanes(scene, seed)
    return next(other for other in count(seed + 1) if _jammed_lanes(scene, other) == lanes)


def _jammed_lanes(scene: Scenario, seed: int) -> frozenset[str]:
    return frozenset(slowdown.lane for slowdown in scene.plan(seed).slowdowns)


def _only_congestion(zone: Zone) -> Zone:
    off = {
        rule.rule.value: {"enabled": False}
        for rule in RULES
        if zone.type in rule.zone_types and rule.rule is not IncidentType.CONGESTION
    }
    return zone.model_copy(update={"rules": {**zone.rules, **off}})


class _Camera:
    """Tracker, rules and meter of one camera that looks from some moment on."""

    def __init__(self, zones: ZoneSet, size: tuple[int, int], begin: datetime) -> None:
        self.engine = RuleEngine(_CAMERA, zones, "suite")
        self.meter = FlowMeter(_CAMERA, self.engine.layout, "suite")
        self.raised: set[str] = set()
        self._tracker = Tracker()
        self._size = size
        self._begin = begin
        self._frames = 0

    def look(self, look: Look) -> list[FlowEvent]:
        """Take in a frame; returns the minutes that are over."""
        width, height = self._size
        scene = SceneFrame(
            stream_epoch=format_utc(self._begin),
            frame_index=self._frames,
            pts_90k=round(look.t_s * TICKS_PER_SECOND),
            captured_at=self._begin + timedelta(seconds=look.t_s),
            width=width,
            height=height,
            detections=self._tracker.update(look.detections, look.t_s),
        )
        self._frames += 1
        for change in self.engine.update(scene):
            if change.transition is Transition.OPENED:
                self.raised.add(str(change.incident.zone_name))
        view = self.engine.view
        return self.meter.watch(view, is_disturbed=False) if view is not None else []


def _minutes_of(
    zones: ZoneSet, size: tuple[int, int], scene: Scenario, seed: int, fps: float
) -> list[FlowEvent]:
    """Whole minutes of a scenario: of a jam those in which a lane crawls."""
    camera = _Camera(zones, size, MONDAY)
    is_jam = IncidentType.CONGESTION in scene.staged
    seconds = JAM_S if is_jam else CALM_S
    minutes = [
        event
        for look in look_at(scene, seed=seed, fps=fps, seconds=seconds + 1.0)
        for event in camera.look(look)
    ]
    fastest = max(speed for event in minutes for speed in _speeds(event).values())
    slow = [event for event in minutes if min(_speeds(event).values()) < _SLOW_SHARE * fastest]
    return slow if is_jam else minutes


def _speeds(event: FlowEvent) -> Mapping[str, float]:
    return {zone.name: zone.speed_mean for zone in event.zones if zone.speed_mean is not None}


async def _learn(week: Sequence[FlowEvent]) -> Sequence[NormalityCell]:
    """What the product's store learns from these minutes."""
    clock, secrets = SystemClock(), FernetSecrets(generate_key())
    with TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'week.db'}"
        await upgrade_database(url)
        database = open_database(url, clock=clock, secrets=secrets)
        try:
            for first in range(0, len(week), _BATCH):
                async with database.transaction() as work:
                    await work.flow.store(week[first : first + _BATCH])
            async with database.transaction() as work:
                return await work.flow.normality(_CAMERA)
        finally:
            await database.close()


def _week(
    slow: Sequence[FlowEvent], free: Sequence[FlowEvent], hours: Sequence[int]
) -> list[FlowEvent]:
    """A minute after the other: slow ones at the peak of working days, free ones else."""
    kinds = {True: cycle(slow), False: cycle(free)}
    week = []
    for index in range(_WEEK_MINUTES):
        at = MONDAY + timedelta(minutes=index)
        if at.hour not in hours:
            continue
        is_peak = at.weekday() < 5 and at.hour == PEAK_HOUR
        minute = format_utc(at)
        week.append(
            msgspec.structs.replace(
                next(kinds[is_peak]),
                minute=minute,
                event_id=str(uuid5(SENTINEL_NAMESPACE, minute)),
                coverage=1.0,
            )
        )
    return week


def _raised(
    zones: ZoneSet,
    size: tuple[int, int],
    looks: Sequence[Look],
    at: datetime,
    normality: LaneNormality | None,
) -> frozenset[str]:
    """The lanes in which congestion is raised."""
    camera = _Camera(zones, size, at)
    camera.engine.use_normality(normality)
    for look in looks:
        camera.look(look)
    return frozenset(camera.raised)

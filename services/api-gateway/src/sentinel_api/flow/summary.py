"""Minutes added up to longer spans."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from sentinel_api.flow.schemas import (
    FlowReport,
    FlowStep,
    Level,
    LinePoint,
    LineSeries,
    TurnTotal,
    ZonePoint,
    ZoneSeries,
)
from sentinel_core.contracts.generated.flow_event import FlowEvent, LineFlow, ZoneFlow
from sentinel_core.domain.media_clock import parse_utc

_MINUTE_S = 60.0


@dataclass(slots=True)
class _Mean:
    """A weighted mean."""

    total: float = 0.0
    weight: float = 0.0

    def add(self, value: float | None, weight: float) -> None:
        if value is not None:
            self.total += value * weight
            self.weight += weight

    @property
    def value(self) -> float | None:
        """None where nothing was added."""
        return round(self.total / self.weight, 3) if self.weight else None


@dataclass(slots=True)
class _ZoneSum:
    """A zone in one span. Means over time go by coverage, those over vehicles by their number."""

    unit: Literal["m", "BL"] = "BL"
    basis: Literal["density", "speed"] | None = None
    coverage: float = 0.0
    entered: int = 0
    persons_entered: int = 0
    vehicles_mean: _Mean = field(default_factory=_Mean)
    speed_mean: _Mean = field(default_factory=_Mean)
    speed_p85: _Mean = field(default_factory=_Mean)
    occupancy: _Mean = field(default_factory=_Mean)
    covered: _Mean = field(default_factory=_Mean)
    density: _Mean = field(default_factory=_Mean)
    levels: Counter[Level] = field(default_factory=Counter)

    def add(self, event: FlowEvent, zone: ZoneFlow) -> None:
        if event.unit != self.unit:
            # The camera was calibrated in between: speeds of two units have no mean.
            self.unit = event.unit
            self.speed_mean, self.speed_p85 = _Mean(), _Mean()
        self.coverage += event.coverage
        self.entered += zone.entered
        self.persons_entered += zone.persons_entered
        self.vehicles_mean.add(zone.vehicles_mean, event.coverage)
        self.speed_mean.add(zone.speed_mean, zone.vehicles)
        self.speed_p85.add(zone.speed_p85, zone.vehicles)
        self.occupancy.add(zone.occupancy, event.coverage)
        self.covered.add(zone.covered, event.coverage)
        self.density.add(zone.density, event.coverage)
        if zone.level_of_service is not None:
            self.basis = zone.los_basis
            self.levels[zone.level_of_service] += 1

    def point(self, at: datetime, minutes: float) -> ZonePoint:
        return ZonePoint(
            at=at,
            coverage=_share(self.coverage, minutes),
            unit=self.unit,
            entered=self.entered,
            persons_entered=self.persons_entered,
            vehicles_mean=self.vehicles_mean.value or 0.0,
            speed_mean=self.speed_mean.value,
            speed_p85=self.speed_p85.value,
            occupancy=self.occupancy.value or 0.0,
            covered=self.covered.value or 0.0,
            density=self.density.value,
            level_of_service=_median(self.levels),
            los_basis=self.basis,
        )


@dataclass(slots=True)
class _LineSum:
    """A line in one span."""

    coverage: float = 0.0
    forward: Counter[str] = field(default_factory=Counter)
    backward: Counter[str] = field(default_factory=Counter)

    def add(self, event: FlowEvent, line: LineFlow) -> None:
        self.coverage += event.coverage
        self.forward.update(line.forward)
        self.backward.update(line.backward)


class FlowSummary:
    """Takes minutes in any order.

    Args:
        zone: Only this zone or line; None: all.
    """

    def __init__(
        self, *, start: datetime, end: datetime, step: FlowStep, zone: UUID | None
    ) -> None:
        self._start, self._end, self._step = start, end, step
        self._zone = None if zone is None else str(zone)
        self._names: dict[str, str] = {}
        self._zones: dict[str, dict[datetime, _ZoneSum]] = {}
        self._lines: dict[str, dict[datetime, _LineSum]] = {}
        self._turns: dict[tuple[str, str], Counter[str]] = {}
        self._coverage = 0.0

    def add(self, event: FlowEvent) -> None:
        """A minute, or a part of one."""
        at = self._step.begin_of(parse_utc(event.minute))
        self._coverage += event.coverage
        for zone in event.zones:
            if self._is_wanted(zone.zone_id):
                self._names[zone.zone_id] = zone.name
                self._zones.setdefault(zone.zone_id, {}).setdefault(at, _ZoneSum()).add(event, zone)
        for line in event.lines:
            if self._is_wanted(line.line_id):
                self._names[line.line_id] = line.name
                self._lines.setdefault(line.line_id, {}).setdefault(at, _LineSum()).add(event, line)
        for turn in event.turns:
            if self._is_wanted(turn.entered_by) or self._is_wanted(turn.left_by):
                pair = (turn.entered_by, turn.left_by)
                self._turns.setdefault(pair, Counter()).update(turn.counts)

    def report(self, camera_key: str) -> FlowReport:
        """All that was added."""
        return FlowReport(
            camera_id=camera_key,
            start=self._start,
            end=self._end,
            step=self._step,
            coverage=_share(self._coverage, (self._end - self._start).total_seconds() / _MINUTE_S),
            zones=[
                ZoneSeries(
                    zone_id=UUID(zone_id),
                    name=self._names[zone_id],
                    points=[
                        found.point(at, self._minutes(at)) for at, found in sorted(spans.items())
                    ],
                )
                for zone_id, spans in sorted(self._zones.items(), key=self._by_name)
            ],
            lines=[
                self._line(line_id, spans)
                for line_id, spans in sorted(self._lines.items(), key=self._by_name)
            ],
            turns=[
                TurnTotal(entered_by=UUID(first), left_by=UUID(last), counts=_ordered(counts))
                for (first, last), counts in sorted(self._turns.items())
            ],
        )

    def _line(self, line_id: str, spans: Mapping[datetime, _LineSum]) -> LineSeries:
        forward: Counter[str] = Counter()
        backward: Counter[str] = Counter()
        points = []
        for at, found in sorted(spans.items(), key=lambda item: item[0]):
            forward.update(found.forward)
            backward.update(found.backward)
            points.append(
                LinePoint(
                    at=at,
                    coverage=_share(found.coverage, self._minutes(at)),
                    forward=_ordered(found.forward),
                    backward=_ordered(found.backward),
                )
            )
        return LineSeries(
            line_id=UUID(line_id),
            name=self._names[line_id],
            points=points,
            forward=_ordered(forward),
            backward=_ordered(backward),
        )

    def _minutes(self, at: datetime) -> float:
        """How much of a span is within what was asked for."""
        begin, end = max(at, self._start), min(at + self._step.length, self._end)
        return (end - begin).total_seconds() / _MINUTE_S

    def _is_wanted(self, zone_id: str) -> bool:
        return self._zone is None or zone_id == self._zone

    def _by_name(self, item: tuple[str, object]) -> tuple[str, str]:
        return self._names[item[0]], item[0]


def _share(coverage: float, minutes: float) -> float:
    return round(min(1.0, coverage / minutes), 4) if minutes > 0 else 0.0


def _median(levels: Counter[Level]) -> Level | None:
    """The level of the minute in the middle; the worse of two."""
    ordered = sorted(levels.elements())
    return ordered[len(ordered) // 2] if ordered else None


def _ordered(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))

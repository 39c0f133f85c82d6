"""Scores of incident rules, event by event.

An alarm is right if a true event of its type is at its place and it came about when it was due:
between 2 s before and 10 s after. Each event has one alarm at most: the earliest alarm takes the
event that was due first, and a further alarm of the same event is a false one (a duplicate). An
event that lies at a threshold is ignored: it is no miss, and an alarm about it no false one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np

from sentinel_core.domain.incidents import IncidentType
from sentinel_vision.tracking.association import overlaps

Box = tuple[float, float, float, float]

EARLY_S = 2.0
LATE_S = 10.0
SAME_PLACE_IOU = 0.3
WORST_RMSE_S = 300.0
HOUR_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueEvent:
    """What really happened.

    Attributes:
        due_s: When a perfect rule raises its alarm: the start and the time that the condition
            must hold.
        zone_id: Where; None where no zone is meant.
        box: Where, at its start: x1, y1, x2, y2 in 0..1; None where no box is known.
        is_ignored: It lies at a threshold.
    """

    type: IncidentType
    started_s: float
    ended_s: float
    due_s: float
    zone_id: UUID | None = None
    box: Box | None = None
    is_ignored: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """What a rule said.

    Attributes:
        at_s: When it said so.
        started_s: Since when, by the rule.
        ended_s: None while it is open.
        way: Where what it is about was on the way to the alarm: boxes as in `TrueEvent`.
    """

    type: IncidentType
    at_s: float
    started_s: float
    ended_s: float | None = None
    zone_id: UUID | None = None
    way: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An alarm and the event that it is about."""

    event: TrueEvent
    alarm: Alarm

    @property
    def delay_s(self) -> float:
        """Seconds from when it was due to the alarm."""
        return self.alarm.at_s - self.event.due_s

    @property
    def start_error_s(self) -> float:
        """How far the rule's start lies after the true one."""
        return self.alarm.started_s - self.event.started_s

    @property
    def temporal_iou(self) -> float | None:
        """Overlap of the two spans of time; None while the alarm is open."""
        if self.alarm.ended_s is None:
            return None
        begin = max(self.event.started_s, self.alarm.started_s)
        end = min(self.event.ended_s, self.alarm.ended_s)
        first = min(self.event.started_s, self.alarm.started_s)
        last = max(self.event.ended_s, self.alarm.ended_s)
        return max(0.0, end - begin) / (last - first) if last > first else 1.0


@dataclass(slots=True, kw_only=True)
class Matching:
    """Which alarm is about which event, of one camera or, joined, of many.

    Attributes:
        duplicates: Alarms about an event that has an earlier one.
        strays: Alarms about nothing.
        watched_s: For how long was watched.
    """

    hits: list[Hit] = field(default_factory=list)
    missed: list[TrueEvent] = field(default_factory=list)
    duplicates: list[Alarm] = field(default_factory=list)
    strays: list[Alarm] = field(default_factory=list)
    watched_s: float = 0.0

    def add(self, other: "Matching") -> None:
        """Take in another camera's."""
        self.hits += other.hits
        self.missed += other.missed
        self.duplicates += other.duplicates
        self.strays += other.strays
        self.watched_s += other.watched_s

    def of_type(self, kind: IncidentType) -> "Matching":
        """What is about one type of incident."""
        return Matching(
            hits=[hit for hit in self.hits if hit.event.type is kind],
            missed=[event for event in self.missed if event.type is kind],
            duplicates=[alarm for alarm in self.duplicates if alarm.type is kind],
            strays=[alarm for alarm in self.strays if alarm.type is kind],
            watched_s=self.watched_s,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EventScore:
    """One row of a table of scores; a value is None where there is nothing to say.

    Attributes:
        false_alarms: Strays and duplicates.
        delay_p50_s: Median of the alarms' delays after they were due, as `delay_p95_s`.
        start_rmse_s: Of the start times.
        temporal_iou: Mean over the hits that have ended.
        s4: F1 times 1 - min(start RMSE, 300 s) / 300 s, the AI City Challenge's measure.
    """

    events: int
    hits: int
    false_alarms: int
    duplicates: int
    precision: float | None
    recall: float | None
    f1: float | None
    delay_p50_s: float | None
    delay_p95_s: float | None
    start_rmse_s: float | None
    temporal_iou: float | None
    s4: float | None
    false_alarms_per_hour: float


def match_events(
    events: Sequence[TrueEvent], alarms: Sequence[Alarm], *, watched_s: float
) -> Matching:
    """Find out, for one camera, which alarm is about which event."""
    matching = Matching(watched_s=watched_s)
    open_events = [event for event in events if not event.is_ignored]
    taken: list[TrueEvent] = []
    for alarm in sorted(alarms, key=lambda alarm: (alarm.at_s, alarm.started_s, alarm.type)):
        fitting = [event for event in open_events if _is_in_time(alarm, event)]
        if fitting:
            event = min(fitting, key=lambda event: (event.due_s, event.started_s))
            open_events.remove(event)
            taken.append(event)
            matching.hits.append(Hit(event=event, alarm=alarm))
        elif any(_is_about(alarm, event) for event in taken):
            matching.duplicates.append(alarm)
        elif not any(event.is_ignored and _is_about(alarm, event) for event in events):
            matching.strays.append(alarm)
    matching.missed = open_events
    return matching


def score_events(matching: Matching) -> EventScore:
    """The figures of a matching."""
    hits, false_alarms = len(matching.hits), len(matching.strays) + len(matching.duplicates)
    events = hits + len(matching.missed)
    f1 = _ratio(2 * hits, 2 * hits + false_alarms + len(matching.missed))
    rmse = _root_mean_square([hit.start_error_s for hit in matching.hits])
    delays = [hit.delay_s for hit in matching.hits]
    spans = [hit.temporal_iou for hit in matching.hits if hit.temporal_iou is not None]
    return EventScore(
        events=events,
        hits=hits,
        false_alarms=false_alarms,
        duplicates=len(matching.duplicates),
        precision=_ratio(hits, hits + false_alarms),
        recall=_ratio(hits, events),
        f1=f1,
        delay_p50_s=_percentile(delays, 50.0),
        delay_p95_s=_percentile(delays, 95.0),
        start_rmse_s=rmse,
        temporal_iou=float(np.mean(spans)) if spans else None,
        s4=None if f1 is None else f1 * (1.0 - min(rmse or 0.0, WORST_RMSE_S) / WORST_RMSE_S),
        false_alarms_per_hour=false_alarms / max(matching.watched_s / HOUR_S, 1e-9),
    )


def _is_in_time(alarm: Alarm, event: TrueEvent) -> bool:
    latest_s = min(event.ended_s, event.due_s) + LATE_S
    return event.due_s - EARLY_S <= alarm.at_s <= latest_s and _is_same_place(alarm, event)


def _is_about(alarm: Alarm, event: TrueEvent) -> bool:
    """Without a view to when it was due: a further alarm, or one about an ignored event."""
    is_during = event.started_s - EARLY_S <= alarm.at_s
    is_during &= alarm.at_s <= max(event.ended_s, event.due_s) + LATE_S
    return is_during and _is_same_place(alarm, event)


def _is_same_place(alarm: Alarm, event: TrueEvent) -> bool:
    if alarm.type is not event.type:
        return False
    if alarm.zone_id is not None and alarm.zone_id == event.zone_id:
        return True
    if not alarm.way or event.box is None:
        return alarm.zone_id is None or event.zone_id is None
    overlap = overlaps(np.array([event.box]).T, np.array(alarm.way).T)
    return bool(overlap.max() >= SAME_PLACE_IOU)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _root_mean_square(values: Sequence[float]) -> float | None:
    return float(np.sqrt(np.mean(np.square(values)))) if values else None


def _percentile(values: Iterable[float], percent: float) -> float | None:
    known = list(values)
    return float(np.percentile(known, percent)) if known else None

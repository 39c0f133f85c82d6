"""The flow of one camera, minute by minute. No clock, no I/O: minutes go by capture time."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid5

import numpy as np

from sentinel_core.contracts.generated.flow_event import FlowEvent, LineFlow, TurnFlow
from sentinel_core.domain.identifiers import SENTINEL_NAMESPACE
from sentinel_core.domain.media_clock import format_utc
from sentinel_core.domain.zones import Zone, ZoneType
from sentinel_vision.detection.classes import CLASS_NAMES
from sentinel_vision.flow.crossings import CrossingCounter, Passages
from sentinel_vision.flow.identities import Identities, Walk
from sentinel_vision.flow.lane_normality import LaneNormality
from sentinel_vision.flow.shapes import zone_shape
from sentinel_vision.flow.zone_tally import ZoneMeter
from sentinel_vision.rules.geometry import Flags, ZoneRaster
from sentinel_vision.rules.scene import SceneFrame
from sentinel_vision.rules.view import View, ZoneLayout

MINUTE: Final = timedelta(minutes=1)
LATE: Final = timedelta(minutes=2)
"""A frame of an earlier minute counts in the open one; from this on the clock was set back."""

SPEED_EVERY_S: Final = 1.0

_NOT_MEASURED = frozenset({ZoneType.IGNORE, ZoneType.COUNTING_LINE})


@dataclass(slots=True)
class _Minute:
    """The one that goes on."""

    start: datetime
    scene: SceneFrame
    watched_s: float = 0.0
    frames: int = 0
    is_disturbed: bool = False
    crossings: Counter[tuple[int, int, int]] = field(default_factory=Counter)
    turns: Counter[tuple[int, int, int]] = field(default_factory=Counter)


class FlowMeter:
    """Measures the zones and lines of one camera. Not thread-safe.

    Attributes:
        late_frames: Frames of a minute before the open one.
    """

    def __init__(self, camera_key: str, layout: ZoneLayout, model_version: str) -> None:
        self.model_version = model_version
        self.late_frames = 0
        self._camera_key = camera_key
        self._minute: _Minute | None = None
        self._identities = Identities()
        self._normality: LaneNormality | None = None
        self._counter: CrossingCounter | None = None
        self._epoch: str | None = None
        self._arrange(layout)

    def use_normality(self, normality: LaneNormality | None) -> None:
        """From now on the free flow of lanes is what was learned."""
        self._normality = normality
        for meter in self._meters:
            meter.usual_free_flow = normality.free_flow(meter.zone.id) if normality else None

    def watch(self, view: View, *, is_disturbed: bool) -> list[FlowEvent]:
        """Take in a frame; returns the minutes that are over with it.

        Args:
            view: What the rules saw.
            is_disturbed: An incident is open that makes the minute no example of normality.
        """
        if view.scene.stream_epoch != self._epoch or not view.elapsed_s:
            self._part()
            self._epoch = view.scene.stream_epoch
        events, minute, seconds = self._enter_minute(view)
        minute.frames += 1
        minute.watched_s += seconds
        minute.is_disturbed = minute.is_disturbed or is_disturbed
        walk = self._identities.follow(view)
        self._measure_zones(view, walk, seconds)
        if self._counter is None:
            self._counter = self._make_counter(view.scene)
        if self._counter is not None:
            counted: Flags = ~np.any(view.inside[:, self._ignored], axis=1)
            self._note(self._counter.watch(walk, view.motion.class_ids, counted))
        return events

    def arrange(self, layout: ZoneLayout) -> list[FlowEvent]:
        """Measure other zones; what was measured of the minute so far is a part of its own."""
        events = self.close()
        self._arrange(layout)
        return events

    def close(self) -> list[FlowEvent]:
        """Nothing more comes for now: the minute ends here."""
        self._part()
        return self._close_minute()

    def close_before(self, now: datetime) -> list[FlowEvent]:
        """The minute ends where it was over before `now` and no frame came to say so."""
        minute = self._minute
        return self.close() if minute is not None and minute.start + MINUTE <= now else []

    def _arrange(self, layout: ZoneLayout) -> None:
        zones = layout.zone_set
        self._zone_version = zones.version
        self._unit = "BL" if layout.ground is None else "m"
        self._lines = [zone for zone in layout.zones if zone.is_line]
        self._ignored = layout.columns(ZoneType.IGNORE)
        self._meters = [
            ZoneMeter(column, zone, zone_shape(zone, zones), layout.ground)
            for column, zone in enumerate(layout.zones)
            if zone.type not in _NOT_MEASURED
        ]
        self._columns = [meter.column for meter in self._meters]
        self._raster = ZoneRaster([meter.zone.polygon for meter in self._meters])
        self._counter = None
        self._sped_s = -np.inf
        self.use_normality(self._normality)

    def _make_counter(self, scene: SceneFrame) -> CrossingCounter | None:
        if not self._lines:
            return None
        return CrossingCounter(self._lines, (scene.width, scene.height))

    def _enter_minute(self, view: View) -> tuple[list[FlowEvent], _Minute, float]:
        """What the frame closes, its minute, and the watched time it adds to that."""
        at = view.scene.captured_at
        start = at.replace(second=0, microsecond=0)
        minute = self._minute
        if minute is not None and minute.start - LATE < start <= minute.start:
            self.late_frames += start < minute.start
            return [], minute, view.elapsed_s
        # The time since the frame before is split where the minute begins.
        seconds = min(view.elapsed_s, (at - start).total_seconds())
        if minute is not None:
            minute.watched_s += view.elapsed_s - seconds
        events = self._close_minute()
        self._minute = minute = _Minute(start, view.scene)
        return events, minute, seconds

    def _measure_zones(self, view: View, walk: Walk, seconds: float) -> None:
        if not self._meters:
            return
        inside = view.inside[:, self._columns].T
        present = inside & view.is_vehicle
        boxes = view.motion.boxes / (2 * (view.scene.width, view.scene.height))
        covered = self._raster.covered_shares(boxes, present).tolist()
        vehicles = present & walk.is_confirmed
        persons = inside & (view.is_person & walk.is_confirmed)
        takes_speed = view.now.observed_s - self._sped_s >= SPEED_EVERY_S
        if takes_speed:
            self._sped_s = view.now.observed_s
        for index, meter in enumerate(self._meters):
            tally = meter.tally
            found = walk.identities[vehicles[index]].tolist()
            tally.add_time(seconds, len(found), covered[index])
            tally.enter(found, walk.identities[persons[index]].tolist())
            if takes_speed and found:
                speeds = view.motion.speed[vehicles[index]].tolist()
                meter.add_speeds(view.now, found, speeds, covered[index])

    def _note(self, passages: Passages) -> None:
        minute = self._minute
        if minute is None:
            return
        minute.crossings.update(passages.crossings)
        minute.turns.update(passages.turns)

    def _part(self) -> None:
        """The tracks end: whoever comes next is somebody else."""
        gone = self._identities.finish()
        if self._counter is not None:
            passages = Passages()
            self._counter.finish(gone, passages)
            self._note(passages)

    def _close_minute(self) -> list[FlowEvent]:
        minute, self._minute = self._minute, None
        if minute is None:
            return []
        scene = minute.scene
        name = f"flow/{self._camera_key}/{format_utc(minute.start)}/{scene.stream_epoch}"
        return [
            FlowEvent(
                schema_version=1,
                event_id=str(uuid5(SENTINEL_NAMESPACE, f"{name}/{scene.pts_90k}")),
                camera_id=self._camera_key,
                minute=format_utc(minute.start),
                coverage=round(min(1.0, minute.watched_s / MINUTE.total_seconds()), 4),
                frames=minute.frames,
                stream_epoch=scene.stream_epoch,
                zone_version=self._zone_version,
                model_version=self.model_version,
                unit="BL" if self._unit == "BL" else "m",
                is_disturbed=minute.is_disturbed,
                zones=[meter.close_minute() for meter in self._meters],
                lines=_line_flows(self._lines, minute.crossings),
                turns=_turn_flows(self._lines, minute.turns),
            )
        ]


def _line_flows(lines: Sequence[Zone], crossings: Counter[tuple[int, int, int]]) -> list[LineFlow]:
    return [
        LineFlow(
            line_id=str(line.id),
            name=line.name,
            forward=_by_class(
                (key[2], count) for key, count in crossings.items() if key[:2] == (index, 1)
            ),
            backward=_by_class(
                (key[2], count) for key, count in crossings.items() if key[:2] == (index, -1)
            ),
        )
        for index, line in enumerate(lines)
    ]


def _turn_flows(lines: Sequence[Zone], turns: Counter[tuple[int, int, int]]) -> list[TurnFlow]:
    pairs = sorted({key[:2] for key in turns})
    return [
        TurnFlow(
            entered_by=str(lines[first].id),
            left_by=str(lines[last].id),
            counts=_by_class(
                (key[2], count) for key, count in turns.items() if key[:2] == (first, last)
            ),
        )
        for first, last in pairs
    ]


def _by_class(counts: Iterable[tuple[int, int]]) -> dict[str, int]:
    return {CLASS_NAMES[class_id]: count for class_id, count in sorted(counts)}

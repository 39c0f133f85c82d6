"""Suggested lanes of a clip against those that a person drew (Q11)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import numpy as np

from sentinel_core.contracts.generated.detection_event import (
    DetectedObject,
    DetectionEvent,
    FrameSize,
)
from sentinel_core.domain.identifiers import frame_id
from sentinel_core.domain.media_clock import TICKS_PER_SECOND, format_utc
from sentinel_core.domain.zones import ZoneSet
from sentinel_core.runtime.assets import asset
from sentinel_sim.suites.recordings import ClipDetector, Recording, record
from sentinel_sim.suites.targets import Cell, Target
from sentinel_sim.suites.watching import BEGIN
from sentinel_vision.detection.classes import CLASS_NAMES
from sentinel_vision.detection.detections import NO_TRACK
from sentinel_vision.flow.field import FlowField
from sentinel_vision.flow.suggestions import LaneSuggestion, suggest_lanes
from sentinel_vision.tracking.tracker import Tracker

CLIP: Final = "toll_morning"
LOOPS: Final = 5
FPS: Final = 5
MOST_DEGREES: Final = 15.0
"""A suggestion that differs by more is no suggestion of that lane."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneCheck:
    """A lane that a person drew, and the suggestion that is like it; None: there is none."""

    name: str
    suggestion: LaneSuggestion | None
    degrees: float

    def row(self) -> tuple[Cell, ...]:
        """Of the table `COLUMNS`."""
        found = self.suggestion
        if found is None:
            return (self.name, "no", None, None, None)
        return (self.name, "yes", self.degrees, found.tracks, found.confidence)


COLUMNS = ("lane", "found", "degrees off", "vehicles", "confidence")


@dataclass(frozen=True, slots=True, kw_only=True)
class LanesReport:
    """All lanes of a clip. `suggested`: how many there were in all."""

    lanes: Sequence[LaneCheck]
    suggested: int

    def targets(self) -> list[Target]:
        """The lines of Q11 about lanes."""
        lines = [
            Target(
                "Q11", f"suggestion of {lane.name} off by", lane.degrees, "<=", MOST_DEGREES, "°"
            )
            for lane in self.lanes
        ]
        return [
            *lines,
            Target("Q11", "suggestions too many", self.suggested - len(self.lanes), "<=", 0),
        ]


def run_lanes(detector: ClipDetector, cache: Path | None) -> LanesReport:
    """Look for the lanes of the demo clip in what the model sees of it, again and again."""
    recording = record(asset(f"data/demo/{CLIP}.mp4"), detector, fps=FPS, cache=cache)
    field = FlowField()
    field.add(looped(recording, LOOPS))
    found = suggest_lanes(field)
    drawn = ZoneSet.model_validate_json(asset(f"data/demo/zones/{CLIP}.json").read_bytes())
    lanes = []
    for zone in drawn.zones:
        if zone.direction is not None:
            degrees = [_degrees_between(zone.direction, lane) for lane in found]
            best = int(np.argmin(degrees)) if degrees else -1
            is_found = bool(degrees) and degrees[best] <= MOST_DEGREES
            lanes.append(
                LaneCheck(
                    name=zone.name,
                    suggestion=found[best] if is_found else None,
                    degrees=round(degrees[best], 1) if degrees else 180.0,
                )
            )
    return LanesReport(lanes=lanes, suggested=len(found))


def looped(recording: Recording, loops: int) -> Iterator[DetectionEvent]:
    """A clip again and again, as the archive keeps it: each loop is an epoch of its own."""
    for loop in range(loops):
        tracker = Tracker()
        begin_s = loop * (recording.duration_s + 1.0 / FPS)
        for index, look in enumerate(recording.looks):
            tracked = tracker.update(look.detections, look.t_s)
            at_s = begin_s + look.t_s
            rows = zip(
                tracked.class_ids.tolist(),
                tracked.confidences.tolist(),
                tracked.normalised_xywh(recording.width, recording.height).tolist(),
                tracked.track_ids.tolist(),
                strict=True,
            )
            yield DetectionEvent(
                schema_version=1,
                event_id=f"{loop}/{index}",
                timestamp=format_utc(BEGIN + timedelta(seconds=at_s)),
                camera_id=CLIP,
                frame_id=frame_id(index),
                stream_epoch=f"loop {loop}",
                pts_90k=round(at_s * TICKS_PER_SECOND),
                frame=FrameSize(width=recording.width, height=recording.height),
                detections=[
                    DetectedObject(
                        class_=CLASS_NAMES[class_id],
                        confidence=confidence,
                        bbox=bbox,
                        track_id=None if track_id == NO_TRACK else track_id,
                    )
                    for class_id, confidence, bbox, track_id in rows
                ],
                anomaly_type=None,
                incident_id=None,
                image_url=None,
                clip_url=None,
                incidents=[],
                model_version="suite",
                inferred_at=format_utc(BEGIN),
            )


def _degrees_between(direction: tuple[float, float], lane: LaneSuggestion) -> float:
    first, second = np.array(direction), np.array(lane.zone.direction)
    cosine = float(first @ second / np.hypot(*first) / np.hypot(*second))
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))

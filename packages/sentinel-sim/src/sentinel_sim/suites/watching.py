"""What the rules say to a stream of boxes: tracker and rules as the product joins them."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from sentinel_core.domain.incidents import Incident, Transition
from sentinel_core.domain.media_clock import TICKS_PER_SECOND
from sentinel_core.domain.zones import ZoneSet
from sentinel_vision.detection.detections import Detections
from sentinel_vision.metrics.events import Alarm, Box
from sentinel_vision.rules.case import IncidentChange
from sentinel_vision.rules.engine import RuleEngine
from sentinel_vision.rules.scene import SceneFrame
from sentinel_vision.tracking.tracker import Tracker

BEGIN = datetime(2026, 6, 2, 8, 0, 0, tzinfo=UTC)
"""A Tuesday morning: where the time of a suite is 0."""

MEMORY_S = 150.0
EPOCH = "01JWQ7Z9G0SYNTHETIC0000000"


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One inferred frame: boxes in pixels, and the picture's brightness where a rule needs it."""

    t_s: float
    detections: Detections
    luma: NDArray[np.uint8] | None = None


@dataclass(slots=True, kw_only=True)
class Watched:
    """What the rules said to a scene.

    Attributes:
        incidents: In the order in which they were opened, as they were last.
        alarms: The same as seconds of the scene, with the ways of their tracks from the start to the alarm.
    """

    incidents: list[Incident] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    watched_s: float = 0.0
    frames: int = 0


class Watcher:
    """One camera's tracker and rules."""

    def __init__(self, zones: ZoneSet, width: int, height: int) -> None:
        self._engine = RuleEngine("suite", zones, "suite")
        self._tracker = Tracker()
        self._size = (width, height)
        self._recent: deque[SceneFrame] = deque()
        self._incidents: dict[str, Incident] = {}
        self._ways: dict[str, tuple[Box, ...]] = {}
        self._frames = 0
        self._first_s = self._last_s = 0.0

    def look(self, look: Look) -> Sequence[IncidentChange]:
        """Take in one frame."""
        width, height = self._size
        scene = SceneFrame(
            stream_epoch=EPOCH,
            frame_index=self._frames,
            pts_90k=round(look.t_s * TICKS_PER_SECOND),
            captured_at=BEGIN + timedelta(seconds=look.t_s),
            width=width,
            height=height,
            detections=self._tracker.update(look.detections, look.t_s),
            luma=look.luma,
        )
        self._remember(scene, look.t_s)
        changes = self._engine.update(scene)
        self._note(changes)
        return changes

    def result(self) -> Watched:
        """So far."""
        return Watched(
            incidents=list(self._incidents.values()),
            alarms=[_alarm(incident, self._ways[key]) for key, incident in self._incidents.items()],
            watched_s=self._last_s - self._first_s,
            frames=self._frames,
        )

    def _remember(self, scene: SceneFrame, t_s: float) -> None:
        self._first_s = t_s if not self._frames else self._first_s
        self._last_s = t_s
        self._frames += 1
        self._recent.append(scene)
        while seconds_of(self._recent[0].captured_at) < t_s - MEMORY_S:
            self._recent.popleft()

    def _note(self, changes: Sequence[IncidentChange]) -> None:
        for change in changes:
            key = str(change.incident.id)
            self._incidents[key] = change.incident
            if change.transition is Transition.OPENED:
                self._ways[key] = self._way(change.incident)

    def _way(self, incident: Incident) -> tuple[Box, ...]:
        """The boxes around the incident's tracks, in each frame since it began."""
        boxes = []
        for scene in self._recent:
            if scene.captured_at < incident.started_at:
                continue
            rows = np.isin(scene.detections.track_ids, incident.track_ids)
            if rows.any():
                found = scene.detections.boxes[rows].astype(np.float64)
                size = np.array([scene.width, scene.height])
                x1, y1 = (found[:, :2].min(axis=0) / size).tolist()
                x2, y2 = (found[:, 2:].max(axis=0) / size).tolist()
                boxes.append((x1, y1, x2, y2))
        return tuple(boxes)


def watch(zones: ZoneSet, size: tuple[int, int], looks: Iterable[Look]) -> Watched:
    """All of a scene.

    Args:
        zones: As a user would have drawn them.
        size: Width and height of the picture, in whose pixels the boxes are.
        looks: By time.
    """
    watcher = Watcher(zones, *size)
    for look in looks:
        watcher.look(look)
    return watcher.result()


def seconds_of(moment: datetime) -> float:
    """Time of the scene."""
    return (moment - BEGIN).total_seconds()


def _alarm(incident: Incident, way: tuple[Box, ...]) -> Alarm:
    ended = incident.ended_at
    return Alarm(
        type=incident.type,
        at_s=seconds_of(incident.alarm_at),
        started_s=seconds_of(incident.started_at),
        ended_s=None if ended is None else seconds_of(ended),
        zone_id=incident.zone_id,
        way=way,
    )

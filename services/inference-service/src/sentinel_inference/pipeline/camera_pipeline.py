"""One camera's way from boxes to incidents: tracker, then rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sentinel_core.domain.incidents import EndReason, Incident, Priority
from sentinel_core.domain.media_clock import TICKS_PER_SECOND
from sentinel_core.domain.zones import ZoneSet
from sentinel_vision.detection.detections import NO_TRACK, Detections
from sentinel_vision.frames.frame import Frame
from sentinel_vision.rules.case import IncidentChange
from sentinel_vision.rules.engine import RuleEngine
from sentinel_vision.rules.scene import SceneFrame
from sentinel_vision.tracking.tracker import Tracker


@dataclass(frozen=True, slots=True, eq=False)
class JudgedFrame:
    """What was seen in a frame and what it means.

    Attributes:
        reported: What events show: boxes above their class's threshold, and weaker ones of
            confirmed tracks.
        changes: What incidents did in this frame.
        active: Incidents active after this frame, highest priority first.
    """

    scene: SceneFrame
    reported: Detections
    changes: Sequence[IncidentChange]
    active: tuple[Incident, ...]


class CameraPipeline:
    """Holds the tracks and incidents of one camera. One call at a time, from any thread.

    Args:
        thresholds: float32, shape (6,): lowest reported confidence by class.
        resume: Incidents that were active when the service stopped.
    """

    def __init__(
        self,
        camera_key: str,
        *,
        zones: ZoneSet,
        model_version: str,
        thresholds: NDArray[np.float32],
        resume: Sequence[Incident] = (),
    ) -> None:
        self.camera_key = camera_key
        self.zone_version = zones.version
        self._thresholds = thresholds
        self._tracker = Tracker()
        self._rules = RuleEngine(camera_key, zones, model_version, resume=resume)
        self._epoch: str | None = None

    def judge(self, frame: Frame, detections: Detections) -> JudgedFrame:
        """Track the boxes of a frame and let the rules look."""
        if frame.stream_epoch != self._epoch:
            self._tracker.reset()
            self._epoch = frame.stream_epoch
        tracked = self._tracker.update(detections, frame.pts_90k / TICKS_PER_SECOND)
        reported = tracked.select(
            (tracked.confidences >= self._thresholds[tracked.class_ids])
            | (tracked.track_ids != NO_TRACK)
        )
        scene = SceneFrame(
            stream_epoch=frame.stream_epoch,
            frame_index=frame.index,
            pts_90k=frame.pts_90k,
            captured_at=frame.captured_at,
            width=frame.picture.width,
            height=frame.picture.height,
            detections=tracked,
        )
        changes = self._rules.update(scene)
        active = sorted(self._rules.active(), key=_urgency)
        return JudgedFrame(scene, reported, changes, tuple(active))

    def replace_zones(self, zones: ZoneSet, at: datetime) -> Sequence[IncidentChange]:
        """Use other zones from now on.

        Raises:
            InvalidInput: The rules refuse them; the old ones stay in force.
        """
        changes = self._rules.replace_zones(zones, at)
        self.zone_version = zones.version
        return changes

    def lose_stream(self, at: datetime) -> Sequence[IncidentChange]:
        """The camera shows nothing any more: end what is active."""
        return self._rules.lose_stream(at)

    def close(self, reason: EndReason, at: datetime) -> Sequence[IncidentChange]:
        """End what is active, for `reason`."""
        return self._rules.close(reason, at)


def _urgency(incident: Incident) -> int:
    return list(Priority).index(incident.priority)

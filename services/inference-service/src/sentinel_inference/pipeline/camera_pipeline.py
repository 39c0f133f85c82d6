"""One camera's way from boxes to incidents and flow: tracker, then rules, then the meter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sentinel_core.contracts.generated.flow_event import FlowEvent
from sentinel_core.domain.incidents import EndReason, Incident, IncidentType, Priority
from sentinel_core.domain.media_clock import TICKS_PER_SECOND
from sentinel_core.domain.normality import NormalityCell
from sentinel_core.domain.zones import ZoneSet
from sentinel_vision.detection.detections import NO_TRACK, Detections
from sentinel_vision.flow.lane_normality import LaneNormality
from sentinel_vision.flow.meter import FlowMeter
from sentinel_vision.frames.frame import Frame
from sentinel_vision.frames.luma import small_luma
from sentinel_vision.rules.box_filter import BoxFilter
from sentinel_vision.rules.camera_tamper import LOOK_EVERY_S
from sentinel_vision.rules.case import IncidentChange
from sentinel_vision.rules.engine import RuleEngine
from sentinel_vision.rules.picture import ViewReference
from sentinel_vision.rules.scene import Pace, SceneFrame
from sentinel_vision.tracking.tracker import Tracker

_USUAL_TYPES = frozenset(
    {
        IncidentType.CONGESTION,
        IncidentType.QUEUE,
        IncidentType.CROWDING,
        IncidentType.LOITERING,
    }
)
"""While one of these is open, the flow may still be what it always is at this hour."""


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
        self._filter = BoxFilter(zones)
        self._tracker = Tracker()
        self._rules = RuleEngine(camera_key, zones, model_version, resume=resume)
        self._meter = FlowMeter(camera_key, self._rules.layout, model_version)
        self._flow: list[FlowEvent] = []
        self._learned: Sequence[NormalityCell] = ()
        self._epoch: str | None = None
        self._looks = Pace(LOOK_EVERY_S)

    @property
    def reference(self) -> ViewReference | None:
        """What the camera sees by the zones in force; None before it was taken or given."""
        return self._rules.reference

    @property
    def lost_after_s(self) -> float | None:
        """Without a picture for so long the camera is lost; None where nobody wants to know."""
        return self._rules.lost_after_s

    def judge(self, frame: Frame, detections: Detections) -> JudgedFrame:
        """Track the boxes of a frame and let the rules look."""
        if frame.stream_epoch != self._epoch:
            self._tracker.reset()
            self._looks.reset()
            self._epoch = frame.stream_epoch
        counted = self._filter.select(detections, frame.picture.width, frame.picture.height)
        tracked = self._tracker.update(counted, frame.pts_90k / TICKS_PER_SECOND)
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
            luma=self._small_luma(frame),
        )
        changes = self._rules.update(scene)
        active = sorted(self._rules.active(), key=_urgency)
        if self._rules.view is not None:
            is_disturbed = any(incident.type not in _USUAL_TYPES for incident in active)
            self._flow += self._meter.watch(self._rules.view, is_disturbed=is_disturbed)
        return JudgedFrame(scene, reported, changes, tuple(active))

    def use_model(self, model_version: str) -> None:
        """The next boxes come from that model; tracks go on."""
        self._rules.use_model(model_version)
        self._meter.model_version = model_version

    def replace_zones(self, zones: ZoneSet, at: datetime) -> Sequence[IncidentChange]:
        """Use other zones from now on.

        Raises:
            InvalidInput: The rules refuse them; the old ones stay in force.
        """
        counted = BoxFilter(zones)
        changes = self._rules.replace_zones(zones, at)
        self._filter = counted
        self.zone_version = zones.version
        self._flow += self._meter.arrange(self._rules.layout)
        self.use_normality(self._learned)
        return changes

    def use_normality(self, learned: Sequence[NormalityCell]) -> None:
        """From now on this is usual at the camera."""
        self._learned = learned
        normality = LaneNormality.of(learned, self._rules.layout.zone_set)
        self._rules.use_normality(normality)
        self._meter.use_normality(normality)

    def use_reference(self, reference: ViewReference) -> None:
        """What the camera saw when the zones in force were saved, as an earlier run kept it."""
        self._rules.use_reference(reference)

    def renew_reference(self, at: datetime) -> Sequence[IncidentChange]:
        """The camera reads another source: take what it sees now as what it should see."""
        return self._rules.renew_reference(at)

    def miss_pictures(self, at: datetime) -> Sequence[IncidentChange]:
        """No picture came for `lost_after_s`, though one should: the camera is lost."""
        return self._rules.miss_pictures(at)

    def excuse_pictures(self, at: datetime) -> Sequence[IncidentChange]:
        """Nobody wants pictures of this camera any more: it is not lost."""
        return self._rules.excuse_pictures(at)

    def lose_stream(self, at: datetime) -> Sequence[IncidentChange]:
        """The camera shows nothing any more: end what is active."""
        self.close_minute(None)
        return self._rules.lose_stream(at)

    def close(self, reason: EndReason, at: datetime) -> Sequence[IncidentChange]:
        """End what is active, for `reason`."""
        self.close_minute(None)
        return self._rules.close(reason, at)

    def close_minute(self, now: datetime | None) -> None:
        """End the minute of flow that was over before `now`; None: the one that goes on."""
        self._flow += self._meter.close() if now is None else self._meter.close_before(now)

    def take_flow(self) -> Sequence[FlowEvent]:
        """The minutes that are over and were not taken yet."""
        taken, self._flow = self._flow, []
        return taken

    def _small_luma(self, frame: Frame) -> NDArray[np.uint8] | None:
        """For the rules that look at pixels; None where it is not their time."""
        is_due = self._looks.is_due(frame.pts_90k / TICKS_PER_SECOND)
        return small_luma(frame.rgb) if is_due else None


def _urgency(incident: Incident) -> int:
    return list(Priority).index(incident.priority)

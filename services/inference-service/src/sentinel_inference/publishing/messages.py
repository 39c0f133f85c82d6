"""Contract messages from judged frames and incident changes."""

from datetime import datetime
from uuid import UUID, uuid5

from sentinel_core.contracts.generated.detection_event import (
    ActiveIncident,
    DetectedObject,
    DetectionEvent,
    FrameSize,
)
from sentinel_core.contracts.generated.incident_event import (
    EvidenceKeys,
    ExplainedCondition,
    IncidentEvent,
)
from sentinel_core.domain.identifiers import detection_event_id, frame_id
from sentinel_core.domain.incidents import Evidence, Incident, Transition
from sentinel_core.domain.media_clock import format_utc
from sentinel_inference.pipeline.camera_pipeline import JudgedFrame
from sentinel_vision.detection.classes import CLASS_NAMES
from sentinel_vision.detection.detections import NO_TRACK, Detections
from sentinel_vision.rules.scene import SceneFrame


def detection_event(
    camera_key: str, judged: JudgedFrame, *, model_version: str, inferred_at: datetime
) -> DetectionEvent:
    """The message of one inferred frame. `judged.active` is sorted by priority already."""
    scene = judged.scene
    frame = frame_id(scene.frame_index)
    event = detection_event_id(camera_key, scene.stream_epoch, frame, model_version)
    foremost = judged.active[0] if judged.active else None
    return DetectionEvent(
        schema_version=1,
        event_id=str(event),
        timestamp=format_utc(scene.captured_at),
        camera_id=camera_key,
        frame_id=frame,
        stream_epoch=scene.stream_epoch,
        pts_90k=scene.pts_90k,
        frame=FrameSize(width=scene.width, height=scene.height),
        detections=_objects(judged.reported, scene.width, scene.height),
        anomaly_type=foremost.type.value if foremost else None,
        incident_id=str(foremost.id) if foremost else None,
        image_url=foremost.evidence.snapshot if foremost else None,
        clip_url=foremost.evidence.clip if foremost else None,
        incidents=[_active(incident) for incident in judged.active],
        model_version=model_version,
        inferred_at=format_utc(inferred_at),
    )


def incident_event(
    transition: Transition, incident: Incident, scene: SceneFrame | None, *, at: datetime
) -> IncidentEvent:
    """The message of one transition. Without a scene (stream lost, restart) it happened `at`."""
    pts_90k = scene.pts_90k if scene else incident.start_pts_90k
    event_id = uuid5(incident.id, f"{transition}/{pts_90k}/{format_utc(at)}")
    return IncidentEvent(
        schema_version=1,
        event_id=str(event_id),
        transition=transition.value,
        timestamp=format_utc(at),
        incident_id=str(incident.id),
        camera_id=incident.camera_key,
        type=incident.type.value,
        key=incident.key,
        rule_version=incident.rule_version,
        zone_id=_text(incident.zone_id),
        zone_name=incident.zone_name,
        zone_version=incident.zone_version,
        stream_epoch=scene.stream_epoch if scene else incident.stream_epoch,
        start_pts_90k=incident.start_pts_90k,
        pts_90k=pts_90k,
        frame_id=frame_id(scene.frame_index if scene else 0),
        started_at=format_utc(incident.started_at),
        alarm_at=format_utc(incident.alarm_at),
        ended_at=format_utc(incident.ended_at) if incident.ended_at else None,
        condition=incident.condition.value,
        reason=incident.end_reason.value if incident.end_reason else None,
        severity=round(incident.severity, 3),
        priority=incident.priority.value,
        track_ids=list(incident.track_ids),
        explain=_explanation(incident),
        evidence=_evidence(incident.evidence),
        model_version=incident.model_version,
        place=incident.place,
    )


def _objects(detections: Detections, width: int, height: int) -> list[DetectedObject]:
    boxes = detections.normalised_xywh(width, height).round(5).tolist()
    return [
        DetectedObject(
            class_=CLASS_NAMES[class_id],
            confidence=round(confidence, 4),
            bbox=box,
            track_id=None if track_id == NO_TRACK else track_id,
        )
        for box, confidence, class_id, track_id in zip(
            boxes,
            detections.confidences.tolist(),
            detections.class_ids.tolist(),
            detections.track_ids.tolist(),
            strict=True,
        )
    ]


def _active(incident: Incident) -> ActiveIncident:
    return ActiveIncident(
        id=str(incident.id),
        type=incident.type.value,
        zone_id=_text(incident.zone_id),
        track_ids=list(incident.track_ids),
    )


def _explanation(incident: Incident) -> list[ExplainedCondition]:
    return [
        ExplainedCondition(
            condition=entry.condition,
            measured=round(entry.measured, 3),
            threshold=entry.threshold,
            unit=entry.unit,
            since=format_utc(entry.since),
        )
        for entry in incident.explain
    ]


def _evidence(evidence: Evidence) -> EvidenceKeys:
    return EvidenceKeys(
        snapshot=evidence.snapshot,
        snapshot_boxes=evidence.snapshot_boxes,
        clip=evidence.clip,
        manifest=evidence.manifest,
        has_pictures=evidence.has_pictures,
        complete=evidence.complete,
    )


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)

"""Snapshots of incidents: the frame that raised the alarm, with and without boxes."""

from dataclasses import dataclass, replace

import structlog

from sentinel_core.contracts.topics import CLIPS_BUCKET
from sentinel_core.domain.errors import DependencyUnavailable, StorageFull
from sentinel_core.domain.incidents import Evidence, Incident
from sentinel_core.ports.object_store import ObjectKey, ObjectStore
from sentinel_vision.detection.detections import NO_TRACK
from sentinel_vision.frames.annotation import draw_detections
from sentinel_vision.frames.frame import Picture, RemotePicture
from sentinel_vision.frames.jpeg import encode_picture
from sentinel_vision.rules.case import IncidentChange
from sentinel_vision.rules.scene import SceneFrame

log = structlog.get_logger(__name__)

JPEG_QUALITY = 88


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Both pictures of an incident, encoded."""

    incident: Incident
    scene: SceneFrame
    plain: bytes
    boxed: bytes


def evidence_keys(incident: Incident) -> Evidence:
    """Where the evidence of an incident will be; known before anything is stored."""
    folder = f"{incident.camera_key}/anomalies"
    return Evidence(
        snapshot=str(ObjectKey(CLIPS_BUCKET, f"{folder}/{incident.id}.jpg")),
        snapshot_boxes=str(ObjectKey(CLIPS_BUCKET, f"{folder}/{incident.id}_boxes.jpg")),
    )


def take_snapshot(
    change: IncidentChange, scene: SceneFrame, picture: Picture | RemotePicture
) -> Snapshot:
    """Encode both pictures; runs in a worker, while the frame is still there."""
    plain = encode_picture(picture, JPEG_QUALITY)
    tracked = scene.detections.select(scene.detections.track_ids != NO_TRACK)
    boxed = draw_detections(plain, tracked, set(change.incident.track_ids), JPEG_QUALITY)
    return Snapshot(change.incident, scene, plain, boxed)


async def store_snapshot(
    store: ObjectStore, evidence: Evidence, snapshot: Snapshot
) -> Evidence | None:
    """Write both pictures; None where the store cannot take them (logged, the incident goes on)."""
    if evidence.snapshot is None or evidence.snapshot_boxes is None:
        return None
    try:
        await store.put(ObjectKey.parse(evidence.snapshot), snapshot.plain)
        await store.put(ObjectKey.parse(evidence.snapshot_boxes), snapshot.boxed)
    except (StorageFull, DependencyUnavailable) as error:
        log.warning("no snapshot stored", incident=str(snapshot.incident.id), reason=error.message)
        return None
    return replace(evidence, complete=True)

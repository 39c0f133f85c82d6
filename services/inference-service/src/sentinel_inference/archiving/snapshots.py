"""Snapshots of incidents: the frame that raised the alarm, with and without boxes."""

from dataclasses import dataclass

from sentinel_core.domain.incidents import Evidence, Incident
from sentinel_core.evidence.keys import file_key
from sentinel_vision.detection.detections import NO_TRACK
from sentinel_vision.frames.annotation import draw_detections
from sentinel_vision.frames.frame import Picture, RemotePicture
from sentinel_vision.frames.jpeg import encode_picture
from sentinel_vision.rules.case import IncidentChange
from sentinel_vision.rules.scene import SceneFrame

JPEG_QUALITY = 88


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Both pictures of an incident, encoded."""

    incident: Incident
    scene: SceneFrame
    plain: bytes
    boxed: bytes


def evidence_keys(incident: Incident) -> Evidence:
    """Where the files of an incident will be; known before anything is stored."""
    return Evidence(
        snapshot=str(file_key(incident.camera_key, incident.id, ".jpg")),
        snapshot_boxes=str(file_key(incident.camera_key, incident.id, "_boxes.jpg")),
        clip=str(file_key(incident.camera_key, incident.id, ".mp4")),
    )


def take_snapshot(
    change: IncidentChange, scene: SceneFrame, picture: Picture | RemotePicture
) -> Snapshot:
    """Encode both pictures; runs in a worker, while the frame is still there."""
    plain = encode_picture(picture, JPEG_QUALITY)
    tracked = scene.detections.select(scene.detections.track_ids != NO_TRACK)
    boxed = draw_detections(plain, tracked, set(change.incident.track_ids), JPEG_QUALITY)
    return Snapshot(change.incident, scene, plain, boxed)

"""Archived frames as the rules see them."""

from datetime import datetime

import numpy as np

from sentinel_core.contracts.generated.detection_event import DetectionEvent
from sentinel_core.domain.media_clock import parse_utc
from sentinel_vision.detection.classes import CLASS_NAMES
from sentinel_vision.detection.detections import NO_TRACK, Detections
from sentinel_vision.rules.scene import SceneFrame

_CLASS_IDS = {name: index for index, name in enumerate(CLASS_NAMES)}
_PREFIX = "frame_"


def scene_of(event: DetectionEvent) -> SceneFrame:
    """The frame with its tracks; boxes of classes that the product does not know are left out."""
    known = [found for found in event.detections if found.class_ in _CLASS_IDS]
    size = np.array([event.frame.width, event.frame.height] * 2, dtype=np.float64)
    boxes = np.array([found.bbox for found in known], dtype=np.float64).reshape(-1, 4)
    boxes[:, 2:] += boxes[:, :2]
    class_ids = np.array([_CLASS_IDS[found.class_] for found in known], dtype=np.int64)
    found = Detections.from_arrays(
        boxes * size, np.array([found.confidence for found in known]), class_ids
    )
    track_ids = np.array(
        [NO_TRACK if one.track_id is None else one.track_id for one in known], dtype=np.int64
    )
    return SceneFrame(
        stream_epoch=event.stream_epoch,
        frame_index=int(event.frame_id.removeprefix(_PREFIX)),
        pts_90k=event.pts_90k,
        captured_at=captured_at(event),
        width=event.frame.width,
        height=event.frame.height,
        detections=found.with_tracks(track_ids, class_ids),
    )


def captured_at(event: DetectionEvent) -> datetime:
    """UTC."""
    return parse_utc(event.timestamp)

"""Which detections of a batch are kept, and what they add to tracks and minutes.

Depends only on the events and their order, never on how they were batched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sentinel_core.adapters.sql.models import TrackRow
from sentinel_core.contracts.generated.detection_event import DetectedObject, DetectionEvent
from sentinel_core.domain.identifiers import detection_id
from sentinel_core.domain.media_clock import TICKS_PER_SECOND, parse_utc

TrackKey = tuple[str, str, int]
"""Camera key, stream epoch, track id."""


@dataclass(slots=True)
class _Track:
    camera_key: str
    stream_epoch: str
    track_id: int
    class_name: str
    first_seen: datetime
    last_seen: datetime
    first_pts_90k: int
    last_pts_90k: int
    kept_second: int
    n: int

    def as_columns(self) -> dict[str, Any]:
        """Its row."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class _Minute:
    detections: int = 0
    tracks: int = 0


class _Sample:
    """What the detections of one event have in common."""

    __slots__ = ("camera_id", "event", "event_id", "incidents", "minute", "moment", "second")

    def __init__(self, event: DetectionEvent, camera_id: UUID) -> None:
        self.event = event
        self.camera_id = camera_id
        self.event_id = UUID(event.event_id)
        self.moment = parse_utc(event.timestamp)
        self.minute = self.moment.replace(second=0, microsecond=0)
        self.second = event.pts_90k // TICKS_PER_SECOND
        self.incidents = _incidents_by_track(event)


class DetectionTally:
    """Takes events in order; read the results once all are added.

    Args:
        cameras: Ids by key, of all cameras that occur.
        stored: Rows of the tracks that occur and were seen before.
    """

    def __init__(self, cameras: Mapping[str, UUID], stored: Mapping[TrackKey, TrackRow]) -> None:
        self.kept: list[dict[str, Any]] = []
        self._cameras = cameras
        self._tracks = {key: _from_row(row) for key, row in stored.items()}
        self._minutes: dict[tuple[str, datetime, str], _Minute] = {}

    def add(self, event: DetectionEvent) -> None:
        """Count one event and keep what is to be kept of it.

        Raises:
            ValueError: An id or the time cannot be read.
        """
        sample = _Sample(event, self._cameras[event.camera_id])
        for index, found in enumerate(event.detections):
            minute = self._minute(event.camera_id, sample.minute, found.class_)
            minute.detections += 1
            if found.track_id is None:
                continue
            track, is_new_in_minute = self._see(sample, found, found.track_id)
            minute.tracks += is_new_in_minute
            is_first_in_second = sample.second > track.kept_second
            if is_first_in_second:
                track.kept_second = sample.second
            if is_first_in_second or found.track_id in sample.incidents:
                self.kept.append(_row(sample, index, sample.incidents.get(found.track_id)))

    def track_rows(self) -> Sequence[dict[str, Any]]:
        """All tracks that occurred, as they are now."""
        return [track.as_columns() for track in self._tracks.values()]

    def minute_rows(self) -> Sequence[dict[str, Any]]:
        """What to add per camera, minute and class."""
        return [
            {
                "camera_key": camera_key,
                "minute": minute,
                "class_name": class_name,
                "detections": count.detections,
                "tracks": count.tracks,
            }
            for (camera_key, minute, class_name), count in self._minutes.items()
        ]

    def _see(self, sample: _Sample, found: DetectedObject, track_id: int) -> tuple[_Track, bool]:
        """Bring a track up to date; with it, whether it is seen first in this minute."""
        event, moment = sample.event, sample.moment
        key = (event.camera_id, event.stream_epoch, track_id)
        track = self._tracks.get(key)
        if track is None:
            track = self._tracks[key] = _Track(
                *key,
                class_name=found.class_,
                first_seen=moment,
                last_seen=moment,
                first_pts_90k=event.pts_90k,
                last_pts_90k=event.pts_90k,
                kept_second=-1,
                n=1,
            )
            return track, True
        is_new_in_minute = track.last_seen < sample.minute
        track.class_name = found.class_
        track.last_seen = max(track.last_seen, moment)
        track.last_pts_90k = max(track.last_pts_90k, event.pts_90k)
        track.n += 1
        return track, is_new_in_minute

    def _minute(self, camera_key: str, minute: datetime, class_name: str) -> _Minute:
        key = (camera_key, minute, class_name)
        count = self._minutes.get(key)
        if count is None:
            count = self._minutes[key] = _Minute()
        return count


def _row(sample: _Sample, index: int, incident_id: UUID | None) -> dict[str, Any]:
    event = sample.event
    found = event.detections[index]
    is_pictured = incident_id is not None and str(incident_id) == event.incident_id
    return {
        "timestamp": sample.moment,
        "id": detection_id(sample.event_id, index),
        "camera_id": sample.camera_id,
        "class_name": found.class_,
        "confidence": found.confidence,
        "is_anomaly": incident_id is not None,
        "image_path": event.image_url if is_pictured else None,
        "track_id": found.track_id,
        "bbox": found.bbox,
        "event_id": sample.event_id,
        "pts_90k": event.pts_90k,
        "stream_epoch": event.stream_epoch,
        "incident_id": incident_id,
        "model_version": event.model_version,
    }


def _incidents_by_track(event: DetectionEvent) -> Mapping[int, UUID]:
    """The incident each track belongs to; of several, the event's own, then the first named."""
    ordered = sorted(event.incidents, key=lambda incident: incident.id != event.incident_id)
    return {
        track_id: UUID(incident.id)
        for incident in reversed(ordered)
        for track_id in incident.track_ids
    }


def _from_row(row: TrackRow) -> _Track:
    return _Track(
        camera_key=row.camera_key,
        stream_epoch=row.stream_epoch,
        track_id=row.track_id,
        class_name=row.class_name,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        first_pts_90k=row.first_pts_90k,
        last_pts_90k=row.last_pts_90k,
        kept_second=row.kept_second,
        n=row.n,
    )

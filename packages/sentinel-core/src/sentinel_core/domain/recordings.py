"""Recordings: video that a person wants kept."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class RecordingState(StrEnum):
    """How far a recording has come."""

    RECORDING = "recording"
    STORING = "storing"
    READY = "ready"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


UNFINISHED = frozenset({RecordingState.RECORDING, RecordingState.STORING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Video of one camera, from when somebody asked for it until it ended.

    Attributes:
        camera_id: None once the camera is removed.
        requested_by: Name of the user.
        detail: Why it ended, or failed, in a sentence.
        max_s: It ends by itself after so many seconds.
        epoch: Stream epoch of its first picture; None before there is one.
        from_pts_90k: Media time of its first picture.
        to_pts_90k: End of its last picture.
        object_key: In `sentinel-clips`, once it is stored.
    """

    id: UUID
    camera_id: UUID | None
    camera_key: str
    requested_by: str
    state: RecordingState
    detail: str | None = None
    started_at: datetime
    ended_at: datetime | None = None
    max_s: float
    epoch: str | None = None
    from_pts_90k: int | None = None
    to_pts_90k: int | None = None
    size_bytes: int = 0
    object_key: str | None = None

"""Recordings on the wire."""

from typing import Self
from uuid import UUID

from pydantic import Field

from sentinel_api.schemas import Answer, Body, UtcTime
from sentinel_core.domain.media_clock import TICKS_PER_SECOND
from sentinel_core.domain.recordings import Recording, RecordingState

LONGEST_S = 3_600
LONGEST_CLIP_S = 60


class StartRecording(Body):
    """A recording to begin."""

    max_s: float = Field(
        default=600, gt=0, le=LONGEST_S, description="It ends by itself after so many seconds."
    )


class RecordingAnswer(Answer):
    """A recording: how far it has come, and why it ended.

    Attributes:
        camera_id: The camera's key.
        duration_s: From its first to its newest picture, gaps included.
        has_video: Whether `GET /recordings/{id}/video` has it.
    """

    id: UUID
    camera_id: str
    requested_by: str
    state: RecordingState
    detail: str | None
    started_at: UtcTime
    ended_at: UtcTime | None
    max_s: float
    duration_s: float
    size_bytes: int
    has_video: bool

    @classmethod
    def of(cls, recording: Recording) -> Self:
        """As it is stored."""
        return cls(
            id=recording.id,
            camera_id=recording.camera_key,
            requested_by=recording.requested_by,
            state=recording.state,
            detail=recording.detail,
            started_at=recording.started_at,
            ended_at=recording.ended_at,
            max_s=recording.max_s,
            duration_s=_duration_s(recording),
            size_bytes=recording.size_bytes,
            has_video=recording.object_key is not None,
        )


def _duration_s(recording: Recording) -> float:
    if recording.from_pts_90k is None or recording.to_pts_90k is None:
        return 0.0
    return round((recording.to_pts_90k - recording.from_pts_90k) / TICKS_PER_SECOND, 3)

"""Routes of recordings and clips."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response

from sentinel_api.access import Admin, Operator, requires
from sentinel_api.cameras.endpoints import CameraId
from sentinel_api.context import Context
from sentinel_api.recordings.schemas import LONGEST_CLIP_S, RecordingAnswer, StartRecording
from sentinel_api.schemas import BODY_PROBLEMS, problems
from sentinel_core.domain.users import Role

router = APIRouter(tags=["recordings"])

MP4 = "video/mp4"
_VIDEO: dict[str, Any] = {"content": {MP4: {"schema": {"type": "string", "format": "binary"}}}}
VIDEO_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: _VIDEO,
    206: _VIDEO | {"description": "A part of it"},
    416: {"description": "The range lies outside the video"},
}

Seconds = Annotated[
    float, Query(gt=0, le=LONGEST_CLIP_S, description="How long; at most what cameras keep.")
]
Range = Annotated[str | None, Header(alias="range", max_length=100, examples=["bytes=0-"])]


@router.post(
    "/cameras/{camera}/recordings", status_code=201, responses=problems(404, 409, *BODY_PROBLEMS)
)
async def start_recording(
    context: Context, caller: Operator, camera: CameraId, body: StartRecording
) -> RecordingAnswer:
    """Record from the next keyframe on, until stopped or `max_s` have passed."""
    return await context.recordings.start(camera, body, caller)


@router.get(
    "/cameras/{camera}/recordings",
    dependencies=[requires(Role.VIEWER)],
    responses=problems(404, 422),
)
async def list_recordings(context: Context, camera: CameraId) -> list[RecordingAnswer]:
    """The newest hundred recordings of a camera, newest first."""
    return await context.recordings.of_camera(camera)


@router.get(
    "/cameras/{camera}/clip",
    response_class=Response,
    responses={200: _VIDEO, **problems(404, 422, 507)},
)
async def get_newest_clip(
    context: Context, caller: Operator, camera: CameraId, seconds: Seconds = 20
) -> Response:
    """The newest seconds as MP4, from a keyframe on, as far as they are kept."""
    clip = await context.clips.cut_newest(camera, seconds, caller)
    name = f"{clip.camera_key}_{clip.started_at:%Y%m%dT%H%M%SZ}.mp4"
    return Response(
        clip.mp4,
        media_type=MP4,
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Clip-Coverage": f"{clip.coverage:.3f}",
        },
    )


@router.get(
    "/recordings/{recording_id}",
    dependencies=[requires(Role.VIEWER)],
    responses=problems(404, 422),
)
async def get_recording(context: Context, recording_id: UUID) -> RecordingAnswer:
    """One recording, also while it goes on."""
    return await context.recordings.get(recording_id)


@router.post("/recordings/{recording_id}/stop", responses=problems(404, 422))
async def stop_recording(context: Context, caller: Operator, recording_id: UUID) -> RecordingAnswer:
    """End a recording. Its video is there a moment later; one that has ended stays as it is."""
    return await context.recordings.stop(recording_id, caller)


@router.get(
    "/recordings/{recording_id}/video",
    dependencies=[requires(Role.VIEWER)],
    response_class=Response,
    responses={**VIDEO_RESPONSES, **problems(404, 422)},
)
async def get_recording_video(
    context: Context, recording_id: UUID, wanted: Range = None
) -> Response:
    """The video as MP4, whole or the part that `Range` names."""
    key = await context.recordings.video(recording_id)
    return await context.files.answer(key, wanted, MP4)


@router.delete("/recordings/{recording_id}", status_code=204, responses=problems(404, 409, 422))
async def delete_recording(context: Context, caller: Admin, recording_id: UUID) -> None:
    """Delete a recording and its video, for ever."""
    await context.recordings.remove(recording_id, caller)

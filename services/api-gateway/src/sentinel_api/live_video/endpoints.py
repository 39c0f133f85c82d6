"""Live video that this server sends itself: fragmented MP4 over a WebSocket, and HLS."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response, WebSocket

from sentinel_api.access import LiveViewer, Viewer
from sentinel_api.cameras.endpoints import CameraId
from sentinel_api.context import Context
from sentinel_api.schemas import BODY_PROBLEMS, problems

router = APIRouter(tags=["live"])

Segment = Annotated[
    int | None,
    Query(alias="_HLS_msn", ge=0, description="Wait until the playlist has this segment."),
]
Part = Annotated[
    int | None, Query(alias="_HLS_part", ge=0, description="Wait for this part of the segment.")
]
Token = Annotated[
    str | None,
    Query(max_length=4096, description="Of `/cameras/{camera}/live`, where no header can be set."),
]
SDP = "application/sdp"
_SDP_TEXT = {"content": {SDP: {"schema": {"type": "string"}}}}
SessionId = Annotated[str, Path(max_length=64, description="Of the `Location` of the answer.")]
Piece = Annotated[str, Path(max_length=64, description="A name from the playlist.")]


@router.websocket("/cameras/{camera}/stream")
async def watch_camera(
    websocket: WebSocket, context: Context, caller: Viewer, camera: CameraId
) -> None:
    """Fragmented MP4 as binary messages; each init segment begins with `ftyp`."""
    await context.video.serve(websocket, camera, caller)


@router.get(
    "/cameras/{camera}/hls/index.m3u8",
    response_class=Response,
    responses={
        200: {"content": {"application/vnd.apple.mpegurl": {"schema": {"type": "string"}}}},
        **problems(404, 422),
    },
)
async def get_hls_playlist(
    context: Context,
    caller: LiveViewer,
    camera: CameraId,
    segment: Segment = None,
    part: Part = None,
    token: Token = None,
) -> Response:
    """The playlist of low-latency HLS; its pictures are dated by when they were captured."""
    del caller
    playlist = await context.hls.playlist(camera, (segment, part), token)
    return Response(
        playlist,
        media_type="application/vnd.apple.mpegurl",
        headers={"Cache-Control": "no-store"},
    )


@router.get(
    "/cameras/{camera}/hls/{piece}",
    response_class=Response,
    responses={
        200: {"content": {"video/mp4": {"schema": {"type": "string", "format": "binary"}}}},
        **problems(404, 422),
    },
)
async def get_hls_piece(
    context: Context, caller: LiveViewer, camera: CameraId, piece: Piece, token: Token = None
) -> Response:
    """An init segment, a segment or a part; one that is announced only is waited for."""
    del caller, token
    return Response(
        await context.hls.piece(camera, piece),
        media_type="video/mp4",
        headers={"Cache-Control": "private, max-age=60"},
    )


@router.post(
    "/cameras/{camera}/whep",
    status_code=201,
    response_class=Response,
    responses={201: _SDP_TEXT, **problems(404, 429, *BODY_PROBLEMS)},
    openapi_extra={"requestBody": {"required": True, **_SDP_TEXT}},
)
async def create_whep_session(
    context: Context, caller: LiveViewer, camera: CameraId, request: Request, token: Token = None
) -> Response:
    """Watch by WebRTC (WHEP, RFC 9725); `Location` is what ends it. 404 where it is off."""
    del caller, token
    key, session = await context.peers.open(camera, await request.body())
    return Response(
        session.answer_sdp,
        status_code=201,
        media_type=SDP,
        headers={"Location": f"/api/cameras/{key}/whep/{session.id}", "Cache-Control": "no-store"},
    )


@router.delete("/cameras/{camera}/whep/{session}", status_code=204, responses=problems(404, 422))
async def delete_whep_session(
    context: Context, caller: LiveViewer, camera: CameraId, session: SessionId, token: Token = None
) -> None:
    """Stop watching by WebRTC."""
    del caller, token
    await context.peers.close(camera, session)

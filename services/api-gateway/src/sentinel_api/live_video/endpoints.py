"""The WebSocket of live video."""

from fastapi import APIRouter, WebSocket

from sentinel_api.access import Viewer
from sentinel_api.cameras.endpoints import CameraId
from sentinel_api.context import Context

router = APIRouter(tags=["live"])


@router.websocket("/cameras/{camera}/stream")
async def watch_camera(
    websocket: WebSocket, context: Context, caller: Viewer, camera: CameraId
) -> None:
    """Fragmented MP4 as binary messages; each init segment begins with `ftyp`."""
    await context.video.serve(websocket, camera, caller)

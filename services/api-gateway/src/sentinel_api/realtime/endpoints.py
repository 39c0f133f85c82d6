"""The WebSocket of live messages."""

from fastapi import APIRouter, WebSocket

from sentinel_api.access import Viewer
from sentinel_api.context import Context

router = APIRouter(tags=["live"])


@router.websocket("/live")
async def follow_live(websocket: WebSocket, context: Context, caller: Viewer) -> None:
    """Incidents, camera states and clock readings; detections of the subscribed cameras."""
    await context.live.serve(websocket, caller)

"""Routes for whoever wants to watch, and for the media server that lets them."""

from fastapi import APIRouter

from sentinel_api.access import Viewer, public
from sentinel_api.cameras.endpoints import CameraId
from sentinel_api.context import Context
from sentinel_api.players.schemas import KeySet, LivePlayers

router = APIRouter(tags=["live"])
key_sets = APIRouter(tags=["live"])


@router.get("/cameras/{camera}/live")
async def get_live_players(context: Context, caller: Viewer, camera: CameraId) -> LivePlayers:
    """Ways to watch a camera, the best first, each with the token it needs."""
    return await context.players.players(camera, caller)


@key_sets.get("/.well-known/jwks.json", dependencies=[public()])
async def get_key_set(context: Context) -> KeySet:
    """Public keys of media tokens, for media servers."""
    return context.players.key_set()

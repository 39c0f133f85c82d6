"""Routes of figures."""

from fastapi import APIRouter

from sentinel_api.access import Viewer
from sentinel_api.context import Context
from sentinel_api.stats.schemas import StatsAnswer

router = APIRouter(tags=["stats"])


@router.get("/stats")
async def get_stats(context: Context, caller: Viewer) -> StatsAnswer:
    """What the system does now; cheap."""
    return context.stats.figures()

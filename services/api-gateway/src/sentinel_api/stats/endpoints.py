"""Routes of figures."""

from fastapi import APIRouter

from sentinel_api.access import requires
from sentinel_api.context import Context
from sentinel_api.stats.schemas import StatsAnswer
from sentinel_core.domain.users import Role

router = APIRouter(tags=["stats"])


@router.get("/stats", dependencies=[requires(Role.VIEWER)])
async def get_stats(context: Context) -> StatsAnswer:
    """What the system does now; cheap."""
    return context.stats.figures()

"""Routes of historical events."""

from typing import Annotated

from fastapi import APIRouter, Query

from sentinel_api.access import requires
from sentinel_api.context import Context
from sentinel_api.events.schemas import EventPage, EventQuery
from sentinel_api.schemas import problems
from sentinel_core.domain.users import Role

router = APIRouter(tags=["events"])


@router.get("/events", dependencies=[requires(Role.VIEWER)], responses=problems(422))
async def list_events(context: Context, query: Annotated[EventQuery, Query()]) -> EventPage:
    """Historical anomalies: the transitions of incidents, newest first."""
    return await context.events.find(query)

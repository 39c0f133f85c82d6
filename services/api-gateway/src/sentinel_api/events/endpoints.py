"""Routes of historical events."""

from typing import Annotated

from fastapi import APIRouter, Query

from sentinel_api.access import Viewer
from sentinel_api.context import Context
from sentinel_api.events.schemas import EventPage, EventQuery
from sentinel_api.schemas import problems

router = APIRouter(tags=["events"])


@router.get("/events", responses=problems(422))
async def list_events(
    context: Context, caller: Viewer, query: Annotated[EventQuery, Query()]
) -> EventPage:
    """Historical anomalies: the transitions of incidents, newest first."""
    return await context.events.find(query)

"""Routes of incidents."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from sentinel_api.access import Operator, requires
from sentinel_api.cameras.endpoints import JPEG_RESPONSE
from sentinel_api.context import Context
from sentinel_api.incidents.schemas import (
    HandleIncident,
    IncidentAnswer,
    IncidentPage,
    IncidentQuery,
)
from sentinel_api.schemas import BODY_PROBLEMS, problems
from sentinel_core.domain.incidents import HandlingAction
from sentinel_core.domain.users import Role

router = APIRouter(tags=["incidents"])

HANDLING_PROBLEMS = problems(404, 409, *BODY_PROBLEMS)


@router.get("/incidents", dependencies=[requires(Role.VIEWER)], responses=problems(422))
async def list_incidents(
    context: Context, query: Annotated[IncidentQuery, Query()]
) -> IncidentPage:
    """Incidents by `alarm_at`, newest first."""
    return await context.incidents.find(query)


@router.get(
    "/incidents/{incident_id}", dependencies=[requires(Role.VIEWER)], responses=problems(404, 422)
)
async def get_incident(context: Context, incident_id: UUID) -> IncidentAnswer:
    """One incident."""
    return await context.incidents.get(incident_id)


@router.get(
    "/incidents/{incident_id}/snapshot",
    dependencies=[requires(Role.VIEWER)],
    response_class=Response,
    responses={**JPEG_RESPONSE, **problems(404, 422)},
)
async def get_incident_snapshot(
    context: Context, incident_id: UUID, *, boxes: bool = False
) -> Response:
    """The picture of the alarm, with or without boxes."""
    jpeg = await context.incidents.snapshot(incident_id, with_boxes=boxes)
    return Response(
        jpeg, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"}
    )


@router.post("/incidents/{incident_id}/ack", responses=HANDLING_PROBLEMS)
async def acknowledge_incident(
    context: Context, caller: Operator, incident_id: UUID, body: HandleIncident | None = None
) -> IncidentAnswer:
    """Say that somebody saw it: new → acknowledged."""
    return await context.incidents.handle(incident_id, HandlingAction.ACK, body, caller)


@router.post("/incidents/{incident_id}/take", responses=HANDLING_PROBLEMS)
async def take_incident(
    context: Context, caller: Operator, incident_id: UUID, body: HandleIncident | None = None
) -> IncidentAnswer:
    """Work on it: new or acknowledged → in progress."""
    return await context.incidents.handle(incident_id, HandlingAction.TAKE, body, caller)


@router.post("/incidents/{incident_id}/resolve", responses=HANDLING_PROBLEMS)
async def resolve_incident(
    context: Context, caller: Operator, incident_id: UUID, body: HandleIncident | None = None
) -> IncidentAnswer:
    """Done: any open handling → resolved."""
    return await context.incidents.handle(incident_id, HandlingAction.RESOLVE, body, caller)


@router.post("/incidents/{incident_id}/false-alarm", responses=HANDLING_PROBLEMS)
async def mark_false_alarm(
    context: Context, caller: Operator, incident_id: UUID, body: HandleIncident | None = None
) -> IncidentAnswer:
    """The rule was wrong: any open handling → false alarm."""
    return await context.incidents.handle(incident_id, HandlingAction.FALSE_ALARM, body, caller)


@router.post("/incidents/{incident_id}/reopen", responses=HANDLING_PROBLEMS)
async def reopen_incident(
    context: Context, caller: Operator, incident_id: UUID, body: HandleIncident | None = None
) -> IncidentAnswer:
    """Undo: resolved or false alarm → new."""
    return await context.incidents.handle(incident_id, HandlingAction.REOPEN, body, caller)

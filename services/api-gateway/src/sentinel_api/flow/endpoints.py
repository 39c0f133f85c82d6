"""Routes of flow."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from sentinel_api.access import requires
from sentinel_api.cameras.endpoints import CameraId
from sentinel_api.context import Context
from sentinel_api.flow.schemas import FlowQuery, FlowReport, UsualFlow
from sentinel_api.flow.table import write_table
from sentinel_api.schemas import problems
from sentinel_core.domain.users import Role

router = APIRouter(tags=["flow"])

CSV = "text/csv"


@router.get(
    "/cameras/{camera}/flow", dependencies=[requires(Role.VIEWER)], responses=problems(404, 422)
)
async def get_flow(
    context: Context, camera: CameraId, query: Annotated[FlowQuery, Query()]
) -> FlowReport:
    """How traffic flowed: crossings of lines, and speeds, occupancy and level of service of zones."""
    return await context.flow.report(camera, query)


@router.get(
    "/cameras/{camera}/flow.csv",
    dependencies=[requires(Role.VIEWER)],
    response_class=Response,
    responses={
        200: {"content": {CSV: {"schema": {"type": "string"}}}},
        **problems(404, 422),
    },
)
async def get_flow_table(
    context: Context, camera: CameraId, query: Annotated[FlowQuery, Query()]
) -> Response:
    """The same as a table: a row per zone or line and span."""
    report = await context.flow.report(camera, query)
    name = f'attachment; filename="flow-{report.camera_id}.csv"'
    return Response(write_table(report), media_type=CSV, headers={"Content-Disposition": name})


@router.get(
    "/cameras/{camera}/flow/usual",
    dependencies=[requires(Role.VIEWER)],
    responses=problems(404, 422),
)
async def get_usual_flow(context: Context, camera: CameraId) -> UsualFlow:
    """What is usual in each zone by hour of the week, and how much was learned."""
    return await context.flow.usual(camera)

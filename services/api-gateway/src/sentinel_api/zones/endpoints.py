"""Routes that help with drawing zones."""

from typing import Annotated

from fastapi import APIRouter, Query

from sentinel_api.access import requires
from sentinel_api.cameras.endpoints import CameraId
from sentinel_api.context import Context
from sentinel_api.schemas import BODY_PROBLEMS, problems
from sentinel_api.zones.schemas import (
    CalibrationPreview,
    PreviewCalibration,
    SuggestionQuery,
    ZoneSuggestions,
)
from sentinel_core.domain.users import Role

router = APIRouter(tags=["cameras"])


@router.get(
    "/cameras/{camera}/zones/suggestions",
    dependencies=[requires(Role.ENGINEER)],
    responses=problems(404, 409, 422),
)
async def suggest_zones(
    context: Context, camera: CameraId, query: Annotated[SuggestionQuery, Query()]
) -> ZoneSuggestions:
    """Lanes and their directions, by the vehicles of the last hours; put those that fit."""
    return await context.zone_drafts.suggest(camera, query.hours)


@router.post(
    "/cameras/{camera}/calibration/preview",
    dependencies=[requires(Role.ENGINEER)],
    responses=problems(404, *BODY_PROBLEMS),
)
async def preview_calibration(
    context: Context, camera: CameraId, body: PreviewCalibration
) -> CalibrationPreview:
    """What points would mean: lines on the ground to draw, and errors in metres."""
    return await context.zone_drafts.preview(camera, body)

"""Routes of evidence."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from sentinel_api.access import Viewer, requires
from sentinel_api.context import Context
from sentinel_api.evidence.schemas import EvidenceReport
from sentinel_api.recordings.endpoints import MP4, VIDEO_RESPONSES, Range
from sentinel_api.schemas import problems
from sentinel_core.domain.users import Role
from sentinel_core.evidence.export import ZIP

router = APIRouter(tags=["incidents"])

Verify = Annotated[
    bool, Query(description="Read all of it and compare it with the manifest and its chain.")
]


@router.get(
    "/incidents/{incident_id}/evidence",
    dependencies=[requires(Role.VIEWER)],
    responses=problems(404, 409, 422),
)
async def get_evidence(
    context: Context, incident_id: UUID, *, verify: Verify = False
) -> EvidenceReport:
    """Files, manifest, and what could not be had."""
    return await context.evidence.report(incident_id, verify=verify)


@router.get(
    "/incidents/{incident_id}/clip",
    dependencies=[requires(Role.VIEWER)],
    response_class=Response,
    responses={**VIDEO_RESPONSES, **problems(404, 422)},
)
async def get_incident_clip(context: Context, incident_id: UUID, wanted: Range = None) -> Response:
    """The seconds around the alarm as MP4, whole or the part that `Range` names."""
    key = await context.evidence.clip(incident_id)
    return await context.files.answer(key, wanted, MP4)


@router.get(
    "/incidents/{incident_id}/manifest",
    dependencies=[requires(Role.VIEWER)],
    response_class=Response,
    responses={
        200: {"content": {"application/json": {"schema": {"type": "object"}}}},
        **problems(404, 422),
    },
)
async def get_manifest(context: Context, incident_id: UUID) -> Response:
    """The manifest, byte for byte: its SHA-256 is in the next manifest of the camera."""
    data = await context.evidence.manifest(incident_id)
    return Response(data, media_type="application/json", headers={"Cache-Control": "no-store"})


@router.get(
    "/incidents/{incident_id}/evidence.zip",
    response_class=Response,
    responses={
        200: {"content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}},
        **problems(404, 409, 422),
    },
)
async def get_evidence_zip(context: Context, caller: Viewer, incident_id: UUID) -> Response:
    """Files, manifest, SHA256SUMS and README as a ZIP; who took it is in the audit log."""
    name, pieces = await context.evidence.export(incident_id, caller)
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return StreamingResponse(pieces, media_type=ZIP, headers=headers)

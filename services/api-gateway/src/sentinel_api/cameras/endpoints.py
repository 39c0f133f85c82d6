"""Routes of cameras."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from sentinel_api.access import Admin, Engineer, requires
from sentinel_api.cameras.schemas import (
    CameraAnswer,
    ChangeCamera,
    CreateCamera,
    ProbeAnswer,
    ProbeSource,
    RemovedCameras,
)
from sentinel_api.context import Context
from sentinel_api.schemas import BODY_PROBLEMS, problems
from sentinel_core.domain.users import Role
from sentinel_core.domain.zones import ZoneSet

router = APIRouter(tags=["cameras"])

CameraId = Annotated[str, Path(max_length=64, description="UUID or key.", examples=["cam_01"])]
JPEG_RESPONSE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}
}


@router.get("/cameras", dependencies=[requires(Role.VIEWER)])
async def list_cameras(context: Context) -> list[CameraAnswer]:
    """All cameras, by key."""
    return await context.cameras.list_all()


@router.post("/cameras", status_code=201, responses=problems(409, *BODY_PROBLEMS))
async def create_camera(
    context: Context, caller: Admin, body: CreateCamera, response: Response
) -> CameraAnswer:
    """Add a camera. A key that is not given is made from the name."""
    camera = await context.cameras.create(body, caller)
    response.headers["Location"] = f"/api/cameras/{camera.key}"
    return camera


@router.post(
    "/cameras/probe", dependencies=[requires(Role.ADMIN)], responses=problems(*BODY_PROBLEMS)
)
async def probe_camera(context: Context, body: ProbeSource) -> ProbeAnswer:
    """Open a source, look for at most 10 s, close it. Nothing is stored."""
    return await context.cameras.probe(body.source_url)


@router.get("/cameras/{camera}", dependencies=[requires(Role.VIEWER)], responses=problems(404, 422))
async def get_camera(context: Context, camera: CameraId) -> CameraAnswer:
    """One camera."""
    return await context.cameras.get(camera)


@router.patch("/cameras/{camera}", responses=problems(404, 409, *BODY_PROBLEMS))
async def update_camera(
    context: Context, caller: Admin, camera: CameraId, body: ChangeCamera
) -> CameraAnswer:
    """Change a camera's configuration.

    A `source_url` that equals the one shown (without credentials) leaves the stored one as it is.
    """
    return await context.cameras.change(camera, body, caller)


@router.delete("/cameras/{camera}", status_code=204, responses=problems(404, 422))
async def delete_camera(context: Context, caller: Admin, camera: CameraId) -> None:
    """Remove a camera and its zones; its incidents stay."""
    await context.cameras.remove(camera, caller)


@router.get(
    "/cameras/{camera}/snapshot",
    dependencies=[requires(Role.VIEWER)],
    response_class=Response,
    responses={**JPEG_RESPONSE, **problems(404, 422)},
)
async def get_camera_snapshot(context: Context, camera: CameraId) -> Response:
    """The newest sampled picture; 404 while the camera has not shown one."""
    jpeg = await context.cameras.snapshot(camera)
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


@router.get(
    "/cameras/{camera}/zones", dependencies=[requires(Role.VIEWER)], responses=problems(404, 422)
)
async def get_zones(context: Context, camera: CameraId) -> ZoneSet:
    """The zones of a camera; version 0 where none was drawn."""
    return await context.cameras.zones(camera)


@router.put("/cameras/{camera}/zones", responses=problems(404, 409, *BODY_PROBLEMS))
async def replace_zones(
    context: Context, caller: Engineer, camera: CameraId, body: ZoneSet
) -> ZoneSet:
    """Replace all zones; `version` is the one that was read. The answer has the new version."""
    return await context.cameras.replace_zones(camera, body, caller)


@router.delete("/demo")
async def remove_demo(context: Context, caller: Admin) -> RemovedCameras:
    """Remove all demo cameras."""
    return await context.cameras.remove_demo(caller)

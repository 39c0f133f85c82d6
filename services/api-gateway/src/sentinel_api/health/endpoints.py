"""Routes for whoever watches the process."""

from fastapi import APIRouter, Response

from sentinel_api.access import public
from sentinel_api.context import Context
from sentinel_api.health.schemas import Alive, Readiness

router = APIRouter(tags=["health"], include_in_schema=True)


@router.get("/healthz", dependencies=[public()])
async def get_health() -> Alive:
    """200 as long as the event loop lives."""
    return Alive()


@router.get(
    "/readyz",
    dependencies=[public()],
    responses={503: {"model": Readiness, "description": "Some dependency is away; says which"}},
)
async def get_readiness(context: Context, response: Response) -> Readiness:
    """Whether every service has what it needs."""
    readiness = await context.health.readiness()
    response.status_code = 200 if readiness.ready else 503
    response.headers["Cache-Control"] = "no-store"
    return readiness


@router.get(
    "/metrics",
    dependencies=[public()],
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def get_metrics(context: Context) -> Response:
    """Prometheus text format."""
    text, content_type = context.metrics.render()
    return Response(text, media_type=content_type)

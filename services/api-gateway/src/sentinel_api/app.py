"""The ASGI application: routes, middleware, problems. It knows no adapter."""

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from sentinel_api.access import deny_by_default, public
from sentinel_api.access_table import path_of
from sentinel_api.auth.endpoints import router as auth
from sentinel_api.backtests.endpoints import router as backtests
from sentinel_api.cameras.endpoints import router as cameras
from sentinel_api.dashboard.policy import find_dashboard
from sentinel_api.dashboard.static import Dashboard, DashboardMount
from sentinel_api.events.endpoints import router as events
from sentinel_api.evidence.endpoints import router as evidence
from sentinel_api.flow.endpoints import router as flow
from sentinel_api.health.endpoints import router as health
from sentinel_api.incidents.endpoints import router as incidents
from sentinel_api.live_video.endpoints import router as live_video
from sentinel_api.middleware.body_limit import BodyLimit
from sentinel_api.middleware.envelope import RequestEnvelope
from sentinel_api.middleware.origin_guard import OriginGuard
from sentinel_api.openapi import TITLE, describe
from sentinel_api.players.endpoints import key_sets
from sentinel_api.players.endpoints import router as players
from sentinel_api.problems import install_problem_handlers
from sentinel_api.realtime.endpoints import router as realtime
from sentinel_api.recordings.endpoints import router as recordings
from sentinel_api.rules.endpoints import router as rules
from sentinel_api.stats.endpoints import router as stats
from sentinel_api.users.endpoints import router as users
from sentinel_api.zones.endpoints import router as zones
from sentinel_core.runtime.settings import ApiSettings

FEATURES = (
    cameras,
    zones,
    players,
    live_video,
    incidents,
    evidence,
    events,
    flow,
    recordings,
    rules,
    backtests,
    stats,
    auth,
    users,
    realtime,
)


def create_app(settings: ApiSettings, media_origins: Sequence[str] = ()) -> FastAPI:
    """All routes. `app.state.context` must be set before the first request.

    Args:
        settings: Of the API.
        media_origins: Other servers that pages may get video from.

    Raises:
        SentinelError: A route does not say what it demands of its caller.
    """
    app = FastAPI(
        title=TITLE,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        generate_unique_id_function=_operation_id,
        redirect_slashes=False,
    )
    app.include_router(health)
    app.include_router(key_sets)
    app.include_router(_api(app), prefix="/api")
    dashboard = Dashboard(find_dashboard(settings.dashboard_dir), media_origins)
    app.router.routes.append(DashboardMount("/", dashboard, name="dashboard"))
    install_problem_handlers(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(OriginGuard, local_only=not settings.auth)
    app.add_middleware(RequestEnvelope)
    deny_by_default(app.routes)
    app.state.route_templates = {
        route.endpoint: path_of(route)
        for route in iter_route_contexts(app.routes)
        if route.endpoint is not None
    }
    app.state.route_templates[dashboard] = "/*"
    return app


def _api(app: FastAPI) -> APIRouter:
    api = APIRouter()
    for feature in FEATURES:
        api.include_router(feature)

    @api.get("/openapi.json", include_in_schema=False, dependencies=[public()])
    async def get_openapi_document() -> dict[str, object]:
        return describe(app)

    return api


def _operation_id(route: APIRoute) -> str:
    return route.name

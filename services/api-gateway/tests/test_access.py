"""Every route demands something, the table says what, and nobody passes below it."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts

from sentinel_api.access import deny_by_default, public, requirement_of, requires, unmarked_routes
from sentinel_api.access_table import access_rows, render_access_table
from sentinel_api.app import create_app
from sentinel_api.openapi import describe
from sentinel_api.testing import World
from sentinel_core.domain.errors import SentinelError
from sentinel_core.domain.users import Role
from sentinel_core.runtime.settings import ApiSettings

MakeWorld = Callable[..., Awaitable[World]]
SOMETHING = {
    "camera": "cam_01",
    "incident_id": "x",
    "recording_id": "x",
    "name": "somebody-else",
    "piece": "x",
    "session": "x",
    "run": "x",
}
"""Parts of paths."""
DOCS = Path(__file__).parents[3] / "docs"
ROLES = list(Role)


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return create_app(ApiSettings())


def rows() -> list[tuple[str, str, Role | None]]:
    return [
        row
        for row in access_rows(create_app(ApiSettings()).routes)
        if row[1] != "WebSocket" and row[0] != "/*"
    ]


def test_no_route_is_unmarked(app: FastAPI) -> None:
    assert list(unmarked_routes(app.routes)) == []
    assert len(list(iter_route_contexts(app.routes))) > 30


def test_application_with_an_unmarked_route_is_refused() -> None:
    router = APIRouter()

    @router.get("/open", dependencies=[public()])
    async def get_open() -> None: ...

    @router.get("/forgotten")
    async def get_forgotten() -> None: ...

    @router.get("/doubtful", dependencies=[public(), requires(Role.ADMIN)])
    async def get_doubtful() -> None: ...

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(router, prefix="/api")
    app.mount("/files", FastAPI())
    with pytest.raises(SentinelError, match=r"/api/forgotten, /api/doubtful, /files"):
        deny_by_default(app.routes)


def test_table_in_the_documents_is_the_one_of_the_routes(app: FastAPI) -> None:
    table = (DOCS / "security.md").read_text(encoding="utf-8")
    assert table == render_access_table(app.routes), "run `python tools/export_security_table.py`"


def test_changing_routes_need_more_than_looking(app: FastAPI) -> None:
    for route in iter_route_contexts(app.routes):
        requirement = requirement_of(route)
        assert requirement is not None
        changes = set(route.methods or ()) & {"POST", "PUT", "PATCH", "DELETE"}
        path = str(route.path)
        # Watching by WebRTC begins with a POST: it changes nothing for anybody else.
        if changes and not path.startswith("/api/auth/") and "/whep" not in path:
            assert requirement.role is not None
            assert requirement.role.includes(Role.OPERATOR)


def test_operation_ids_are_verb_and_noun(app: FastAPI) -> None:
    document = describe(app)
    ids = [op["operationId"] for path in document["paths"].values() for op in path.values()]
    assert len(set(ids)) == len(ids)
    verbs: tuple[str, ...] = (
        "get",
        "list",
        "create",
        "update",
        "delete",
        "replace",
        "remove",
        "probe",
        "reset",
    )
    verbs += ("acknowledge", "take", "resolve", "mark", "reopen", "log", "refresh")
    verbs += ("start", "stop", "cancel", "suggest", "preview")
    assert all(name.startswith(verbs) for name in ids)


@pytest.mark.parametrize("role", [None, *ROLES])
async def test_nobody_passes_below_a_routes_role(make_world: MakeWorld, role: Role | None) -> None:
    world = await make_world(auth=True)
    token = await world.user_token("somebody", role) if role else None
    client = world.client(token)
    for path, method, needed in rows():
        target = path.format_map(SOMETHING)
        answer = await client.request(method, target)
        if needed is None:
            continue
        if role is None:
            assert answer.status_code == 401, (method, path)
        elif not role.includes(needed):
            assert answer.status_code == 403, (method, path)
            assert answer.json()["code"] == "access-denied"
        else:
            assert answer.status_code not in {401, 403}, (method, path)
        assert answer.status_code < 500, (method, path)


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
async def test_pages_of_other_sites_change_nothing(world: World, method: str) -> None:
    await world.add_camera()
    client = world.client()
    for origin in ("https://evil.example", "null", "http://127.0.0.1.evil.example", "http://[bad"):
        answer = await client.request(
            method, "/api/cameras/cam_01", headers={"Origin": origin}, json={}
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "access-denied")
    assert (await client.get("/api/cameras/cam_01")).status_code == 200
    own = await client.delete("/api/cameras/cam_01", headers={"Origin": "http://127.0.0.1:3000"})
    assert own.status_code == 204


@pytest.mark.parametrize(
    ("base_url", "status"),
    [
        ("http://127.0.0.1:8080", 200),
        ("http://localhost:8080", 200),
        ("http://[::1]:8080", 200),
        ("http://rebound.example", 403),
        ("http://192.0.2.1", 403),
    ],
)
async def test_without_sign_in_only_this_machines_names_are_served(
    world: World, base_url: str, status: int
) -> None:
    assert (await world.client(base_url=base_url).get("/api/cameras")).status_code == status


async def test_with_sign_in_any_host_name_is_served(make_world: MakeWorld) -> None:
    world = await make_world(auth=True)
    client = world.client(world.service.issue_local_token(), base_url="https://city.example")
    assert (await client.get("/api/cameras")).status_code == 200

"""The table of docs/security.md: what every route demands, read from the routes themselves."""

from collections.abc import Iterator, Sequence

from fastapi.routing import RouteContext, iter_route_contexts
from starlette.routing import BaseRoute

from sentinel_api.access import requirement_of
from sentinel_core.domain.users import Role

HEAD = """# Who may do what

This file is written by `python tools/export_security_table.py` from the routes; a test compares
the two. Every route denies unless it names what it needs: one without a requirement keeps the
service from starting.

Each role may do what the roles before it may: viewer, operator, engineer, admin. A caller is
known by a short-lived access token (`Authorization: Bearer …`, or the subprotocol
`bearer.<token>` of a WebSocket). With `SENTINEL_API__AUTH=false`, which `sentinel up` allows on a
loopback host only, everybody is the user `local` with the role admin.

Live video is also read with a media token, which `GET /api/cameras/{camera}/live` gives to
viewers: signed (ES256), good for reading one camera for five minutes, and for nothing else here. A
media server checks it by `/.well-known/jwks.json`; the key is derived from the secret key.

| answer | when |
|---|---|
| 401, close code 4401 | no token, or one that is broken, forged or expired |
| 403, close code 4403 | the role is too low; the request comes from another site's page |
| 404, close code 4404 | unknown id |

| route | method | needs |
|---|---|---|
"""


def access_rows(routes: Sequence[BaseRoute]) -> Iterator[tuple[str, str, Role | None]]:
    """(path, method, role), sorted; role None means everybody."""
    rows = [
        (path_of(route), method, requirement.role)
        for route in iter_route_contexts(routes)
        if (requirement := requirement_of(route)) is not None
        for method in methods_of(route)
    ]
    return iter(sorted(rows, key=lambda row: (row[0], row[1])))


def render_access_table(routes: Sequence[BaseRoute]) -> str:
    """The whole file."""
    rows = (
        f"| `{path}` | {method} | {role or 'nobody has to sign in'} |"
        for path, method, role in access_rows(routes)
    )
    return HEAD + "\n".join(rows) + "\n"


def path_of(route: RouteContext) -> str:
    """The path as the client writes it; what is mounted serves all that is left."""
    return route.path or "/*"


def methods_of(route: RouteContext) -> list[str]:
    """HTTP methods, or WebSocket."""
    if getattr(route.route, "app", None) is not None and route.path == "":
        return ["GET"]
    return sorted(route.methods) if route.methods else ["WebSocket"]

"""What a route demands of its caller. A route that demands nothing does not start.

Every route carries exactly one requirement: `requires(Role.OPERATOR)` or `public()`.
`unmarked_routes` finds those that carry none; `create_app` refuses them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Protocol
from uuid import UUID

from fastapi import Depends
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute

from sentinel_core.domain.errors import AccessDenied, NotAuthenticated, SentinelError
from sentinel_core.domain.users import Role
from sentinel_core.ports.media_tokens import MediaAction, MediaPermission, MediaTokens

BEARER_SUBPROTOCOL_PREFIX = "bearer."


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who asks. `expires_at` is None where sign-in is switched off."""

    name: str
    role: Role
    user_id: UUID | None = None
    expires_at: datetime | None = None
    origin: str | None = None


class Gate(Protocol):
    """Tells who holds a token."""

    def identify(self, token: str | None) -> Principal:
        """The caller.

        Raises:
            NotAuthenticated: No token, or one that is broken, forged or expired.
        """
        ...


@dataclass(frozen=True)
class Requirement:
    """A dependency that lets nobody pass below `role`; None lets everybody pass."""

    role: Role | None

    async def __call__(self, connection: HTTPConnection) -> Principal | None:
        """Identify the caller and compare roles."""
        if self.role is None:
            return None
        gate: Gate = connection.app.state.context.gate
        principal = gate.identify(bearer_token(connection))
        if not principal.role.includes(self.role):
            raise AccessDenied(f"this needs the role {self.role}")
        return Principal(
            name=principal.name,
            role=principal.role,
            user_id=principal.user_id,
            expires_at=principal.expires_at,
            origin=connection.client.host if connection.client else None,
        )


@dataclass(frozen=True)
class LiveRequirement(Requirement):
    """Lets a media token for the camera of the path pass too, in the header or as `?token=`.

    An access token counts in the header alone: addresses are written into logs.
    """

    async def __call__(self, connection: HTTPConnection) -> Principal | None:
        """Identify the caller by either token."""
        header = bearer_token(connection)
        token = header or connection.query_params.get("token")
        if token is not None:
            tokens: MediaTokens = connection.app.state.context.media_tokens
            wanted = MediaPermission(MediaAction.READ, connection.path_params["camera"])
            try:
                expires_at = tokens.check(token, wanted)
            except NotAuthenticated:
                if header is None:
                    raise
            else:
                return Principal(name="viewer", role=Role.VIEWER, expires_at=expires_at)
        return await super().__call__(connection)


def requires(role: Role) -> Any:
    """Only callers with at least `role`; the dependency's value is the `Principal`."""
    return Depends(Requirement(role))


def public() -> Any:
    """Everybody, on purpose."""
    return Depends(Requirement(None))


Viewer = Annotated[Principal, requires(Role.VIEWER)]
LiveViewer = Annotated[Principal, Depends(LiveRequirement(Role.VIEWER))]
"""Of routes below `/cameras/{camera}` that players read, who cannot always set headers."""
Operator = Annotated[Principal, requires(Role.OPERATOR)]
Engineer = Annotated[Principal, requires(Role.ENGINEER)]
Admin = Annotated[Principal, requires(Role.ADMIN)]


def bearer_token(connection: HTTPConnection) -> str | None:
    """The token of the Authorization header, or of a WebSocket's subprotocols."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    if connection.scope["type"] == "websocket":
        for offered in connection.scope.get("subprotocols", []):
            if offered.startswith(BEARER_SUBPROTOCOL_PREFIX):
                return str(offered).removeprefix(BEARER_SUBPROTOCOL_PREFIX)
    return None


def requirement_of(route: RouteContext) -> Requirement | None:
    """The one requirement of a route, or None where there is none or more than one."""
    dependant = getattr(route, "dependant", None)
    if dependant is None:
        declared = getattr(getattr(route.route, "app", None), "requirement", None)
        return declared if isinstance(declared, Requirement) else None
    found = {d.call for d in dependant.dependencies if isinstance(d.call, Requirement)}
    return found.pop() if len(found) == 1 else None


def unmarked_routes(routes: Sequence[BaseRoute]) -> Iterator[str]:
    """Paths of the routes that do not say what they demand."""
    for route in iter_route_contexts(routes):
        if requirement_of(route) is None:
            yield route.path or repr(route.route)


def deny_by_default(routes: Sequence[BaseRoute]) -> None:
    """Refuse an application with a route that demands nothing.

    Raises:
        SentinelError: Names the routes.
    """
    unmarked = list(unmarked_routes(routes))
    if unmarked:
        raise SentinelError(f"routes without a requirement: {', '.join(unmarked)}")

"""Keeps other sites' pages out: what a browser sends from elsewhere changes nothing here."""

import ipaddress
import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from sentinel_api.problems import close_with, problem_response
from sentinel_core.domain.errors import AccessDenied

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_HOST = re.compile(r"(?P<name>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?")


class OriginGuard:
    """ASGI middleware.

    A request that changes something, or opens a WebSocket, and names an `Origin`, must come from
    this host, or from a page of this very machine (a development server). Where sign-in is
    switched off (`local_only`), the `Host` must be this machine's as well, so that a name that
    was rebound to 127.0.0.1 reaches nothing.
    """

    def __init__(self, app: ASGIApp, *, local_only: bool) -> None:
        self._app = app
        self._local_only = local_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] not in {"http", "websocket"} or not (reason := self._refusal(scope)):
            await self._app(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await close_with(WebSocket(scope, receive, send), AccessDenied(reason))
            return
        response = problem_response(Request(scope), 403, AccessDenied.code, reason)
        await response(scope, receive, send)

    def _refusal(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if self._local_only and not is_local(host):
            return "without sign-in this server answers to its own machine only"
        if scope["type"] == "http" and scope["method"] in SAFE_METHODS:
            return None
        origin = headers.get("origin")
        if origin is None or _is_own(origin, host):
            return None
        return "the request comes from another site"


def host_name(host: str) -> str | None:
    """The name in a `Host` header, None where it is no host."""
    found = _HOST.fullmatch(host)
    return found["name"].lower() if found else None


def is_local(host: str) -> bool:
    """Whether a `Host` header names this machine: localhost or a loopback address."""
    name = host_name(host)
    if name is None:
        return False
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def _is_own(origin: str, host: str) -> bool:
    try:
        came_from = urlsplit(origin).netloc.lower()
    except ValueError:
        return False
    if came_from and came_from == host.lower():
        return True
    return is_local(came_from) and is_local(host)

"""Around every request: its id, its duration, the security headers of its answer."""

import re
import secrets
from collections.abc import Mapping
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sentinel_api.headers import REQUEST_ID_HEADER, dress

_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestEnvelope:
    """ASGI middleware, the outermost. A header that the answer has already is left alone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        if scope["type"] == "websocket":
            with structlog.contextvars.bound_contextvars(request_id=request_id):
                await self._app(scope, receive, send)
            return
        context = scope["app"].state.context
        started_s = context.clock.monotonic()
        status = 500

        async def send_dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                dress(MutableHeaders(scope=message), request_id)
            await send(message)

        try:
            with structlog.contextvars.bound_contextvars(request_id=request_id):
                await self._app(scope, receive, send_dressed)
        finally:
            context.metrics.observe_request(
                method=scope["method"] if scope["method"] in _METHODS else "other",
                route=_route_template(scope),
                status=status,
                took_s=context.clock.monotonic() - started_s,
            )


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get(REQUEST_ID_HEADER, "")
    return given if _GIVEN_ID.fullmatch(given) else secrets.token_hex(8)


def _route_template(scope: Scope) -> str:
    # A path is anybody's to choose; only templates may become label values.
    templates: Mapping[Any, str] = scope["app"].state.route_templates
    return templates.get(scope.get("endpoint"), "other")

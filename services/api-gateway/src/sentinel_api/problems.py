"""Errors at the HTTP edge: one handler maps the tree of `SentinelError` to RFC 9457 problems.

On a WebSocket the same errors become close codes.
"""

import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketState

from sentinel_api.headers import dress
from sentinel_core.domain.errors import (
    AccessDenied,
    Conflict,
    DependencyUnavailable,
    InvalidInput,
    ModelRefused,
    NotAuthenticated,
    NotFound,
    RateLimited,
    SentinelError,
    SourceFailed,
    StaleState,
    StorageFull,
)

PROBLEM_MEDIA_TYPE = "application/problem+json"
SUBPROTOCOL = "sentinel.v1"
RETRY_AFTER_S = 2

CLOSE_UNAUTHENTICATED = 4401
CLOSE_DENIED = 4403
CLOSE_NOT_FOUND = 4404
CLOSE_FAILED = 1011

_STATUSES: Mapping[type[SentinelError], HTTPStatus] = {
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotAuthenticated: HTTPStatus.UNAUTHORIZED,
    AccessDenied: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    RateLimited: HTTPStatus.TOO_MANY_REQUESTS,
    DependencyUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    StorageFull: HTTPStatus.INSUFFICIENT_STORAGE,
    SourceFailed: HTTPStatus.UNPROCESSABLE_ENTITY,
    ModelRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
}

_CLOSE_CODES: Mapping[type[SentinelError], int] = {
    NotAuthenticated: CLOSE_UNAUTHENTICATED,
    AccessDenied: CLOSE_DENIED,
    NotFound: CLOSE_NOT_FOUND,
}

_TITLES: Mapping[str, str] = {
    "invalid-input": "The input cannot be accepted",
    "not-authenticated": "Sign-in needed",
    "access-denied": "Not allowed",
    "not-found": "Not found",
    "conflict": "Clash with the present state",
    "stale-state": "Somebody changed it first",
    "rate-limited": "Too many tries",
    "dependency-unavailable": "A part that this needs is away",
    "storage-full": "No room left",
    "source-failed": "The source cannot be read",
    "model-refused": "The model is refused",
    "method-not-allowed": "Method not allowed",
    "body-too-large": "The body is too large",
    "unreadable-body": "The body cannot be read",
    "internal-error": "Something broke on our side",
}

_USERINFO = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://)[^/\s@]*@", re.IGNORECASE)

_log = structlog.get_logger(__name__)


def without_credentials(text: str) -> str:
    """`text` with the user and password of every URL in it removed."""
    return _USERINFO.sub(r"\g<scheme>", text)


def problem_response(
    connection: HTTPConnection,
    status: int,
    code: str,
    detail: str,
    *,
    extra: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem as JSON. `extra` members that are None are left out."""
    problem: dict[str, object] = {
        "type": f"urn:sentinel:problem:{code}",
        "title": _TITLES.get(code) or HTTPStatus(status).phrase,
        "status": int(status),
        "detail": without_credentials(detail),
        "instance": connection.url.path,
        "request_id": request_id_of(connection),
        "code": code,
    }
    problem.update({key: value for key, value in (extra or {}).items() if value is not None})
    return Response(
        json.dumps(problem, default=str),
        status_code=int(status),
        media_type=PROBLEM_MEDIA_TYPE,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def request_id_of(connection: HTTPConnection) -> str | None:
    """The id that the answer's `X-Request-ID` carries."""
    found = connection.scope.get("state", {}).get("request_id")
    return None if found is None else str(found)


def status_of(error: SentinelError) -> HTTPStatus:
    """The status for the nearest class of the tree."""
    for cls in type(error).__mro__:
        if cls in _STATUSES:
            return _STATUSES[cls]
    return HTTPStatus.INTERNAL_SERVER_ERROR


def close_code_of(error: SentinelError) -> int:
    """The close code for the nearest class of the tree."""
    for cls in type(error).__mro__:
        if cls in _CLOSE_CODES:
            return _CLOSE_CODES[cls]
    return CLOSE_FAILED


def install_problem_handlers(app: FastAPI) -> None:
    """Answer every error of the application as a problem."""
    # Starlette calls the same handler for requests and WebSockets, which its types cannot say.
    handlers: dict[type[Exception], Any] = {
        SentinelError: _on_sentinel_error,
        RequestValidationError: _on_invalid_request,
        WebSocketRequestValidationError: _on_invalid_websocket,
        HTTPException: _on_http_exception,
        Exception: _on_unexpected_error,
    }
    for error, handler in handlers.items():
        app.add_exception_handler(error, handler)


async def _on_sentinel_error(connection: Request | WebSocket, error: Exception) -> Response | None:
    if not isinstance(error, SentinelError):
        raise error
    if isinstance(connection, WebSocket):
        await close_with(connection, error)
        return None
    status = status_of(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.warning("request failed", code=error.code, detail=without_credentials(error.message))
    return problem_response(
        connection,
        status,
        error.code,
        error.message,
        extra=_members_of(error),
        headers=_headers_of(error),
    )


async def close_with(websocket: WebSocket, error: SentinelError) -> None:
    """Close with the error's code; a browser sees it only after the socket was accepted."""
    if websocket.application_state is WebSocketState.CONNECTING:
        await websocket.accept(subprotocol=chosen_subprotocol(websocket))
    if websocket.application_state is WebSocketState.CONNECTED:
        await websocket.close(close_code_of(error), without_credentials(error.message)[:120])


def chosen_subprotocol(websocket: WebSocket) -> str | None:
    """`sentinel.v1` where the client offers it."""
    return SUBPROTOCOL if SUBPROTOCOL in websocket.scope.get("subprotocols", []) else None


def _members_of(error: SentinelError) -> dict[str, object]:
    if isinstance(error, StaleState):
        return {"current": dict(error.current)}
    if isinstance(error, SourceFailed):
        return {"reason": str(error.reason)}
    if isinstance(error, InvalidInput) and error.field is not None:
        return {"errors": [{"field": error.field, "reason": without_credentials(error.message)}]}
    return {}


def _headers_of(error: SentinelError) -> dict[str, str]:
    if isinstance(error, RateLimited):
        return {"Retry-After": str(error.retry_after_s)}
    if isinstance(error, NotAuthenticated):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, DependencyUnavailable):
        return {"Retry-After": str(RETRY_AFTER_S)}
    return {}


async def _on_invalid_request(connection: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    errors = [_field_error(item) for item in error.errors()]
    first = errors[0] if errors else {"field": "", "reason": "it cannot be read"}
    detail = f"{first['field']}: {first['reason']}" if first["field"] else first["reason"]
    return problem_response(
        connection,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        InvalidInput.code,
        detail,
        extra={"errors": errors},
    )


async def _on_invalid_websocket(websocket: WebSocket, error: Exception) -> None:
    # All that a socket's path may hold is an id, and one that breaks its rules names nothing.
    if not isinstance(error, WebSocketRequestValidationError):
        raise error
    await close_with(websocket, NotFound("no such thing"))


def _field_error(item: Mapping[str, Any]) -> dict[str, str]:
    # The first part of `loc` says body, query or path; the value itself is not repeated.
    parts = [str(part) for part in item.get("loc", ())]
    field = ".".join(parts[1:]) if len(parts) > 1 else ".".join(parts)
    reason = str(item.get("msg", "")).removeprefix("Value error, ")
    if item.get("type") == "json_invalid":
        return {"field": "body", "reason": f"no valid JSON: {item.get('ctx', {}).get('error')}"}
    return {"field": field, "reason": without_credentials(reason)}


async def _on_http_exception(connection: Request | WebSocket, error: Exception) -> Response | None:
    if not isinstance(error, HTTPException):
        raise error
    if isinstance(connection, WebSocket):
        await close_with(connection, NotFound(str(error.detail)))
        return None
    codes = {
        400: "unreadable-body",
        404: NotFound.code,
        405: "method-not-allowed",
        413: "body-too-large",
    }
    return problem_response(
        connection,
        error.status_code,
        codes.get(error.status_code, "http-error"),
        str(error.detail),
        headers=error.headers,
    )


async def _on_unexpected_error(connection: Request, error: Exception) -> Response:
    _log.error("unexpected error", path=connection.url.path, exc_info=error)
    response = problem_response(
        connection,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal-error",
        "the request failed; the log has more under its request id",
    )
    # Starlette answers this one outside all middleware.
    dress(response.headers, request_id_of(connection) or "")
    return response

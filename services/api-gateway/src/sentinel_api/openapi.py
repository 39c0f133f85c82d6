"""The OpenAPI document: problems as problems, and what each route demands."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import RouteContext, iter_route_contexts

from sentinel_api.access import requirement_of
from sentinel_api.problems import PROBLEM_MEDIA_TYPE
from sentinel_api.schemas import Problem

TITLE = "Smart City Sentinel"
VERSION = "1.0.0"
TAGS = [
    {"name": "cameras", "description": "Sources, their pictures and their zones."},
    {"name": "live", "description": "How to watch a camera."},
    {"name": "incidents", "description": "What the rules saw and what people did about it."},
    {"name": "events", "description": "The history of incidents, one row per transition."},
    {"name": "stats", "description": "Figures of the running system."},
    {"name": "auth", "description": "Sign-in."},
    {"name": "users", "description": "Accounts."},
    {"name": "health", "description": "For whoever watches the process."},
]
DESCRIPTION = """REST interface of Smart City Sentinel.

Errors are RFC 9457 problems (`application/problem+json`) with a stable `code` and a `request_id`.
Times are ISO 8601 in UTC. A camera's `{camera}` is its UUID or its key.

Two WebSockets are not part of this document: `/api/live` (JSON messages, see
`live-message.json` among the contracts) and `/api/cameras/{camera}/stream` (fragmented MP4).
Both take the subprotocols `sentinel.v1` and `bearer.<access token>`.
"""

_UNAUTHENTICATED = {"description": "Sign-in is missing, wrong or expired"}
_DENIED = {"description": "The caller's role is too low, or another site's page asks"}
_AWAY = {"description": "The database or another part is away; `Retry-After` says when to try"}
_FULL = {"description": "No room left to store the change"}
_PROBLEM_REF = {"$ref": "#/components/schemas/Problem"}


def describe(app: FastAPI) -> dict[str, Any]:
    """The document; made once, the same for each run."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=TITLE,
            version=VERSION,
            description=DESCRIPTION,
            tags=TAGS,
            routes=app.routes,
            separate_input_output_schemas=False,
        )
        _add_security(document, app)
        _mark_problems(document)
        app.openapi_schema = document
    return app.openapi_schema


def _add_security(document: dict[str, Any], app: FastAPI) -> None:
    components = document.setdefault("components", {})
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }
    components["schemas"].setdefault(
        "Problem", Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    )
    for method, context, operation in _operations(document, app):
        _add_common_problems(method, context, operation)
        requirement = requirement_of(context)
        if requirement is None or requirement.role is None:
            operation["security"] = []
            continue
        operation["security"] = [{"bearer": []}]
        operation["x-required-role"] = str(requirement.role)
        operation["responses"].setdefault("401", _problem(_UNAUTHENTICATED))


def _add_common_problems(method: str, context: RouteContext, operation: dict[str, Any]) -> None:
    if not str(context.path).startswith("/api/"):
        return
    responses = operation["responses"]
    responses.setdefault("403", _problem(_DENIED))
    responses.setdefault("503", _problem(_AWAY))
    if method != "GET":
        responses.setdefault("507", _problem(_FULL))


def _operations(
    document: dict[str, Any], app: FastAPI
) -> Iterator[tuple[str, RouteContext, dict[str, Any]]]:
    for context in iter_route_contexts(app.routes):
        described = document["paths"].get(context.path, {})
        for method in context.methods or ():
            operation = described.get(method.lower())
            if operation is not None:
                yield method, context, operation


def _problem(response: dict[str, Any]) -> dict[str, Any]:
    return {**response, "content": {PROBLEM_MEDIA_TYPE: {"schema": _PROBLEM_REF}}}


def _mark_problems(document: dict[str, Any]) -> None:
    for described in document["paths"].values():
        for operation in described.values():
            responses = operation["responses"]
            for status, response in list(responses.items()):
                content = response.get("content", {}).get("application/json", {})
                schema = content.get("schema", {})
                if schema == _PROBLEM_REF or schema.get("$ref", "").endswith("HTTPValidationError"):
                    responses[status] = _problem({"description": response["description"]})
            operation["responses"] = dict(sorted(responses.items()))
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)

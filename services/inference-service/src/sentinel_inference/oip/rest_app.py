"""`/v2` over HTTP, beside the pages for health and metrics: one ASGI application."""

import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Final, NamedTuple

import msgspec

from sentinel_core.domain.errors import InvalidInput, NotFound, SentinelError
from sentinel_core.runtime.health_pages import HealthPages
from sentinel_inference.oip.models import ModelShelf
from sentinel_inference.oip.rest_messages import describe, read_body, write_answer
from sentinel_inference.oip.server_facts import SERVER_NAME, Readiness, server_version

MAX_BODY_BYTES: Final = 96 * 1024 * 1024
"""The largest tensor that is taken in, with room for its JSON."""

_JSON = "application/json"
_JSON_LENGTH = "inference-header-content-length"
_MODEL = re.compile(
    r"^/v2/models/(?P<name>[^/]+)(?:/versions/(?P<version>[^/]+))?(?P<verb>/ready|/infer)?$"
)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Answer(NamedTuple):
    """What goes back."""

    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str] = {}


class _TooLarge(Exception):
    """The body is larger than any tensor that is taken in."""


class RestApp:
    """Answers over HTTP; nothing in it keeps state."""

    def __init__(self, shelf: ModelShelf, is_ready: Readiness, pages: HealthPages) -> None:
        self._shelf = shelf
        self._is_ready = is_ready
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        try:
            answer = await self._answer(scope, receive)
        except InvalidInput as error:
            answer = _error(400, error.message)
        except NotFound as error:
            answer = _error(404, error.message)
        except SentinelError as error:
            answer = _error(503, error.message)
        except _TooLarge:
            answer = _error(413, f"at most {MAX_BODY_BYTES >> 20} MiB")
        await _send(send, answer)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        method, path = scope["method"], scope["path"]
        if path == "/v2" or path.startswith("/v2/"):
            return await self._protocol(method, path.rstrip("/"), scope, receive)
        return Answer(*await self._pages.answer(method, path))

    async def _protocol(self, method: str, path: str, scope: Scope, receive: Receive) -> Answer:
        found = _MODEL.match(path)
        if found is not None and found["verb"] == "/infer":
            if method != "POST":
                return _error(405, "POST only")
            return await self._infer(found["name"], found["version"] or "", scope, receive)
        if method != "GET":
            return _error(405, "GET only")
        if found is not None:
            model = self._shelf.find(found["name"], found["version"] or "")
            return _json(200, {"ready": True} if found["verb"] else describe(model))
        return await self._server_page(path)

    async def _server_page(self, path: str) -> Answer:
        if path == "/v2":
            facts = {"name": SERVER_NAME, "version": server_version()}
            return _json(200, {**facts, "extensions": ["binary_tensor_data"]})
        if path == "/v2/health/live":
            return _json(200, {"live": True})
        if path == "/v2/health/ready":
            ready = await self._is_ready()
            return _json(200 if ready else 503, {"ready": ready})
        return _error(404, "/v2, /v2/health/live, /v2/health/ready, /v2/models/{name}")

    async def _infer(self, name: str, version: str, scope: Scope, receive: Receive) -> Answer:
        headers = {key.decode("latin-1"): value for key, value in scope["headers"]}
        if "content-encoding" in headers:
            return _error(415, "send it uncompressed")
        model = self._shelf.find(name, version)
        request, tensors = read_body(await _read(receive), _json_length(headers))
        wanted = [output.name for output in request.outputs]
        outputs = await self._shelf.infer(model, tensors, wanted)
        document, tail = write_answer(model, request, outputs)
        if not tail:
            return Answer(200, _JSON, document)
        size = {"Inference-Header-Content-Length": str(len(document))}
        return Answer(200, "application/octet-stream", document + tail, size)


def _json_length(headers: Mapping[str, bytes]) -> int | None:
    value = headers.get(_JSON_LENGTH)
    if value is None:
        return None
    if not value.isdigit():
        raise InvalidInput("Inference-Header-Content-Length is no number")
    return int(value)


async def _read(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise InvalidInput("the request was cut off")
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            raise _TooLarge
        if not message.get("more_body", False):
            return bytes(body)


async def _send(send: Send, answer: Answer) -> None:
    headers = {
        "Content-Type": answer.content_type,
        "Content-Length": str(len(answer.body)),
        "Cache-Control": "no-store",
        **answer.headers,
    }
    pairs = [(key.encode("latin-1"), value.encode("latin-1")) for key, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": pairs})
    await send({"type": "http.response.body", "body": answer.body})


def _json(status: int, document: Mapping[str, Any]) -> Answer:
    return Answer(status, _JSON, msgspec.json.encode(document))


def _error(status: int, message: str) -> Answer:
    return _json(status, {"error": message})

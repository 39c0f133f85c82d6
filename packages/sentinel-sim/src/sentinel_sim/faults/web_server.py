"""A small web server: what a camera or a streaming server answers, for tests."""

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType

_REASONS = {200: "OK", 302: "Found", 401: "Unauthorized", 404: "Not Found"}


@dataclass(frozen=True, slots=True)
class WebRequest:
    """What was asked for; header names are lower case."""

    path: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """An answer; with `stream` it has no length and goes on until that ends."""

    body: bytes = b""
    content_type: str = "application/octet-stream"
    status: int = 200
    headers: tuple[str, ...] = ()
    stream: AsyncIterator[bytes] | None = None


Answering = Callable[[WebRequest], Awaitable[WebAnswer]]


@dataclass
class WebServer:
    """Listens on a free loopback port while its `async with` block runs.

    Attributes:
        answer: What it says to a request.
        password: Of the user `operator`; None: everybody may ask.
        requests: Paths asked for so far.
    """

    answer: Answering
    password: str | None = None
    requests: list[str] = field(default_factory=list)

    async def __aenter__(self) -> "WebServer":
        """Listen."""
        self._handlers: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close everything."""
        self._server.close()
        for task in self._handlers:
            task.cancel()
        await asyncio.gather(*self._handlers, return_exceptions=True)
        await self._server.wait_closed()

    def url(self, path: str, *, user: str = "") -> str:
        """Of a path; `user` as `name:password`."""
        port: int = self._server.sockets[0].getsockname()[1]
        return f"http://{user}{'@' if user else ''}127.0.0.1:{port}{path}"

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 (handlers of connections are tasks)
        self._handlers.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._serve(reader, writer)
        finally:
            self._handlers.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:] if line)
        request = WebRequest(
            lines[0].split(" ")[1], {name.lower(): value for name, value in headers.items()}
        )
        self.requests.append(request.path)
        answer = await self.answer(request) if self._is_allowed(request) else _UNAUTHORISED
        writer.write(_head(answer))
        writer.write(answer.body)
        if answer.stream is not None:
            async for piece in answer.stream:
                writer.write(piece)
                await writer.drain()
        await writer.drain()

    def _is_allowed(self, request: WebRequest) -> bool:
        if self.password is None:
            return True
        wanted = base64.b64encode(f"operator:{self.password}".encode()).decode()
        return request.headers.get("authorization") == f"Basic {wanted}"


_UNAUTHORISED = WebAnswer(status=401, headers=('WWW-Authenticate: Basic realm="camera"',))
NOT_FOUND = WebAnswer(status=404)


def _head(answer: WebAnswer) -> bytes:
    lines = [
        f"HTTP/1.1 {answer.status} {_REASONS[answer.status]}",
        f"Content-Type: {answer.content_type}",
        "Connection: close",
        *answer.headers,
    ]
    if answer.stream is None:
        lines.append(f"Content-Length: {len(answer.body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()

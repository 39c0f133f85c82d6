"""Health and metrics of a service that runs by itself: three pages over HTTP.

Written on asyncio: a web framework would be the largest dependency of a service that answers a
probe every few seconds. Nothing but `GET` is understood, and every answer closes the connection.
"""

import asyncio
from contextlib import suppress

from sentinel_core.domain.errors import DependencyUnavailable
from sentinel_core.runtime.health_pages import HealthPages, Page

_MAX_HEAD_BYTES = 8192
_PATIENCE_S = 5.0
_STATUS = {200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed"} | {
    503: "Service Unavailable"
}


class HealthServer:
    """Serves `HealthPages`."""

    def __init__(self, address: str, pages: HealthPages) -> None:
        """Prepare it; `address` is `host:port`, port 0 takes a free one."""
        self._address = address
        self._pages = pages
        self._server: asyncio.Server | None = None
        self.port = 0
        """Where it listens, once started."""

    async def start(self) -> None:
        """Listen.

        Raises:
            DependencyUnavailable: The address cannot be listened on.
        """
        host, _, port = self._address.rpartition(":")
        try:
            self._server = await asyncio.start_server(
                self._serve, host.strip("[]"), int(port), limit=_MAX_HEAD_BYTES
            )
        except OSError as error:
            raise DependencyUnavailable(f"cannot listen on {self._address} for HTTP") from error
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening; fine to call twice."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
            await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, TimeoutError, asyncio.IncompleteReadError):
            async with asyncio.timeout(_PATIENCE_S):
                status, kind, body = await self._answer(await _read_request(reader))
                writer.write(_head(status, kind, len(body)) + body)
                await writer.drain()
        writer.close()

    async def _answer(self, request: tuple[str, str] | None) -> Page:
        if request is None:
            return 400, "text/plain", b"this is no HTTP request\n"
        return await self._pages.answer(*request)


async def _read_request(reader: asyncio.StreamReader) -> tuple[str, str] | None:
    """Method and path, without the query; None where it is none."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        return None
    words = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        return None
    return words[0], words[1].partition("?")[0]


def _head(status: int, kind: str, length: int) -> bytes:
    lines = [
        f"HTTP/1.1 {status} {_STATUS[status]}",
        f"Content-Type: {kind}",
        f"Content-Length: {length}",
        "Cache-Control: no-store",
        "Connection: close",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

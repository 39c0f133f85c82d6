"""The way to a server, which can be cut: between a reader and any server, the real ones too."""

import asyncio
import socket
import struct
from contextlib import suppress
from types import TracebackType
from urllib.parse import urlsplit

from sentinel_core.adapters.system_clock import SystemClock

_BACKLOG = 512
_READ_BYTES = 65_536
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class NetworkPath:
    """Passes bytes on, both ways, while its `async with` block runs and nothing is wrong."""

    def __init__(self, url: str) -> None:
        """Lead to the host and port of a URL, which has to name both."""
        self._target = urlsplit(url)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._handlers: set[asyncio.Task[None]] = set()
        self._passing = asyncio.Event()
        self._passing.set()
        self._clock = SystemClock()
        self._port = 0
        self.asked_at_s: list[float] = []
        """When clients first said something, by the monotonic clock; some only knock."""

    @property
    def url(self) -> str:
        """The URL, by this way."""
        login, separator, _ = self._target.netloc.rpartition("@")
        there = self._target._replace(netloc=f"{login}{separator}127.0.0.1:{self._port}")
        return there.geturl()

    @property
    def open_connections(self) -> int:
        """Connections at present."""
        return len(self._handlers)

    async def __aenter__(self) -> "NetworkPath":
        """Let connections through."""
        await self.come_back()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Cut it."""
        await self.vanish()

    async def come_back(self) -> None:
        """Take connections, on the port of before where there was one."""
        self._server = await asyncio.start_server(
            self._accept, "127.0.0.1", self._port, backlog=_BACKLOG
        )
        self._port = self._server.sockets[0].getsockname()[1]

    async def vanish(self) -> None:
        """Reset all connections and refuse others."""
        if self._server is None:
            return
        server, self._server = self._server, None
        server.close()
        self.reset()
        for handler in self._handlers:
            handler.cancel()
        await asyncio.gather(*self._handlers, return_exceptions=True)
        await server.wait_closed()

    def reset(self) -> None:
        """End all connections by TCP RST; others are taken."""
        for writer in tuple(self._writers):
            connection = writer.get_extra_info("socket")
            with suppress(OSError):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            writer.transport.abort()

    def swallow(self) -> None:
        """Take everything and pass nothing on, as a network does that lost its way back."""
        self._passing.clear()

    def pass_on(self) -> None:
        """Pass on again, what was held back too."""
        self._passing.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 (handlers of connections are tasks)
        self._handlers.add(task)
        try:
            with suppress(ConnectionError, asyncio.CancelledError):
                await self._join(reader, writer)
        finally:
            self._handlers.discard(task)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Until either side ends."""
        self._writers.add(writer)
        there: asyncio.StreamWriter | None = None
        try:
            back, there = await asyncio.open_connection(self._target.hostname, self._target.port)
            self._writers.add(there)
            ways = {
                asyncio.create_task(self._ask(reader, there)),
                asyncio.create_task(self._carry(back, writer)),
            }
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        finally:
            for end in (writer, there):
                if end is not None:
                    self._writers.discard(end)
                    end.close()

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if data := await reader.read(_READ_BYTES):
            self.asked_at_s.append(self._clock.monotonic())
            await self._passing.wait()
            writer.write(data)
            await self._carry(reader, writer)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(_READ_BYTES):
            await self._passing.wait()
            writer.write(data)
            await writer.drain()

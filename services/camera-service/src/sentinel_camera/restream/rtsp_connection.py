"""A connection to an RTSP server (RFC 2326) with interleaved binary data."""

import asyncio
import struct
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from sentinel_camera.restream.rtsp_credentials import Credentials, authorise

_DEFAULT_PORT = 554
_ANSWER_WITHIN_S = 10.0
_WRITE_WITHIN_S = 10.0
_MAX_HEADER_BYTES = 64 << 10
_MAX_BODY_BYTES = 1 << 20
_HIGH_WATER_BYTES = 256 << 10
"""Above this `drain` waits: what waits longer belongs into a queue that can be cut."""

_OK = 200
_UNAUTHORISED = 401
_INTERLEAVED = struct.Struct(">cBH")
_DOLLAR = b"$"


class RtspFailure(Exception):
    """The server refused, said nonsense, or is gone. The message is one sentence for a log."""


@dataclass(frozen=True, slots=True)
class RtspResponse:
    """An answer. Names of headers are in lower case; one may come several times."""

    status: int
    reason: str
    headers: Mapping[str, Sequence[str]]
    body: bytes

    def first(self, name: str) -> str:
        """The first header of that name, or an empty string."""
        return next(iter(self.headers.get(name, ())), "")


@asynccontextmanager
async def open_rtsp(
    host: str, port: int | None = None, credentials: Credentials | None = None
) -> AsyncIterator["RtspConnection"]:
    """Connect; at the end drop the connection, with what was not sent yet.

    Raises:
        OSError: Nobody listens there.
        TimeoutError: No answer.
    """
    async with asyncio.timeout(_ANSWER_WITHIN_S):
        reader, writer = await asyncio.open_connection(
            host, port or _DEFAULT_PORT, limit=_MAX_HEADER_BYTES
        )
    writer.transport.set_write_buffer_limits(high=_HIGH_WATER_BYTES)
    connection = RtspConnection(reader, writer, credentials)
    try:
        yield connection
    finally:
        await connection.abort()


class RtspConnection:
    """One request at a time; data may be sent in between. Made by `open_rtsp`."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        credentials: Credentials | None,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._credentials = credentials
        self._sequence = 0
        self._session: str | None = None
        self._challenges: Sequence[str] = ()
        self._asking = asyncio.Lock()
        self._answers: asyncio.Queue[RtspResponse] = asyncio.Queue()
        self._reading = asyncio.create_task(self._read(), name="rtsp-answers")

    async def abort(self) -> None:
        """Drop the connection."""
        # First of all: whoever waits here may be cancelled.
        self._writer.transport.abort()
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        with suppress(OSError):
            await self._writer.wait_closed()

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: str = ""
    ) -> RtspResponse:
        """Ask, sign in where it is demanded, and return the answer of success.

        Raises:
            RtspFailure: The server refused, broke the protocol, or ended the connection.
            TimeoutError: No answer.
        """
        async with self._asking:
            answer = await self._ask(method, url, headers or {}, body)
            if answer.status == _UNAUTHORISED and self._credentials is not None:
                self._challenges = answer.headers.get("www-authenticate", ())
                answer = await self._ask(method, url, headers or {}, body)
        if answer.status != _OK:
            raise RtspFailure(f"The server answers {method} by {answer.status} {answer.reason}.")
        if session := answer.first("session"):
            self._session = session.partition(";")[0]
        return answer

    def send(self, channel: int, *packets: bytes) -> None:
        """Queue interleaved data, each packet of at most 65,535 bytes; does not wait."""
        pieces = (_INTERLEAVED.pack(_DOLLAR, channel, len(packet)) + packet for packet in packets)
        self._writer.write(b"".join(pieces))

    async def drain(self) -> None:
        """Wait until little is queued.

        Raises:
            RtspFailure: The connection has ended.
            TimeoutError: The server does not read.
        """
        try:
            async with asyncio.timeout(_WRITE_WITHIN_S):
                await self._writer.drain()
        except ConnectionError as error:
            raise RtspFailure("The server has closed the connection.") from error

    async def wait_until_ended(self) -> None:
        """Raises RtspFailure once the server ends the connection or breaks the protocol."""
        await asyncio.shield(self._reading)

    async def _ask(
        self, method: str, url: str, headers: Mapping[str, str], body: str
    ) -> RtspResponse:
        self._writer.write(self._request(method, url, headers, body))
        answer = asyncio.create_task(self._answers.get())
        try:
            done, _ = await asyncio.wait(
                {answer, self._reading},
                timeout=_ANSWER_WITHIN_S,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if answer in done:
                return answer.result()
            if self._reading in done:
                await self._reading
            raise TimeoutError(f"The server does not answer {method}.")
        finally:
            answer.cancel()

    def _request(self, method: str, url: str, headers: Mapping[str, str], body: str) -> bytes:
        self._sequence += 1
        lines = [f"{method} {url} RTSP/1.0", f"CSeq: {self._sequence}"]
        if self._session is not None:
            lines.append(f"Session: {self._session}")
        if self._credentials is not None and self._challenges:
            answer = authorise(self._credentials, self._challenges, method, url)
            lines += [f"Authorization: {answer}"] if answer else []
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body:
            lines.append(f"Content-Length: {len(body.encode())}")
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()

    async def _read(self) -> None:
        """Sort what comes: answers for whoever asked, reports of the server for nobody."""
        try:
            while True:
                first = await self._reader.readexactly(1)
                if first == _DOLLAR:
                    _, size = struct.unpack(">BH", await self._reader.readexactly(3))
                    await self._reader.readexactly(size)
                else:
                    await self._answers.put(await self._read_answer(first))
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise RtspFailure("The server has closed the connection.") from error
        except (asyncio.LimitOverrunError, ValueError, UnicodeDecodeError) as error:
            raise RtspFailure("The server does not speak RTSP.") from error

    async def _read_answer(self, first: bytes) -> RtspResponse:
        text = (first + await self._reader.readuntil(b"\r\n\r\n")).decode()
        status_line, *header_lines = text.strip().split("\r\n")
        version, status, reason = (status_line + "  ").split(" ", 2)
        if not version.startswith("RTSP/"):
            raise ValueError(version)
        headers: dict[str, list[str]] = {}
        for line in header_lines:
            name, _, value = line.partition(":")
            headers.setdefault(name.strip().lower(), []).append(value.strip())
        size = int(headers.get("content-length", ["0"])[0])
        if not 0 <= size <= _MAX_BODY_BYTES:
            raise ValueError(size)
        body = await self._reader.readexactly(size)
        return RtspResponse(int(status), reason.strip(), headers, body)

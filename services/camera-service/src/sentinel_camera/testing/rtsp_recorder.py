"""A small RTSP server that takes what is published to it, with faults on demand."""

import asyncio
import hashlib
from base64 import b64decode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType

from sentinel_vision.rtp.access_units import AccessUnit, AccessUnitAssembler
from sentinel_vision.rtp.packets import RtpPacket
from sentinel_vision.rtp.payloads import H264, H265
from sentinel_vision.rtp.reports import SenderReport, read_sender_reports

_REALM, _NONCE = "recorder", "5f3c"


@dataclass(slots=True)
class Recording:
    """One publish session as the server saw it."""

    path: str
    sdp: str
    units: list[AccessUnit] = field(default_factory=list)
    reports: list[tuple[int, SenderReport]] = field(default_factory=list)
    """With the number of units that had come before."""
    requests: list[str] = field(default_factory=list)
    """Methods, in order."""
    ended_by_teardown: bool = False


@dataclass(slots=True)
class _Request:
    method: str
    url: str
    headers: dict[str, str]
    body: str


class RtspRecorder:
    """Listens on a free loopback port while its `async with` block runs."""

    def __init__(self, *, scheme: str | None = None, user: str = "", password: str = "") -> None:
        """Demand a sign-in: `scheme` is Basic, Digest (MD5) or Digest-SHA-256; None: nothing."""
        self._scheme = scheme
        self._user = user
        self._password = password
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.StreamWriter] = set()
        self._handlers: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()
        self._reading = asyncio.Event()
        self._reading.set()
        self.recordings: list[Recording] = []
        self.connections = 0
        self.refuses = 0
        """Answer so many ANNOUNCE requests by 404."""
        self.babbles = False
        """Answer by what is no RTSP."""
        self.port = 0

    async def __aenter__(self) -> "RtspRecorder":
        """Listen."""
        await self.listen()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close everything."""
        await self.vanish()

    @property
    def url(self) -> str:
        """Without a path."""
        return f"rtsp://127.0.0.1:{self.port}"

    async def listen(self) -> None:
        """Listen on the port of before, where there was one."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def vanish(self) -> None:
        """Reset all connections, take no others."""
        self._reading.set()
        if self._server is not None:
            self._server.close()
            for writer in self._clients:
                writer.transport.abort()
            await asyncio.gather(*self._handlers)
            await self._server.wait_closed()
            self._server = None

    def stop_reading(self) -> None:
        """Leave everything that comes in the socket."""
        self._reading.clear()

    def go_on_reading(self) -> None:
        """Take it."""
        self._reading.set()

    async def wait_for(self, condition: Callable[[], object]) -> None:
        """Wait until a condition holds, looking at it after each message that came."""
        async with asyncio.timeout(20):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._handlers.add(task)
        self._clients.add(writer)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._serve(reader, writer)
        finally:
            self._clients.discard(writer)
            self._handlers.discard(task)
            self._changed.set()
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        recording: Recording | None = None
        assembler = AccessUnitAssembler(H264)
        while first := await reader.read(1):
            await self._reading.wait()
            if first == b"$":
                header = await reader.readexactly(3)
                data = await reader.readexactly(int.from_bytes(header[1:]))
                if recording is not None:
                    _take(recording, assembler, header[0], data)
            else:
                request = await _read_request(first, reader)
                recording = self._answer(request, recording, writer)
                if request.method == "ANNOUNCE":
                    assembler = AccessUnitAssembler(H265 if "H265" in request.body else H264)
                if request.method == "TEARDOWN":
                    return
            self._changed.set()

    def _answer(
        self, request: _Request, recording: Recording | None, writer: asyncio.StreamWriter
    ) -> Recording | None:
        if self.babbles:
            writer.write(b"HELO\r\n\r\n")
            return None
        if not self._may_enter(request):
            writer.write(_response(request, "401 Unauthorized", self._challenge()))
            return recording
        if request.method == "ANNOUNCE":
            if self.refuses:
                self.refuses -= 1
                writer.write(_response(request, "404 Not Found"))
                return None
            recording = Recording(request.url.removeprefix(self.url + "/"), request.body)
            self.recordings.append(recording)
        if recording is not None:
            recording.requests.append(request.method)
            recording.ended_by_teardown = request.method == "TEARDOWN"
        headers = ["Session: 4711;timeout=60"] if request.method == "SETUP" else []
        writer.write(_response(request, "200 OK", headers))
        return recording

    def _challenge(self) -> list[str]:
        if self._scheme == "Basic":
            return [f'WWW-Authenticate: Basic realm="{_REALM}"']
        algorithm = ", algorithm=SHA-256" if self._scheme == "Digest-SHA-256" else ""
        return [
            f'WWW-Authenticate: Digest realm="{_REALM}", nonce="{_NONCE}", opaque="x"{algorithm}',
            f'WWW-Authenticate: Basic realm="{_REALM}"',
        ]

    def _may_enter(self, request: _Request) -> bool:
        if self._scheme is None:
            return True
        scheme, _, rest = request.headers.get("authorization", "").partition(" ")
        if self._scheme == "Basic":
            return (
                scheme == "Basic" and b64decode(rest).decode() == f"{self._user}:{self._password}"
            )
        kind = "sha256" if self._scheme == "Digest-SHA-256" else "md5"

        def digest(text: str) -> str:
            return hashlib.new(kind, text.encode(), usedforsecurity=False).hexdigest()

        identity = digest(f"{self._user}:{_REALM}:{self._password}")
        wanted = digest(f"{identity}:{_NONCE}:{digest(f'{request.method}:{request.url}')}")
        return scheme == "Digest" and f'response="{wanted}"' in rest and 'opaque="x"' in rest


def _take(recording: Recording, assembler: AccessUnitAssembler, channel: int, data: bytes) -> None:
    if channel == 0:
        recording.units += assembler.take(RtpPacket.parse(data))
    else:
        for report in read_sender_reports(data):
            recording.reports.append((len(recording.units), report))


async def _read_request(first: bytes, reader: asyncio.StreamReader) -> _Request:
    text = (first + await reader.readuntil(b"\r\n\r\n")).decode()
    lines = text.split("\r\n")
    method, url, _ = lines[0].split(" ")
    pairs = (line.split(": ", 1) for line in lines[1:] if ": " in line)
    headers = {name.lower(): value for name, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return _Request(method, url, headers, body.decode())


def _response(request: _Request, status: str, headers: list[str] | None = None) -> bytes:
    lines = [f"RTSP/1.0 {status}", f"CSeq: {request.headers['cseq']}", *(headers or [])]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()

"""A small RTSP camera: one H.264 clip over interleaved TCP, for ever, with faults on demand."""

import asyncio
import base64
import itertools
import random
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType

import av
from av.bitstream import BitStreamFilterContext

from sentinel_camera.sources.nal_units import split_annex_b
from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.domain.media_clock import TICKS_PER_SECOND

_PAYLOAD_TYPE = 96
_MAX_PAYLOAD_BYTES = 1400
_SLICES = (1, 5)
_FRAGMENT = 28  # FU-A, RFC 6184


class Fault(Enum):
    """What is wrong with the camera from the start."""

    NONE = "none"
    UNAUTHORISED = "unauthorised"
    UNKNOWN_PATH = "unknown_path"
    NO_VIDEO = "no_video"
    FOREIGN_CODEC = "foreign_codec"
    NEVER_ANSWERS = "never_answers"
    BABBLES = "babbles"


@dataclass(frozen=True, slots=True)
class _Unit:
    dts_90k: int
    pts_90k: int
    nal_units: tuple[bytes, ...]


class RtspServer:
    """Listens on a free loopback port while its `async with` block runs."""

    def __init__(self, clip: Path, fault: Fault = Fault.NONE, *, first_unit: int = 0) -> None:
        """Serve `clip`, in real time, each client from its access unit `first_unit` on."""
        self.play(clip)
        self._first_unit = first_unit
        self.fault = fault
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.StreamWriter] = set()
        self._handlers: set[asyncio.Task[None]] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._clock = SystemClock()
        self.connections = 0
        """Connections accepted so far."""
        self.jump_90k = 0
        """Added to all RTP times from now on."""
        self.spoils = False
        """Damage all pictures from now on."""
        self.stop_after: int | None = None
        """Close each connection after so many access units."""

    async def __aenter__(self) -> "RtspServer":
        """Listen."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close everything."""
        assert self._server is not None
        self._server.close()
        self.drop_connections()
        await asyncio.gather(*self._handlers)
        await self._server.wait_closed()

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def url(self) -> str:
        """With user and password, which the server does not look at."""
        return f"rtsp://operator:secret@127.0.0.1:{self.port}/stream"

    def play(self, clip: Path) -> None:
        """Send another clip from the next access unit on."""
        self._units = _load(clip)

    def freeze(self) -> None:
        """Send nothing more, and keep all connections."""
        self._flowing.clear()

    def thaw(self) -> None:
        """Go on."""
        self._flowing.set()

    def drop_connections(self) -> None:
        """Reset all connections."""
        for writer in self._clients:
            writer.transport.abort()

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
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        playing: asyncio.Task[None] | None = None
        try:
            while (request := await _read_request(reader)) is not None:
                if self.fault is Fault.NEVER_ANSWERS:
                    continue
                method, url, sequence = request
                writer.write(self._answer(method, url, sequence))
                if method == "PLAY" and playing is None:
                    playing = asyncio.create_task(self._play(writer))
        finally:
            if playing is not None:
                playing.cancel()
                await asyncio.gather(playing, return_exceptions=True)

    def _answer(self, method: str, url: str, sequence: str) -> bytes:
        if self.fault is Fault.BABBLES:
            return b"HELO who are you\r\n\r\n"
        if method == "DESCRIBE" and self.fault is Fault.UNAUTHORISED:
            return _response(401, sequence, 'WWW-Authenticate: Basic realm="camera"')
        if method == "DESCRIBE" and self.fault is Fault.UNKNOWN_PATH:
            return _response(404, sequence)
        if method == "DESCRIBE":
            return _response(
                200,
                sequence,
                f"Content-Base: {url}/",
                "Content-Type: application/sdp",
                body=self._describe(),
            )
        if method == "SETUP":
            transport = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"
            return _response(200, sequence, transport, "Session: 1;timeout=60")
        public = "Public: OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN"
        return _response(200, sequence, public, "Session: 1")

    def _describe(self) -> str:
        lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=camera", "t=0 0", "a=control:*"]
        if self.fault is Fault.NO_VIDEO:
            lines += ["m=audio 0 RTP/AVP 0", "a=control:track2"]
        elif self.fault is Fault.FOREIGN_CODEC:
            lines += ["m=video 0 RTP/AVP 96", "a=rtpmap:96 VP8/90000", "a=control:track1"]
        else:
            sets = ",".join(
                base64.b64encode(unit).decode()
                for unit in self._units[0].nal_units
                if unit[0] & 0x1F in (7, 8)
            )
            lines += [
                "m=video 0 RTP/AVP 96",
                "a=rtpmap:96 H264/90000",
                f"a=fmtp:96 packetization-mode=1;sprop-parameter-sets={sets}",
                "a=control:track1",
            ]
        return "".join(f"{line}\r\n" for line in lines)

    async def _play(self, writer: asyncio.StreamWriter) -> None:
        origin_90k = random.getrandbits(31)
        sequence = itertools.count(random.getrandbits(15))
        start_s = self._clock.monotonic()
        for count, unit in enumerate(self._endless()):
            await self._flowing.wait()
            await self._clock.sleep(
                start_s + unit.dts_90k / TICKS_PER_SECOND - self._clock.monotonic()
            )
            for payload, marker in _payloads(unit.nal_units):
                writer.write(
                    _rtp(
                        payload,
                        next(sequence),
                        origin_90k + self.jump_90k + unit.pts_90k,
                        marker=marker,
                    )
                )
            await writer.drain()
            if count + 1 == self.stop_after:
                writer.close()
                return

    def _endless(self) -> Iterator[_Unit]:
        units, index, now_90k = self._units, self._first_unit, 0
        while True:
            if units is not self._units or index == len(units):
                units, index = self._units, 0
            unit = units[index]
            nal_units = tuple(map(_spoil, unit.nal_units)) if self.spoils else unit.nal_units
            yield _Unit(now_90k, now_90k + unit.pts_90k - unit.dts_90k, nal_units)
            before = min(index, len(units) - 2)
            now_90k += units[before + 1].dts_90k - units[before].dts_90k
            index += 1


def _spoil(nal_unit: bytes) -> bytes:
    """A coded slice with the right beginning and noise behind it."""
    if nal_unit[0] & 0x1F not in _SLICES:
        return nal_unit
    return nal_unit[:2] + random.Random(len(nal_unit)).randbytes(len(nal_unit) - 2)  # noqa: S311


def _load(clip: Path) -> list[_Unit]:
    units = []
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        start_codes = BitStreamFilterContext("h264_mp4toannexb", stream)
        for packet in container.demux(stream):
            for piece in start_codes.filter(packet):
                if piece.dts is None or piece.pts is None or piece.time_base is None:
                    continue
                scale = piece.time_base * TICKS_PER_SECOND
                nal_units = tuple(split_annex_b(bytes(piece)))
                units.append(_Unit(round(piece.dts * scale), round(piece.pts * scale), nal_units))
    return units


async def _read_request(reader: asyncio.StreamReader) -> tuple[str, str, str] | None:
    """Method, URL and CSeq of the next request; None at the end. Skips RTCP."""
    while (first := await reader.read(1)) == b"$":
        header = await reader.readexactly(3)
        await reader.readexactly(int.from_bytes(header[1:]))
    if not first:
        return None
    text = (first + await reader.readuntil(b"\r\n\r\n")).decode()
    lines = text.split("\r\n")
    method, url, _ = lines[0].split(" ")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    return method, url, headers["cseq"]


def _response(status: int, sequence: str, *headers: str, body: str = "") -> bytes:
    reason = {200: "OK", 401: "Unauthorized", 404: "Not Found"}[status]
    lines = [f"RTSP/1.0 {status} {reason}", f"CSeq: {sequence}", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def _payloads(nal_units: tuple[bytes, ...]) -> Iterator[tuple[bytes, bool]]:
    """RTP payloads of an access unit (RFC 6184, mode 1) and whether each is its last."""
    payloads: list[bytes] = []
    for unit in nal_units:
        if len(unit) <= _MAX_PAYLOAD_BYTES:
            payloads.append(unit)
            continue
        indicator = (unit[0] & 0xE0) | _FRAGMENT
        pieces = [
            unit[start : start + _MAX_PAYLOAD_BYTES]
            for start in range(1, len(unit), _MAX_PAYLOAD_BYTES)
        ]
        for number, piece in enumerate(pieces):
            edges = 0x80 * (number == 0) | 0x40 * (number == len(pieces) - 1)
            payloads.append(bytes((indicator, edges | unit[0] & 0x1F)) + piece)
    for number, payload in enumerate(payloads):
        yield payload, number == len(payloads) - 1


def _rtp(payload: bytes, sequence: int, timestamp: int, *, marker: bool) -> bytes:
    header = struct.pack(
        ">BBHII", 0x80, 0x80 * marker | _PAYLOAD_TYPE, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, 7
    )
    return struct.pack(">cBH", b"$", 0, len(header) + len(payload)) + header + payload

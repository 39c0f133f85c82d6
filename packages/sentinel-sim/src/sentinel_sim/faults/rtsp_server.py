"""A small RTSP camera: one clip over interleaved TCP, for ever, with faults on demand."""

import asyncio
import base64
import random
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import TracebackType

from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.domain.media_clock import TICKS_PER_SECOND
from sentinel_sim.faults.clip_units import ClipUnit, load_units
from sentinel_sim.faults.login import PASSWORD, USER, challenge, is_right
from sentinel_sim.faults.script import Fault, Login, Step
from sentinel_vision.rtp.access_units import Packetiser
from sentinel_vision.rtp.packets import TIMESTAMP_BITS, wrap
from sentinel_vision.rtp.payloads import FORMATS
from sentinel_vision.rtp.reports import SenderReport

_PAYLOAD_TYPE = 96
_SSRC = 7
_REPORT_EVERY = 20
_TRICKLE_BYTES = 24
_TRICKLE_EVERY_S = 0.2
_LOOK_EVERY_S = 0.01
_SLICE_KINDS = {"h264": frozenset({1, 5}), "hevc": frozenset(range(22))}
_SET_KINDS = {"h264": frozenset({7, 8}), "hevc": frozenset({32, 33, 34})}


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    url: str
    headers: Mapping[str, str]


class RtspFaultServer:
    """Listens on a loopback port while its `async with` block runs."""

    def __init__(
        self, clip: Path, fault: Fault = Fault.NONE, *, first_unit: int = 0, port: int = 0
    ) -> None:
        """Serve `clip`, in real time, each client from its access unit `first_unit` on.

        Args:
            clip: What the camera sees, over and over.
            fault: What is wrong from the beginning.
            first_unit: Where in the clip every client begins.
            port: 0 means any free one.
        """
        self._wanted_port = port
        self.play(clip)
        self._first_unit = first_unit
        self.fault = fault
        self._server: asyncio.Server
        self._clients: set[asyncio.StreamWriter] = set()
        self._handlers: set[asyncio.Task[None]] = set()
        self._clock = SystemClock()
        self.connections = 0
        """Connections accepted so far."""
        self.jump_90k = 0
        """Added to all RTP times from now on."""
        self.login: Login | None = None
        """How users have to say who they are; None: nobody has to."""
        self.report_offset_s: float | None = None
        """Sender reports are sent, and so far from the truth; None: none are sent."""
        self.sent_units = 0
        """Access units sent so far, over all connections."""
        self.stop_after: int | None = None
        """Close each connection after so many access units."""

    async def __aenter__(self) -> "RtspFaultServer":
        """Listen."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._wanted_port)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close everything."""
        self._server.close()
        self.drop_connections()
        await asyncio.gather(*self._handlers)
        await self._server.wait_closed()

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def url(self) -> str:
        """With user and password, which are looked at where there is a `login`."""
        return f"rtsp://{USER}:{PASSWORD}@127.0.0.1:{self.port}/stream"

    @property
    def open_url(self) -> str:
        """Where nobody has to say who they are."""
        return f"rtsp://127.0.0.1:{self.port}/stream"

    def play(self, clip: Path) -> None:
        """Send another clip from the next access unit on; after another codec all are cut off."""
        self._clip = load_units(clip)

    def drop_connections(self) -> None:
        """Reset all connections."""
        for writer in self._clients:
            writer.transport.abort()

    async def perform(self, story: Sequence[Step]) -> None:
        """Go through a story; the last step's fault stays."""
        for step in story:
            self.fault = step.fault
            self.jump_90k += step.jump_90k
            if step.hangs_up:
                self.drop_connections()
            end = self.sent_units + step.units
            await self._clock.sleep(step.seconds)
            while self.sent_units < end:
                await self._clock.sleep(_LOOK_EVERY_S)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 (handlers of connections are tasks)
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
                writer.write(self._answer(request))
                if request.method == "PLAY" and playing is None:
                    playing = asyncio.create_task(self._play(writer))
        finally:
            if playing is not None:
                playing.cancel()
                await asyncio.gather(playing, return_exceptions=True)

    def _answer(self, request: _Request) -> bytes:
        sequence = request.headers["cseq"]
        if self.fault is Fault.BABBLES:
            return b"HELO who are you\r\n\r\n"
        if request.method == "DESCRIBE":
            return self._answer_describe(request, sequence)
        if request.method == "SETUP":
            transport = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"
            return _response(200, sequence, transport, "Session: 1;timeout=60")
        public = "Public: OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN"
        return _response(200, sequence, public, "Session: 1")

    def _answer_describe(self, request: _Request, sequence: str) -> bytes:
        if self.fault is Fault.UNAUTHORISED:
            return _response(401, sequence, challenge(self.login or Login.BASIC))
        if self.fault is Fault.UNKNOWN_PATH:
            return _response(404, sequence)
        said = request.headers.get("authorization", "")
        if self.login is not None and not is_right(self.login, request.method, said):
            return _response(401, sequence, challenge(self.login))
        base = f"Content-Base: {request.url}/"
        kind = "Content-Type: application/sdp"
        return _response(200, sequence, base, kind, body=self._describe())

    def _describe(self) -> str:
        lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=camera", "t=0 0", "a=control:*"]
        if self.fault is Fault.BROKEN_DESCRIPTION:
            lines = ["v=0", "m=video", "a=rtpmap:", "a=control:"]
        elif self.fault is Fault.NO_VIDEO:
            lines += ["m=audio 0 RTP/AVP 0", "a=control:track2"]
        elif self.fault is Fault.FOREIGN_CODEC:
            lines += ["m=video 0 RTP/AVP 96", "a=rtpmap:96 VP8/90000", "a=control:track1"]
        else:
            name = FORMATS[self._clip.codec].name
            lines += ["m=video 0 RTP/AVP 96", f"a=rtpmap:96 {name}/90000", "a=control:track1"]
            if self.fault is not Fault.NO_PARAMETER_SETS and self._clip.codec == "h264":
                lines.insert(-1, f"a=fmtp:96 packetization-mode=1;{self._parameter_sets()}")
        return "".join(f"{line}\r\n" for line in lines)

    def _parameter_sets(self) -> str:
        units = self._clip.units[0].nal_units
        sets = (unit for unit in units if _kind(unit, "h264") in _SET_KINDS["h264"])
        return "sprop-parameter-sets=" + ",".join(base64.b64encode(unit).decode() for unit in sets)

    async def _play(self, writer: asyncio.StreamWriter) -> None:
        codec = self._clip.codec
        origin_90k = random.getrandbits(31)
        packetiser = Packetiser(
            FORMATS[codec],
            payload_type=_PAYLOAD_TYPE,
            ssrc=_SSRC,
            first_sequence=random.getrandbits(15),
        )
        start_s = self._clock.monotonic()
        for count, unit in enumerate(self._endless()):
            while self.fault is Fault.FROZEN:
                await self._clock.sleep(_LOOK_EVERY_S)
            due_s = start_s + unit.dts_90k / TICKS_PER_SECOND
            await self._clock.sleep(due_s - self._clock.monotonic())
            time_90k = origin_90k + self.jump_90k + unit.pts_90k
            if self.report_offset_s is not None and count % _REPORT_EVERY == 0:
                writer.write(_interleaved(1, self._report(packetiser, time_90k)))
            for packet in packetiser.packetise(self._as_sent(unit, codec), time_90k):
                await self._send(writer, _interleaved(0, packet.to_bytes()))
            self.sent_units += 1
            if count + 1 == self.stop_after or self._clip.codec != codec:
                writer.close()
                return

    async def _send(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        """At once; or so slowly that no picture is ever whole in time."""
        position = 0
        while self.fault is Fault.TRICKLE and position < len(data):
            writer.write(data[position : position + _TRICKLE_BYTES])
            position += _TRICKLE_BYTES
            await writer.drain()
            await self._clock.sleep(_TRICKLE_EVERY_S)
        writer.write(data[position:])
        await writer.drain()

    def _report(self, packetiser: Packetiser, time_90k: int) -> bytes:
        told = self._clock.utc_now() + timedelta(seconds=self.report_offset_s or 0.0)
        timestamp = wrap(time_90k, TIMESTAMP_BITS)
        report = SenderReport(_SSRC, told, timestamp, packetiser.packets, packetiser.octets)
        return report.to_bytes()

    def _as_sent(self, unit: ClipUnit, codec: str) -> list[bytes]:
        if self.fault is Fault.DAMAGED:
            return [_spoil(nal_unit, codec) for nal_unit in unit.nal_units]
        if self.fault is Fault.NO_PARAMETER_SETS:
            return [nal for nal in unit.nal_units if _kind(nal, codec) not in _SET_KINDS[codec]]
        return list(unit.nal_units)

    def _endless(self) -> Iterator[ClipUnit]:
        units, index, now_90k = self._clip.units, self._first_unit, 0
        while True:
            if units is not self._clip.units or index == len(units):
                units, index = self._clip.units, 0
            unit = units[index]
            yield ClipUnit(now_90k, now_90k + unit.pts_90k - unit.dts_90k, unit.nal_units)
            before = min(index, len(units) - 2)
            now_90k += units[before + 1].dts_90k - units[before].dts_90k
            index += 1


def _kind(nal_unit: bytes, codec: str) -> int:
    return FORMATS[codec].kind(nal_unit)


def _spoil(nal_unit: bytes, codec: str) -> bytes:
    """A coded slice with the right beginning and noise behind it."""
    if _kind(nal_unit, codec) not in _SLICE_KINDS[codec]:
        return nal_unit
    return nal_unit[:2] + random.Random(len(nal_unit)).randbytes(len(nal_unit) - 2)  # noqa: S311 (damage, no secret)


async def _read_request(reader: asyncio.StreamReader) -> _Request | None:
    """The next request, header names in lower case; None at the end. Skips RTCP."""
    while (first := await reader.read(1)) == b"$":
        header = await reader.readexactly(3)
        await reader.readexactly(int.from_bytes(header[1:]))
    if not first:
        return None
    text = (first + await reader.readuntil(b"\r\n\r\n")).decode()
    lines = text.split("\r\n")
    method, url, _ = lines[0].split(" ")
    pairs = (line.split(": ", 1) for line in lines[1:] if ": " in line)
    return _Request(method, url, {name.lower(): value for name, value in pairs})


def _response(status: int, sequence: str, *headers: str, body: str = "") -> bytes:
    reason = {200: "OK", 401: "Unauthorized", 404: "Not Found"}[status]
    lines = [f"RTSP/1.0 {status} {reason}", f"CSeq: {sequence}", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def _interleaved(channel: int, data: bytes) -> bytes:
    return struct.pack(">cBH", b"$", channel, len(data)) + data

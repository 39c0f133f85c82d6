"""What viewers of a media server see: every picture with its RTP timestamp."""

import asyncio
import re
import struct
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aioice.ice
import httpx2
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.rtp import RtpPacket as AiortcPacket

from sentinel_vision.rtp.access_units import AccessUnit, AccessUnitAssembler
from sentinel_vision.rtp.packets import RtpPacket
from sentinel_vision.rtp.payloads import H264, H265
from sentinel_vision.rtp.reports import SenderReport, read_sender_reports

SOON_S = 30.0


class Refused(Exception):
    """The server lets nobody read; `status` is of HTTP or RTSP."""

    def __init__(self, status: int) -> None:
        super().__init__(f"refused: {status}")
        self.status = status


@dataclass(slots=True)
class Seen:
    """Pictures in the order of their arrival."""

    units: list[AccessUnit] = field(default_factory=list)
    reports: list[SenderReport] = field(default_factory=list)
    has_ended: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something is so, looking after each picture."""
        async with asyncio.timeout(SOON_S):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    async def until_seen(self, count: int) -> None:
        """Wait until so many pictures were seen."""
        await self.until(lambda: len(self.units) >= count)

    async def until_units(self, count: int) -> None:
        """Wait for so many pictures from now on."""
        await self.until_seen(len(self.units) + count)


@asynccontextmanager
async def rtsp_viewer(url: str) -> AsyncIterator[Seen]:
    """Read by RTSP over TCP. Raises Refused."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    reading: asyncio.Task[None] | None = None
    try:
        seen = Seen()
        sdp = await _ask(reader, writer, "DESCRIBE", url)
        control = re.findall(r"a=control:(\S+)", sdp)[-1]
        base = url.partition("?")[0]
        track = control if "://" in control else f"{base}/{control}"
        query = f"?{address.query}" if address.query else ""
        await _ask(reader, writer, "SETUP", track + query, "Transport: RTP/AVP/TCP;interleaved=0-1")
        assembler = AccessUnitAssembler(H265 if "H265/90000" in sdp else H264)
        reading = asyncio.create_task(_read(reader, assembler, seen))
        writer.write(_request("PLAY", base + query, "Session: " + _session(writer)))
        yield seen
    finally:
        if reading is not None:
            reading.cancel()
            await asyncio.wait([reading])
        writer.transport.abort()


_sessions: dict[asyncio.StreamWriter, str] = {}


def _session(writer: asyncio.StreamWriter) -> str:
    return _sessions.pop(writer)


def _request(method: str, url: str, *headers: str) -> bytes:
    lines = (f"{method} {url} RTSP/1.0", "CSeq: 1", *headers)
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, method: str, url: str, *more: str
) -> str:
    writer.write(_request(method, url, *more))
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    status = int(head.split(" ")[1])
    if status != 200:
        raise Refused(status)
    if found := re.search(r"Session: ([^;\r]+)", head):
        _sessions[writer] = found[1]
    length = re.search(r"Content-Length: (\d+)", head)
    return (await reader.readexactly(int(length[1]) if length else 0)).decode()


async def _read(reader: asyncio.StreamReader, assembler: AccessUnitAssembler, seen: Seen) -> None:
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            if await reader.readexactly(1) != b"$":
                await reader.readuntil(b"\r\n\r\n")
                continue
            channel, size = struct.unpack(">BH", await reader.readexactly(3))
            data = await reader.readexactly(size)
            if channel == 0:
                seen.units += assembler.take(RtpPacket.parse(data))
            else:
                seen.reports += read_sender_reports(data)
            seen.changed.set()
    seen.has_ended = True
    seen.changed.set()


@asynccontextmanager
async def whep_viewer(url: str, token: str | None = None) -> AsyncIterator[Seen]:
    """Read by WebRTC. Raises Refused."""
    # Only this machine is spoken to, and aiortc leaves its own address out by itself.
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    seen = Seen()
    transceiver = peer.addTransceiver("video", direction="recvonly")
    peer.addTransceiver("audio", direction="recvonly")
    _listen(transceiver.receiver, seen)
    eating: list[asyncio.Task[None]] = []
    peer.on("track", lambda track: eating.append(asyncio.create_task(_eat(track))))
    headers = {"Content-Type": "application/sdp"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    try:
        await peer.setLocalDescription(await peer.createOffer())
        async with httpx2.AsyncClient(trust_env=False, timeout=SOON_S) as client:
            answer = await client.post(url, content=peer.localDescription.sdp, headers=headers)
            if answer.status_code != 201:
                raise Refused(answer.status_code)
            await peer.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
            yield seen
            session = httpx2.URL(url).join(answer.headers["Location"])
            await client.delete(session, headers=headers)
    finally:
        await peer.close()
        for task in eating:
            task.cancel()
        await asyncio.gather(*eating, return_exceptions=True)


def _listen(receiver: object, seen: Seen) -> None:
    """Look at the packets before aiortc takes them: it shows no timestamps of RTP."""
    assembler = AccessUnitAssembler(H264)
    name = "_handle_rtp_packet"
    original = getattr(receiver, name)

    async def take(packet: AiortcPacket, arrival_time_ms: int) -> None:
        if packet.payload:
            seen.units += assembler.take(_converted(packet))
            seen.changed.set()
        await original(packet, arrival_time_ms)

    setattr(receiver, name, take)


def _converted(packet: AiortcPacket) -> RtpPacket:
    return RtpPacket(
        packet.payload_type,
        packet.sequence_number,
        packet.timestamp,
        packet.ssrc,
        bool(packet.marker),
        packet.payload,
    )


async def _eat(track: MediaStreamTrack) -> None:
    with suppress(MediaStreamError):
        while True:
            await track.recv()


def slices(units: Iterator[bytes] | tuple[bytes, ...], codec: str) -> tuple[bytes, ...]:
    """The NAL units that hold the picture itself: parameter sets and the like left out."""
    if codec == "hevc":
        return tuple(unit for unit in units if H265.kind(unit) < 32)
    return tuple(unit for unit in units if H264.kind(unit) in (1, 5))

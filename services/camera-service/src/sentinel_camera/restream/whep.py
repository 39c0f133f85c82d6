"""Live video over WebRTC by aiortc: the packets as they came, at their own times.

Needs the extra `webrtc`; imported only where `cameras.embedded_whep` is on.
"""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import aioice.ice
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.exceptions import InternalError, InvalidAccessError, InvalidStateError
from aiortc.mediastreams import MediaStreamError
from av.packet import Packet

from sentinel_camera.restream.peer_queue import PeerQueue, PeerSink
from sentinel_core.domain.errors import InvalidInput, NotFound, RateLimited
from sentinel_core.domain.media_clock import TICKS_PER_SECOND
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.peer_video import PeerSession

_CONNECT_S = 15.0
_LOOPBACK = "127.0.0.1"
_TIMESTAMP_RANGE = 1 << 32
_RTCP_TYPES = range(192, 224)
_SENDER_REPORT = 200
_RTP_TIME, _REPORT_TIME = slice(4, 8), slice(16, 20)
_BAD_OFFERS = (
    InternalError,
    InvalidAccessError,
    InvalidStateError,
    ValueError,
    KeyError,
    IndexError,
)


class _Track(MediaStreamTrack):
    """Gives aiortc what waits for one viewer."""

    kind = "video"

    def __init__(self, queue: PeerQueue) -> None:
        super().__init__()
        self._queue = queue
        self.first_pts_90k: int | None = None

    async def recv(self) -> Any:
        taken = await self._queue.take()
        if taken is None:
            raise MediaStreamError
        pts_90k, data = taken
        if self.first_pts_90k is None:
            self.first_pts_90k = pts_90k
        packet: Packet[Any] = Packet(data)
        packet.pts = pts_90k
        packet.time_base = Fraction(1, TICKS_PER_SECOND)
        return packet


class _OwnTimes:
    """Stands between aiortc's sender and its transport, and takes the random origin off.

    The sender adds one random number to all timestamps. The first packet tells it, since what its
    timestamp should be is known; repeated packets and sender reports are moved by the same.
    """

    def __init__(self, transport: Any, track: _Track) -> None:
        self._transport = transport
        self._track = track
        self._origin: int | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    async def _send_rtp(self, data: bytes) -> None:
        is_report = data[1] in _RTCP_TYPES
        if self._origin is None and not is_report and self._track.first_pts_90k is not None:
            self._origin = int.from_bytes(data[_RTP_TIME]) - self._track.first_pts_90k
        if not is_report:
            data = self._moved(data, _RTP_TIME)
        elif data[1] == _SENDER_REPORT:
            data = self._moved(data, _REPORT_TIME)
        await self._transport._send_rtp(data)  # noqa: SLF001  (what the sender itself calls)

    def _moved(self, data: bytes, place: slice) -> bytes:
        time = (int.from_bytes(data[place]) - (self._origin or 0)) % _TIMESTAMP_RANGE
        return data[: place.start] + time.to_bytes(4) + data[place.stop :]


@dataclass(frozen=True, slots=True)
class _Session:
    camera_key: str
    connection: RTCPeerConnection
    queue: PeerQueue
    sink: PeerSink


class WhepSessions:
    """Implements `PeerVideo`."""

    def __init__(
        self,
        clock: Clock,
        sink_of: Callable[[str], PeerSink],
        *,
        max_sessions: int,
        on_loopback: bool,
    ) -> None:
        """Put it together.

        Args:
            clock: Viewers that do not connect in time are let go.
            sink_of: The sink of a camera by key; raises NotFound.
            max_sessions: Of all cameras together.
            on_loopback: Only browsers of this machine are served.
        """
        self._clock = clock
        self._sink_of = sink_of
        self._max_sessions = max_sessions
        self._sessions: dict[str, _Session] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        if on_loopback:
            _gather_on_loopback()

    @property
    def count(self) -> int:
        """Sessions at present."""
        return len(self._sessions)

    async def open(self, camera_key: str, offer_sdp: str) -> PeerSession:
        """Answer an offer."""
        sink = self._sink_of(camera_key)
        if len(self._sessions) >= self._max_sessions:
            raise RateLimited("As many browsers watch by WebRTC as may.", retry_after_s=10)
        session = _Session(camera_key, RTCPeerConnection(), sink.join(), sink)
        session_id = secrets.token_hex(16)
        self._sessions[session_id] = session
        try:
            answer = await _answer(session, offer_sdp)
        except _BAD_OFFERS as error:
            await self._end(session_id)
            raise InvalidInput("This is no offer of a browser that takes H.264.") from error
        except asyncio.CancelledError:
            await self._end(session_id)
            raise
        self._watch(session_id, session.connection)
        return PeerSession(session_id, answer)

    async def close(self, camera_key: str, session_id: str) -> None:
        """End a session."""
        session = self._sessions.get(session_id)
        if session is None or session.camera_key != camera_key:
            raise NotFound("There is no such session.")
        await self._end(session_id)

    async def stop(self) -> None:
        """End all sessions."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for session_id in list(self._sessions):
            await self._end(session_id)

    def _watch(self, session_id: str, connection: RTCPeerConnection) -> None:
        async def look() -> None:
            if connection.connectionState in {"failed", "closed", "disconnected"}:
                await self._end(session_id)

        async def let_go() -> None:
            await self._clock.sleep(_CONNECT_S)
            if connection.connectionState != "connected":
                await self._end(session_id)

        connection.on("connectionstatechange", look)
        task = asyncio.create_task(let_go(), name="whep-connects")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _end(self, session_id: str) -> None:
        session = self._sessions.pop(session_id, None)
        if session is None:
            return
        session.sink.leave(session.queue)
        session.queue.close()
        with suppress(ConnectionError):
            await session.connection.close()


async def _answer(session: _Session, offer_sdp: str) -> str:
    connection, track = session.connection, _Track(session.queue)
    transceiver = connection.addTransceiver(track, direction="sendonly")
    codecs = RTCRtpSender.getCapabilities("video").codecs
    # Before the offer is read: else another codec is agreed on, and H.264 is sent in its name.
    transceiver.setCodecPreferences([codec for codec in codecs if codec.mimeType == "video/H264"])
    sender = transceiver.sender
    times: Any = _OwnTimes(sender.transport, track)
    sender.setTransport(times)
    await connection.setRemoteDescription(RTCSessionDescription(offer_sdp, "offer"))
    await connection.setLocalDescription(await connection.createAnswer())
    return connection.localDescription.sdp


def _gather_on_loopback() -> None:
    """Let aioice offer the loopback address, which it leaves out, and no other."""

    def only_loopback(use_ipv4: bool, use_ipv6: bool) -> list[str]:  # noqa: FBT001  (aioice's)
        del use_ipv6
        return [_LOOPBACK] if use_ipv4 else []

    aioice.ice.get_host_addresses = only_loopback

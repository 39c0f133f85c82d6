"""Publishes a camera to an RTSP server such as MediaMTX, on timestamps of the camera's own clock."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import structlog

from sentinel_camera.restream.parameter_sets import parameter_sets
from sentinel_camera.restream.publish_queue import PublishQueue
from sentinel_camera.restream.rtsp_connection import RtspConnection, RtspFailure, open_rtsp
from sentinel_camera.restream.rtsp_credentials import Credentials
from sentinel_camera.restream.session_description import (
    CONTROL,
    PAYLOAD_TYPE,
    describe_session,
)
from sentinel_camera.restream.sinks import CodedUnit, VideoConfiguration
from sentinel_core.ports.clock import Clock
from sentinel_vision.rtp.access_units import Packetiser
from sentinel_vision.rtp.packets import TIMESTAMP_BITS, wrap
from sentinel_vision.rtp.payloads import FORMATS
from sentinel_vision.rtp.reports import SenderReport

_log = structlog.get_logger(__name__)

_RTP, _RTCP = 0, 1
_REPORT_EVERY_S = 5.0
_QUIET_S = 3.0
"""MediaMTX drops a publisher that is silent for 10 s: a camera that is away is kept alive by requests."""
_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 5.0
_TOLD_AFTER = 2
"""Failures in a row: the path of a new camera is opened a moment after its first try."""
_LENGTH_BYTES = 4


@dataclass(frozen=True, slots=True)
class PublishTarget:
    """Where cameras are published.

    Attributes:
        url: `rtsp://host:port`, without credentials; the camera's key is the path.
        credentials: By camera key, asked for at each connection; None where none are needed.
    """

    url: str
    credentials: Callable[[str], Credentials | None] = lambda _camera_key: None


class RtspPublisher:
    """A `PacketSink`: one publish session that outlives the camera's reconnects.

    RTP timestamps are `pts_90k` mod 2**32; sender reports map them to the time of capture. Another
    codec or size begins a new session, as does a refusal or a lost connection, after a wait.
    """

    def __init__(self, camera_key: str, target: PublishTarget, clock: Clock) -> None:
        self._camera_key = camera_key
        self._target = target
        self._clock = clock
        self._queue = PublishQueue()
        self._configuration: VideoConfiguration | None = None
        self._renewal = asyncio.Event()
        self._demand = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.sessions = 0
        """Publish sessions begun so far."""
        self.published = 0
        """Access units sent so far."""
        self.trouble: str | None = None
        """Why nothing can be published at present."""

    @property
    def dropped(self) -> int:
        """Access units that were left out because the server was slow."""
        return self._queue.dropped

    def configure(self, configuration: VideoConfiguration) -> None:
        """Publish units coded like this from now on."""
        before, self._configuration = self._configuration, configuration
        if before is None:
            self._task = asyncio.create_task(self._run(), name=f"publish-{self._camera_key}")
        elif _shape(before) != _shape(configuration):
            self._renew()
        elif before.record != configuration.record:
            # New parameter sets go along with the next keyframe.
            self._queue.clear()

    def take(self, unit: CodedUnit) -> None:
        """Publish a unit soon, or leave it out where the server is slow or away."""
        self._demand.set()
        self._queue.put(unit)

    def pause(self) -> None:
        """The session stays; what comes next begins with a keyframe."""

    def forget(self) -> None:
        """End the session: the server keeps what it was sent for late viewers."""
        self._renew()

    def close(self) -> None:
        """End the session for good."""
        if self._task is not None:
            self._task.cancel()

    async def wait_closed(self) -> None:
        """Return when the connection is gone; call `close` before."""
        if self._task is not None:
            await asyncio.wait([self._task])

    def _renew(self) -> None:
        self._queue.clear()
        self._renewal.set()

    async def _run(self) -> None:
        failures = 0
        while (configuration := self._configuration) is not None:
            self._renewal.clear()
            sessions_before = self.sessions
            try:
                await self._publish(configuration)
                continue
            except (RtspFailure, OSError, TimeoutError) as error:
                self.trouble = str(error) or "The server does not answer."
            failures = 1 if self.sessions > sessions_before else failures + 1
            if failures == _TOLD_AFTER:
                _log.warning("not published", camera=self._camera_key, trouble=self.trouble)
            wait_s = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2 ** (failures - 1))
            await self._clock.sleep(wait_s * random.uniform(0.75, 1.25))  # noqa: S311 (no secret)
            # A camera that is off has no path: it would be refused again and again.
            self._demand.clear()
            await self._demand.wait()

    async def _publish(self, configuration: VideoConfiguration) -> None:
        """One session; returns when another must follow."""
        address = urlsplit(self._target.url)
        credentials = self._target.credentials(self._camera_key)
        async with open_rtsp(address.hostname or "", address.port, credentials) as rtsp:
            url = f"{self._target.url.rstrip('/')}/{self._camera_key}"
            await _begin(rtsp, url, configuration)
            self.sessions += 1
            self.trouble = None
            _log.info("published", camera=self._camera_key, session=self.sessions)
            self._queue.open()
            try:
                await _first_of(
                    self._send_units(rtsp, configuration),
                    self._keep_alive(rtsp, url),
                    rtsp.wait_until_ended(),
                    self._renewal.wait(),
                )
            finally:
                self._queue.close()
            with suppress(RtspFailure, TimeoutError):
                await rtsp.request("TEARDOWN", url)

    async def _send_units(self, rtsp: RtspConnection, configuration: VideoConfiguration) -> None:
        packetiser = Packetiser(
            FORMATS[configuration.codec],
            payload_type=PAYLOAD_TYPE,
            ssrc=random.getrandbits(32),
            first_sequence=random.getrandbits(16),
        )
        reported_epoch, reported_s = "", 0.0
        while True:
            unit = await self._queue.take()
            if self._renewal.is_set():
                return
            now_s = self._clock.monotonic()
            if unit.epoch != reported_epoch or now_s - reported_s >= _REPORT_EVERY_S:
                if packetiser.packets == 0:
                    # MediaMTX ignores reports of a stream of which it has seen no packet yet.
                    rtsp.send(_RTP, packetiser.introduce(unit.pts_90k).to_bytes())
                reported_epoch, reported_s = unit.epoch, now_s
                rtsp.send(_RTCP, _report(packetiser, unit))
            packets = packetiser.packetise(self._nal_units(unit), unit.pts_90k)
            rtsp.send(_RTP, *(packet.to_bytes() for packet in packets))
            self.published += 1
            await rtsp.drain()

    async def _keep_alive(self, rtsp: RtspConnection, url: str) -> None:
        while True:
            before = self.published
            await self._clock.sleep(_QUIET_S)
            if self.published == before:
                await rtsp.request("OPTIONS", url)

    def _nal_units(self, unit: CodedUnit) -> list[bytes | memoryview]:
        """With the parameter sets before a keyframe, for viewers that join there."""
        units: list[bytes | memoryview] = list(_split(unit.data))
        if unit.is_key and self._configuration is not None:
            return [*parameter_sets(self._configuration), *units]
        return units


async def _begin(rtsp: RtspConnection, url: str, configuration: VideoConfiguration) -> None:
    await rtsp.request(
        "ANNOUNCE", url, {"Content-Type": "application/sdp"}, describe_session(configuration)
    )
    transport = f"RTP/AVP/TCP;unicast;interleaved={_RTP}-{_RTCP};mode=record"
    await rtsp.request("SETUP", f"{url}/{CONTROL}", {"Transport": transport})
    await rtsp.request("RECORD", url, {"Range": "npt=0-"})


def _report(packetiser: Packetiser, unit: CodedUnit) -> bytes:
    return SenderReport(
        ssrc=packetiser.ssrc,
        utc=unit.captured_at,
        timestamp=wrap(unit.pts_90k, TIMESTAMP_BITS),
        packets=packetiser.packets,
        octets=packetiser.octets,
    ).to_bytes()


def _shape(configuration: VideoConfiguration) -> tuple[str, int, int]:
    return configuration.codec, configuration.width, configuration.height


def _split(data: bytes) -> Iterator[memoryview]:
    view, position = memoryview(data), 0
    while position + _LENGTH_BYTES <= len(view):
        start = position + _LENGTH_BYTES
        position = start + int.from_bytes(view[position:start])
        yield view[start:position]


async def _first_of(*works: Coroutine[Any, Any, object]) -> None:
    """Run all until one ends; raise its error, where it ended with one."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        await task

"""WebRTC from camera-service, read by a real peer: which RTP packets come, and when it ends."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import av
import pytest
from aiortc import RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription
from aiortc.rtp import RtpPacket

from sentinel_camera.restream.peer_queue import PeerSink
from sentinel_camera.restream.sinks import CodedUnit, VideoConfiguration
from sentinel_camera.restream.whep import WhepSessions
from sentinel_camera.sources.h264 import AvcFormatter
from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.domain.errors import (
    DependencyUnavailable,
    InvalidInput,
    NotFound,
    RateLimited,
)
from sentinel_core.testing.builders import at

FRAME_90K = 4_500
START_90K = 2**32 - 20 * FRAME_90K
"""Timestamps wrap after twenty pictures."""


def units_of(clip: Path) -> tuple[VideoConfiguration, list[CodedUnit]]:
    with av.open(str(clip), "r") as container:
        stream = container.streams.video[0]
        formatter = AvcFormatter(stream.codec_context.extradata)
        assert formatter.configuration is not None
        units = []
        for packet in container.demux(stream):
            if packet.pts is None or packet.dts is None or packet.time_base is None:
                continue
            scale = packet.time_base * 90_000
            dts, pts = (START_90K + round(time * scale) for time in (packet.dts, packet.pts))
            data = formatter.convert(bytes(packet))
            units.append(CodedUnit(dts, pts, FRAME_90K, packet.is_keyframe, data, "E1", at(0)))
        size = (stream.width, stream.height)
        return VideoConfiguration("h264", formatter.configuration, *size), units


class Viewer:
    """A peer that notes the timestamps of what it is sent."""

    def __init__(self) -> None:
        self.connection = RTCPeerConnection()
        self.timestamps: list[int] = []
        transceiver = self.connection.addTransceiver("video", direction="recvonly")
        self._listen(transceiver.receiver)

    def _listen(self, receiver: RTCRtpReceiver) -> None:
        handle: Any = receiver._handle_rtp_packet

        async def note(packet: RtpPacket, arrival_time_ms: int) -> None:
            if packet.timestamp not in self.timestamps[-1:]:
                self.timestamps.append(packet.timestamp)
            await handle(packet, arrival_time_ms)

        receiver._handle_rtp_packet = note  # type: ignore[method-assign]  # aiortc tells timestamps nowhere else

    async def offer(self) -> str:
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return str(self.connection.localDescription.sdp)

    async def accept(self, answer: str) -> None:
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        async with asyncio.timeout(30):
            while self.connection.connectionState != "connected":
                await SystemClock().sleep(0.02)


class Stage:
    """One camera and whoever watches it."""

    def __init__(self, clip: Path, *, max_sessions: int = 2) -> None:
        self.sink = PeerSink()
        self.configuration, self.units = units_of(clip)
        self.sink.configure(self.configuration)
        self.sessions = WhepSessions(
            SystemClock(), self._sink_of, max_sessions=max_sessions, on_loopback=True
        )

    def _sink_of(self, camera_key: str) -> PeerSink:
        if camera_key != "cam_01":
            raise NotFound(camera_key)
        return self.sink

    def play(self, numbers: range) -> None:
        for number in numbers:
            self.sink.take(self.units[number])


@pytest.fixture
async def viewer() -> AsyncIterator[Viewer]:
    viewer = Viewer()
    yield viewer
    await viewer.connection.close()


async def until(condition: Any) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await SystemClock().sleep(0.02)


async def test_timestamps_are_the_media_clock(clips: Path, viewer: Viewer) -> None:
    stage = Stage(clips / "plain.mp4")
    stage.play(range(3))
    session = await stage.sessions.open("cam_01", await viewer.offer())
    await viewer.accept(session.answer_sdp)
    stage.play(range(3, 60))
    wanted = [unit.pts_90k % 2**32 for unit in stage.units[10:]]  # from the next keyframe on
    await until(lambda: len(viewer.timestamps) >= len(wanted))
    assert viewer.timestamps == wanted
    await stage.sessions.close("cam_01", session.id)
    assert stage.sessions.count == 0
    with pytest.raises(NotFound):
        await stage.sessions.close("cam_01", session.id)


async def test_a_viewer_that_leaves_is_let_go(clips: Path, viewer: Viewer) -> None:
    stage = Stage(clips / "plain.mp4")
    stage.play(range(1))
    session = await stage.sessions.open("cam_01", await viewer.offer())
    await viewer.accept(session.answer_sdp)
    await viewer.connection.close()
    await until(lambda: stage.sessions.count == 0)


async def test_only_so_many_may_watch(clips: Path, viewer: Viewer) -> None:
    stage = Stage(clips / "plain.mp4", max_sessions=1)
    stage.play(range(1))
    offer = await viewer.offer()
    await stage.sessions.open("cam_01", offer)
    with pytest.raises(RateLimited):
        await stage.sessions.open("cam_01", offer)
    await stage.sessions.stop()
    assert stage.sessions.count == 0


async def test_b_frames_are_refused_with_the_reason(clips: Path, viewer: Viewer) -> None:
    stage = Stage(clips / "reordered.mp4")
    stage.play(range(10))
    with pytest.raises(InvalidInput, match="B-frames"):
        await stage.sessions.open("cam_01", await viewer.offer())


async def test_h265_is_refused_with_the_reason(clips: Path, viewer: Viewer) -> None:
    stage = Stage(clips / "plain.mp4")
    stage.play(range(2))
    stage.sink.configure(VideoConfiguration("hevc", b"", 160, 96))
    with pytest.raises(InvalidInput, match=r"H\.265"):
        await stage.sessions.open("cam_01", await viewer.offer())


async def test_a_camera_that_is_silent_is_named(clips: Path, viewer: Viewer) -> None:
    with pytest.raises(DependencyUnavailable):
        await Stage(clips / "plain.mp4").sessions.open("cam_01", await viewer.offer())


@pytest.mark.parametrize("offer", ["", "hello", "v=0\r\n", "v=0\r\nm=video 9 X 0\r\n"])
async def test_what_is_no_offer_is_refused(clips: Path, offer: str) -> None:
    stage = Stage(clips / "plain.mp4")
    stage.play(range(1))
    with pytest.raises(InvalidInput):
        await stage.sessions.open("cam_01", offer)
    assert stage.sessions.count == 0

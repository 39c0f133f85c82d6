"""The publisher against a small server; against the real MediaMTX: tests/connected."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from itertools import pairwise

import pytest
import pytest_asyncio

from sentinel_camera.restream.rtsp_connection import RtspConnection, open_rtsp
from sentinel_camera.restream.rtsp_credentials import Credentials
from sentinel_camera.restream.rtsp_publisher import PublishTarget, RtspPublisher
from sentinel_camera.restream.sinks import CodedUnit, VideoConfiguration
from sentinel_camera.testing.rtsp_recorder import RtspRecorder
from sentinel_core.testing.builders import at
from sentinel_core.testing.clock import ManualClock
from sentinel_vision.rtp.payloads import H264, H265

SPS, PPS = b"\x67\x42\x00\x1f\xaa", b"\x68\xce\x01"
AVCC = b"\x01\x42\x00\x1f\xff\xe1" + b"\x00\x05" + SPS + b"\x01" + b"\x00\x03" + PPS
VPS_265, SPS_265, PPS_265 = b"\x40\x01V", b"\x42\x01SS", b"\x44\x01P"
HVCC = (
    b"\x01" + bytes(21) + b"\x03"
    b"\x20\x00\x01\x00\x03" + VPS_265 + b"\x21\x00\x01\x00\x04" + SPS_265
    + b"\x22\x00\x01\x00\x03" + PPS_265
)  # fmt: skip
H264_VIDEO = VideoConfiguration("h264", AVCC, 640, 360)
FRAME_90K = 3_600


def unit(
    number: int, *, is_key: bool = False, epoch: str = "E1", size: int = 20, start_90k: int = 0
) -> CodedUnit:
    """Picture `number` of 25 a second."""
    nal_unit = bytes((0x65 if is_key else 0x41, number % 256)) + b"p" * size
    ticks = start_90k + number * FRAME_90K
    return CodedUnit(
        dts_90k=ticks,
        pts_90k=ticks,
        duration_90k=FRAME_90K,
        is_key=is_key,
        data=len(nal_unit).to_bytes(4) + nal_unit,
        epoch=epoch,
        captured_at=at(number / 25),
    )


def numbers(units: list[tuple[bytes, ...]]) -> list[int]:
    return [pieces[-1][1] for pieces in units]


class Desk:
    """A publisher, the server it publishes to, and a clock that stands still."""

    def __init__(self, recorder: RtspRecorder, credentials: Credentials | None = None) -> None:
        self.recorder = recorder
        self.clock = ManualClock()
        target = PublishTarget(recorder.url, lambda _key: credentials)
        self.publisher = RtspPublisher("cam_01", target, self.clock)

    async def begin(self, configuration: VideoConfiguration = H264_VIDEO) -> None:
        """Wait until a session runs and takes units."""
        before = self.publisher.sessions
        self.publisher.configure(configuration)
        await self.until_sessions(before + 1)

    async def until_sessions(self, count: int) -> None:
        await until(lambda: self.publisher.sessions >= count)

    async def until_requests(self, count: int) -> None:
        await self.recorder.wait_for(lambda: len(self.recorder.recordings[-1].requests) >= count)

    async def pass_until(self, condition: Callable[[], object]) -> None:
        """Let the camera's time pass, with pictures, until something is so."""
        async with asyncio.timeout(20):
            while not condition():
                self.send(1, 2)
                await self.clock.advance(0.25)
                await asyncio.to_thread(lambda: None)

    def send(
        self, first: int, last: int, *, gop: int = 5, size: int = 20, start_90k: int = 0
    ) -> None:
        for number in range(first, last):
            is_key = number % gop == 0
            self.publisher.take(unit(number, is_key=is_key, size=size, start_90k=start_90k))

    async def until_units(self, count: int, session: int = -1) -> list[tuple[bytes, ...]]:
        await self.recorder.wait_for(lambda: len(self.recorder.recordings[session].units) >= count)
        return [got.nal_units for got in self.recorder.recordings[session].units]


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.to_thread(lambda: None)


@pytest_asyncio.fixture
async def recorder() -> AsyncIterator[RtspRecorder]:
    async with RtspRecorder() as server:
        yield server


@pytest_asyncio.fixture
async def desk(recorder: RtspRecorder) -> AsyncIterator[Desk]:
    desk = Desk(recorder)
    yield desk
    desk.publisher.close()
    await desk.publisher.wait_closed()


async def test_what_is_announced_recorded_and_sent(desk: Desk) -> None:
    await desk.begin()
    desk.send(0, 3)
    assert await desk.until_units(3) == [
        (H264.delimiter, SPS, PPS, unit(0, is_key=True).data[4:]),
        (unit(1).data[4:],),
        (unit(2).data[4:],),
    ]
    (recording,) = desk.recorder.recordings
    assert recording.path == "cam_01"
    assert recording.requests == ["ANNOUNCE", "SETUP", "RECORD"]
    assert "a=rtpmap:96 H264/90000\r\n" in recording.sdp
    assert "profile-level-id=42001F;sprop-parameter-sets=Z0IAH6o=,aM4B\r\n" in recording.sdp


async def test_h265_is_described_and_sent(desk: Desk) -> None:
    await desk.begin(VideoConfiguration("hevc", HVCC, 640, 360))
    picture = b"\x26\x01" + b"p" * 3_000
    desk.publisher.take(
        CodedUnit(0, 0, FRAME_90K, True, len(picture).to_bytes(4) + picture, "E1", at(0))
    )
    assert await desk.until_units(1) == [(H265.delimiter, VPS_265, SPS_265, PPS_265, picture)]
    sdp = desk.recorder.recordings[0].sdp
    assert "a=rtpmap:96 H265/90000\r\n" in sdp
    assert "a=fmtp:96 sprop-vps=QAFW;sprop-sps=QgFTUw==;sprop-pps=RAFQ\r\n" in sdp


async def test_timestamps_are_the_media_clock_across_its_wrap(desk: Desk) -> None:
    await desk.begin()
    start_90k = 5 * 2**32 - 2 * FRAME_90K
    desk.send(0, 5, start_90k=start_90k)
    await desk.until_units(5)
    got = [picture.timestamp for picture in desk.recorder.recordings[0].units]
    assert got == [2**32 - 2 * FRAME_90K, 2**32 - FRAME_90K, 0, FRAME_90K, 2 * FRAME_90K]


async def test_reports_say_when_it_was_captured(desk: Desk) -> None:
    await desk.begin()
    desk.send(0, 2)
    await desk.until_units(2)
    await desk.clock.advance(5)
    desk.send(2, 4)
    desk.publisher.take(unit(5, is_key=True, epoch="E2"))
    await desk.until_units(5)
    reports = desk.recorder.recordings[0].reports
    assert [before for before, _ in reports] == [0, 2, 4], "start, after 5 s, new epoch"
    for (_, report), number in zip(reports, (0, 2, 5), strict=True):
        assert report.timestamp == number * FRAME_90K
        assert abs(report.utc - at(number / 25)) < timedelta(microseconds=2)


@pytest.mark.parametrize("scheme", ["Basic", "Digest", "Digest-SHA-256"])
async def test_signs_in_as_the_server_asks(scheme: str) -> None:
    async with RtspRecorder(scheme=scheme, user="sentinel", password="p:w") as recorder:
        desk = Desk(recorder, Credentials("sentinel", "p:w"))
        await desk.begin()
        desk.send(0, 1)
        await desk.until_units(1)
        assert recorder.connections == 1
        desk.publisher.close()
        await desk.publisher.wait_closed()


async def test_a_wrong_password_is_told_and_tried_again_later() -> None:
    async with RtspRecorder(scheme="Digest", user="sentinel", password="right") as recorder:
        desk = Desk(recorder, Credentials("sentinel", "wrong"))
        desk.publisher.configure(H264_VIDEO)
        await desk.clock.wait_for_sleepers()
        assert desk.publisher.trouble == "The server answers ANNOUNCE by 401 Unauthorized."
        assert "wrong" not in repr(Credentials("sentinel", "wrong"))
        assert recorder.connections == 1
        await desk.pass_until(lambda: recorder.connections >= 2)
        desk.publisher.close()
        await desk.publisher.wait_closed()


async def test_the_session_outlives_a_camera_that_is_away(desk: Desk) -> None:
    await desk.begin()
    desk.send(0, 3)
    await desk.until_units(3)
    desk.publisher.pause()
    for count in range(4, 8):
        await desk.clock.wait_for_sleepers()
        await desk.clock.advance(6)
        await desk.until_requests(count)
    assert set(desk.recorder.recordings[0].requests[3:]) == {"OPTIONS"}
    desk.publisher.configure(H264_VIDEO)
    desk.publisher.take(unit(10, is_key=True, epoch="E2"))
    await desk.until_units(4)
    assert desk.publisher.sessions == desk.recorder.connections == 1


@pytest.mark.parametrize(
    "other",
    [
        VideoConfiguration("h264", AVCC, 1280, 720),
        VideoConfiguration("hevc", HVCC, 640, 360),
    ],
)
async def test_another_size_or_codec_begins_a_new_session(
    desk: Desk, other: VideoConfiguration
) -> None:
    await desk.begin()
    desk.send(0, 2)
    await desk.until_units(2)
    await desk.begin(other)
    desk.send(2, 7)
    await desk.until_units(2)
    first, second = desk.recorder.recordings
    assert first.ended_by_teardown
    assert len(first.units) == 2
    assert [picture.timestamp for picture in second.units[:1]] == [5 * FRAME_90K]


async def test_new_parameter_sets_of_the_same_size_keep_the_session(desk: Desk) -> None:
    await desk.begin()
    desk.send(0, 2)
    await desk.until_units(2)
    other_sps = SPS[:-1] + b"\xbb"
    desk.publisher.configure(VideoConfiguration("h264", AVCC.replace(SPS, other_sps), 640, 360))
    desk.send(3, 6)
    units = await desk.until_units(3)
    assert numbers(units) == [0, 1, 5]
    assert units[2][:2] == (other_sps, PPS)
    assert desk.publisher.sessions == 1


async def test_what_must_be_forgotten_ends_the_session(desk: Desk) -> None:
    await desk.begin()
    desk.send(0, 2)
    await desk.until_units(2)
    desk.publisher.forget()
    await desk.until_sessions(2)
    assert desk.recorder.recordings[0].ended_by_teardown


async def test_a_refusal_is_tried_again_after_growing_waits(desk: Desk) -> None:
    desk.recorder.refuses = 3
    desk.publisher.configure(H264_VIDEO)
    waits = []
    for _ in range(3):
        await desk.clock.wait_for_sleepers()
        assert desk.publisher.trouble == "The server answers ANNOUNCE by 404 Not Found."
        before_s = desk.clock.monotonic()
        while desk.clock.sleepers:
            await desk.clock.advance(0.125)
        waits.append(desk.clock.monotonic() - before_s)
        desk.send(0, 1)
    await desk.until_sessions(1)
    assert desk.publisher.trouble is None
    assert all(later > earlier for earlier, later in pairwise(waits))
    assert 0.25 <= waits[0] <= 0.75


async def test_publishing_goes_on_when_the_server_comes_back(desk: Desk) -> None:
    await desk.begin()
    desk.send(0, 2)
    await desk.until_units(2)
    await desk.recorder.vanish()
    await until(lambda: desk.publisher.trouble is not None)
    desk.send(2, 10)
    await desk.clock.advance(1)
    await desk.recorder.listen()
    await desk.pass_until(lambda: desk.publisher.sessions >= 2)
    desk.send(11, 16)
    assert numbers(await desk.until_units(1)) == [15], "begins with a keyframe"


async def test_a_camera_that_is_off_is_not_tried_again(desk: Desk) -> None:
    desk.recorder.refuses = 100
    desk.publisher.configure(H264_VIDEO)
    await desk.clock.wait_for_sleepers()
    await desk.clock.advance(60)
    assert desk.clock.sleepers == 0
    assert desk.recorder.connections == 1
    desk.recorder.refuses = 0
    desk.send(0, 1)
    await desk.until_sessions(1)


async def test_nonsense_is_an_error_like_others(desk: Desk) -> None:
    desk.recorder.babbles = True
    desk.publisher.configure(H264_VIDEO)
    await desk.clock.wait_for_sleepers()
    assert desk.publisher.trouble == "The server does not speak RTSP."


async def test_a_server_that_does_not_read_never_holds_up_the_camera(desk: Desk) -> None:
    await desk.begin()
    desk.recorder.stop_reading()
    # Far more than sockets and queue hold; `take` returns at once, whoever reads or not.
    desk.send(0, 2_000, gop=50, size=50_000)
    for _ in range(100):
        await asyncio.to_thread(lambda: None)
    desk.send(2_000, 2_100, gop=50, size=50_000)
    dropped = desk.publisher.dropped
    assert dropped > 0
    desk.recorder.go_on_reading()
    await desk.until_units(1)
    units = desk.recorder.recordings[0].units
    await until(lambda: len(units) + desk.publisher.dropped == 2_100)
    times = [picture.timestamp // FRAME_90K for picture in units]
    assert all(b == a + 1 or b % 50 == 0 for a, b in pairwise(times)), "goes on at keyframes"
    assert all(picture.is_complete for picture in units)
    assert desk.publisher.sessions == 1


async def test_units_before_the_first_keyframe_are_not_sent(desk: Desk) -> None:
    desk.publisher.take(unit(0, is_key=True))
    await desk.begin()
    desk.send(3, 7)
    assert numbers(await desk.until_units(2)) == [5, 6]


@pytest.mark.parametrize("turns", range(5))
async def test_no_connection_is_left_behind_by_whoever_is_cancelled(
    recorder: RtspRecorder, turns: int
) -> None:
    opened: list[RtspConnection] = []

    async def connect() -> None:
        async with open_rtsp("127.0.0.1", recorder.port) as connection:
            opened.append(connection)

    task = asyncio.create_task(connect())
    await until(lambda: opened)
    for _ in range(turns):
        await ManualClock().sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert opened[0]._writer.transport.is_closing()


async def test_close_ends_the_connection(desk: Desk) -> None:
    await desk.begin()
    desk.publisher.close()
    await desk.publisher.wait_closed()
    await desk.recorder.vanish()
    assert desk.recorder.connections == 1

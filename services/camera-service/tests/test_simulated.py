"""The simulated camera is a camera like any other, and its clock tells the time."""

import asyncio

import pytest

from sentinel_camera.testing.site import CameraSite
from sentinel_core.domain.cameras import SourceReason, SourceState
from sentinel_sim.test_card.clock_bars import read_clock
from sentinel_vision.frames.frame import Frame, Picture
from sentinel_vision.frames.transport import INFERRED, FrameOutcome

pytestmark = pytest.mark.asyncio(loop_scope="session")

URL = "sim:clock?fps=20&width=320&height=180&gop=20"


@pytest.mark.parametrize(("codec", "box"), [("h264", b"avc1"), ("hevc", b"hvc1")])
async def test_a_test_card_is_played_in_real_time(site: CameraSite, codec: str, box: bytes) -> None:
    shown: list[tuple[int, int | None]] = []

    async def look(frame: Frame) -> FrameOutcome:
        assert isinstance(frame.picture, Picture)
        shown.append((frame.pts_90k, read_clock(frame.picture.y)))
        return INFERRED

    site.infer = look
    started_ms = site.clock.utc_now().timestamp() * 1000
    await site.add("cam_01", f"{URL}&codec={codec}")
    await site.until_frames("cam_01", 25)
    ended_ms = site.clock.utc_now().timestamp() * 1000
    async with asyncio.timeout(30), site.service.live_video.watch("cam_01") as pieces:
        assert box in await anext(pieces)
    first_pts, first_ms = shown[0]
    assert first_ms is not None
    for pts, clock_ms in shown:
        assert clock_ms == first_ms + (pts - first_pts) // 90
    assert (first_ms - int(started_ms)) % 2**32 <= ended_ms - started_ms
    assert site.service.control.states()["cam_01"].state is SourceState.ONLINE
    assert site.service.control.states()["cam_01"].fps == 20.0
    assert site.counts("cam_01").is_balanced


async def test_a_test_card_is_probed(site: CameraSite) -> None:
    report = await site.service.control.probe(URL)
    assert (report.codec, report.width, report.height, report.fps) == ("h264", 320, 180, 20.0)


async def test_what_is_no_test_card_says_what_is(site: CameraSite) -> None:
    await site.add("cam_01", "sim:clock?fps=1000")
    await site.until_offline("cam_01", SourceReason.UNSUPPORTED_SOURCE)
    assert "from 1 to 60" in (site.service.control.states()["cam_01"].detail or "")

"""Simulated cameras are read like any other."""

import pytest

from sentinel_camera.testing.site import CameraSite

pytestmark = pytest.mark.asyncio(loop_scope="session")

SMALL = "width=320&height=192&fps=20&gop=10"


@pytest.mark.parametrize("options", [SMALL, f"{SMALL}&codec=hevc", f"{SMALL}&b_frames=2"])
async def test_a_test_card_is_read(site: CameraSite, options: str) -> None:
    await site.add("cam_01", f"sim:clock?{options}")
    frames = await site.until_frames("cam_01", 12)
    start = frames[0].pts_90k
    for frame in frames:
        assert frame.size == (320, 192)
        assert (frame.pts_90k - start) % 4_500 == 0
    assert site.service.control.states()["cam_01"].fps == 20.0
    assert len({frame.epoch for frame in frames}) == 1
    assert site.counts("cam_01").is_balanced


async def test_a_test_card_is_described(site: CameraSite) -> None:
    report = await site.service.control.probe(f"sim:clock?{SMALL}&codec=hevc")
    assert (report.codec, report.width, report.height, report.fps) == ("hevc", 320, 192, 20.0)
    assert report.keyframe_interval_s == pytest.approx(0.5)

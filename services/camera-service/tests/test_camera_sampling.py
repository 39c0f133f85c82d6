"""How often running cameras are sampled: budgets, gating, files that are read once."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from sentinel_camera.testing.clips import ClipSpec, write_clip
from sentinel_camera.testing.site import CameraSite
from sentinel_core.domain.cameras import SourceReason
from sentinel_core.domain.frames import DropReason
from sentinel_vision.frames.frame import Frame
from sentinel_vision.frames.transport import INFERRED, FrameOutcome

pytestmark = pytest.mark.asyncio(loop_scope="session")

MakeSite = Callable[..., CameraSite]

SECOND = 90_000


async def test_a_given_budget_reaches_the_workers(make_site: MakeSite, clips: Path) -> None:
    async with make_site(node_budget_fps=8.0) as site:
        await site.add("cam_01", clips / "plain.mp4")
        await site.add("cam_02", clips / "plain.mp4")

        def intervals(key: str) -> list[int]:
            times = [frame.pts_90k for frame in site.frames_of(key)]
            return [after - before for before, after in pairwise(times)][-3:]

        # 4 of 20 pictures a second each; a new run of the file starts with a picture of its own.
        await site.until(lambda: intervals("cam_01") == [SECOND // 4] * 3)
        await site.until(lambda: intervals("cam_02") == [SECOND // 4] * 3)
        assert site.counts("cam_01").is_balanced


async def test_slow_inference_lowers_the_rate_to_the_floor(
    make_site: MakeSite, clips: Path
) -> None:
    async with make_site() as site:

        async def infer(frame: Frame) -> FrameOutcome:
            del frame
            await site.clock.sleep(0.45)
            return INFERRED

        site.infer = infer
        await site.add("cam_01", clips / "plain.mp4")
        await site.until(lambda: site.rate("cam_01") == 2.0)
        dropped = site.counts("cam_01").dropped
        assert dropped.get(DropReason.QUEUE_FULL, 0) > 0
        assert site.counts("cam_01").is_balanced


async def test_every_picture_of_a_file_that_is_read_once_is_inferred(
    site: CameraSite, clips: Path
) -> None:
    async def infer(frame: Frame) -> FrameOutcome:
        assert not frame.is_live
        await site.clock.sleep(0.07)
        return INFERRED

    site.infer = infer
    await site.add("cam_01", clips / "plain.mp4", loops=False)
    await site.until_offline("cam_01", SourceReason.ENDED)
    await site.until(lambda: len(site.frames) >= 60)
    epoch = site.frames[0].epoch
    assert [frame.index for frame in site.frames if frame.epoch == epoch] == list(range(60))
    assert site.counts("cam_01").dropped == {}
    assert site.counts("cam_01").is_balanced


async def test_a_still_camera_is_looked_at_now_and_then(make_site: MakeSite, clips: Path) -> None:
    # All of the clip gets brighter at once: that is no motion.
    async with make_site(forced_sample_s=0.5) as site:
        await site.add("cam_01", clips / "plain.mp4", motion_gating=True)
        await site.until_frames("cam_01", 30)
        counts = site.counts("cam_01")
        assert counts.dropped[DropReason.MOTION_GATED] > 0
        assert counts.is_balanced
        times = [frame.pts_90k for frame in site.frames]
        assert max(after - before for before, after in pairwise(times)) <= SECOND // 2


async def test_reordering_makes_no_picture_stale(site: CameraSite, clips: Path) -> None:
    """A picture is late from when it could be had on, not from when its packet came."""
    spec = ClipSpec(fps=4, frames=24, gop=12, b_frames=3)
    await site.add("cam_01", write_clip(clips / "rare.mp4", spec))
    await site.until_frames("cam_01", 14)
    assert site.counts("cam_01").dropped.get(DropReason.STALE, 0) == 0

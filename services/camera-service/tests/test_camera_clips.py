"""Clips, recordings and HLS of a camera that is read: from its packets to what people get."""

import asyncio
import re
from collections.abc import Callable
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from sentinel_camera.testing.clips import ClipSpec, picture_number, write_clip
from sentinel_camera.testing.site import CameraSite
from sentinel_core.domain.cameras import PrivacyMask
from sentinel_core.domain.errors import InvalidInput, NotFound
from sentinel_core.domain.recordings import RecordingState
from sentinel_core.ports.camera_control import ClipCut
from sentinel_core.ports.object_store import ObjectKey

pytestmark = pytest.mark.asyncio(loop_scope="session")

MakeSite = Callable[..., CameraSite]
HEIGHT = 96
MASK = PrivacyMask(((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75)))


def pictures_of(movie: bytes) -> list[NDArray[Any]]:
    """Luma of each picture."""
    with av.open(BytesIO(movie), "r") as container:
        return [picture.to_ndarray()[:HEIGHT] for picture in container.decode(video=0)]


def numbers_of(movie: bytes) -> list[int]:
    return [picture_number(float(luma.mean())) for luma in pictures_of(movie)]


async def cut_around(site: CameraSite, *, before_s: float, after_s: float) -> ClipCut:
    """A clip around the newest inferred frame, whose end may be still to come."""
    frame = site.frames_of("cam_01")[-1]
    return await site.service.control.cut_clip(
        "cam_01",
        epoch=frame.epoch,
        from_pts_90k=frame.pts_90k - round(before_s * 90_000),
        to_pts_90k=frame.pts_90k + round(after_s * 90_000),
    )


async def test_a_clip_holds_what_came_before_and_what_comes_after(
    site: CameraSite, clips: Path
) -> None:
    await site.add("cam_01", clips / "plain.mp4")
    frame = (await site.until_frames("cam_01", 25))[-1]
    clip = await cut_around(site, before_s=0.5, after_s=1.0)
    assert clip.coverage == pytest.approx(1.0)
    assert clip.from_pts_90k <= frame.pts_90k - 45_000
    assert clip.to_pts_90k >= frame.pts_90k + 90_000
    numbers = numbers_of(clip.mp4)
    assert len(numbers) == (clip.to_pts_90k - clip.from_pts_90k) // 4_500
    assert frame.number in numbers
    assert all((later - earlier) % 60 == 1 for earlier, later in pairwise(numbers))


async def test_a_clip_of_b_frames_shows_them_in_order(site: CameraSite, clips: Path) -> None:
    await site.add("cam_01", clips / "reordered.mp4")
    frame = (await site.until_frames("cam_01", 25))[-1]
    clip = await cut_around(site, before_s=0.5, after_s=0.5)
    numbers = numbers_of(clip.mp4)
    assert frame.number in numbers
    # What the last picture is decoded with may be shown later than what has come so far.
    assert all((later - earlier) % 60 == 1 for earlier, later in pairwise(numbers[:-1]))


async def test_what_is_asked_for_too_late_or_too_long_is_refused(
    make_site: MakeSite, clips: Path
) -> None:
    async with make_site(clip_seconds=2.0) as site:
        await site.add("cam_01", clips / "plain.mp4")
        first = (await site.until_frames("cam_01", 1))[0]
        await site.until(lambda: site.frames_of("cam_01")[-1].pts_90k > first.pts_90k + 450_000)
        control = site.service.control
        with pytest.raises(InvalidInput, match="2 s"):
            await cut_around(site, before_s=1.5, after_s=1.5)
        old = {"from_pts_90k": first.pts_90k, "to_pts_90k": first.pts_90k + 45_000}
        with pytest.raises(NotFound):
            await control.cut_clip("cam_01", epoch=first.epoch, **old)
        with pytest.raises(NotFound):
            await control.cut_clip("cam_02", epoch=first.epoch, **old)


async def test_nothing_under_a_mask_is_kept_in_any_form(site: CameraSite, clips: Path) -> None:
    bright = write_clip(clips / "bright.mp4", ClipSpec(frames=40, gop=10))
    camera = await site.add("cam_01", bright, privacy_masks=(MASK,))
    recording = await site.record(camera)
    await site.until_frames("cam_01", 20)
    playlist = await site.service.live_video.hls_playlist("cam_01")
    names = re.findall(r"(init-\d+\.mp4|part-\d+\.mp4)", playlist)
    pieces = [await site.service.live_video.hls_piece("cam_01", name) for name in names]
    clip = await cut_around(site, before_s=0.5, after_s=0.3)
    await site.end_recording(recording)
    async with asyncio.timeout(30):
        while (stored := await site.recording(recording)).state is not RecordingState.READY:
            await site.clock.sleep(0.05)
    assert stored.object_key is not None
    movie = await site.objects.get(ObjectKey.parse(stored.object_key))
    for kept in (clip.mp4, movie, b"".join(pieces)):
        pictures = pictures_of(kept)
        assert pictures
        for luma in pictures:
            assert luma[36:60, 52:108].max() < 24
            assert np.median(luma[:12]) > 32

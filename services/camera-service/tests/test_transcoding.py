"""Live video encoded anew where that is asked for: its clock is that of the frames."""

import asyncio
from collections.abc import Callable
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import av
import pytest

from sentinel_camera.testing.site import CameraSite
from sentinel_core.domain.cameras import LiveViewMode
from sentinel_sim.faults.rtsp_server import RtspFaultServer

pytestmark = pytest.mark.asyncio(loop_scope="session")

FRAME_90K = 4_500


class Stream:
    """What a viewer took, and the times it shows."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    @property
    def inits(self) -> int:
        return sum(piece[4:8] == b"ftyp" for piece in self.pieces)

    @property
    def times(self) -> list[int]:
        """Presentation times: without B-frames those of decoding."""
        starts = [piece.index(b"tfdt") + 8 for piece in self.pieces if piece[4:8] == b"moof"]
        moofs = [piece for piece in self.pieces if piece[4:8] == b"moof"]
        return [
            int.from_bytes(piece[start : start + 8])
            for piece, start in zip(moofs, starts, strict=True)
        ]

    async def take(self, site: CameraSite, count: int) -> None:
        async with asyncio.timeout(60), site.service.live_video.watch("cam_01") as stream:
            while len(self.pieces) < count:
                self.pieces.append(await anext(stream))


@pytest.mark.parametrize("name", ["plain.mp4", "reordered.mp4"])
async def test_frames_and_video_have_one_clock(site: CameraSite, clips: Path, name: str) -> None:
    stream = Stream()
    async with RtspFaultServer(clips / name) as server:
        await site.add("cam_01", server.url, live_view=LiveViewMode.TRANSCODED)
        await site.until_frames("cam_01", 1)
        await stream.take(site, 31)
        await site.until_frames("cam_01", 31)
    times = stream.times
    assert [after - before for before, after in pairwise(times)] == ([FRAME_90K] * (len(times) - 1))
    inferred = {frame.pts_90k: frame.number for frame in site.frames}
    with av.open(BytesIO(b"".join(stream.pieces)), "r") as container:
        pictures = list(container.decode(video=0))
    for time, picture in zip(times, pictures, strict=True):
        if time in inferred:
            shown = round((float(picture.to_ndarray()[:96].mean()) - 40) / 3) % 64
            assert shown == inferred[time]
    assert len(inferred.keys() & set(times)) >= 10


async def test_another_size_brings_another_configuration(site: CameraSite, clips: Path) -> None:
    async with RtspFaultServer(clips / "plain.mp4") as server:
        await site.add("cam_01", server.url, live_view=LiveViewMode.TRANSCODED)
        await site.until_frames("cam_01", 2)
        stream = Stream()
        async with asyncio.timeout(60), site.service.live_video.watch("cam_01") as watched:
            server.play(clips / "large.mp4")
            while stream.inits < 2:
                stream.pieces.append(await anext(watched))
        await site.until(lambda: site.frames[-1].size == (1280, 720))
    assert site.counts("cam_01").is_balanced


async def test_a_clock_that_jumps_starts_a_new_epoch_at_a_keyframe(
    site: CameraSite, clips: Path
) -> None:
    async with RtspFaultServer(clips / "plain.mp4") as server:
        await site.add("cam_01", server.url, live_view=LiveViewMode.TRANSCODED)
        for jump_90k in (-3_600 * 90_000, 3_600 * 90_000):
            before = (await site.until_frames("cam_01", len(site.frames) + 2))[-1]
            server.jump_90k += jump_90k
            await site.until_epoch_after("cam_01", before.epoch)
            assert 0 < site.frames[-1].pts_90k - before.pts_90k < 60 * 90_000
        stream = Stream()
        await stream.take(site, 5)
        with av.open(BytesIO(b"".join(stream.pieces)), "r") as container:
            assert len(list(container.decode(video=0))) == 4
        assert server.connections == 1
    assert site.counts("cam_01").is_balanced


async def test_large_video_is_scaled_and_its_frames_are_not(
    make_site: Callable[..., CameraSite], clips: Path
) -> None:
    async with make_site(live_max_px=320) as site:
        await site.add("cam_01", clips / "large.mp4", live_view=LiveViewMode.TRANSCODED)
        await site.until_frames("cam_01", 1)
        stream = Stream()
        await stream.take(site, 3)
        with av.open(BytesIO(b"".join(stream.pieces)), "r") as container:
            shown = next(container.decode(video=0))
        assert (shown.width, shown.height) == (320, 180)
        assert site.frames[-1].size == (1280, 720)

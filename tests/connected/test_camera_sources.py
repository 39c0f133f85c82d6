"""Cameras behind the real MediaMTX: what is typed into the dashboard plays."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from encoder import published

from sentinel_camera.testing.clips import ClipSpec, write_clip
from sentinel_camera.testing.site import CameraSite
from sentinel_sim.servers.mediamtx import MediaMtx
from sentinel_sim.servers.processes import ServerMissing

pytestmark = pytest.mark.servers


@pytest.fixture
async def server() -> AsyncIterator[MediaMtx]:
    try:
        async with MediaMtx() as server, httpx2.AsyncClient() as client:
            for path in ("libx264", "libx265"):
                answer = await client.post(
                    f"{server.api_url}/v3/config/paths/add/{path}", json={"name": path}
                )
                answer.raise_for_status()
            yield server
    except ServerMissing as missing:
        pytest.skip(str(missing))


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
async def test_a_published_stream_is_read(server: MediaMtx, tmp_path: Path, codec: str) -> None:
    clip = write_clip(tmp_path / "clip.mp4", ClipSpec(codec=codec, frames=60, gop=10))
    url = f"{server.rtsp_url}/{codec}"
    async with published(clip, url), CameraSite(tmp_path) as site:
        await site.add("cam_01", url)
        frames = await site.until_frames("cam_01", 20)
        report = await site.service.control.probe(url)
        async with asyncio.timeout(30), site.service.live_video.watch("cam_01") as pieces:
            head = await anext(pieces)
    for frame in frames:
        assert (frame.number - frame.pts_90k // 4_500 - frames[0].number) % 60 in (0, 59, 1)
    assert report.codec == ("h264" if codec == "libx264" else "hevc")
    assert (b"avc1" if codec == "libx264" else b"hvc1") in head
    assert site.counts("cam_01").is_balanced


async def test_its_hls_is_read(server: MediaMtx, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", ClipSpec(frames=60, gop=10))
    async with published(clip, f"{server.rtsp_url}/libx264"), CameraSite(tmp_path) as site:
        await site.add("cam_01", f"{server.hls_url}/libx264/index.m3u8")
        frames = await site.until_frames("cam_01", 40)
    assert len({frame.epoch for frame in frames}) == 1

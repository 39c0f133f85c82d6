"""The real MediaMTX as a source: it is killed, cut off, and its publisher goes away."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from encoder import published
from scene import Outcome, Scene, accounted

from sentinel_camera.testing.site import CameraSite
from sentinel_core.domain.cameras import SourceReason
from sentinel_sim.faults.network_path import NetworkPath
from sentinel_sim.faults.rtsp_server import RtspFaultServer
from sentinel_sim.servers.mediamtx import MediaMtx
from sentinel_sim.servers.processes import ServerMissing

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.servers]

MakeSite = Callable[..., CameraSite]

BACK_WITHIN_S = 10.0


@asynccontextmanager
async def media_server() -> AsyncIterator[MediaMtx]:
    try:
        async with MediaMtx() as server:
            await allow_path(server)
            yield server
    except ServerMissing as missing:
        pytest.skip(str(missing))


async def allow_path(server: MediaMtx) -> None:
    """The server takes only cameras that it was told of."""
    async with httpx2.AsyncClient() as client:
        url = f"{server.api_url}/v3/config/paths/add/cam_01"
        (await client.post(url, json={"name": "cam_01"})).raise_for_status()


@pytest.mark.parametrize("ends", ["the publisher", "the way", "the server"])
async def test_a_stream_of_the_media_server_comes_back(
    make_site: MakeSite, clips: Path, ends: str, note_outcome: Callable[[Outcome], None]
) -> None:
    clip = clips / "plain.mp4"
    async with (
        media_server() as server,
        make_site() as site,
        NetworkPath(f"{server.rtsp_url}/cam_01") as path,
        accounted(site) as accounting,
    ):
        scene = Scene(site, RtspFaultServer(clip), path, clips)
        async with published(clip, f"{server.rtsp_url}/cam_01"):
            await site.add("cam_01", path.url)
            before = (await site.until_frames("cam_01", 5))[-1]
            if ends == "the way":
                path.swallow()
                await site.until_offline("cam_01", SourceReason.STALLED)
            elif ends == "the server":
                await server.kill()
                await site.until(lambda: site.reason("cam_01") is not None)
        if ends == "the publisher":
            await site.until_offline("cam_01", SourceReason.NO_VIDEO)
        reason = site.reason("cam_01")
        path.pass_on()
        if ends == "the server":
            await server.start()
            await allow_path(server)
        well_s = site.clock.monotonic()
        async with published(clip, f"{server.rtsp_url}/cam_01"):
            await scene.until(lambda: site.frames_of("cam_01")[-1].epoch > before.epoch)
            back_s = site.clock.monotonic() - well_s
            await scene.until_frames_after("cam_01", len(site.frames_of("cam_01")) + 5)
        outcome = Outcome(f"MediaMTX: {ends} ends", f"offline: {reason}", [back_s])
        counts = site.counts("cam_01")
        outcome.captured, outcome.inferred = counts.captured, counts.inferred
        outcome.looks = accounting.looks
    note_outcome(outcome)
    assert back_s < BACK_WITHIN_S

"""How soon it is noticed that a camera is there again."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from sentinel_camera.supervision.knock import HostKnock
from sentinel_camera.testing.site import CameraSite
from sentinel_core.domain.cameras import SourceReason
from sentinel_core.testing.clock import ManualClock
from sentinel_sim.faults.network_path import NetworkPath
from sentinel_sim.faults.rtsp_server import RtspFaultServer

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_camera_that_was_away_for_long_is_back_at_once(
    make_site: Callable[..., CameraSite], clips: Path
) -> None:
    async with (
        make_site(backoff_min_s=120.0, backoff_max_s=120.0) as site,
        RtspFaultServer(clips / "plain.mp4") as server,
        NetworkPath(server.url) as path,
    ):
        await path.vanish()
        await site.add("cam_01", path.url)
        await site.until_offline("cam_01", SourceReason.REFUSED)
        # It is offered the connection only after it was seen to be away.
        await site.clock.sleep(2.5)
        await path.come_back()
        await site.until_frames("cam_01", 3)


async def elapsed(knock: HostKnock, clock: ManualClock, wait_s: float) -> float:
    """How long it waits where the clock goes on whenever nothing else happens."""
    start_s = clock.monotonic()
    waiting = asyncio.create_task(knock.wait(wait_s))
    while not waiting.done():
        await clock.wait_for_sleepers(1)
        await clock.advance(0.5)
        await asyncio.wait([waiting], timeout=0.05)
    assert waiting.result() is False
    return clock.monotonic() - start_s


async def test_a_host_that_answers_all_the_time_is_not_asked_sooner(clips: Path) -> None:
    clock = ManualClock()
    async with RtspFaultServer(clips / "plain.mp4") as server:
        knock = HostKnock(server.url, clock, allow_private=True)
        assert await elapsed(knock, clock, 7.0) >= 7.0
        assert server.connections == 3


@pytest.mark.parametrize(
    ("url", "allow_private"),
    [
        ("rtsp://camera.example/1", True),
        ("rtsp://127.0.0.1:1/1", False),
        ("rtsp://10.0.0.7/1", False),
        ("/videos/clip.mp4", True),
        ("sim:clock", True),
    ],
)
async def test_names_and_forbidden_addresses_are_not_knocked_at(
    url: str, allow_private: bool
) -> None:
    clock = ManualClock()
    waiting = asyncio.create_task(HostKnock(url, clock, allow_private=allow_private).wait(9.0))
    await clock.wait_for_sleepers(1)
    await clock.advance(9.0)
    async with asyncio.timeout(10):
        assert await waiting is False

"""What a player says it shows is what is on the screen, frame by frame."""

from pathlib import Path

import pytest
from httpx2 import AsyncClient
from overlay_clock import (
    CAMERA,
    DIRECT,
    Paths,
    add_test_card,
    enough_frames,
    p95,
    through_media_server,
    watching,
)
from playwright.async_api import Browser
from product import MAX_IN_FLIGHT, look_at_accounts, running_sentinel

from sentinel_core.testing.accounting import FrameAccounting
from sentinel_sim.servers.processes import ServerMissing

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

ENOUGH_FRAMES = 100


async def test_the_players_clock_is_that_of_the_frame_shown(
    browser: Browser, tmp_path: Path
) -> None:
    await clocks_are_right(DIRECT, browser, tmp_path / "data")


@pytest.mark.servers
async def test_so_it_is_through_the_media_server(browser: Browser, tmp_path: Path) -> None:
    try:
        async with through_media_server() as paths:
            await clocks_are_right(paths, browser, tmp_path / "data")
    except ServerMissing as missing:
        pytest.skip(str(missing))


async def clocks_are_right(paths: Paths, browser: Browser, data_dir: Path) -> None:
    flags = ("--no-auth", *paths.flags)
    with running_sentinel(data_dir, *flags, settings=paths.settings) as sentinel:
        origin_ms = await add_test_card(sentinel)
        accounting = FrameAccounting(max_in_flight=MAX_IN_FLIGHT)
        for player in paths.players:
            options = {"player": player, "mode": "exact"}
            async with watching(browser, sentinel, options) as page:
                frames = await enough_frames(page, origin_ms, player, ENOUGH_FRAMES)
            assert {frame.mode for frame in frames} == {"exact"}
            # Half a frame: the clock shows whole milliseconds.
            assert p95([abs(frame.error_frames) for frame in frames]) < 0.5, player
            assert all(frame.latency_ms > 0 for frame in frames)
            async with AsyncClient(base_url=sentinel.url, timeout=30) as api:
                assert await look_at_accounts(api, accounting) == {CAMERA}

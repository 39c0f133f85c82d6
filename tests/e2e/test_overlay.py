"""What a player says it shows is what is on the screen, frame by frame."""

from pathlib import Path

import pytest
from overlay_clock import ShownFrame, add_test_card, p95, shown_frames, watching
from playwright.async_api import Browser
from product import running_sentinel, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

ENOUGH_FRAMES = 100


@pytest.mark.parametrize("player", ["mse", "ll_hls"])
async def test_the_players_clock_is_that_of_the_frame_shown(
    browser: Browser, tmp_path: Path, player: str
) -> None:
    with running_sentinel(tmp_path / "data", "--no-auth") as sentinel:
        origin_ms = await add_test_card(sentinel)
        async with watching(browser, sentinel, {"player": player, "mode": "exact"}) as page:

            async def enough() -> list[ShownFrame]:
                shown = await shown_frames(page, origin_ms)
                mine = [frame for frame in shown if frame.player == player]
                return mine if len(mine) >= ENOUGH_FRAMES else []

            frames = await wait_for(enough, what="frames with a readable clock", within_s=120)
    assert {frame.mode for frame in frames} == {"exact"}
    # Half a frame: the clock shows whole milliseconds.
    assert p95([abs(frame.error_frames) for frame in frames]) < 0.5
    assert all(frame.latency_ms > 0 for frame in frames)

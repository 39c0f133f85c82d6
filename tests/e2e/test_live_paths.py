"""Live video takes another path: by a person's choice, and by itself where one is closed."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect
from product import RunningSentinel, running_sentinel, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

CAMERA = "toll_night"


async def test_a_tile_changes_its_path_and_says_why(browser: Browser, tmp_path: Path) -> None:
    with running_sentinel(tmp_path / "data", "--demo", "--no-auth") as sentinel:
        page = await browser.new_page(viewport={"width": 1280, "height": 720})
        await _open_tile(page, sentinel)
        await _shows_a_picture_by(page, "mse")
        await _choose(page, "LL-HLS")
        await _shows_a_picture_by(page, "ll_hls")
        await _boxes_lie_on_their_frames(page)
        await page.route("**/hls/**", lambda route: route.abort())
        await _open_tile(page, sentinel)
        await _shows_a_picture_by(page, "mse")
        await page.get_by_role("button", name="Path and delay of").click()
        await expect(page.get_by_text("showing MSE")).to_be_visible(timeout=30_000)


async def _open_tile(page: Page, sentinel: RunningSentinel) -> None:
    await page.goto(f"{sentinel.url}/?probe=1&wall=1&max={CAMERA}")


async def _choose(page: Page, path: str) -> None:
    await page.get_by_role("button", name="Path and delay of").click()
    await page.get_by_role("radio", name=path).click()
    await page.keyboard.press("Escape")


async def _frames(page: Page) -> list[dict[str, Any]]:
    frames: list[dict[str, Any]] = await page.evaluate(
        "camera => (window.__sentinelProbe ?? {})[camera] ?? []", CAMERA
    )
    return frames


async def _shows_a_picture_by(page: Page, player: str) -> None:
    async def does() -> bool:
        return any(frame["player"] == player for frame in (await _frames(page))[-5:])

    await wait_for(does, what=f"a picture by {player}", within_s=60)


async def _boxes_lie_on_their_frames(page: Page) -> None:
    """In the mode that waits: on the very frame, or between two; never guessed."""

    async def joined() -> list[dict[str, Any]]:
        return [
            frame
            for frame in await _frames(page)
            if frame["player"] == "ll_hls" and frame["boxesPts"] is not None
        ]

    async def enough() -> bool:
        return len(await joined()) >= 5

    await wait_for(enough, what="five frames with boxes by LL-HLS", within_s=90)
    for frame in await joined():
        assert frame["mode"] == "exact"
        assert frame["errorMs"] == 0
        assert frame["kind"] in {"exact", "interpolated"}
        assert frame["latencyMs"] is not None

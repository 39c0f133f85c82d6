"""What a camera counted is on the Traffic page, and can be taken away as a table."""

from pathlib import Path

import httpx2
import pytest
from playwright.async_api import Browser, expect
from product import DEMO, camera_of_clip, running_sentinel

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

WITHIN_MS = 60_000


async def test_counts_or_their_absence_are_shown_and_taken_away(
    browser: Browser, tmp_path: Path
) -> None:
    with running_sentinel(tmp_path / "data", "--no-auth") as sentinel:
        async with httpx2.AsyncClient(base_url=sentinel.url, timeout=30) as api:
            await camera_of_clip(api, "toll", DEMO / "toll_congestion.mp4")
        page = await browser.new_page(viewport={"width": 1280, "height": 720})
        page.set_default_timeout(WITHIN_MS)
        await page.goto(f"{sentinel.url}/traffic/?camera=toll")
        nothing_yet = page.get_by_text("Nothing was measured in this time")
        line = page.get_by_role("article").filter(has_text="Inbound count")
        await expect(nothing_yet.or_(line)).to_be_visible(timeout=WITHIN_MS)
        if await nothing_yet.is_visible():
            link = page.get_by_role("link", name="Draw zones and counting lines")
            await expect(link).to_have_attribute("href", "/cameras/?zones=toll")
        else:
            await expect(line.get_by_text("Forward").first).to_be_visible()
        await page.get_by_label("Time", exact=True).select_option("7d")
        await expect(page.get_by_text("a bar for each 3 hours")).to_be_visible(timeout=WITHIN_MS)
        async with page.expect_download() as started:
            await page.get_by_role("button", name="CSV").click()
        download = await started.value
        assert download.suggested_filename.endswith(".csv")
        table = tmp_path / "flow.csv"
        await download.save_as(table)
        header = table.read_text(encoding="utf-8").splitlines()[0]
        assert "," in header
        await page.close()

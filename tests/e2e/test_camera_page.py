"""A camera is added, seen and deleted on its page, and what cannot be opened says why."""

from pathlib import Path

import httpx2
import pytest
from encoder import published
from playwright.async_api import Browser, Page, expect
from product import running_sentinel

from sentinel_camera.testing.clips import ClipSpec, write_clip
from sentinel_sim.faults.rtsp_server import RtspFaultServer
from sentinel_sim.servers.mediamtx import MediaMtx
from sentinel_sim.servers.processes import ServerMissing

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


async def test_a_camera_comes_and_goes_on_its_page(browser: Browser, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    (data_dir / "videos").mkdir(parents=True)
    clip = write_clip(data_dir / "videos" / "street.mp4", ClipSpec())
    with running_sentinel(data_dir, "--no-auth") as sentinel:
        page = await browser.new_page(viewport={"width": 1280, "height": 720})
        await page.goto(f"{sentinel.url}/cameras/")
        await page.get_by_role("button", name="Add camera").first.click()
        await page.get_by_label("Source").fill("rtsp://user:geheim@127.0.0.1:9/none")
        await page.get_by_role("button", name="Test the source").click()
        await expect(page.get_by_text("Nothing listens")).to_be_visible(timeout=20_000)
        await page.get_by_label("Source").fill(str(clip))
        await page.get_by_role("button", name="Test the source").click()
        await expect(page.get_by_label("Name")).to_be_visible(timeout=20_000)
        await page.get_by_label("Name").fill("Street corner")
        await page.get_by_role("dialog").get_by_role("button", name="Add camera").click()
        row = page.get_by_role("row", name="Street corner")
        await expect(row).to_contain_text("Online", timeout=30_000)
        await row.get_by_role("button", name="Delete").click()
        await page.get_by_role("button", name="Delete", exact=True).last.click()
        await expect(row).to_have_count(0)


async def test_a_plain_rtsp_server_is_added_by_its_url(browser: Browser, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "street.mp4", ClipSpec(frames=60))
    with running_sentinel(tmp_path / "data", "--no-auth") as sentinel:
        page = await browser.new_page(viewport={"width": 1280, "height": 720})
        async with RtspFaultServer(clip) as server:
            await add_by_url(page, sentinel.url, server.url)
            await page.close()


@pytest.mark.servers
async def test_what_an_encoder_publishes_is_added_by_its_url(
    browser: Browser, tmp_path: Path
) -> None:
    clip = write_clip(tmp_path / "street.mp4", ClipSpec(frames=60))
    try:
        async with MediaMtx() as media, httpx2.AsyncClient() as client:
            await client.post(
                f"{media.api_url}/v3/config/paths/add/street", json={"name": "street"}
            )
            url = f"{media.rtsp_url}/street"
            with running_sentinel(tmp_path / "data", "--no-auth") as sentinel:
                page = await browser.new_page(viewport={"width": 1280, "height": 720})
                async with published(clip, url):
                    await add_by_url(page, sentinel.url, url)
                    await page.close()
    except ServerMissing as missing:
        pytest.skip(str(missing))


async def add_by_url(page: Page, dashboard_url: str, source_url: str) -> None:
    """Type a URL, see its probe, save it, see it come online."""
    await page.goto(f"{dashboard_url}/cameras/")
    await page.get_by_role("button", name="Add camera").first.click()
    await page.get_by_label("Source").fill(source_url)
    await page.get_by_role("button", name="Test the source").click()
    await expect(page.get_by_label("Name")).to_be_visible(timeout=20_000)
    await page.get_by_label("Name").fill("Typed in")
    await page.get_by_role("dialog").get_by_role("button", name="Add camera").click()
    row = page.get_by_role("row", name="Typed in")
    await expect(row).to_contain_text("Online", timeout=30_000)

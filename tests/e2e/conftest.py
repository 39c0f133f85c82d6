"""Where Chromium is; without it or without the built dashboard browser tests skip and say so."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

DASHBOARD = Path(__file__).parents[2] / "services/web-dashboard/out/index.html"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no Chromium on this machine (apt-get install chromium)")
    if not DASHBOARD.exists():
        pytest.skip("the dashboard is not built (make dashboard)")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--enable-unsafe-swiftshader"],
        )
        yield started
        await started.close()

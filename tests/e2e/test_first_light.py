"""A stranger starts the demo and sees a real street, live, with boxes that sit on the cars."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from httpx2 import AsyncClient
from playwright.async_api import Browser, Page, expect
from product import MAX_IN_FLIGHT, look_at_accounts, running_sentinel, sign_in, wait_for

from sentinel_core.testing.accounting import FrameAccounting

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

DEMO_CAMERAS = {
    "toll_congestion",
    "toll_morning",
    "toll_night",
    "plaza_pedestrians",
    "city_wrong_way",
    "city_pedestrian",
    "city_covered",
}
INCIDENT_WITHIN_S = 90.0


async def test_the_demo_city_lives_and_an_incident_survives_a_restart(
    browser: Browser, tmp_path: Path
) -> None:
    data_dir = tmp_path / "data"
    with running_sentinel(data_dir, "--demo") as sentinel:
        assert sentinel.password is not None
        page = await browser.new_page(viewport={"width": 1280, "height": 720})
        problems = _collect_problems(page)
        await sign_in(page, sentinel.url, sentinel.password)
        await _every_tile_plays(page)
        await _boxes_belong_to_the_frame_shown(page)
        async with sentinel.api(sentinel.password) as api:
            incident = await _congestion_appears(api, page)
            await _acknowledge_in_the_browser(page, api, incident)
            await _every_frame_is_accounted_for(api)
        assert problems == []
        password = sentinel.password
    with running_sentinel(data_dir) as again:
        assert again.password is None, "the password is printed once"
        async with again.api(password) as api:
            await _incident_is_still_there(api, incident)


def _collect_problems(page: Page) -> list[str]:
    """Whatever the page complains about, and any request that leaves this machine."""
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(f"exception: {error}"))
    page.on(
        "console",
        lambda line: problems.append(line.text) if line.type == "error" else None,
    )
    page.on(
        "response",
        lambda answer: (
            problems.append(f"{answer.status} from {answer.url}") if answer.status >= 400 else None
        ),
    )
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith(("http://127.0.0.1", "blob:", "data:"))
            else problems.append(f"request to {request.url}")
        ),
    )
    return problems


async def _every_tile_plays(page: Page) -> None:
    await expect(page.locator("video")).to_have_count(len(DEMO_CAMERAS), timeout=30_000)

    async def times() -> list[float]:
        seen: list[float] = await page.eval_on_selector_all(
            "video", "list => list.map(v => v.currentTime)"
        )
        return seen

    async def all_started() -> bool:
        return all(time > 0 for time in await times())

    await wait_for(all_started, what="all tiles play", within_s=60)
    before = await times()

    async def all_moved_on() -> bool:
        return all(now > then + 1 for now, then in zip(await times(), before, strict=True))

    await wait_for(all_moved_on, what="all tiles go on", within_s=30)


async def _boxes_belong_to_the_frame_shown(page: Page) -> None:
    """The drawn boxes come from the event of the very frame that is displayed: equal PTS."""

    async def exact_frames() -> list[dict[str, Any]]:
        probe: dict[str, list[dict[str, Any]]] = await page.evaluate(
            "() => window.__sentinelProbe ?? {}"
        )
        frames = probe.get("toll_congestion", [])
        return [f for f in frames if f["kind"] == "exact" and f["boxes"] > 0]

    async def enough() -> bool:
        return len(await exact_frames()) >= 5

    await wait_for(enough, what="five frames with boxes of their own", within_s=120)
    frames = await exact_frames()
    assert frames
    for frame in frames:
        assert frame["pts"] == frame["boxesPts"]


async def _congestion_appears(api: AsyncClient, page: Page) -> dict[str, Any]:
    async def congestion() -> dict[str, Any] | None:
        answer = await api.get("/api/incidents", params={"camera": "toll_congestion"})
        items: list[dict[str, Any]] = answer.json()["items"]
        return next((item for item in items if item["type"] == "congestion"), None)

    incident = await wait_for(
        congestion, what="congestion on toll_congestion", within_s=INCIDENT_WITHIN_S
    )
    assert incident is not None
    assert "right" in incident["zone_name"].lower()
    await expect(page.locator(f'[data-incident="{incident["id"]}"]').first).to_be_visible(
        timeout=5_000
    )
    return incident


async def _acknowledge_in_the_browser(
    page: Page, api: AsyncClient, incident: dict[str, Any]
) -> None:
    row = page.locator(f'[data-incident="{incident["id"]}"]').first
    await row.click()
    await page.keyboard.press("a")

    async def acknowledged() -> bool:
        answer = await api.get(f"/api/incidents/{incident['id']}")
        return bool(answer.json()["handling"] == "acknowledged")

    await wait_for(acknowledged, what="the acknowledgement", within_s=10)


async def _every_frame_is_accounted_for(api: AsyncClient) -> None:
    """Q4, at several moments: captured = inferred + dropped + in flight."""
    accounting = FrameAccounting(max_in_flight=MAX_IN_FLIGHT)
    for _ in range(5):
        assert await look_at_accounts(api, accounting) == DEMO_CAMERAS
        await asyncio.wait_for(api.get("/healthz"), 10)


async def _incident_is_still_there(api: AsyncClient, incident: dict[str, Any]) -> None:
    found = (await api.get(f"/api/incidents/{incident['id']}")).json()
    assert found["handling"] == "acknowledged"
    assert found["handled_by"] == "admin"
    events = (await api.get("/api/events", params={"incident": incident["id"]})).json()["items"]
    assert "opened" in {event["transition"] for event in events}
    picture = await api.get(f"/api/incidents/{incident['id']}/snapshot", params={"boxes": "true"})
    assert picture.headers["content-type"] == "image/jpeg"
    assert picture.content.startswith(b"\xff\xd8")

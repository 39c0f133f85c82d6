"""An engineer draws what a picture means, sets its rules, gives it metres, and finds it again."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from playwright.async_api import Browser, Locator, Page, expect
from product import DEMO, camera_of_clip, running_sentinel

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

WITHIN_MS = 60_000
LINE = "Into the city"
LANE = "Right carriageway, inbound"
PINS = ((0.40, 0.30, 0, 60), (0.56, 0.30, 12, 60), (0.05, 0.95, 0, 0), (0.95, 0.95, 12, 0))


@pytest.fixture
async def editor(
    browser: Browser, tmp_path: Path
) -> AsyncIterator[tuple[Page, httpx2.AsyncClient]]:
    """The zone editor of a toll road with its lanes, and a client of the same server."""
    expect.set_options(timeout=WITHIN_MS)
    with running_sentinel(tmp_path / "data", "--no-auth") as sentinel:
        async with httpx2.AsyncClient(base_url=sentinel.url, timeout=30) as api:
            await camera_of_clip(api, "toll", DEMO / "toll_congestion.mp4")
            page = await browser.new_page(viewport={"width": 1280, "height": 720})
            page.set_default_timeout(WITHIN_MS)
            await page.goto(f"{sentinel.url}/cameras/?zones=toll")
            await expect(page.get_by_alt_text("Newest picture")).to_be_visible()
            yield page, api
            await page.close()


async def test_lines_rules_places_and_metres_are_drawn_saved_and_found_again(
    editor: tuple[Page, httpx2.AsyncClient],
) -> None:
    page, api = editor
    await _lanes_are_suggested_or_it_says_why_not(page)
    await _draw_a_line(page)
    await _row(page, LANE).click()
    await page.get_by_label("Place", exact=True).fill("km-39")
    await page.get_by_role("button", name="Stopped vehicle", exact=True).click()
    await _set_how_long_it_must_stand(page)
    await _try_it_on_the_past(page)
    await _leave_small_boxes_out(page)
    await _pin_four_points(page)
    await _save(page)
    stored = (await api.get("/api/cameras/toll/zones")).json()
    zones = {zone["name"]: zone for zone in stored["zones"]}
    assert zones[LANE]["rules"]["stopped_vehicle"] == {"on_s": 15}
    assert zones[LANE]["place"] == "km-39"
    assert zones[LINE]["type"] == "counting_line"
    assert stored["rules"] == {"boxes": {"side_px": 12}, "abandoned_object": {"enabled": True}}
    assert [point["ground_m"] for point in stored["calibration"]] == [[x, y] for *_, x, y in PINS]
    await page.reload()
    await _row(page, LINE).click()
    await expect(page.get_by_label("Type", exact=True)).to_have_value("counting_line")
    await _row(page, LANE).click()
    await expect(page.get_by_label("Place", exact=True)).to_have_value("km-39")
    await page.get_by_role("button", name="Stopped vehicle", exact=False).click()
    await expect(page.get_by_label("Alarm after", exact=True)).to_have_value("15")
    still = page.get_by_role("textbox", name="Still, in metres in force", exact=True)
    await expect(still).to_be_visible()


def _row(page: Page, zone: str) -> Locator:
    return page.get_by_role("list", name="Zones", exact=True).get_by_role("button", name=zone)


async def _lanes_are_suggested_or_it_says_why_not(page: Page) -> None:
    await page.get_by_role("button", name="Suggest lanes").click()
    panel = page.get_by_role("region", name="Suggested lanes")
    lane = panel.get_by_role("button", name="Take")
    reason = panel.get_by_text("are needed").or_(panel.get_by_text("no way in common"))
    await expect(lane.or_(reason).first).to_be_visible()
    await panel.get_by_role("button", name="Close").click()


async def _click_in_the_picture(page: Page, x: float, y: float) -> None:
    box = await page.get_by_alt_text("Newest picture").bounding_box()
    assert box is not None
    await page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])


async def _draw_a_line(page: Page) -> None:
    await page.get_by_role("button", name="Line", exact=True).click()
    await _click_in_the_picture(page, 0.5, 0.62)
    await _click_in_the_picture(page, 0.95, 0.66)
    await page.keyboard.press("Enter")
    await page.get_by_label("Name", exact=True).fill(LINE)
    await expect(_row(page, LINE)).to_be_visible()


async def _set_how_long_it_must_stand(page: Page) -> None:
    """Typed key by key: the field must keep the focus while a value becomes one.

    What is none is refused beside the field, and nothing can be saved meanwhile.
    """
    field = page.get_by_label("Alarm after", exact=True)
    await field.press_sequentially("999999")
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_role("alert").filter(has_text="Only from 4 to 600 s")).to_be_visible()
    await expect(page.get_by_role("button", name="Save zones")).to_be_disabled()
    await field.fill("")
    await field.press_sequentially("15")
    await expect(field).to_have_value("15")
    await expect(field).to_have_attribute("aria-invalid", "false")


async def _try_it_on_the_past(page: Page) -> None:
    """So soon after the start the archive may be empty: then it says so."""
    panel = page.get_by_role("region", name="Back-test")
    await panel.get_by_role("button", name="Try").click()
    outcome = panel.get_by_text("of the time is kept").or_(panel.get_by_text("No frames are kept"))
    await expect(outcome).to_be_visible()


async def _leave_small_boxes_out(page: Page) -> None:
    await page.get_by_role("radio", name="Picture").click()
    await page.get_by_label("Shorter side", exact=True).fill("12")
    await page.get_by_label("Abandoned object is on here").check()


async def _pin_four_points(page: Page) -> None:
    await page.get_by_role("radio", name="Metres").click()
    for number, (x, y, east_m, north_m) in enumerate(PINS, start=1):
        await _click_in_the_picture(page, x, y)
        await page.get_by_label(f"Point {number}, x in metres").fill(str(east_m))
        await page.get_by_label(f"Point {number}, y in metres").fill(str(north_m))
    await expect(page.get_by_text("apart on the ground")).to_be_visible()
    await expect(page.get_by_text("Places are known to ±")).to_be_visible()
    lines = page.locator("svg polyline[stroke='#f9a8d4']")
    assert await lines.count() > 1, "lines across the road"


async def _save(page: Page) -> None:
    await page.get_by_role("button", name="Save zones").click()
    await expect(page.get_by_text("version 2")).to_be_visible()

"""Glass to picture, and whether boxes are drawn on their own frame (P3).

The product is started as a person starts it, with a test card of 25 fps as its camera. Chromium
shows it; the clock in the picture is read back from a canvas for each displayed frame, and compared
with the player's clock (which boxes are joined by) and with the time of day.
"""

import asyncio
import shutil
import statistics
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from playwright.async_api import Browser, async_playwright
from report import REPOSITORY, Report, Table, Target, argument_parser, skip

from sentinel_sim.servers.processes import ServerMissing

sys.path.append(str(REPOSITORY / "tests" / "e2e"))

from overlay_clock import (
    DIRECT,
    Paths,
    ShownFrame,
    add_test_card,
    enough_frames,
    p95,
    through_media_server,
    watching,
)
from product import running_sentinel

FRAMES = 150
"""The page remembers 300, of which those are compared that both sides noted."""
MODES = ("live", "exact")
TARGETS_MS = {"mse": 150.0, "whep": 60.0}
Measured = dict[tuple[str, str, str], list[ShownFrame]]


def main() -> int:
    """Measure each path in both modes."""
    arguments = argument_parser(__doc__.splitlines()[0]).parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        return skip("overlay", "no Chromium")
    measured = asyncio.run(_measure_all(chromium))
    table = Table(
        "Test card of 25 fps in Chromium",
        ("path", "mode", "frames", "error p95", "error max", "picture p50 ms", "p95 ms"),
    )
    report = Report("overlay", tables=[table])
    for (way, player, mode), frames in measured.items():
        errors = [abs(frame.error_frames) for frame in frames]
        delays_ms = [frame.latency_ms for frame in frames]
        middle_ms = statistics.median(delays_ms)
        name = f"{player}{way}"
        table.add(name, mode, len(frames), p95(errors), max(errors), middle_ms, p95(delays_ms))
        if mode == "exact":
            report.targets.append(
                Target("P3", f"{name}, frame error p95", p95(errors), "<=", 0.5, "frames")
            )
        elif player in TARGETS_MS:
            report.targets.append(
                Target("P3", f"{name}, picture p50", middle_ms, "<=", TARGETS_MS[player], "ms")
            )
    report.notes.append("Half a frame of error is none: the clock shows whole milliseconds.")
    return report.finish(arguments.results, strict=arguments.strict)


async def _measure_all(chromium: str) -> Measured:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--enable-unsafe-swiftshader"]
        )
        measured = await _measure(browser, DIRECT, "")
        with suppress(ServerMissing):
            async with through_media_server() as paths:
                measured |= await _measure(browser, paths, " by MediaMTX")
        await browser.close()
    return measured


async def _measure(browser: Browser, paths: Paths, way: str) -> Measured:
    measured: Measured = {}
    with tempfile.TemporaryDirectory() as folder:
        data_dir, flags = Path(folder) / "data", ("--no-auth", *paths.flags)
        with running_sentinel(data_dir, *flags, settings=paths.settings) as sentinel:
            origin_ms = await add_test_card(sentinel)
            for player in paths.players:
                for mode in MODES:
                    options = {"player": player, "mode": mode}
                    async with watching(browser, sentinel, options) as page:
                        # The first frames of a player still look for their distance to the edge.
                        await page.wait_for_timeout(8_000)
                        frames = await enough_frames(page, origin_ms, player, FRAMES)
                    measured[way, player, mode] = frames
    return measured


if __name__ == "__main__":
    sys.exit(main())

"""From `sentinel up --demo` to the first box in the browser (P9).

Chromium is open already and loads the wall as soon as the port answers, as a person's browser
would. The clock runs from the start of the process to the first displayed frame with boxes.
"""

import asyncio
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.async_api import Error, Page, async_playwright
from report import Report, Table, Target, argument_parser, skip

from sentinel_core.adapters.system_clock import SystemClock

TARGET_S = 10.0
ROUNDS = 3
GIVE_UP_S = 120.0
STOP_S = 20.0
FIRST_BOX = """() => Object.values(window.__sentinelProbe ?? {})
    .some(frames => frames.some(frame => frame.boxes > 0))"""


def main() -> int:
    """Measure `ROUNDS` starts of one data directory; the first one fills it."""
    arguments = argument_parser(__doc__.splitlines()[0]).parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        return skip("start", "no Chromium")
    with tempfile.TemporaryDirectory() as folder:
        rounds = [asyncio.run(_measure(Path(folder), chromium)) for _ in range(ROUNDS)]
    table = Table(
        "Seconds from the start of `sentinel up --demo`", ("start", "answers", "first box")
    )
    for number, (answers_s, first_box_s) in enumerate(rounds, start=1):
        table.add(
            f"{number} (empty data directory)" if number == 1 else number, answers_s, first_box_s
        )
    report = Report("start", tables=[table])
    again_s = max(first_box_s for _, first_box_s in rounds[1:])
    report.targets.append(Target("P9", "started again, first box", again_s, "<=", TARGET_S, "s"))
    return report.finish(arguments.results, strict=arguments.strict)


async def _measure(data_dir: Path, chromium: str) -> tuple[float, float]:
    clock = SystemClock()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--enable-unsafe-swiftshader"]
        )
        page = await browser.new_page(viewport={"width": 1280, "height": 720})
        port = free_port()
        started_s = clock.monotonic()
        with _demo(data_dir, port):
            await _repeat(lambda: _open(page, port), clock)
            answers_s = clock.monotonic() - started_s
            await _repeat(lambda: page.evaluate(FIRST_BOX), clock)
            first_box_s = clock.monotonic() - started_s
        await browser.close()
    return answers_s, first_box_s


async def _open(page: Page, port: int) -> bool:
    try:
        await page.goto(f"http://127.0.0.1:{port}/?probe=1")
    except Error:
        return False
    return True


async def _repeat(attempt: Callable[[], Awaitable[bool]], clock: SystemClock) -> None:
    deadline_s = clock.monotonic() + GIVE_UP_S
    while not await attempt():
        if clock.monotonic() > deadline_s:
            raise TimeoutError(f"not within {GIVE_UP_S:g} s")
        await clock.sleep(0.05)


@contextmanager
def _demo(data_dir: Path, port: int) -> Iterator[None]:
    command = [sys.executable, "-m", "sentinel_allinone", "up", "--demo", "--no-auth"]
    process = subprocess.Popen(  # noqa: S603 - our own program with our own flags
        [*command, "--port", str(port), "--data-dir", str(data_dir)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(STOP_S)


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())

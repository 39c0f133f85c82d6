"""The product as its user starts it: `sentinel up` in a process of its own."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import httpx2
from playwright.async_api import Page

from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.domain.frames import DropReason, FrameCounts
from sentinel_core.testing.accounting import FrameAccounting

DEMO = Path(__file__).parents[2] / "data/demo"
STOPS_WITHIN_S = 20.0
MAX_IN_FLIGHT = 8
T = TypeVar("T")


@dataclass
class RunningSentinel:
    """A started product."""

    process: subprocess.Popen[str]
    url: str
    password: str | None
    output: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def api(self, password: str) -> AsyncIterator[httpx2.AsyncClient]:
        """A signed-in client."""
        async with httpx2.AsyncClient(base_url=self.url, timeout=30) as client:
            answer = await client.post(
                "/api/auth/login", json={"name": "admin", "password": password}
            )
            answer.raise_for_status()
            client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
            yield client


@contextmanager
def running_sentinel(
    data_dir: Path, *flags: str, settings: Mapping[str, str] | None = None
) -> Iterator[RunningSentinel]:
    """Start the product and stop it as Ctrl-C does; `settings` by the names of the environment."""
    environment = ["env", *(f"{name}={value}" for name, value in (settings or {}).items())]
    command = [*environment, sys.executable, "-m", "sentinel_allinone", "up", "--port", "0"]
    log = (data_dir.parent / f"{data_dir.name}.log").open("a", encoding="utf-8")
    process = subprocess.Popen(  # noqa: S603 - our own program with our own flags
        [*command, "--data-dir", str(data_dir), *flags],
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )
    try:
        yield _wait_until_greeted(process)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        finally:
            log.close()
            assert process.stdout is not None
            process.stdout.close()


def _wait_until_greeted(process: subprocess.Popen[str]) -> RunningSentinel:
    """Read the greeting: it comes when the product is ready."""
    assert process.stdout is not None
    url, password, lines = None, None, []
    for line in process.stdout:
        lines.append(line)
        if found := re.search(r"running at (http://\S+)", line):
            url = found[1]
        if found := re.search(r"with the password (\S+)", line):
            password = found[1]
        if "Ctrl-C stops" in line and url is not None:
            return RunningSentinel(process, url, password, lines)
    raise AssertionError(f"sentinel did not start: {''.join(lines)}")


async def wait_for(condition: Callable[[], Awaitable[T]], *, what: str, within_s: float) -> T:
    """Poll an async condition until it is true; for what only the outside can see."""
    clock = SystemClock()
    deadline = clock.monotonic() + within_s
    while True:
        value = await condition()
        if value:
            return value
        if clock.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {within_s:g} s")
        await clock.sleep(0.1)


async def camera_of_clip(api: httpx2.AsyncClient, key: str, clip: Path) -> None:
    """A camera that plays a demo clip, with the clip's zones."""
    camera = {"key": key, "name": key, "source_url": str(clip)}
    (await api.post("/api/cameras", json=camera)).raise_for_status()
    drawn = json.loads((DEMO / "zones" / f"{clip.stem}.json").read_text(encoding="utf-8"))
    answer = await api.put(f"/api/cameras/{key}/zones", json={**drawn, "version": 0})
    answer.raise_for_status()


async def look_at_accounts(api: httpx2.AsyncClient, accounting: FrameAccounting) -> set[str]:
    """Q4: captured = inferred + dropped + in flight, now as before; which cameras there are."""
    cameras = (await api.get("/api/stats")).json()["cameras"]
    counts = {
        camera["camera_id"]: FrameCounts(
            captured=camera["captured"],
            inferred=camera["inferred"],
            in_flight=camera["in_flight"],
            dropped={DropReason(reason): count for reason, count in camera["dropped"].items()},
        )
        for camera in cameras
    }
    accounting.look(counts)
    assert all(count.inferred > 0 for count in counts.values())
    return set(counts)


async def sign_in(page: Page, url: str, password: str) -> None:
    """As a person does it; then the wall, with the record of what each tile has shown."""
    await page.goto(f"{url}/sign-in/")
    await page.get_by_label("Name").fill("admin")
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(re.compile(rf"{re.escape(url)}/(\?.*)?$"))
    await page.goto(f"{url}/?probe=1")

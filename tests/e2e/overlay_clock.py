"""What a browser shows of a test card, beside what its player says it shows."""

import statistics
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import av
from httpx2 import AsyncClient
from playwright.async_api import Browser, Page
from product import RunningSentinel, wait_for

from sentinel_sim.servers.mediamtx import MediaMtx
from sentinel_sim.servers.processes import free_ports
from sentinel_sim.test_card.clock_bars import read_clock

CAMERA = "test_card"
FPS = 25
SOURCE = f"sim:clock?fps={FPS}&width=640&height=360&gop={FPS}"

_PAGE_CODE = (Path(__file__).parent / "clock_page.js").read_text(encoding="utf-8")
_FRAME_MS = 1000 / FPS
_SAME_FRAME_MS = 12.0
"""Both callbacks of a frame run in one go; frames are 40 ms apart."""
_CLOCK_RANGE = 1 << 32
_TICKS_PER_MS = 90


@dataclass(frozen=True, slots=True)
class ShownFrame:
    """A frame on the screen.

    Attributes:
        error_frames: By how many frames the player's clock is wrong.
        latency_ms: From the moment in the picture to that of its display.
    """

    error_frames: float
    latency_ms: float
    player: str
    mode: str


@dataclass(frozen=True, slots=True)
class Paths:
    """Ways to bring the video to a browser.

    Attributes:
        settings: Of the product, where they are open.
        flags: Of `sentinel up`.
        players: As the page option `player` names them.
    """

    flags: tuple[str, ...]
    settings: Mapping[str, str]
    players: tuple[str, ...]


DIRECT = Paths((), {}, ("mse", "ll_hls"))


@asynccontextmanager
async def through_media_server() -> AsyncIterator[Paths]:
    """By the real MediaMTX, which runs meanwhile.

    Raises:
        ServerMissing: It was not built.
    """
    (port,) = free_ports(1)
    async with MediaMtx(key_set_url=f"http://127.0.0.1:{port}/.well-known/jwks.json") as server:
        settings = {
            "SENTINEL_MEDIA__API_URL": server.api_url,
            "SENTINEL_MEDIA__RTSP_URL": server.rtsp_url,
            "SENTINEL_MEDIA__WHEP_URL": server.whep_url,
            "SENTINEL_MEDIA__HLS_URL": server.hls_url,
        }
        yield Paths(("--port", str(port)), settings, ("whep", "ll_hls"))


async def add_test_card(sentinel: RunningSentinel) -> int:
    """Add the camera; what its clock shows at time 0 of its media clock, ms."""
    async with AsyncClient(base_url=sentinel.url, timeout=30) as client:
        body = {"key": CAMERA, "name": "Test card", "source_url": SOURCE}
        (await client.post("/api/cameras", json=body)).raise_for_status()

        async def origin() -> int | None:
            return await _origin_ms(client)

        found = await wait_for(origin, what="video of the test card", within_s=60)
    assert found is not None
    return found


async def _origin_ms(client: AsyncClient) -> int | None:
    """From the coded video itself, as the server sends it."""
    base = f"/api/cameras/{CAMERA}/hls"
    playlist = await client.get(f"{base}/index.m3u8")
    lines = playlist.text.splitlines() if playlist.status_code == 200 else []
    pieces = [line for line in lines if line and not line.startswith("#")]
    heads = [line.split('"')[1] for line in lines if line.startswith("#EXT-X-MAP")]
    if not pieces or not heads:
        return None
    data = b"".join(
        [(await client.get(f"{base}/{name}")).content for name in (heads[0], pieces[-1])]
    )
    with av.open(BytesIO(data), "r") as container:
        frame = next(container.decode(video=0))
        assert frame.pts is not None
        assert frame.time_base is not None
        clock_ms = read_clock(frame.to_ndarray(format="rgb24"))
        assert clock_ms is not None
        return (clock_ms - round(frame.pts * frame.time_base * 1000)) % _CLOCK_RANGE


@asynccontextmanager
async def watching(
    browser: Browser, sentinel: RunningSentinel, options: Mapping[str, str]
) -> AsyncIterator[Page]:
    """The page of one tile, with options such as `player` and `mode`."""
    page = await browser.new_page(viewport={"width": 1280, "height": 720})
    await page.add_init_script(f"({_PAGE_CODE})()")
    query = "&".join(f"{name}={value}" for name, value in options.items())
    await page.goto(f"{sentinel.url}/?probe=1&wall=1&max={CAMERA}&{query}")
    try:
        yield page
    finally:
        await page.close()


async def shown_frames(page: Page, origin_ms: int) -> list[ShownFrame]:
    """Frames whose clock could be read and which the player knows."""
    probed: list[dict[str, Any]] = await page.evaluate(
        "camera => (window.__sentinelProbe ?? {})[camera] ?? []", CAMERA
    )
    read: list[dict[str, Any]] = await page.evaluate("() => window.__clockFrames")
    shown = []
    for frame in probed:
        near = [one for one in read if abs(one["atMs"] - frame["atMs"]) < _SAME_FRAME_MS]
        if frame["pts"] is None or not near or near[0]["clockMs"] is None:
            continue
        burned = min(near, key=lambda one: abs(one["atMs"] - frame["atMs"]))
        said_ms = origin_ms + frame["pts"] / _TICKS_PER_MS
        error = _signed(burned["clockMs"] - said_ms) / _FRAME_MS
        latency_ms = _signed(burned["utcMs"] - burned["clockMs"])
        shown.append(ShownFrame(error, latency_ms, frame["player"], frame["mode"]))
    return shown


async def enough_frames(page: Page, origin_ms: int, player: str, count: int) -> list[ShownFrame]:
    """Wait until the player has shown so many frames whose clock could be read."""

    async def enough() -> list[ShownFrame]:
        shown = await shown_frames(page, origin_ms)
        mine = [frame for frame in shown if frame.player == player]
        return mine if len(mine) >= count else []

    return await wait_for(enough, what=f"frames by {player} with a readable clock", within_s=120)


def p95(values: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(values, n=100, method="inclusive")[94]


def _signed(difference_ms: float) -> float:
    half = _CLOCK_RANGE / 2
    return (difference_ms + half) % _CLOCK_RANGE - half

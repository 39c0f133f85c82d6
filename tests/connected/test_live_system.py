"""The whole system with the real MediaMTX beside it: what the API tells, a viewer can watch."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
import uvicorn
from readers import SOON_S, Refused, Seen, rtsp_viewer, whep_viewer

from sentinel_allinone.bootstrap import EmbeddedSystem, embedded_system
from sentinel_camera.testing.clips import ClipSpec, write_clip
from sentinel_core.adapters.memory.event_bus import MemoryEventBus
from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.contracts.generated.detection_event import DetectionEvent
from sentinel_core.contracts.topics import DETECTIONS
from sentinel_core.ports.event_bus import TopicPartition
from sentinel_core.runtime.settings import ApiSettings, MediaServerSettings, Settings
from sentinel_sim.servers.mediamtx import MediaMtx
from sentinel_sim.servers.processes import ServerMissing

pytestmark = pytest.mark.servers

WRAP = 2**32


@dataclass(frozen=True, slots=True)
class City:
    """A running system, its media server, and a signed-in client."""

    system: EmbeddedSystem
    server: MediaMtx
    bus: MemoryEventBus
    api: httpx2.AsyncClient

    async def player(self, kind: str) -> dict[str, Any]:
        """One of the ways to watch that the API names."""
        answer = await self.api.get("/api/cameras/cam_01/live")
        answer.raise_for_status()
        return next(player for player in answer.json()["players"] if player["kind"] == kind)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[Seen]:
        """As a browser by WebRTC, as soon as it is possible."""
        clock = SystemClock()
        deadline_s = clock.monotonic() + SOON_S
        while True:
            player = await self.player("whep")
            async with AsyncExitStack() as stack:
                viewer = whep_viewer(player["url"], player["token"])
                try:
                    seen = await stack.enter_async_context(viewer)
                except (Refused, httpx2.HTTPError):
                    assert clock.monotonic() < deadline_s, self.server.log
                    await clock.sleep(0.2)
                    continue
                yield seen
                return

    async def media_trouble(self) -> str | None:
        """What /readyz says of the media server."""
        services = (await self.api.get("/readyz")).json()["services"]
        trouble: str | None = services["camera-service"]["media"]
        return trouble

    async def inferred_90k(self) -> list[int]:
        """Ticks of all frames that were inferred."""
        start = {TopicPartition(DETECTIONS, 0): 0}
        async with self.bus.subscribe([DETECTIONS], start=start) as subscription:
            messages = await subscription.poll(max_messages=10_000, timeout_s=0)
        events = [msgspec.json.decode(message.value, type=DetectionEvent) for message in messages]
        return [event.pts_90k for event in events]


class QuietServer(uvicorn.Server):
    """Leaves signals to pytest."""

    def capture_signals(self) -> nullcontext[None]:  # type: ignore[override]  # a narrower context
        return nullcontext()


@asynccontextmanager
async def serving(system: EmbeddedSystem, listener: socket.socket) -> AsyncIterator[None]:
    server = QuietServer(uvicorn.Config(system.api.app, log_config=None, lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await task


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[City]:
    (tmp_path / "videos").mkdir()
    clip = write_clip(tmp_path / "videos/street.mp4", ClipSpec(frames=40, gop=10))
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server, bus = MediaMtx(key_set_url=f"{url}/.well-known/jwks.json"), MemoryEventBus()
    settings = Settings(
        data_dir=tmp_path,
        api=ApiSettings(auth=True),
        media=MediaServerSettings(
            api_url=server.api_url,
            rtsp_url=server.rtsp_url,
            whep_url=server.whep_url,
            hls_url=server.hls_url,
        ),
    )
    async with embedded_system(settings, bus=bus) as system, system.running():
        headers = {"Authorization": f"Bearer {system.api.issue_local_token()}"}
        async with (
            serving(system, listener),
            httpx2.AsyncClient(base_url=url, headers=headers, timeout=SOON_S) as api,
        ):
            try:
                async with server:
                    camera = {"key": "cam_01", "name": "Street", "source_url": str(clip)}
                    (await api.post("/api/cameras", json=camera)).raise_for_status()
                    yield City(system, server, bus, api)
            except ServerMissing as missing:
                pytest.skip(str(missing))


async def test_boxes_have_the_times_that_a_viewer_sees(city: City) -> None:
    async with city.watching() as seen:
        await seen.until_units(60)
        inferred_90k = await city.inferred_90k()
    first, last = seen.units[0].timestamp, seen.units[-1].timestamp
    times = {unit.timestamp for unit in seen.units}
    due = [pts_90k % WRAP for pts_90k in inferred_90k if first < pts_90k % WRAP < last]
    assert len(due) >= 5
    assert set(due) <= times
    assert await city.media_trouble() is None


async def test_video_comes_back_by_itself_after_a_crash_of_the_media_server(city: City) -> None:
    async with city.watching() as seen:
        await seen.until_units(5)
    await city.server.kill()
    async with asyncio.timeout(SOON_S):
        while await city.media_trouble() is None:
            await SystemClock().sleep(0.1)
    await city.server.start()
    async with city.watching() as again:
        await again.until_units(5)
    async with asyncio.timeout(SOON_S):
        while await city.media_trouble() is not None:
            await SystemClock().sleep(0.1)


async def test_a_camera_that_is_switched_off_cannot_be_read(city: City) -> None:
    player = await city.player("ll_hls")
    url = f"{city.server.rtsp_url}/cam_01?token={player['token']}"
    async with city.watching(), rtsp_viewer(url) as seen:
        await seen.until_units(5)
        camera = (await city.api.get("/api/cameras/cam_01")).json()
        change = {"enabled": False, "revision": camera["revision"]}
        off = await city.api.patch("/api/cameras/cam_01", json=change)
        off.raise_for_status()
        await seen.until(lambda: seen.has_ended)
    with pytest.raises(Refused):
        async with rtsp_viewer(url):
            pass

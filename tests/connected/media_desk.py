"""The real MediaMTX with our tokens, and whoever publishes to it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2
from footage import Camera
from readers import SOON_S

from sentinel_camera.restream.rtsp_credentials import Credentials
from sentinel_camera.restream.rtsp_publisher import PublishTarget, RtspPublisher
from sentinel_core.adapters.media_tokens import SignedMediaTokens
from sentinel_core.adapters.mediamtx import MediaMtxRestreamer
from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.media_tokens import MediaAction, MediaPermission
from sentinel_sim.servers.mediamtx import MediaMtx

POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class MediaDesk:
    """One path of a running server, its publisher and its camera."""

    server: MediaMtx
    tokens: SignedMediaTokens
    restreamer: MediaMtxRestreamer
    publisher: RtspPublisher
    camera: Camera
    clock: Clock
    key: str = "cam_01"

    def token(self, key: str | None = None, action: MediaAction = MediaAction.READ) -> str:
        """For this camera and five minutes, unless told otherwise."""
        return self.tokens.issue("vera", MediaPermission(action, key or self.key), 300)

    def rtsp_url(self, token: str | None = None) -> str:
        """Where viewers read."""
        url = f"{self.server.rtsp_url}/{self.key}"
        return f"{url}?token={token or self.token()}"

    @property
    def whep_url(self) -> str:
        """Where browsers read."""
        return f"{self.server.whep_url}/{self.key}/whep"

    @property
    def hls_url(self) -> str:
        """Where players read."""
        return f"{self.server.hls_url}/{self.key}/index.m3u8"

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(SOON_S):
            while not condition():
                await self.clock.sleep(POLL_S)

    async def until_published(self, more: int = 5) -> None:
        """Wait until so many more pictures were published."""
        wanted = self.publisher.published + more
        await self.until(lambda: self.publisher.published >= wanted)

    async def get_hls(self, url: str, token: str | None) -> httpx2.Response:
        """A file of the HLS stream, as a player gets it: redirects and all."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with httpx2.AsyncClient(
            trust_env=False, follow_redirects=True, timeout=SOON_S
        ) as client:
            return await client.get(url, headers=headers)


@asynccontextmanager
async def media_desk(key: str = "cam_01") -> AsyncIterator[MediaDesk]:
    """Start a server, open one path, and publish to it."""
    clock = SystemClock()
    tokens = SignedMediaTokens("a secret", clock)
    async with key_set_server(tokens) as key_set_url, MediaMtx(key_set_url=key_set_url) as server:
        restreamer = MediaMtxRestreamer(server.api_url, tokens, clock)
        await restreamer.open_path(key)

        def credentials(camera_key: str) -> Credentials:
            permission = MediaPermission(MediaAction.PUBLISH, camera_key)
            return Credentials("camera-service", tokens.issue("camera-service", permission, 60))

        publisher = RtspPublisher(key, PublishTarget(server.rtsp_url, credentials), clock)
        camera = Camera(publisher, clock)
        try:
            yield MediaDesk(server, tokens, restreamer, publisher, camera, clock, key)
        finally:
            await camera.stop()
            publisher.close()
            await publisher.wait_closed()
            await restreamer.close()


@asynccontextmanager
async def key_set_server(tokens: SignedMediaTokens) -> AsyncIterator[str]:
    """What api-gateway answers at `/.well-known/jwks.json`."""
    body = json.dumps(dict(tokens.key_set())).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/jwks.json"

"""Live video to one browser."""

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.websockets import WebSocket

from sentinel_api.access import Principal
from sentinel_api.problems import chosen_subprotocol, close_with
from sentinel_api.realtime.connection import first_done, wait_for_expiry, wait_until_gone
from sentinel_core.domain.errors import NotAuthenticated
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.live_video import LiveVideo
from sentinel_core.ports.repositories import Database


class VideoViewers:
    """Passes a camera's fragments on, one to one, and counts who watches."""

    def __init__(self, *, clock: Clock, database: Database, video: LiveVideo) -> None:
        self._clock = clock
        self._database = database
        self._video = video
        self._count = 0

    @property
    def count(self) -> int:
        """Viewers connected now."""
        return self._count

    async def serve(self, websocket: WebSocket, id_or_key: str, caller: Principal) -> None:
        """Stream until the viewer leaves, the camera is removed or the token expires.

        Raises:
            NotFound: No such camera is being read.
        """
        async with self._database.transaction() as work:
            camera = await work.cameras.get(id_or_key)
        with self._counted():
            await websocket.accept(subprotocol=chosen_subprotocol(websocket))
            ended = await first_done(
                stream=self._stream(websocket, camera.key),
                gone=wait_until_gone(websocket),
                expired=wait_for_expiry(self._clock, caller),
            )
            if ended == "expired":
                await close_with(websocket, NotAuthenticated("the access token has expired"))
            elif ended == "stream":
                await websocket.close(1001, "the stream has ended")

    async def _stream(self, websocket: WebSocket, camera_key: str) -> None:
        async with self._video.watch(camera_key) as fragments:
            async for fragment in fragments:
                await websocket.send_bytes(fragment)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._count += 1
        try:
            yield
        finally:
            self._count -= 1

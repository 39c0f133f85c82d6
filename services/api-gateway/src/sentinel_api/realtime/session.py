"""One WebSocket of live messages, from accept to close."""

import json

from starlette.websockets import WebSocket

from sentinel_api.access import Principal
from sentinel_api.problems import chosen_subprotocol, close_with
from sentinel_api.realtime.client import LiveClient
from sentinel_api.realtime.connection import first_done, wait_for_expiry
from sentinel_api.realtime.schemas import ClientMessage, Resume, Subscribe, read_client_message
from sentinel_api.realtime.service import Broadcaster
from sentinel_core.domain.errors import DependencyUnavailable, NotAuthenticated
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.repositories import Database

CLOSE_TOO_SLOW = 1013
MAX_NAMED = 10


class LiveSessions:
    """Serves browsers: what they say goes to their client, what waits there goes to them."""

    def __init__(self, *, clock: Clock, database: Database, broadcaster: Broadcaster) -> None:
        self._clock = clock
        self._database = database
        self._broadcaster = broadcaster

    async def serve(self, websocket: WebSocket, caller: Principal) -> None:
        """Until the browser leaves, its token expires, or it is hopelessly slow."""
        await websocket.accept(subprotocol=chosen_subprotocol(websocket))
        with self._broadcaster.joined() as client:
            ended = await first_done(
                sent=_send_all(websocket, client),
                overrun=client.wait_for_overrun(),
                gone=self._receive_all(websocket, client),
                expired=wait_for_expiry(self._clock, caller),
            )
        if ended == "expired":
            await close_with(websocket, NotAuthenticated("the access token has expired"))
        elif ended == "overrun":
            await websocket.close(CLOSE_TOO_SLOW, "too slow: connect again and resume")

    async def _receive_all(self, websocket: WebSocket, client: LiveClient) -> None:
        while True:
            received = await websocket.receive()
            if received["type"] == "websocket.disconnect":
                return
            text = received.get("text")
            if text is None:
                self._broadcaster.refuse(client, "unreadable", "binary messages are not understood")
                continue
            try:
                message = read_client_message(text)
            except ValueError as error:
                self._broadcaster.refuse(client, "unreadable", str(error))
                continue
            await self._follow(client, message)

    async def _follow(self, client: LiveClient, message: ClientMessage) -> None:
        if isinstance(message, Resume):
            self._broadcaster.resume(client, message)
            return
        client.subscribe(message)
        unknown = await self._unknown_cameras(message)
        if unknown:
            named = json.dumps(unknown[:MAX_NAMED])
            self._broadcaster.refuse(client, "unknown-camera", f"no such camera: {named}")

    async def _unknown_cameras(self, message: Subscribe) -> list[str]:
        if message.cameras == "*":
            return []
        try:
            async with self._database.transaction() as work:
                known = {camera.key for camera in await work.cameras.list()}
        except DependencyUnavailable:
            return []
        return sorted(set(message.cameras) - known)


async def _send_all(websocket: WebSocket, client: LiveClient) -> None:
    while True:
        message = await client.take()
        await websocket.send_text(message.text)

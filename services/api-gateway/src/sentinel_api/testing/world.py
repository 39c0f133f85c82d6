"""One service, everything around it, and the clients that talk to it."""

import asyncio
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
import msgspec
import uvicorn

from sentinel_api.service import ApiPorts, ApiService
from sentinel_api.testing.fakes import FakeCameraControl, FakeLiveVideo, FaultyDatabase
from sentinel_core.adapters.memory.event_bus import MemoryEventBus
from sentinel_core.contracts.generated.camera_state_event import CameraStateEvent
from sentinel_core.contracts.generated.detection_event import DetectionEvent
from sentinel_core.contracts.generated.flow_event import FlowEvent
from sentinel_core.contracts.generated.incident_event import IncidentEvent
from sentinel_core.contracts.topics import CAMERA_STATES, DETECTIONS, FLOW, INCIDENTS
from sentinel_core.domain.cameras import Camera
from sentinel_core.domain.users import Role
from sentinel_core.ports.event_bus import TopicPartition
from sentinel_core.testing.builders import make_camera

BASE_URL = "http://127.0.0.1"
SOON_S = 10.0
OFFSET_METRIC = "sentinel_persister_offset"

Event = DetectionEvent | IncidentEvent | CameraStateEvent | FlowEvent
TOPIC_OF: Mapping[type, str] = {
    DetectionEvent: DETECTIONS,
    IncidentEvent: INCIDENTS,
    CameraStateEvent: CAMERA_STATES,
    FlowEvent: FLOW,
}


@dataclass(kw_only=True)
class World:
    """One service with everything around it."""

    service: ApiService
    ports: ApiPorts
    bus: MemoryEventBus
    database: FaultyDatabase
    control: FakeCameraControl
    video: FakeLiveVideo
    admin_password: str | None = None
    published: dict[TopicPartition, int] = field(default_factory=dict)
    clients: list[httpx2.AsyncClient] = field(default_factory=list)
    server: uvicorn.Server | None = None
    serving: asyncio.Task[None] | None = None
    port: int = 0

    def client(self, token: str | None = None, base_url: str = BASE_URL) -> httpx2.AsyncClient:
        """A browser with a cookie jar of its own; the application's errors become answers."""
        transport = httpx2.ASGITransport(self.service.app, raise_app_exceptions=False)
        client = httpx2.AsyncClient(transport=transport, base_url=base_url)
        if token is not None:
            client.headers["Authorization"] = f"Bearer {token}"
        self.clients.append(client)
        return client

    async def add_camera(self, **changes: Any) -> Camera:
        """A configured camera, `cam_01` unless told otherwise."""
        camera = make_camera(**changes)
        async with self.database.transaction() as work:
            await work.cameras.add(camera)
        return camera

    async def publish(self, *events: Event) -> None:
        """Publish each event on the topic of its kind."""
        for event in events:
            value = msgspec.json.encode(event)
            await self.publish_bytes(TOPIC_OF[type(event)], event.camera_id, value)

    async def publish_bytes(self, topic: str, key: str, value: bytes) -> None:
        """Publish whatever."""
        await self.bus.publish(topic, key, value)
        position = TopicPartition(topic, 0)
        self.published[position] = self.published.get(position, 0) + 1

    async def store(self, *events: Event) -> None:
        """Publish, and wait until the persister has stored all that was published."""
        await self.publish(*events)
        async with asyncio.timeout(SOON_S):
            while not await self._is_stored():
                await turn()

    async def _is_stored(self) -> bool:
        if (await self.service.health())["persister"] is not None:
            return False
        lines = (await self.client().get("/metrics")).text.splitlines()
        return all(
            f'{OFFSET_METRIC}{{partition="0",topic="{position.topic}"}} {count:.1f}' in lines
            for position, count in self.published.items()
        )

    async def user_token(self, name: str, role: Role) -> str:
        """Make a user and sign in."""
        admin = self.client(self.service.issue_local_token())
        made = await admin.post("/api/users", json={"name": name, "role": role})
        made.raise_for_status()
        return await self.token(name, made.json()["password"])

    async def token(self, name: str, password: str) -> str:
        """Sign in."""
        body = {"name": name, "password": password}
        answer = await self.client().post("/api/auth/login", json=body)
        answer.raise_for_status()
        return str(answer.json()["access_token"])

    async def serve(self) -> None:
        """Run the application on a free loopback port."""
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        config = uvicorn.Config(
            self.service.app,
            log_config=None,
            lifespan="off",
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=1,
        )
        self.server = uvicorn.Server(config)
        self.serving = asyncio.create_task(self.server.serve(sockets=[listener]))
        await eventually(lambda: self.server is not None and self.server.started)

    async def end(self) -> None:
        """Stop everything."""
        if self.server is not None and self.serving is not None:
            self.server.should_exit = True
            await self.serving
        await self.service.stop()
        for client in self.clients:
            await client.aclose()
        await self.database.close()


async def turn() -> None:
    """Let other tasks run, those that wait for threads too."""
    await asyncio.to_thread(lambda: None)


async def eventually(condition: Callable[[], object]) -> None:
    """Wait until a condition holds that other tasks are about to make true."""
    async with asyncio.timeout(SOON_S):
        while not condition():
            await turn()

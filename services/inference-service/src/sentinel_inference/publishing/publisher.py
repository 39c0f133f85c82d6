"""Publishes results: telemetry may be lost and is counted, incidents are never lost."""

import asyncio
import contextlib
from collections.abc import Sequence

import msgspec
import structlog

from sentinel_core.contracts.generated.detection_event import DetectionEvent
from sentinel_core.contracts.generated.flow_event import FlowEvent
from sentinel_core.contracts.generated.incident_event import IncidentEvent
from sentinel_core.contracts.topics import DETECTIONS, FLOW, INCIDENTS
from sentinel_core.domain.errors import DependencyUnavailable
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.event_bus import EventBus

log = structlog.get_logger(__name__)

RETRY_S = 0.5


class Publisher:
    """Detection events go out at once or not at all; incidents and flow wait their turn in order."""

    def __init__(self, bus: EventBus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock
        self._outbox: asyncio.Queue[tuple[str, IncidentEvent | FlowEvent]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self.detections_lost = 0

    def start(self) -> None:
        """Begin to send what is queued."""
        self._task = asyncio.create_task(self._send_all(), name="outbox")

    async def stop(self) -> None:
        """Send what waits, then stop."""
        if self._task is None:
            return
        await self._outbox.join()
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._task = None

    async def publish_detections(self, event: DetectionEvent) -> None:
        """Telemetry: while the bus is away it is dropped and counted."""
        try:
            await self._bus.publish(DETECTIONS, event.camera_id, msgspec.json.encode(event))
        except DependencyUnavailable:
            self.detections_lost += 1

    def queue_incident(self, event: IncidentEvent) -> None:
        """Incidents: kept in order until the bus has taken them."""
        self._outbox.put_nowait((INCIDENTS, event))

    def queue_flow(self, events: Sequence[FlowEvent]) -> None:
        """Minutes of flow: as incidents; there is one a minute."""
        for event in events:
            self._outbox.put_nowait((FLOW, event))

    async def _send_all(self) -> None:
        while True:
            topic, event = await self._outbox.get()
            await self._send(topic, event)
            self._outbox.task_done()

    async def _send(self, topic: str, event: IncidentEvent | FlowEvent) -> None:
        while True:
            try:
                await self._bus.publish(topic, event.camera_id, msgspec.json.encode(event))
            except DependencyUnavailable as error:
                log.warning("the outbox waits for the event bus", reason=error.message)
                await self._clock.sleep(RETRY_S)
            else:
                return

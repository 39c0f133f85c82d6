"""Feeds the broadcaster: from the bus, from what was committed, and from the clock."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import structlog

from sentinel_api.cameras.board import AlertChange
from sentinel_api.incidents.schemas import IncidentAnswer
from sentinel_api.incidents.service import show_incident
from sentinel_api.persistence.decoding import decode_camera_state, decode_detections
from sentinel_api.persistence.ledger import PersisterLedger
from sentinel_api.realtime.announcements import HANDLED, Announcement, Announcements
from sentinel_api.realtime.service import Broadcaster
from sentinel_core.contracts.topics import CAMERA_STATES, DETECTIONS
from sentinel_core.domain.errors import DependencyUnavailable, NotFound
from sentinel_core.domain.incidents import Condition
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.event_bus import EventBus, Message
from sentinel_core.ports.repositories import Database, EventFilter, UnitOfWork

BATCH_SIZE = 200
POLL_TIMEOUT_S = 1.0
HELD_EVERY_S = 0.05
RETRY_S = 0.5
MAX_ACTIVE = 10_000

_log = structlog.get_logger(__name__)


class LiveFeed:
    """The background work of the broadcaster, in no consumer group: each server reads all."""

    def __init__(
        self,
        *,
        clock: Clock,
        bus: EventBus,
        database: Database,
        broadcaster: Broadcaster,
        announcements: Announcements,
        ledger: PersisterLedger,
    ) -> None:
        self._clock = clock
        self._bus = bus
        self._database = database
        self._broadcaster = broadcaster
        self._announcements = announcements
        self._ledger = ledger

    async def load(self) -> None:
        """Start from the incidents that are active. Call before `run`."""
        async with self._database.transaction() as work:
            active = await work.incidents.list(EventFilter(active_only=True, limit=MAX_ACTIVE))
        by_camera: dict[str, set[UUID]] = {}
        for incident in active:
            by_camera.setdefault(incident.camera_key, set()).add(incident.id)
        for camera_key, ids in by_camera.items():
            self._broadcaster.set_active(camera_key, ids)

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            for work in (self._detections, self._states, self._announced, self._held):
                group.create_task(self._for_ever(work), name=f"live{work.__name__}")

    async def _for_ever(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except Exception as error:  # noqa: BLE001  (outermost loop: no message may end it)
                _log.error("live feed failed, starting it anew", exc_info=error)
                await self._clock.sleep(RETRY_S)

    async def _detections(self) -> None:
        async with self._bus.subscribe([DETECTIONS]) as subscription:
            while True:
                for message in await subscription.poll(
                    max_messages=BATCH_SIZE, timeout_s=POLL_TIMEOUT_S
                ):
                    self._publish_detections(message)

    def _publish_detections(self, message: Message) -> None:
        self._ledger.note_published(message.position, message.offset)
        try:
            event = decode_detections(message.value)
        except (ValueError, OverflowError, RecursionError):
            return  # the persister puts it aside, with the reason
        self._broadcaster.publish_detections(event.camera_id, message.value)

    async def _states(self) -> None:
        # From the oldest: the topic tells the present state of every camera.
        async with self._bus.subscribe([CAMERA_STATES], start={}) as subscription:
            while True:
                for message in await subscription.poll(
                    max_messages=BATCH_SIZE, timeout_s=POLL_TIMEOUT_S
                ):
                    self._publish_state(message)

    def _publish_state(self, message: Message) -> None:
        try:
            event = decode_camera_state(message.value)
        except (ValueError, OverflowError, RecursionError):
            return
        self._broadcaster.publish_camera_state(event)

    async def _announced(self) -> None:
        while True:
            await self._announce(await self._announcements.take())

    async def _announce(self, announcement: Announcement) -> None:
        while True:
            try:
                told = await self._read(announcement)
            except NotFound:
                return
            except DependencyUnavailable:
                await self._clock.sleep(RETRY_S)
                continue
            break
        for ended in sorted(told.change.ended - {announcement.incident_id}):
            self._announcements.put(ended, "ended")
        self._broadcaster.publish_incident(
            told.transition,
            told.incident,
            alert_of=told.camera_key if told.change.alert_changed else None,
        )

    async def _read(self, announcement: Announcement) -> "_Told":
        async with self._database.transaction() as work:
            stored = await work.incidents.get(announcement.incident_id)
            first = stored
            if stored.duplicate_of is not None:
                first = await work.incidents.get(stored.duplicate_of)
            answer = await show_incident(work, first)
            active = await _active_ids(work, stored.camera_key)
        change = self._broadcaster.set_active(stored.camera_key, active)
        transition = _transition_of_event(announcement.transition, answer, is_first=first is stored)
        return _Told(answer, transition, stored.camera_key, change)

    async def _held(self) -> None:
        while True:
            await self._clock.sleep(HELD_EVERY_S)
            self._broadcaster.release_held()


@dataclass(frozen=True, slots=True)
class _Told:
    """What browsers hear: of an event that several cameras see the first one's incident.

    `camera_key` is of the incident that changed.
    """

    incident: IncidentAnswer
    transition: str
    camera_key: str
    change: AlertChange


def _transition_of_event(transition: str, event: IncidentAnswer, *, is_first: bool) -> str:
    """What a change of one camera's incident is to the event."""
    if transition == "ended":
        return "ended" if event.condition is Condition.ENDED else "updated"
    return transition if is_first or transition == HANDLED else "updated"


async def _active_ids(work: UnitOfWork, camera_key: str) -> set[UUID]:
    wanted = EventFilter(camera_key=camera_key, active_only=True, limit=MAX_ACTIVE)
    return {incident.id for incident in await work.incidents.list(wanted)}

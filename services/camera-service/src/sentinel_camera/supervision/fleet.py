"""All cameras that are this process's to read: each while it is configured and held."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from sentinel_camera.assignment.tenure import CameraAssignment, Tenure, TenureTransport
from sentinel_camera.restream.sinks import SinkFactory
from sentinel_camera.supervision.feed import CameraFeed
from sentinel_camera.supervision.reader import CameraReader, ReaderParts
from sentinel_camera.supervision.states import StateBoard
from sentinel_core.domain.cameras import Camera, PrivacyMask, SourceReason, SourceState
from sentinel_core.domain.errors import DependencyUnavailable, NotFound
from sentinel_core.ports.repositories import Database
from sentinel_core.runtime.waiting import sleep_until_set
from sentinel_vision.frames.transport import FrameTransport

_log = structlog.get_logger(__name__)

_RECONCILE_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetPorts:
    """What a fleet works with.

    Attributes:
        transport: The way to inference.
        sinks: What takes each camera's coded video, besides the browsers of this process.
    """

    database: Database
    transport: FrameTransport
    assignment: CameraAssignment
    sinks: Sequence[SinkFactory] = ()


@dataclass(slots=True)
class _Entry:
    camera: Camera
    tenure: Tenure
    feed: CameraFeed
    task: asyncio.Task[None] | None = None

    @property
    def is_broken(self) -> bool:
        """Whether the reader has ended by a mistake of this program."""
        task = self.task
        if task is None or not task.done() or task.cancelled():
            return False
        return task.exception() is not None


class CameraFleet:
    """Compares the database with what runs, once a second; it need not be told of changes."""

    def __init__(self, ports: FleetPorts, board: StateBoard, parts: ReaderParts) -> None:
        self._ports = ports
        self._assignment = ports.assignment
        self._board = board
        self._parts = parts
        self._configured: Sequence[Camera] = ()
        self._entries: dict[str, _Entry] = {}
        self._wake = asyncio.Event()
        self.trouble: str | None = None
        """Why the configuration could not be read last time."""

    @property
    def feeds(self) -> Mapping[str, CameraFeed]:
        """By camera key."""
        return {key: entry.feed for key, entry in self._entries.items()}

    def feed(self, camera_key: str) -> CameraFeed:
        """The feed of a configured camera.

        Raises:
            NotFound: There is no such camera.
        """
        try:
            return self._entries[camera_key].feed
        except KeyError:
            raise NotFound(f"No camera {camera_key} is being read.") from None

    def masks_of(self, source_url: str) -> tuple[PrivacyMask, ...]:
        """The masks of all configured cameras with this source, whoever reads them."""
        return tuple(
            mask
            for camera in self._configured
            if camera.source_url == source_url
            for mask in camera.privacy_masks
        )

    async def keep_reconciled(self) -> None:
        """Reconcile until cancelled."""
        self._assignment.start(self._note_assignment)
        while True:
            await self.reconcile()
            await self._pause()

    async def reconcile(self) -> None:
        """Start, restart and stop readers so that they are what the database says."""
        try:
            async with self._ports.database.transaction() as work:
                self._configured = await work.cameras.list()
        except DependencyUnavailable as error:
            self.trouble = error.message
        else:
            self.trouble = None
        self._assignment.settle({camera.id for camera in self._configured})
        await self._let_go()
        held = self._assignment.held
        for camera in self._configured:
            known = self._entries.get(camera.key)
            if known is None:
                if camera.id in held:
                    self._add(camera, held[camera.id])
            elif known.camera.revision != camera.revision or known.is_broken:
                await self._restart(known, camera)

    async def stop(self) -> None:
        """Stop all readers; viewers end."""
        entries = list(self._entries.values())
        await asyncio.gather(*(_end(entry.task) for entry in entries))
        await asyncio.gather(*(entry.feed.stop() for entry in entries))
        await self._assignment.stop()

    async def _pause(self) -> None:
        await sleep_until_set(self._parts.clock, _RECONCILE_S, self._wake)
        self._wake.clear()

    def _note_assignment(self) -> None:
        """What is not held any more stops at once, whatever else is being done."""
        held = self._assignment.held
        for entry in self._entries.values():
            if held.get(entry.camera.id) is not entry.tenure and entry.task is not None:
                entry.task.cancel()
        self._wake.set()

    async def _let_go(self) -> None:
        """Remove what is not configured, or not held, any more."""
        held = self._assignment.held
        configured = {camera.key: camera.id for camera in self._configured}
        gone = [
            key
            for key, entry in self._entries.items()
            if held.get(entry.camera.id) is not entry.tenure
            or configured.get(key) != entry.camera.id
        ]
        await asyncio.gather(*(self._remove(key, configured.get(key)) for key in gone))

    def _add(self, camera: Camera, tenure: Tenure) -> None:
        sinks = [make(camera) for make in self._ports.sinks]
        transport = TenureTransport(self._ports.transport, tenure, self._parts.clock)
        feed = CameraFeed(
            camera.key,
            transport,
            self._board,
            self._parts.clock,
            sinks,
            staleness_budget_s=self._parts.staleness_budget_s,
        )
        feed.start_clock(tenure.starts_at_90k)
        tenure.media_end_90k = lambda: feed.clock_end_90k
        feed.forwarder.start()
        entry = _Entry(camera, tenure, feed)
        self._entries[camera.key] = entry
        self._begin(entry, camera)

    async def _restart(self, entry: _Entry, camera: Camera) -> None:
        await _end(entry.task)
        if entry.camera.privacy_masks != camera.privacy_masks:
            entry.feed.forget_pictures()
            # What is being inferred was not masked either.
            await entry.feed.forwarder.settle()
        entry.camera = camera
        self._begin(entry, camera)

    async def _remove(self, camera_key: str, configured: UUID | None) -> None:
        entry = self._entries.pop(camera_key)
        await _end(entry.task)
        await entry.feed.stop()
        if configured is None:
            self._board.remove(camera_key)
        else:
            self._board.forget(camera_key)
        await self._assignment.give_back(entry.tenure)

    def _begin(self, entry: _Entry, camera: Camera) -> None:
        if not camera.enabled:
            entry.task = None
            self._board.update(camera.key, SourceState.OFFLINE, SourceReason.DISABLED)
            return
        self._board.update(camera.key, SourceState.CONNECTING, SourceReason.STARTING)
        entry.feed.begin(camera)
        reader = CameraReader(camera, entry.feed, self._parts)
        entry.task = asyncio.create_task(reader.run(), name=f"camera-{camera.key}")


async def _end(task: asyncio.Task[None] | None) -> None:
    if task is None:
        return
    task.cancel()
    await asyncio.wait([task])
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("a reader broke", task=task.get_name(), exc_info=error)

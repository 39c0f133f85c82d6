"""All cameras: what is configured is read, what is not configured any more is let go."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from sentinel_camera.restream.sinks import SinkFactory
from sentinel_camera.supervision.feed import CameraFeed
from sentinel_camera.supervision.reader import CameraReader, ReaderParts
from sentinel_camera.supervision.states import StateBoard
from sentinel_core.domain.cameras import Camera, PrivacyMask, SourceReason, SourceState
from sentinel_core.domain.errors import DependencyUnavailable, NotFound
from sentinel_core.ports.repositories import Database
from sentinel_vision.frames.transport import FrameTransport

_log = structlog.get_logger(__name__)

_RECONCILE_S = 1.0


@dataclass(slots=True)
class _Entry:
    camera: Camera
    feed: CameraFeed
    task: asyncio.Task[None] | None = None


class CameraFleet:
    """Compares the database with what runs, once a second; it need not be told of changes."""

    def __init__(
        self,
        database: Database,
        transport: FrameTransport,
        board: StateBoard,
        parts: ReaderParts,
        sinks: Sequence[SinkFactory] = (),
    ) -> None:
        self._sinks = sinks
        self._database = database
        self._transport = transport
        self._board = board
        self._parts = parts
        self._entries: dict[str, _Entry] = {}
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
        """The masks of all configured cameras with this source."""
        cameras = [entry.camera for entry in self._entries.values()]
        return tuple(
            mask
            for camera in cameras
            if camera.source_url == source_url
            for mask in camera.privacy_masks
        )

    async def keep_reconciled(self) -> None:
        """Reconcile until cancelled."""
        while True:
            await self.reconcile()
            await self._parts.clock.sleep(_RECONCILE_S)

    async def reconcile(self) -> None:
        """Start, restart and stop readers so that they are what the database says."""
        try:
            async with self._database.transaction() as work:
                cameras = {camera.key: camera for camera in await work.cameras.list()}
        except DependencyUnavailable as error:
            self.trouble = error.message
            return
        self.trouble = None
        for key, entry in list(self._entries.items()):
            if key not in cameras or cameras[key].id != entry.camera.id:
                await self._remove(key)
        for camera in cameras.values():
            known = self._entries.get(camera.key)
            if known is None:
                self._add(camera)
            elif known.camera.revision != camera.revision:
                await self._restart(known, camera)

    async def stop(self) -> None:
        """Stop all readers; viewers end."""
        entries = list(self._entries.values())
        await asyncio.gather(*(_end(entry.task) for entry in entries))
        await asyncio.gather(*(entry.feed.stop() for entry in entries))

    def _add(self, camera: Camera) -> None:
        sinks = [make(camera) for make in self._sinks]
        feed = CameraFeed(
            camera.key,
            self._transport,
            self._board,
            self._parts.clock,
            sinks,
            staleness_budget_s=self._parts.staleness_budget_s,
        )
        feed.forwarder.start()
        entry = _Entry(camera, feed)
        self._entries[camera.key] = entry
        self._begin(entry, camera)

    async def _restart(self, entry: _Entry, camera: Camera) -> None:
        await _end(entry.task)
        if entry.camera.privacy_masks != camera.privacy_masks:
            entry.feed.forget_pictures()
        entry.camera = camera
        self._begin(entry, camera)

    async def _remove(self, camera_key: str) -> None:
        entry = self._entries.pop(camera_key)
        await _end(entry.task)
        await entry.feed.stop()
        self._board.remove(camera_key)

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

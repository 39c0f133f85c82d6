"""Reads one camera for as long as it is configured: connect, watch over it, try again."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from sentinel_camera.sources.addresses import check_source
from sentinel_camera.supervision.backoff import Backoff, TokenBucket
from sentinel_camera.supervision.feed import CameraFeed
from sentinel_camera.supervision.knock import HostKnock
from sentinel_camera.supervision.nursery import Nursery
from sentinel_camera.supervision.session import ReadSession
from sentinel_camera.supervision.stream_watch import StreamWatch
from sentinel_camera.worker.messages import Failed, ReadJob
from sentinel_core.domain.cameras import Camera, SourceReason, is_live_source
from sentinel_core.domain.errors import DependencyUnavailable, InvalidInput
from sentinel_core.domain.frames import DropReason
from sentinel_core.ports.clock import Clock
from sentinel_core.runtime.settings import CameraSettings

_CHECKS_PER_LIMIT = 8
_GRACE_S = 2.0
"""A worker reports its own timeouts; one that does not within this time more hangs."""
_STEADY_S = 10.0
"""Online for so long, and a failure is a new one."""

_AWAY = frozenset({SourceReason.REFUSED, SourceReason.UNREACHABLE})

_HUNG = Failed(SourceReason.STALLED, "The reader of this camera hung and was ended.")
_NEVER_OPENED = Failed(SourceReason.UNREACHABLE, "The source could not be opened in time.")


@dataclass(frozen=True, slots=True)
class ReaderParts:
    """What all readers share."""

    nursery: Nursery
    bucket: TokenBucket
    clock: Clock
    settings: CameraSettings
    file_roots: tuple[Path, ...]
    staleness_budget_s: float = 0.5
    hang_up_after_s: float | None = None


class CameraReader:
    """Runs in one task; cancel it to stop reading."""

    def __init__(self, camera: Camera, feed: CameraFeed, parts: ReaderParts) -> None:
        self._camera = camera
        self._feed = feed
        self._parts = parts
        settings = parts.settings
        self._backoff = Backoff(settings.backoff_min_s, settings.backoff_max_s)
        self._knock = HostKnock(
            camera.source_url, parts.clock, allow_private=settings.allow_private_addresses
        )
        self._is_live = is_live_source(camera.source_url)
        self._is_resumed = self._is_live or camera.loops

    async def run(self) -> None:
        """Read until cancelled; returns where nothing is left to be read as it is configured.

        That is a source that may never be opened, and a file that was to be played once.
        """
        try:
            check_source(self._camera.source_url, self._parts.file_roots)
        except InvalidInput as error:
            self._feed.come_offline(SourceReason.UNSUPPORTED_SOURCE, error.message)
            return
        while True:
            # The first try after a loss is as urgent as that of a new camera.
            await self._parts.bucket.take(has_failed=self._backoff.failures > 1)
            started_s = self._parts.clock.monotonic()
            failure = await self._attempt()
            self._feed.come_offline(failure.reason, failure.detail)
            if failure.reason is SourceReason.ENDED and not self._is_resumed:
                return
            if self._parts.clock.monotonic() - started_s > _STEADY_S:
                self._backoff.reset()
            await self._wait(failure)

    async def _wait(self, failure: Failed) -> None:
        """The wait before the next try; shorter where a host that was away comes back."""
        wait_s = self._backoff.next_wait_s()
        if failure.reason not in _AWAY:
            await self._parts.clock.sleep(wait_s)
        elif await self._knock.wait(wait_s):
            self._backoff.reset()

    async def _attempt(self) -> Failed:
        try:
            worker = await self._parts.nursery.start_worker(self._job())
        except DependencyUnavailable as error:
            return Failed(SourceReason.CRASHED, error.message)
        self._feed.show_condition(None)
        session = ReadSession(worker, self._feed, StreamWatch() if self._is_live else None)
        watchdog = asyncio.create_task(self._watch(session), name="camera-watchdog")
        lost = DropReason.SHUTDOWN
        try:
            failure = await session.ended
            lost = DropReason.WORKER_KILLED
            if watchdog.done():
                return _HUNG if session.packets else _NEVER_OPENED
            return failure
        finally:
            watchdog.cancel()
            session.close()
            self._feed.lose_worker(lost)

    async def _watch(self, session: ReadSession) -> None:
        """End the worker when it has said nothing for too long.

        Silence is counted in short steps, each at most as long as it should have been: when this
        process itself was held up, the worker is not to blame.
        """
        settings = self._parts.settings
        clock = self._parts.clock
        silent_s, heard = 0.0, session.messages
        while True:
            limit_s = settings.stall_timeout_s if session.packets else settings.connect_timeout_s
            step_s = (limit_s + _GRACE_S) / _CHECKS_PER_LIMIT
            await clock.sleep(step_s)
            if session.messages != heard:
                silent_s, heard = 0.0, session.messages
                continue
            silent_s += step_s
            if silent_s >= limit_s + _GRACE_S:
                session.close()
                return

    def _job(self) -> ReadJob:
        settings = self._parts.settings
        camera = self._camera
        return ReadJob(
            source_url=camera.source_url,
            sample_fps=camera.sample_fps,
            rtsp_transport=camera.rtsp_transport,
            loops=camera.loops,
            live_view=camera.live_view,
            motion_gating=camera.motion_gating,
            masks=tuple(mask.points for mask in camera.privacy_masks),
            live_max_px=settings.live_max_px,
            forced_sample_s=settings.forced_sample_s,
            hang_up_after_s=self._parts.hang_up_after_s,
            connect_timeout_s=settings.connect_timeout_s,
            stall_timeout_s=settings.stall_timeout_s,
            allow_private_addresses=settings.allow_private_addresses,
            verify_certificates=settings.verify_certificates,
        )

"""All cameras' pipelines: made when a camera shows its first frame, kept in step with its zones."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import structlog
from numpy.typing import NDArray

from sentinel_core.contracts.generated.flow_event import FlowEvent
from sentinel_core.domain.cameras import Camera
from sentinel_core.domain.errors import InvalidInput
from sentinel_core.domain.incidents import EndReason, Incident
from sentinel_core.domain.normality import NormalityCell
from sentinel_core.domain.zones import ZoneSet
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.object_store import ObjectStore
from sentinel_core.ports.repositories import Database, EventFilter
from sentinel_inference.pipeline.camera_pipeline import CameraPipeline
from sentinel_inference.pipeline.references import ViewReferences
from sentinel_vision.rules.case import IncidentChange

log = structlog.get_logger(__name__)

STREAM_LOST_S = 5.0
RESUME_GRACE_S = 20.0
"""After a restart cameras need time to connect before their incidents count as lost."""

MAX_RESUMED = 1000

MINUTE_GRACE: Final = timedelta(seconds=5)
"""A minute that no frame closes waits so long for frames that are on their way."""

NORMALITY_EVERY_S: Final = 3600.0

ReportChanges = Callable[[Sequence[IncidentChange]], Awaitable[None]]
ReportFlow = Callable[[Sequence[FlowEvent]], None]


@dataclass(slots=True)
class _Place:
    """A camera's pipeline, who may touch it, and when its stream is lost.

    Attributes:
        is_lost: The stream is lost: what was open has ended.
        is_missed: It is lost for so long that somebody must know.
    """

    pipeline: CameraPipeline
    lost_at_s: float
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    is_lost: bool = False
    is_missed: bool = False
    refused_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetPorts:
    """What the fleet needs of the outside."""

    clock: Clock
    database: Database
    objects: ObjectStore


class Fleet:
    """Pipelines by camera key.

    Args:
        report: Gets what incidents do when no frame makes them: lost stream, changed zones.
        report_flow: Gets the minutes of flow that are over.
    """

    def __init__(
        self,
        ports: FleetPorts,
        *,
        model_version: str,
        thresholds: NDArray[np.float32],
        report: ReportChanges,
        report_flow: ReportFlow,
    ) -> None:
        self._database = ports.database
        self._clock = ports.clock
        self._model_version = model_version
        self._thresholds = thresholds
        self._report = report
        self._report_flow = report_flow
        self._references = ViewReferences(ports.objects)
        self._cameras: Mapping[str, Camera] = {}
        self._zones: Mapping[str, ZoneSet] = {}
        self._learned: Mapping[str, Sequence[NormalityCell]] = {}
        self._learned_at_s = 0.0
        self._places: dict[str, _Place] = {}

    async def resume(self) -> tuple[Incident, ...]:
        """Load zones and the incidents that were active when the service stopped."""
        await self._load_zones()
        await self._load_normality()
        async with self._database.transaction() as work:
            active = await work.incidents.list(EventFilter(active_only=True, limit=MAX_RESUMED))
        by_camera: dict[str, list[Incident]] = {}
        for incident in active:
            by_camera.setdefault(incident.camera_key, []).append(incident)
        for camera_key, incidents in by_camera.items():
            self._places[camera_key] = self._make_place(camera_key, incidents)
        return tuple(active)

    @asynccontextmanager
    async def frame_of(self, camera_key: str) -> AsyncIterator[CameraPipeline]:
        """The pipeline of a camera that shows a frame, for this caller alone."""
        if camera_key not in self._places:
            self._places[camera_key] = self._make_place(camera_key, ())
        place = self._places[camera_key]
        async with place.lock:
            place.is_lost = place.is_missed = False
            yield place.pipeline
            self._report_flow(place.pipeline.take_flow())
            place.lost_at_s = self._clock.monotonic() + STREAM_LOST_S

    async def sweep(self) -> None:
        """Once a second: follow zones, and end incidents of cameras that show nothing any more."""
        await self._load_zones()
        if self._clock.monotonic() - self._learned_at_s >= NORMALITY_EVERY_S:
            await self._load_normality()
        for camera_key, place in list(self._places.items()):
            async with place.lock:
                await self._follow_zones(camera_key, place)
                await self._end_if_lost(place)
                await self._watch_camera(camera_key, place)
                place.pipeline.close_minute(self._clock.utc_now() - MINUTE_GRACE)
                self._report_flow(place.pipeline.take_flow())

    async def close_minutes(self) -> None:
        """The service stops: report what was measured of the minutes that go on."""
        for place in self._places.values():
            async with place.lock:
                place.pipeline.close_minute(None)
                self._report_flow(place.pipeline.take_flow())

    async def _load_normality(self) -> None:
        """What is usual at each camera."""
        async with self._database.transaction() as work:
            self._learned = {key: await work.flow.normality(key) for key in self._zones}
        self._learned_at_s = self._clock.monotonic()
        for camera_key, place in list(self._places.items()):
            async with place.lock:
                place.pipeline.use_normality(self._learned.get(camera_key, ()))

    async def _load_zones(self) -> None:
        async with self._database.transaction() as work:
            cameras = await work.cameras.list()
            self._cameras = {camera.key: camera for camera in cameras}
            self._zones = {camera.key: await work.cameras.zones(camera.id) for camera in cameras}

    async def _follow_zones(self, camera_key: str, place: _Place) -> None:
        now = self._clock.utc_now()
        if camera_key not in self._zones:
            await self._report(place.pipeline.close(EndReason.STREAM_LOST, now))
            self._references.forget(camera_key)
            del self._places[camera_key]
        else:
            await self._use_zones(place, self._zones[camera_key], now)

    async def _use_zones(self, place: _Place, zones: ZoneSet, now: datetime) -> None:
        """Take over a new version; one that the rules refuse is said once, the old one stays."""
        if zones.version in (place.pipeline.zone_version, place.refused_version):
            return
        try:
            changes = place.pipeline.replace_zones(zones, now)
        except InvalidInput as error:
            place.refused_version = zones.version
            log.warning("zones refused", camera=place.pipeline.camera_key, reason=error.message)
        else:
            await self._report(changes)

    async def _end_if_lost(self, place: _Place) -> None:
        if not place.is_lost and self._clock.monotonic() > place.lost_at_s:
            place.is_lost = True
            await self._report(place.pipeline.lose_stream(self._clock.utc_now()))

    async def _watch_camera(self, camera_key: str, place: _Place) -> None:
        """Keep the reference of its view; say so where it shows nothing though it should."""
        camera = self._cameras.get(camera_key)
        if camera is None:
            return
        now = self._clock.utc_now()
        await self._report(await self._references.keep(camera, place.pipeline, now))
        # A file that is played once ends, and nobody misses it.
        is_wanted = camera.enabled and camera.loops
        lost_after_s = place.pipeline.lost_after_s
        missing_s = self._clock.monotonic() - place.lost_at_s + STREAM_LOST_S
        if place.is_missed and not is_wanted:
            place.is_missed = False
            await self._report(place.pipeline.excuse_pictures(now))
        elif is_wanted and not place.is_missed and lost_after_s and missing_s >= lost_after_s:
            place.is_missed = True
            await self._report(place.pipeline.miss_pictures(now))

    def _make_place(self, camera_key: str, resume: Sequence[Incident]) -> _Place:
        zones = self._zones.get(camera_key, ZoneSet())
        lost_at_s = self._clock.monotonic() + RESUME_GRACE_S
        try:
            return _Place(self._make_pipeline(camera_key, zones, resume), lost_at_s)
        except InvalidInput as error:
            # Zones of an earlier version of the product: better no rules than no camera.
            log.warning("zones refused", camera=camera_key, reason=error.message)
            pipeline = self._make_pipeline(camera_key, ZoneSet(), resume)
            return _Place(pipeline, lost_at_s, refused_version=zones.version)

    def _make_pipeline(
        self, camera_key: str, zones: ZoneSet, resume: Sequence[Incident]
    ) -> CameraPipeline:
        pipeline = CameraPipeline(
            camera_key,
            zones=zones,
            model_version=self._model_version,
            thresholds=self._thresholds,
            resume=resume,
        )
        pipeline.use_normality(self._learned.get(camera_key, ()))
        return pipeline

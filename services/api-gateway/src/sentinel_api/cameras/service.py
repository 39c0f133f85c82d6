"""Use cases of cameras."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from uuid import uuid4

from sentinel_api.access import Principal
from sentinel_api.audit import record_change
from sentinel_api.cameras.board import CameraBoard, show_status
from sentinel_api.cameras.schemas import (
    CameraAnswer,
    ChangeCamera,
    CreateCamera,
    ProbeAnswer,
    RemovedCameras,
    RulesSuspended,
)
from sentinel_api.cameras.sources import check_source_url
from sentinel_api.cameras.suspensions import find_suspensions
from sentinel_core.domain.cameras import (
    Camera,
    CameraState,
    CameraStatus,
    PrivacyMask,
    derive_camera_key,
    redact_url,
)
from sentinel_core.domain.errors import Conflict, DependencyUnavailable, NotFound, StaleState
from sentinel_core.domain.zones import ZoneSet
from sentinel_core.ports.camera_control import CameraControl
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.repositories import Database, UnitOfWork
from sentinel_vision.rules.catalogue import validate_zone_rules

MAX_KEY_CHARS = 63
KEY_TRIES = 5
_PLAIN_MEMBERS = (
    "name",
    "enabled",
    "sample_fps",
    "live_view",
    "rtsp_transport",
    "loops",
    "motion_gating",
)
"""Of a camera, those that change to what the request says as it is."""


class CameraRegistry:
    """Cameras as stored, joined with what camera-service says of them now."""

    def __init__(
        self, *, clock: Clock, database: Database, control: CameraControl, board: CameraBoard
    ) -> None:
        self._clock = clock
        self._database = database
        self._control = control
        self._board = board

    async def list_all(self) -> list[CameraAnswer]:
        """All, by key."""
        async with self._database.transaction() as work:
            cameras = await work.cameras.list()
        suspended = await find_suspensions(self._database)
        return [self._show(camera, suspended) for camera in cameras]

    async def get(self, id_or_key: str) -> CameraAnswer:
        """One, by UUID or key. Raises NotFound."""
        return await self._show_one(await self._find(id_or_key))

    async def create(self, wanted: CreateCamera, caller: Principal) -> CameraAnswer:
        """Store a camera, whether its source can be opened or not.

        Raises:
            InvalidInput: The source is of no supported kind.
            Conflict: The key that was asked for is taken.
        """
        check_source_url(wanted.source_url)
        for _ in range(KEY_TRIES if wanted.key is None else 1):
            try:
                return await self._show_one(await self._store(wanted, caller))
            except Conflict:
                # Somebody took the free key between looking and writing: look again.
                if wanted.key is not None:
                    raise
        raise Conflict("no free key for this name; give one")

    async def change(self, id_or_key: str, wanted: ChangeCamera, caller: Principal) -> CameraAnswer:
        """Change what `wanted` names.

        Raises:
            StaleState: `wanted.revision` is not the stored one; carries the camera.
        """
        before = await self._find(id_or_key)
        if before.revision != wanted.revision:
            raise await self._stale(before)
        after = _changed(before, wanted, self._clock.utc_now())
        try:
            async with self._database.transaction() as work:
                await work.cameras.update(after)
                await record_change(
                    work,
                    self._clock,
                    caller,
                    "camera.update",
                    after.key,
                    (_for_audit(before), _for_audit(after)),
                )
        except Conflict as error:
            raise await self._stale(await self._find(id_or_key)) from error
        return await self._show_one(after)

    async def remove(self, id_or_key: str, caller: Principal) -> None:
        """Remove the camera and its zones. Raises NotFound."""
        async with self._database.transaction() as work:
            camera = await work.cameras.get(id_or_key)
            await self._remove(work, camera, caller)
        self._board.forget(camera.key)

    async def remove_demo(self, caller: Principal) -> RemovedCameras:
        """Remove all demo cameras."""
        async with self._database.transaction() as work:
            demo = [camera for camera in await work.cameras.list() if camera.is_demo]
            for camera in demo:
                await self._remove(work, camera, caller)
        for camera in demo:
            self._board.forget(camera.key)
        return RemovedCameras(removed=len(demo))

    async def probe(self, source_url: str) -> ProbeAnswer:
        """Look at a source.

        Raises:
            InvalidInput: The source is of no supported kind.
            SourceFailed: It cannot be read; carries the reason.
        """
        check_source_url(source_url)
        report = asdict(await self._control.probe(source_url))
        picture = b64encode(report.pop("snapshot_jpeg")).decode()
        return ProbeAnswer(**report, snapshot=f"data:image/jpeg;base64,{picture}")

    async def snapshot(self, id_or_key: str) -> bytes:
        """The newest sampled picture as JPEG. Raises NotFound where there is none yet."""
        camera = await self._find(id_or_key)
        try:
            return await self._control.snapshot(camera.key)
        except DependencyUnavailable as error:
            raise NotFound(f"{camera.key} has not shown a picture yet") from error

    async def zones(self, id_or_key: str) -> ZoneSet:
        """The newest zones."""
        async with self._database.transaction() as work:
            camera = await work.cameras.get(id_or_key)
            return await work.cameras.zones(camera.id)

    async def replace_zones(self, id_or_key: str, zones: ZoneSet, caller: Principal) -> ZoneSet:
        """Replace all zones of a camera.

        Raises:
            InvalidInput: A rule that does not exist, or cannot be so.
            StaleState: `zones.version` is not the newest one; carries the newest zones.
        """
        validate_zone_rules(zones)
        try:
            async with self._database.transaction() as work:
                camera = await work.cameras.get(id_or_key)
                stored = await work.cameras.replace_zones(camera.id, zones)
                await record_change(
                    work,
                    self._clock,
                    caller,
                    "camera.zones",
                    camera.key,
                    ({"version": zones.version}, stored.model_dump(mode="json")),
                )
        except Conflict as error:
            current = await self.zones(id_or_key)
            raise StaleState(
                f"the zones are at version {current.version} by now",
                current=current.model_dump(mode="json"),
            ) from error
        return stored

    async def _find(self, id_or_key: str) -> Camera:
        async with self._database.transaction() as work:
            return await work.cameras.get(id_or_key)

    async def _store(self, wanted: CreateCamera, caller: Principal) -> Camera:
        async with self._database.transaction() as work:
            key = wanted.key or _free_key(wanted.name, await work.cameras.list())
            camera = self._camera(wanted, key)
            await work.cameras.add(camera)
            await record_change(
                work, self._clock, caller, "camera.create", key, (None, _for_audit(camera))
            )
        return camera

    def _camera(self, wanted: CreateCamera, key: str) -> Camera:
        now = self._clock.utc_now()
        return Camera(
            id=uuid4(),
            key=key,
            name=wanted.name,
            source_url=wanted.source_url,
            latitude=wanted.location.lat if wanted.location else None,
            longitude=wanted.location.lng if wanted.location else None,
            enabled=wanted.enabled,
            sample_fps=wanted.sample_fps,
            live_view=wanted.live_view,
            rtsp_transport=wanted.rtsp_transport,
            loops=wanted.loops,
            motion_gating=wanted.motion_gating,
            privacy_masks=_masks(wanted.privacy_masks),
            created_at=now,
            updated_at=now,
        )

    async def _remove(self, work: UnitOfWork, camera: Camera, caller: Principal) -> None:
        await work.cameras.remove(camera.id)
        await record_change(
            work, self._clock, caller, "camera.remove", camera.key, (_for_audit(camera), None)
        )

    async def _show_one(self, camera: Camera) -> CameraAnswer:
        return self._show(camera, await find_suspensions(self._database, camera.key))

    def _show(self, camera: Camera, suspended: Mapping[str, RulesSuspended]) -> CameraAnswer:
        state = self._control.states().get(camera.key)
        return CameraAnswer.of(
            camera, state, self._status(camera, state), suspended.get(camera.key)
        )

    def _status(self, camera: Camera, state: CameraState | None) -> CameraStatus:
        # The reader's state is the freshest. Whether an incident is active says the stored
        # status, as exactly as the incidents do, once it knows that the camera is online.
        if state is not None and camera.status is not CameraStatus.OFFLINE:
            return show_status(state.state, has_active=camera.status is CameraStatus.ALERT)
        return self._board.status_of(camera.key, state)

    async def _stale(self, camera: Camera) -> StaleState:
        return StaleState(
            f"the camera is at revision {camera.revision} by now",
            current=(await self._show_one(camera)).model_dump(mode="json"),
        )


def _changed(before: Camera, wanted: ChangeCamera, now: datetime) -> Camera:
    given = wanted.model_fields_set
    after = replace(before, revision=before.revision + 1, updated_at=now)
    plain = {name: value for name in _PLAIN_MEMBERS if (value := getattr(wanted, name)) is not None}
    after = replace(after, **plain)
    if wanted.privacy_masks is not None:
        after = replace(after, privacy_masks=_masks(wanted.privacy_masks))
    if wanted.source_url is not None and wanted.source_url != redact_url(before.source_url):
        check_source_url(wanted.source_url)
        after = replace(after, source_url=wanted.source_url)
    if "location" in given:
        place = wanted.location
        after = replace(
            after,
            latitude=place.lat if place else None,
            longitude=place.lng if place else None,
        )
    return after


def _masks(polygons: Sequence[Sequence[tuple[float, float]]]) -> tuple[PrivacyMask, ...]:
    return tuple(PrivacyMask(tuple(corners)) for corners in polygons)


def _free_key(name: str, cameras: Sequence[Camera]) -> str:
    taken = {camera.key for camera in cameras}
    base = derive_camera_key(name)
    if base not in taken:
        return base
    number = 2
    while (key := _numbered(base, number)) in taken:
        number += 1
    return key


def _numbered(base: str, number: int) -> str:
    suffix = f"_{number}"
    return base[: MAX_KEY_CHARS - len(suffix)] + suffix


def _for_audit(camera: Camera) -> dict[str, object]:
    return {
        "name": camera.name,
        "source_url": redact_url(camera.source_url),
        "latitude": camera.latitude,
        "longitude": camera.longitude,
        "enabled": camera.enabled,
        "sample_fps": camera.sample_fps,
        "live_view": camera.live_view,
        "rtsp_transport": camera.rtsp_transport,
        "loops": camera.loops,
        "motion_gating": camera.motion_gating,
        "privacy_masks": [mask.points for mask in camera.privacy_masks],
        "revision": camera.revision,
    }

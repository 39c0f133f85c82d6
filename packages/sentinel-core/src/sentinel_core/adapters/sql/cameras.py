"""Cameras and their zones."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from sentinel_core.adapters.sql.models import CameraRow, ZoneSetRow
from sentinel_core.adapters.sql.statements import Statements
from sentinel_core.domain.cameras import Camera, CameraStatus, PrivacyMask
from sentinel_core.domain.errors import Conflict, NotFound
from sentinel_core.domain.zones import ZoneSet
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.secrets import Secrets


class SqlCameras:
    """`Cameras` in tables; the source's URL is encrypted."""

    def __init__(self, statements: Statements, *, clock: Clock, secrets: Secrets) -> None:
        self._statements = statements
        self._clock = clock
        self._secrets = secrets

    async def add(self, camera: Camera) -> None:
        """Insert."""
        await self._statements.write(
            sa.insert(CameraRow),
            {
                "id": camera.id,
                "key": camera.key,
                "created_at": camera.created_at,
                "status": camera.status,
                **self._changeable(camera),
            },
            conflict=f"there is a camera with the key {camera.key} already",
        )

    async def list(self) -> Sequence[Camera]:
        """All, by key."""
        rows = await self._statements.rows(sa.select(CameraRow).order_by(CameraRow.key))
        return [self._camera(row) for row in rows]

    async def get(self, id_or_key: str) -> Camera:
        """By UUID, or else by key: a key can be chosen to look like another camera's id."""
        camera_id = _as_uuid(id_or_key)
        row = None if camera_id is None else await self._find(CameraRow.id == camera_id)
        if row is None:
            row = await self._find(CameraRow.key == id_or_key)
        if row is None:
            raise NotFound(f"there is no camera {id_or_key}")
        return self._camera(row)

    async def update(self, camera: Camera) -> None:
        """Compare the revision and set."""
        changed = await self._statements.write(
            sa.update(CameraRow)
            .where(CameraRow.id == camera.id, CameraRow.revision == camera.revision - 1)
            .values(**self._changeable(camera))
        )
        if changed:
            return
        if await self._find(CameraRow.id == camera.id) is None:
            raise NotFound(f"there is no camera {camera.key}")
        raise Conflict(f"somebody else changed the camera {camera.key}")

    async def remove(self, camera_id: UUID) -> None:
        """Delete; the database takes the zones along."""
        if not await self._statements.write(sa.delete(CameraRow).where(CameraRow.id == camera_id)):
            raise NotFound(f"there is no camera {camera_id}")

    async def set_status(self, camera_key: str, status: CameraStatus) -> None:
        """Write the status where it is another."""
        await self._statements.write(
            sa.update(CameraRow)
            .where(CameraRow.key == camera_key, CameraRow.status != status)
            .values(status=status)
        )

    async def zones(self, camera_id: UUID) -> ZoneSet:
        """The newest version."""
        row = await self._statements.row(
            sa.select(ZoneSetRow)
            .where(ZoneSetRow.camera_id == camera_id)
            .order_by(ZoneSetRow.version.desc())
        )
        return ZoneSet() if row is None else ZoneSet.model_validate(row.document)

    async def replace_zones(self, camera_id: UUID, zones: ZoneSet) -> ZoneSet:
        """Insert the next version, which only one writer can."""
        conflict = f"version {zones.version} of the zones is not the newest"
        newer = zones.model_copy(update={"version": zones.version + 1})
        if await self._find(CameraRow.id == camera_id) is None:
            raise NotFound(f"there is no camera {camera_id}")
        if (await self.zones(camera_id)).version != zones.version:
            raise Conflict(conflict)
        await self._statements.write(
            sa.insert(ZoneSetRow),
            {
                "camera_id": camera_id,
                "version": newer.version,
                "document": newer.model_dump(mode="json"),
                "created_at": self._clock.utc_now(),
            },
            conflict=conflict,
        )
        return newer

    async def _find(self, condition: sa.ColumnElement[bool]) -> CameraRow | None:
        return await self._statements.row(sa.select(CameraRow).where(condition))

    def _changeable(self, camera: Camera) -> dict[str, object]:
        return {
            "name": camera.name,
            "rtsp_url": self._secrets.encrypt(camera.source_url),
            "latitude": camera.latitude,
            "longitude": camera.longitude,
            "enabled": camera.enabled,
            "is_demo": camera.is_demo,
            "sample_fps": camera.sample_fps,
            "live_view": camera.live_view,
            "rtsp_transport": camera.rtsp_transport,
            "loops": camera.loops,
            "motion_gating": camera.motion_gating,
            "privacy_masks": [mask.points for mask in camera.privacy_masks],
            "revision": camera.revision,
            "updated_at": camera.updated_at,
        }

    def _camera(self, row: CameraRow) -> Camera:
        return Camera(
            id=row.id,
            key=row.key,
            name=row.name,
            source_url=self._secrets.decrypt(row.rtsp_url),
            latitude=row.latitude,
            longitude=row.longitude,
            enabled=row.enabled,
            is_demo=row.is_demo,
            sample_fps=row.sample_fps,
            live_view=row.live_view,
            rtsp_transport=row.rtsp_transport,
            loops=row.loops,
            motion_gating=row.motion_gating,
            privacy_masks=tuple(_mask(points) for points in row.privacy_masks),
            status=row.status,
            revision=row.revision,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


def _mask(points: Sequence[Sequence[float]]) -> PrivacyMask:
    return PrivacyMask(tuple((x, y) for x, y in points))


def _as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

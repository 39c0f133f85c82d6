"""Leases of cameras, and the instances that hold them."""

from collections.abc import Sequence

import sqlalchemy as sa

from sentinel_core.adapters.sql.models import CameraInstanceRow, CameraLeaseRow
from sentinel_core.adapters.sql.statements import Statements
from sentinel_core.domain.camera_leases import CameraInstance, CameraLease
from sentinel_core.domain.errors import Conflict

_RENEWAL = (
    sa.update(CameraLeaseRow)
    .where(
        CameraLeaseRow.camera_id == sa.bindparam("held_camera"),
        CameraLeaseRow.instance_id == sa.bindparam("held_by"),
        CameraLeaseRow.fence == sa.bindparam("held_fence"),
    )
    .values(expires_at=sa.bindparam("until"), resume_90k=sa.bindparam("reached_90k"))
)


class SqlCameraLeases:
    """`CameraLeases` in tables. No statement looks at the clock."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def beat(self, instance: CameraInstance) -> None:
        """Insert or replace."""
        insert = self._statements.insert(CameraInstanceRow)
        await self._statements.write(
            insert.on_conflict_do_update(
                index_elements=[CameraInstanceRow.instance_id],
                set_={
                    "address": insert.excluded.address,
                    "heartbeat_at": insert.excluded.heartbeat_at,
                },
            ),
            {
                "instance_id": instance.instance_id,
                "address": instance.address,
                "started_at": instance.started_at,
                "heartbeat_at": instance.heartbeat_at,
            },
        )

    async def instances(self) -> Sequence[CameraInstance]:
        """All, by id."""
        rows = await self._statements.rows(
            sa.select(CameraInstanceRow).order_by(CameraInstanceRow.instance_id)
        )
        return [
            CameraInstance(
                instance_id=row.instance_id,
                address=row.address,
                started_at=row.started_at,
                heartbeat_at=row.heartbeat_at,
            )
            for row in rows
        ]

    async def forget(self, instance_id: str) -> None:
        """Delete the instance; its leases stay."""
        await self._statements.write(
            sa.delete(CameraInstanceRow).where(CameraInstanceRow.instance_id == instance_id)
        )

    async def list(self) -> Sequence[CameraLease]:
        """All, by camera."""
        rows = await self._statements.rows(
            sa.select(CameraLeaseRow).order_by(CameraLeaseRow.camera_id)
        )
        return [
            CameraLease(
                camera_id=row.camera_id,
                instance_id=row.instance_id,
                fence=row.fence,
                expires_at=row.expires_at,
                resume_90k=row.resume_90k,
            )
            for row in rows
        ]

    async def acquire(self, lease: CameraLease, seen: CameraLease | None) -> bool:
        """Compare with what was seen and set."""
        if seen is not None:
            changed = await self._statements.write(
                sa.update(CameraLeaseRow)
                .where(
                    CameraLeaseRow.camera_id == seen.camera_id,
                    CameraLeaseRow.fence == seen.fence,
                    CameraLeaseRow.expires_at == seen.expires_at,
                    CameraLeaseRow.instance_id.is_not_distinct_from(seen.instance_id),
                )
                .values(**_changeable(lease))
            )
            return changed == 1
        insert = self._statements.insert(CameraLeaseRow).on_conflict_do_nothing()
        try:
            return bool(
                await self._statements.write(
                    insert, {"camera_id": lease.camera_id, **_changeable(lease)}
                )
            )
        except Conflict:  # the camera was removed
            return False

    async def renew(self, leases: Sequence[CameraLease]) -> None:
        """Update those that are still held, in one round trip and always in the same order."""
        if not leases:
            return
        await self._statements.write(
            _RENEWAL,
            [
                {
                    "held_camera": lease.camera_id,
                    "held_by": lease.instance_id,
                    "held_fence": lease.fence,
                    "until": lease.expires_at,
                    "reached_90k": lease.resume_90k,
                }
                for lease in sorted(leases, key=lambda lease: lease.camera_id)
            ],
        )

    async def release(self, lease: CameraLease) -> None:
        """Clear the holder where it is still this one."""
        await self._statements.write(
            _held(lease).values(instance_id=None, resume_90k=lease.resume_90k)
        )


def _held(lease: CameraLease) -> sa.Update:
    return sa.update(CameraLeaseRow).where(
        CameraLeaseRow.camera_id == lease.camera_id,
        CameraLeaseRow.instance_id == lease.instance_id,
        CameraLeaseRow.fence == lease.fence,
    )


def _changeable(lease: CameraLease) -> dict[str, object]:
    return {
        "instance_id": lease.instance_id,
        "fence": lease.fence,
        "expires_at": lease.expires_at,
        "resume_90k": lease.resume_90k,
    }

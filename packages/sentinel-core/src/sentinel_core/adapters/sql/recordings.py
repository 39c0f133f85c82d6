"""Recordings."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from sentinel_core.adapters.sql.models import RecordingRow
from sentinel_core.adapters.sql.statements import Statements
from sentinel_core.domain.errors import NotFound
from sentinel_core.domain.recordings import UNFINISHED, Recording

_FIXED = frozenset({"id", "camera_id", "camera_key", "requested_by", "started_at", "max_s"})


class SqlRecordings:
    """`Recordings` in a table."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def add(self, recording: Recording) -> None:
        """Insert."""
        await self._statements.write(
            sa.insert(RecordingRow),
            asdict(recording),
            conflict=f"there is a recording {recording.id} already",
        )

    async def get(self, recording_id: UUID) -> Recording:
        """By id."""
        query = sa.select(RecordingRow).where(RecordingRow.id == recording_id)
        row = await self._statements.row(query)
        if row is None:
            raise _not_found(recording_id)
        return _recording(row)

    async def of_camera(self, camera_id: UUID, limit: int = 100) -> Sequence[Recording]:
        """By the index of camera and time."""
        query = (
            sa.select(RecordingRow)
            .where(RecordingRow.camera_id == camera_id)
            .order_by(RecordingRow.started_at.desc())
            .limit(limit)
        )
        return [_recording(row) for row in await self._statements.rows(query)]

    async def unfinished(self) -> Sequence[Recording]:
        """By the index of states."""
        query = (
            sa.select(RecordingRow)
            .where(RecordingRow.state.in_(UNFINISHED))
            .order_by(RecordingRow.started_at)
        )
        return [_recording(row) for row in await self._statements.rows(query)]

    async def total_bytes(self) -> int:
        """Summed up by the database."""
        query = sa.select(sa.func.coalesce(sa.func.sum(RecordingRow.size_bytes), 0))
        return int((await self._statements.values(query))[0][0])

    async def request_end(self, recording_id: UUID, ended_at: datetime) -> None:
        """Set where it is null."""
        await self._update(recording_id, {"ended_at": ended_at})

    async def save(self, recording: Recording) -> None:
        """Replace what may change."""
        values = {name: value for name, value in asdict(recording).items() if name not in _FIXED}
        await self._update(recording.id, values)

    async def remove(self, recording_id: UUID) -> None:
        """Delete."""
        query = sa.delete(RecordingRow).where(RecordingRow.id == recording_id)
        if not await self._statements.write(query):
            raise _not_found(recording_id)

    async def _update(self, recording_id: UUID, values: dict[str, object]) -> None:
        ended_at = sa.func.coalesce(RecordingRow.ended_at, values.pop("ended_at"))
        changed = await self._statements.write(
            sa.update(RecordingRow)
            .where(RecordingRow.id == recording_id)
            .values(**values, ended_at=ended_at)
        )
        if not changed:
            raise _not_found(recording_id)


def _recording(row: RecordingRow) -> Recording:
    return Recording(**{field.name: getattr(row, field.name) for field in fields(Recording)})


def _not_found(recording_id: UUID) -> NotFound:
    return NotFound(f"there is no recording {recording_id}")

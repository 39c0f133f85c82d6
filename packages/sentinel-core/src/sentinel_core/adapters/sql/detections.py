"""What is kept of the raw detections."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa

from sentinel_core.adapters.sql.detection_tally import DetectionTally, TrackKey
from sentinel_core.adapters.sql.errors import understood
from sentinel_core.adapters.sql.models import (
    CameraRow,
    DetectionEventRow,
    DetectionRow,
    MinuteCountRow,
    TrackRow,
)
from sentinel_core.adapters.sql.statements import Statements
from sentinel_core.contracts.generated.detection_event import DetectionEvent
from sentinel_core.domain.media_clock import parse_utc

_TRACK_CHANGES = ("class_name", "last_seen", "last_pts_90k", "kept_second", "n")
_RECENT = (
    "timestamp",
    "id",
    "class_name",
    "confidence",
    "is_anomaly",
    "image_path",
    "track_id",
    "bbox",
    "event_id",
    "pts_90k",
    "stream_epoch",
    "incident_id",
    "model_version",
)


class SqlDetections:
    """`Detections` in tables."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def store(self, events: Sequence[DetectionEvent]) -> int:
        """Store what is new of a batch; events of cameras that are gone are skipped."""
        cameras = await self._camera_ids({event.camera_id for event in events})
        known = [event for event in events if event.camera_id in cameras]
        new = await self._mark_new(known)
        if not new:
            return 0
        tally = DetectionTally(cameras, await self._tracks(new))
        with understood("a detection event"):
            for event in new:
                tally.add(event)
        await self._write(tally)
        return len(new)

    async def recent(self, camera_key: str, limit: int = 100) -> Sequence[Mapping[str, object]]:
        """Newest first, with the camera's key."""
        columns = [DetectionRow.__table__.c[name] for name in _RECENT]
        camera_id = sa.select(CameraRow.id).where(CameraRow.key == camera_key).scalar_subquery()
        rows = await self._statements.values(
            sa.select(*columns)
            .where(DetectionRow.camera_id == camera_id)
            .order_by(DetectionRow.timestamp.desc(), DetectionRow.id.desc())
            .limit(limit)
        )
        return [{**row._mapping, "camera_key": camera_key} for row in rows]  # noqa: SLF001  (public, named so that no column clashes)

    async def _camera_ids(self, keys: Iterable[str]) -> Mapping[str, UUID]:
        """Ids by key; the cameras stay until the transaction ends."""
        await self._statements.begin_write()
        rows = await self._statements.values(
            sa.select(CameraRow.key, CameraRow.id)
            .where(CameraRow.key.in_(sorted(keys)))
            .with_for_update(read=True, key_share=True)
        )
        return {row.key: row.id for row in rows}

    async def _mark_new(self, events: Sequence[DetectionEvent]) -> Sequence[DetectionEvent]:
        """The events that were not stored before, each once, in their order."""
        with understood("a detection event"):
            by_id = {UUID(event.event_id): event for event in reversed(events)}
            rows = [
                {"timestamp": parse_utc(event.timestamp), "event_id": event_id}
                for event_id, event in by_id.items()
            ]
        if not rows:
            return ()
        marked = await self._statements.write_returning(
            self._statements.insert(DetectionEventRow)
            .on_conflict_do_nothing()
            .returning(DetectionEventRow.event_id),
            rows,
        )
        new = {event_id for (event_id,) in marked}
        return [event for event_id, event in reversed(by_id.items()) if event_id in new]

    async def _tracks(self, events: Sequence[DetectionEvent]) -> Mapping[TrackKey, TrackRow]:
        """The stored rows of all tracks that occur."""
        wanted: dict[tuple[str, str], set[int]] = {}
        for event in events:
            ids = {found.track_id for found in event.detections if found.track_id is not None}
            wanted.setdefault((event.camera_id, event.stream_epoch), set()).update(ids)
        tracks: dict[TrackKey, TrackRow] = {}
        for (camera_key, epoch), ids in wanted.items():
            rows = await self._statements.rows(
                sa.select(TrackRow).where(
                    TrackRow.camera_key == camera_key,
                    TrackRow.stream_epoch == epoch,
                    TrackRow.track_id.in_(sorted(ids)),
                )
            )
            tracks.update({(camera_key, epoch, row.track_id): row for row in rows})
        return tracks

    async def _write(self, tally: DetectionTally) -> None:
        if tally.kept:
            await self._statements.write(sa.insert(DetectionRow), tally.kept)
        await self._write_tracks(tally)
        await self._write_minutes(tally)

    async def _write_tracks(self, tally: DetectionTally) -> None:
        rows = tally.track_rows()
        if not rows:
            return
        insert = self._statements.insert(TrackRow)
        await self._statements.write(
            insert.on_conflict_do_update(
                index_elements=[TrackRow.camera_key, TrackRow.stream_epoch, TrackRow.track_id],
                set_={name: insert.excluded[name] for name in _TRACK_CHANGES},
            ),
            rows,
        )

    async def _write_minutes(self, tally: DetectionTally) -> None:
        rows = tally.minute_rows()
        if not rows:
            return
        insert = self._statements.insert(MinuteCountRow)
        await self._statements.write(
            insert.on_conflict_do_update(
                index_elements=[
                    MinuteCountRow.camera_key,
                    MinuteCountRow.minute,
                    MinuteCountRow.class_name,
                ],
                set_={
                    "detections": MinuteCountRow.detections + insert.excluded.detections,
                    "tracks": MinuteCountRow.tracks + insert.excluded.tracks,
                },
            ),
            rows,
        )

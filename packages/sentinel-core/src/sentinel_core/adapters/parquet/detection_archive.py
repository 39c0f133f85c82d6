"""The archive of raw detections as Parquet files in the object store, by camera and day.

`sentinel-frames/{camera}/detections/{yyyy-mm-dd}/{first}-{last}-{hash}.parquet`: the name says
between which capture times (hhmmss and milliseconds) its frames lie, so that a reader opens only
what it needs. A file never changes; the same frames make the same file.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Self

from sentinel_core.adapters.parquet.table import decode_events, encode_events
from sentinel_core.contracts.generated.detection_event import DetectionEvent
from sentinel_core.contracts.topics import FRAMES_BUCKET
from sentinel_core.domain.media_clock import parse_utc
from sentinel_core.ports.object_store import ObjectKey, ObjectStore

FOLDER = "detections"
_TIME = "%H%M%S"


@dataclass(frozen=True, slots=True, order=True)
class _Chunk:
    """One file: the capture times of its first and last frame."""

    first: datetime
    last: datetime
    path: str

    @classmethod
    def parse(cls, path: str) -> Self | None:
        """The chunk of a path; None where the path is of something else."""
        parts = path.split("/")
        if len(parts) != 4 or parts[1] != FOLDER or not path.endswith(".parquet"):
            return None
        try:
            day = date.fromisoformat(parts[2])
            first, last, _ = parts[3].split("-")
            return cls(_moment(day, first), _moment(day, last), path)
        except ValueError:
            return None


class ParquetDetectionArchive:
    """`DetectionArchive` over any object store."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    async def append(self, events: Sequence[DetectionEvent]) -> None:
        """One file for each camera and day among the events."""
        days: dict[tuple[str, date], list[DetectionEvent]] = defaultdict(list)
        for event in events:
            days[event.camera_id, parse_utc(event.timestamp).date()].append(event)
        for (camera_key, day), found in days.items():
            await self._write(camera_key, day, found)

    async def read(
        self, camera_key: str, start: datetime, end: datetime
    ) -> AsyncIterator[Sequence[DetectionEvent]]:
        """File by file; those that overlap in time are read together."""
        chunks = [
            chunk
            for chunk in await self._chunks(f"{camera_key}/{FOLDER}")
            if chunk.first < end and chunk.last >= start
        ]
        for group in _overlapping(sorted(chunks)):
            events = [
                event
                for event in await self._load(group)
                if start <= parse_utc(event.timestamp) < end
            ]
            if events:
                yield events

    async def days(self, camera_key: str) -> Sequence[date]:
        """By the names of the files."""
        return sorted(
            {chunk.first.date() for chunk in await self._chunks(f"{camera_key}/{FOLDER}")}
        )

    async def drop_before(self, day: date) -> None:
        """Delete the files of earlier days."""
        for chunk in await self._chunks(""):
            if chunk.first.date() < day:
                await self._objects.delete(ObjectKey(FRAMES_BUCKET, chunk.path))

    async def _write(self, camera_key: str, day: date, events: list[DetectionEvent]) -> None:
        ordered = sorted(events, key=_place_in_time)
        content = await asyncio.to_thread(encode_events, ordered)
        first, last = (_stamp(event) for event in (ordered[0], ordered[-1]))
        digest = sha256(content).hexdigest()[:12]
        path = f"{camera_key}/{FOLDER}/{day.isoformat()}/{first}-{last}-{digest}.parquet"
        await self._objects.put(ObjectKey(FRAMES_BUCKET, path), content)

    async def _chunks(self, prefix: str) -> list[_Chunk]:
        found = []
        async for entry in self._objects.list(FRAMES_BUCKET, prefix):
            chunk = _Chunk.parse(entry.key.path)
            if chunk is not None:
                found.append(chunk)
        return found

    async def _load(self, chunks: Sequence[_Chunk]) -> list[DetectionEvent]:
        events: dict[str, DetectionEvent] = {}
        for chunk in chunks:
            key = ObjectKey(FRAMES_BUCKET, chunk.path)
            content = await self._objects.get(key)
            for event in await asyncio.to_thread(decode_events, content, str(key)):
                events.setdefault(event.event_id, event)
        return sorted(events.values(), key=_place_in_time)


def _overlapping(chunks: Sequence[_Chunk]) -> Iterator[list[_Chunk]]:
    """Sorted chunks in groups, so that no two groups share a moment."""
    group: list[_Chunk] = []
    for chunk in chunks:
        if group and chunk.first > max(known.last for known in group):
            yield group
            group = []
        group.append(chunk)
    if group:
        yield group


def _place_in_time(event: DetectionEvent) -> tuple[datetime, int, str]:
    return parse_utc(event.timestamp), event.pts_90k, event.event_id


def _stamp(event: DetectionEvent) -> str:
    moment = parse_utc(event.timestamp)
    return f"{moment.strftime(_TIME)}{moment.microsecond // 1000:03}"


def _moment(day: date, stamp: str) -> datetime:
    if len(stamp) != 9 or not stamp.isdigit():
        raise ValueError(f"{stamp!r} is no time of day")
    found = datetime.strptime(stamp[:6], _TIME).time()  # noqa: DTZ007  (a time of day, without zone)
    return datetime.combine(day, time(found.hour, found.minute, found.second), UTC) + timedelta(
        milliseconds=int(stamp[6:])
    )

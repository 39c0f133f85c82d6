"""Sees to it that what people want recorded is recorded, and stored."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import structlog

from sentinel_camera.clips.movies import finish_movie
from sentinel_camera.clips.recorder import Film, Recorder
from sentinel_core.domain.errors import NotFound, SentinelError
from sentinel_core.domain.recordings import Recording, RecordingState
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.object_store import ObjectKey, ObjectStore
from sentinel_core.ports.repositories import Database

_log = structlog.get_logger(__name__)

_LOOK_S = 0.5
_RETRY_S = 5.0
_LOST_AFTER_S = 60.0
"""So long after its longest time nobody else can still be busy with a recording."""
_BUCKET = "sentinel-clips"

_STOPPED = "It was stopped."
_LONG_ENOUGH = "It has reached its longest time."
_LARGE_ENOUGH = "It has reached its largest size."
_INTERRUPTED = "Sentinel ended meanwhile; this is what was recorded until then."
_EMPTY = "No picture came while it ran."
_LOST = "The process that recorded it is gone, and its file with it."


@dataclass(frozen=True, slots=True)
class RecordingLimits:
    """Where recordings are written, how large one may become, what of the disk stays free."""

    folder: Path
    max_bytes: int
    reserve_bytes: int


class RecordingDesk:
    """Compares the database with what is being written, twice a second.

    What was being written when a process ended is found again by its file, and stored.
    """

    def __init__(
        self,
        database: Database,
        objects: ObjectStore,
        clock: Clock,
        limits: RecordingLimits,
        recorder_of: Callable[[str], Recorder | None],
    ) -> None:
        """Put it together.

        Args:
            database: Where recordings are asked for.
            objects: Where they end.
            clock: When to look.
            limits: Folder and size.
            recorder_of: The sink of a camera by key; None where it is not read here.
        """
        self._database = database
        self._objects = objects
        self._clock = clock
        self._limits = limits
        self._recorder_of = recorder_of
        self._films: dict[UUID, Film] = {}
        self._storing: dict[UUID, asyncio.Task[None]] = {}

    async def keep_recorded(self) -> None:
        """Look until cancelled."""
        while True:
            await self.reconcile()
            await self._clock.sleep(_LOOK_S)

    async def reconcile(self) -> None:
        """Begin, end and store recordings so that they are what the database says."""
        try:
            async with self._database.transaction() as work:
                unfinished = await work.recordings.unfinished()
        except SentinelError as error:
            _log.warning("recordings wait", error=error.message)
            return
        for recording in unfinished:
            if recording.id in self._storing:
                continue
            try:
                await self._advance(recording)
            except SentinelError as error:
                # Of one recording; the others go on, and the next look tries this one again.
                _log.warning("a recording waits", recording=str(recording.id), error=error.message)

    async def stop(self) -> None:
        """Close all files; the next process finds and stores them."""
        for task in self._storing.values():
            task.cancel()
        await asyncio.gather(*self._storing.values(), return_exceptions=True)
        for film in self._films.values():
            film.finish(_INTERRUPTED)
            await asyncio.to_thread(film.close)
        self._films.clear()

    async def _advance(self, recording: Recording) -> None:
        film = self._films.get(recording.id)
        if film is None:
            await self._take_up(recording)
            return
        await asyncio.to_thread(film.flush)
        reason = film.end or self._reason_to_end(recording, film)
        if reason is not None:
            film.finish(reason)
            self._let_go(recording)
            await asyncio.to_thread(film.close)
            self._store(_progressed(recording, film), RecordingState.READY)
        elif film.size_bytes != recording.size_bytes:
            await self._save(_progressed(recording, film))

    async def _take_up(self, recording: Recording) -> None:
        """A recording that this process does not write: a new one, or one left behind."""
        recorder = self._recorder_of(recording.camera_key)
        is_overdue = self._age_s(recording) > recording.max_s + _LOST_AFTER_S
        if recorder is None and not is_overdue:
            return  # another process reads that camera
        path = self._path(recording.id)
        if await asyncio.to_thread(path.exists):
            self._store_leftover(recording)
        elif is_overdue or recording.state is RecordingState.STORING:
            await self._fail(recording, _LOST)
        elif recording.ended_at is not None:
            await self._fail(recording, _EMPTY)
        elif recorder is not None:
            await self._begin(recording, recorder, path)

    def _store_leftover(self, recording: Recording) -> None:
        if recording.state is RecordingState.STORING:
            self._store(recording, RecordingState.READY)
        else:
            self._store(replace(recording, detail=_INTERRUPTED), RecordingState.INTERRUPTED)

    async def _begin(self, recording: Recording, recorder: Recorder, path: Path) -> None:
        try:
            film = await asyncio.to_thread(_open_film, path, self._limits.reserve_bytes)
        except OSError as error:
            await self._fail(recording, f"No file can be written: {error.strerror}.")
            return
        self._films[recording.id] = film
        recorder.begin(recording.id, film)

    def _reason_to_end(self, recording: Recording, film: Film) -> str | None:
        if recording.ended_at is not None:
            return _STOPPED
        if self._age_s(recording) >= recording.max_s:
            return _LONG_ENOUGH
        return _LARGE_ENOUGH if film.size_bytes >= self._limits.max_bytes else None

    def _age_s(self, recording: Recording) -> float:
        return (self._clock.utc_now() - recording.started_at).total_seconds()

    def _let_go(self, recording: Recording) -> None:
        del self._films[recording.id]
        recorder = self._recorder_of(recording.camera_key)
        if recorder is not None:
            recorder.end(recording.id)

    def _store(self, recording: Recording, finally_state: RecordingState) -> None:
        """Make the file a movie and put it into the store, beside everything else."""
        task = asyncio.create_task(self._finish(recording, finally_state))
        self._storing[recording.id] = task
        task.add_done_callback(lambda _task: self._storing.pop(recording.id, None))

    async def _finish(self, recording: Recording, finally_state: RecordingState) -> None:
        try:
            await self._make_movie(recording, finally_state)
        except SentinelError as error:
            # The file stays, and a later look tries again.
            _log.warning("a recording waits to be stored", error=error.message)
            await self._clock.sleep(_RETRY_S)

    async def _make_movie(self, recording: Recording, finally_state: RecordingState) -> None:
        ended_at = recording.ended_at or self._clock.utc_now()
        storing = replace(recording, state=RecordingState.STORING, ended_at=ended_at)
        key = ObjectKey(_BUCKET, f"{recording.camera_key}/recordings/{recording.id}.mp4")
        path, finished = self._path(recording.id), self._path(recording.id).with_suffix(".mp4")
        try:
            await self._save(storing)
            await asyncio.to_thread(finish_movie, path, finished)
            await self._objects.put_file(key, finished)
            size_bytes = (await self._objects.head(key)).size_bytes
            await self._save(
                replace(storing, state=finally_state, object_key=str(key), size_bytes=size_bytes)
            )
        except ValueError:
            await self._fail(storing, recording.detail or _EMPTY)
        except NotFound:
            _log.info("a recording was deleted while it was stored", recording=str(recording.id))
        for leftover in (path, finished):
            await asyncio.to_thread(leftover.unlink, missing_ok=True)

    async def _fail(self, recording: Recording, detail: str) -> None:
        await self._save(
            replace(
                recording,
                state=RecordingState.FAILED,
                detail=detail,
                ended_at=recording.ended_at or self._clock.utc_now(),
            )
        )

    async def _save(self, recording: Recording) -> None:
        async with self._database.transaction() as work:
            await work.recordings.save(recording)

    def _path(self, recording_id: UUID) -> Path:
        return self._limits.folder / f"{recording_id}.part"


def _open_film(path: Path, reserve_bytes: int) -> Film:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Film(path, reserve_bytes)


def _progressed(recording: Recording, film: Film) -> Recording:
    return replace(
        recording,
        detail=film.end,
        epoch=film.epoch,
        from_pts_90k=film.from_pts_90k,
        to_pts_90k=film.to_pts_90k,
        size_bytes=film.size_bytes,
    )

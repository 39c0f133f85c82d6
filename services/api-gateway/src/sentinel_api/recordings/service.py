"""Use cases of recordings and clips."""

from uuid import UUID, uuid4

from sentinel_api.access import Principal
from sentinel_api.audit import record_change
from sentinel_api.cameras.board import CameraBoard
from sentinel_api.recordings.schemas import RecordingAnswer, StartRecording
from sentinel_core.domain.errors import Conflict, DependencyUnavailable, NotFound, StorageFull
from sentinel_core.domain.media_clock import TICKS_PER_SECOND, format_utc, parse_utc
from sentinel_core.domain.recordings import UNFINISHED, Recording, RecordingState
from sentinel_core.ports.camera_control import CameraControl, ClipCut
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.object_store import ObjectKey, ObjectStore
from sentinel_core.ports.repositories import Database

_MEGABYTE = 1 << 20


class RecordingArchive:
    """Asks for recordings in the database, where camera-service looks; reads what came of them."""

    def __init__(
        self, *, clock: Clock, database: Database, objects: ObjectStore, total_mb: int
    ) -> None:
        """Put it together; nothing begins where all recordings are `total_mb` large."""
        self._clock = clock
        self._database = database
        self._objects = objects
        self._total_mb = total_mb

    async def start(
        self, id_or_key: str, wanted: StartRecording, caller: Principal
    ) -> RecordingAnswer:
        """Begin with the camera's next keyframe.

        Raises:
            NotFound: There is no such camera.
            Conflict: The camera is not enabled, so nothing would come.
            StorageFull: All recordings together are as large as they may be.
        """
        async with self._database.transaction() as work:
            camera = await work.cameras.get(id_or_key)
            if not camera.enabled:
                raise Conflict(f"the camera {camera.key} is disabled")
            if await work.recordings.total_bytes() >= self._total_mb * _MEGABYTE:
                raise StorageFull(
                    f"recordings take up their {self._total_mb} MB; delete some of them"
                )
            recording = Recording(
                id=uuid4(),
                camera_id=camera.id,
                camera_key=camera.key,
                requested_by=caller.name,
                state=RecordingState.RECORDING,
                started_at=self._clock.utc_now(),
                max_s=wanted.max_s,
            )
            await work.recordings.add(recording)
            after: dict[str, object] = {"id": str(recording.id), "max_s": wanted.max_s}
            await record_change(
                work, self._clock, caller, "recording.start", camera.key, (None, after)
            )
        return RecordingAnswer.of(recording)

    async def of_camera(self, id_or_key: str) -> list[RecordingAnswer]:
        """Newest first. Raises NotFound."""
        async with self._database.transaction() as work:
            camera = await work.cameras.get(id_or_key)
            found = await work.recordings.of_camera(camera.id)
        return [RecordingAnswer.of(recording) for recording in found]

    async def get(self, recording_id: UUID) -> RecordingAnswer:
        """One. Raises NotFound."""
        return RecordingAnswer.of(await self._find(recording_id))

    async def stop(self, recording_id: UUID, caller: Principal) -> RecordingAnswer:
        """Ask for the end; one that has ended stays as it is. Raises NotFound."""
        async with self._database.transaction() as work:
            recording = await work.recordings.get(recording_id)
            if recording.state is RecordingState.RECORDING and recording.ended_at is None:
                await work.recordings.request_end(recording_id, self._clock.utc_now())
                await record_change(work, self._clock, caller, "recording.stop", str(recording_id))
        return await self.get(recording_id)

    async def remove(self, recording_id: UUID, caller: Principal) -> None:
        """Delete the recording and its video, for ever.

        Raises:
            NotFound: There is none.
            Conflict: It is still going on.
        """
        async with self._database.transaction() as work:
            recording = await work.recordings.get(recording_id)
            if recording.state in UNFINISHED:
                raise Conflict("the recording is still going on; stop it first")
            await work.recordings.remove(recording_id)
            before: dict[str, object] = {"camera": recording.camera_key}
            await record_change(
                work, self._clock, caller, "recording.remove", str(recording_id), (before, None)
            )
        if recording.object_key is not None:
            await self._objects.delete(ObjectKey.parse(recording.object_key))

    async def video(self, recording_id: UUID) -> ObjectKey:
        """Where its video is. Raises NotFound."""
        recording = await self._find(recording_id)
        if recording.object_key is None:
            raise NotFound("this recording has no video (yet)")
        return ObjectKey.parse(recording.object_key)

    async def _find(self, recording_id: UUID) -> Recording:
        async with self._database.transaction() as work:
            return await work.recordings.get(recording_id)


class ClipDesk:
    """Cuts the newest seconds of a camera."""

    def __init__(
        self, *, clock: Clock, database: Database, control: CameraControl, board: CameraBoard
    ) -> None:
        self._clock = clock
        self._database = database
        self._control = control
        self._board = board

    async def cut_newest(self, id_or_key: str, seconds: float, caller: Principal) -> ClipCut:
        """The last seconds, as far as they are kept; who took them is in the audit log.

        Raises:
            NotFound: No such camera, or nothing of it is kept.
            DependencyUnavailable: The camera has not sent a picture yet.
            InvalidInput: Longer than what is ever kept.
        """
        async with self._database.transaction() as work:
            camera = await work.cameras.get(id_or_key)
        reading = self._board.clocks.get(camera.key)
        if reading is None:
            raise DependencyUnavailable("The camera has not sent a picture yet.")
        passed_s = (self._clock.utc_now() - parse_utc(reading.utc)).total_seconds()
        now_90k = reading.pts_90k + round(passed_s * TICKS_PER_SECOND)
        clip = await self._control.cut_clip(
            camera.key,
            epoch=reading.epoch,
            from_pts_90k=now_90k - round(seconds * TICKS_PER_SECOND),
            to_pts_90k=now_90k,
        )
        taken: dict[str, object] = {"from": format_utc(clip.started_at), "seconds": seconds}
        async with self._database.transaction() as work:
            await record_change(work, self._clock, caller, "camera.clip", camera.key, (None, taken))
        return clip

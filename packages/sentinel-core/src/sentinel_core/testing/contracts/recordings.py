"""What every `Recordings` repository promises."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from sentinel_core.domain.errors import Conflict, NotFound
from sentinel_core.domain.recordings import Recording, RecordingState
from sentinel_core.ports.repositories import Database
from sentinel_core.testing.builders import EPOCH, at
from sentinel_core.testing.contracts.cameras import stored_camera


def make_recording(camera_id: UUID | None, **changes: object) -> Recording:
    """One that has just been asked for."""
    recording = Recording(
        id=uuid4(),
        camera_id=camera_id,
        camera_key="cam_01",
        requested_by="olga",
        state=RecordingState.RECORDING,
        started_at=at(0),
        max_s=60.0,
    )
    return replace(recording, **changes)  # type: ignore[arg-type]  # any field


async def stored_recording(database: Database, **changes: object) -> Recording:
    """One that is in the database, of a camera that is there too."""
    camera = await stored_camera(database)
    recording = make_recording(camera.id, **changes)
    async with database.transaction() as unit:
        await unit.recordings.add(recording)
    return recording


async def read_recording(database: Database, recording_id: UUID) -> Recording:
    """What the database says of a recording."""
    async with database.transaction() as unit:
        return await unit.recordings.get(recording_id)


class RecordingsContract:
    """Needs fixture `database`, empty and migrated."""

    async def test_recording_comes_back(self, database: Database) -> None:
        recording = await stored_recording(
            database,
            state=RecordingState.READY,
            detail="stopped",
            ended_at=at(9),
            epoch=EPOCH,
            from_pts_90k=2**40,
            to_pts_90k=2**40 + 1,
            size_bytes=2**33,
            object_key="s3://sentinel-clips/a.mp4",
        )
        assert await read_recording(database, recording.id) == recording

    async def test_taken_id_is_a_conflict(self, database: Database) -> None:
        recording = await stored_recording(database)
        with pytest.raises(Conflict):
            async with database.transaction() as unit:
                await unit.recordings.add(recording)

    async def test_recordings_of_a_camera_are_newest_first(self, database: Database) -> None:
        first = await stored_recording(database)
        later = replace(first, id=uuid4(), started_at=at(5))
        async with database.transaction() as unit:
            await unit.recordings.add(later)
            assert first.camera_id is not None
            assert list(await unit.recordings.of_camera(first.camera_id)) == [later, first]
            assert list(await unit.recordings.of_camera(first.camera_id, limit=1)) == [later]
            assert list(await unit.recordings.of_camera(uuid4())) == []

    async def test_sizes_are_summed_up(self, database: Database) -> None:
        async with database.transaction() as unit:
            assert await unit.recordings.total_bytes() == 0
        first = await stored_recording(database, size_bytes=2**40)
        async with database.transaction() as unit:
            await unit.recordings.add(replace(first, id=uuid4(), size_bytes=5))
            assert await unit.recordings.total_bytes() == 2**40 + 5

    @pytest.mark.parametrize("state", list(RecordingState))
    async def test_unfinished_ones_are_found(
        self, database: Database, state: RecordingState
    ) -> None:
        recording = await stored_recording(database, state=state)
        async with database.transaction() as unit:
            found = await unit.recordings.unfinished()
        is_open = state in {RecordingState.RECORDING, RecordingState.STORING}
        assert list(found) == ([recording] if is_open else [])

    async def test_the_end_that_was_asked_for_first_stays(self, database: Database) -> None:
        recording = await stored_recording(database)
        async with database.transaction() as unit:
            await unit.recordings.request_end(recording.id, at(5))
            await unit.recordings.request_end(recording.id, at(6))
            await unit.recordings.save(
                replace(recording, state=RecordingState.STORING, size_bytes=7, ended_at=at(8))
            )
        stored = await read_recording(database, recording.id)
        assert stored.ended_at == at(5)
        assert (stored.state, stored.size_bytes) == (RecordingState.STORING, 7)

    async def test_progress_does_not_end_it(self, database: Database) -> None:
        recording = await stored_recording(database)
        async with database.transaction() as unit:
            await unit.recordings.save(replace(recording, size_bytes=7))
        assert (await read_recording(database, recording.id)).ended_at is None

    async def test_it_stays_when_its_camera_goes(self, database: Database) -> None:
        recording = await stored_recording(database)
        async with database.transaction() as unit:
            assert recording.camera_id is not None
            await unit.cameras.remove(recording.camera_id)
        assert (await read_recording(database, recording.id)).camera_id is None

    async def test_removed_one_is_not_found(self, database: Database) -> None:
        recording = await stored_recording(database)
        async with database.transaction() as unit:
            await unit.recordings.remove(recording.id)
        for act in ("get", "remove"):
            with pytest.raises(NotFound):
                async with database.transaction() as unit:
                    await getattr(unit.recordings, act)(recording.id)
        with pytest.raises(NotFound):
            async with database.transaction() as unit:
                await unit.recordings.request_end(recording.id, at(1))

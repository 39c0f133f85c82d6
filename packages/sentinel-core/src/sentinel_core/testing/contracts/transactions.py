"""What every `Database` and its `Offsets` promise."""

import asyncio

import pytest

from sentinel_core.domain.errors import Conflict, NotFound
from sentinel_core.ports.event_bus import TopicPartition
from sentinel_core.ports.repositories import Database
from sentinel_core.testing.builders import (
    make_audit_entry,
    make_camera,
    make_detection_event,
    make_incident_event,
)
from sentinel_core.testing.contracts.cameras import stored_camera

PARTITION = TopicPartition("events.detections", 0)


async def camera_keys(database: Database) -> list[str]:
    """Keys of all cameras."""
    async with database.transaction() as unit:
        return [camera.key for camera in await unit.cameras.list()]


class OffsetsContract:
    """Needs fixture `database`, empty and migrated."""

    async def test_new_consumer_has_none(self, database: Database) -> None:
        async with database.transaction() as unit:
            assert await unit.offsets.load("persister") == {}

    async def test_offsets_come_back(self, database: Database) -> None:
        offsets = {PARTITION: 2**40, TopicPartition("events.detections", 1): 0}
        async with database.transaction() as unit:
            await unit.offsets.save("persister", offsets)
        async with database.transaction() as unit:
            assert await unit.offsets.load("persister") == offsets

    async def test_saving_replaces_only_what_it_names(self, database: Database) -> None:
        other = TopicPartition("events.incidents", 0)
        async with database.transaction() as unit:
            await unit.offsets.save("persister", {PARTITION: 1, other: 1})
            await unit.offsets.save("persister", {PARTITION: 2})
            await unit.offsets.save("persister", {})
        async with database.transaction() as unit:
            assert await unit.offsets.load("persister") == {PARTITION: 2, other: 1}

    async def test_consumers_do_not_mix(self, database: Database) -> None:
        async with database.transaction() as unit:
            await unit.offsets.save("one", {PARTITION: 1})
            await unit.offsets.save("two", {PARTITION: 2})
        async with database.transaction() as unit:
            assert await unit.offsets.load("one") == {PARTITION: 1}


class TransactionsContract:
    """Needs fixture `database`, empty and migrated."""

    async def test_ping_answers(self, database: Database) -> None:
        await database.ping()

    async def test_error_rolls_everything_back(self, database: Database) -> None:
        """Rows and offsets alike."""
        await stored_camera(database)

        async def write_and_fail() -> None:
            async with database.transaction() as unit:
                await unit.detections.store([make_detection_event()])
                await unit.incidents.apply(make_incident_event())
                await unit.audit.append(make_audit_entry())
                await unit.offsets.save("persister", {PARTITION: 1})
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await write_and_fail()
        async with database.transaction() as unit:
            assert list(await unit.detections.recent("cam_01")) == []
            assert list(await unit.audit.list()) == []
            assert await unit.offsets.load("persister") == {}
            assert await unit.detections.store([make_detection_event()]) == 1
            assert await unit.incidents.apply(make_incident_event()) is True

    async def test_conflict_rolls_everything_back(self, database: Database) -> None:
        await stored_camera(database)

        async def write_and_clash() -> None:
            async with database.transaction() as unit:
                await unit.audit.append(make_audit_entry())
                await unit.cameras.add(make_camera())

        with pytest.raises(Conflict):
            await write_and_clash()
        async with database.transaction() as unit:
            assert list(await unit.audit.list()) == []

    async def test_own_writes_are_seen_before_the_commit(self, database: Database) -> None:
        async with database.transaction() as unit:
            await unit.cameras.add(make_camera())
            assert (await unit.cameras.get("cam_01")).key == "cam_01"

    async def test_others_see_nothing_before_the_commit(self, database: Database) -> None:
        async with database.transaction() as unit:
            await unit.cameras.add(make_camera())
            assert await camera_keys(database) == []
        assert await camera_keys(database) == ["cam_01"]

    async def test_reader_does_not_wait_for_a_writer(self, database: Database) -> None:
        async with database.transaction() as unit, asyncio.timeout(5.0):
            await unit.cameras.add(make_camera())
            await asyncio.gather(*(camera_keys(database) for _ in range(8)))

    async def test_reading_then_writing_works_beside_other_writers(
        self, database: Database
    ) -> None:
        async def add(number: int) -> None:
            async with database.transaction() as unit:
                with pytest.raises(NotFound):
                    await unit.cameras.get(f"cam_{number:02}")
                await unit.cameras.add(make_camera(key=f"cam_{number:02}"))
                await unit.cameras.list()

        await asyncio.gather(*(add(number) for number in range(40)))
        assert await camera_keys(database) == [f"cam_{number:02}" for number in range(40)]

    async def test_read_after_a_foreign_commit_sees_it(self, database: Database) -> None:
        async with database.transaction() as unit:
            assert list(await unit.cameras.list()) == []
            await stored_camera(database)
            assert len(await unit.cameras.list()) == 1

    async def test_cancelled_writer_leaves_no_lock_and_no_rows(self, database: Database) -> None:
        holds = asyncio.Event()

        async def write() -> None:
            async with database.transaction() as unit:
                await unit.cameras.add(make_camera())
                holds.set()
                await asyncio.Event().wait()

        writer = asyncio.create_task(write())
        await holds.wait()
        waiting = asyncio.create_task(stored_camera(database, key="cam_02"))
        writer.cancel()
        async with asyncio.timeout(5.0):
            await asyncio.wait([writer])
            await waiting
        assert await camera_keys(database) == ["cam_02"]

    async def test_cancelled_waiter_leaves_the_lock_to_others(self, database: Database) -> None:
        async with database.transaction() as unit:
            await unit.cameras.add(make_camera())
            waiting = asyncio.create_task(stored_camera(database, key="cam_02"))
            await camera_keys(database)
            waiting.cancel()
            await asyncio.wait([waiting])
        async with asyncio.timeout(5.0):
            await stored_camera(database, key="cam_03")
        assert await camera_keys(database) == ["cam_01", "cam_03"]

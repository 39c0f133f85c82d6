"""What every repository of camera leases promises."""

from dataclasses import replace
from uuid import UUID, uuid4

from sentinel_core.domain.camera_leases import CameraInstance, CameraLease
from sentinel_core.ports.repositories import Database
from sentinel_core.testing.builders import at, make_camera


def make_instance(instance_id: str = "one", *, second: int = 0) -> CameraInstance:
    """An instance whose heart beat at `second`."""
    return CameraInstance(
        instance_id=instance_id,
        address="127.0.0.1:50051",
        started_at=at(0),
        heartbeat_at=at(second),
    )


async def free_camera(database: Database, key: str = "cam_01") -> UUID:
    """A camera that nobody ever held."""
    camera = make_camera(id=uuid4(), key=key)
    async with database.transaction() as work:
        await work.cameras.add(camera)
    return camera.id


def make_lease(camera_id: UUID, instance_id: str | None = "one", **changes: int) -> CameraLease:
    """A lease; `second` is when it expires."""
    return CameraLease(
        camera_id=camera_id,
        instance_id=instance_id,
        fence=changes.get("fence", 1),
        expires_at=at(changes.get("second", 5)),
        resume_90k=changes.get("resume_90k", 0),
    )


async def acquire(database: Database, lease: CameraLease, seen: CameraLease | None) -> bool:
    """In a transaction of its own."""
    async with database.transaction() as work:
        return await work.camera_leases.acquire(lease, seen)


async def leases_in(database: Database) -> list[CameraLease]:
    """All that are stored."""
    async with database.transaction() as work:
        return list(await work.camera_leases.list())


class CameraLeasesContract:
    """Needs fixture `database`, empty and migrated."""

    async def test_heart_beats(self, database: Database) -> None:
        async with database.transaction() as work:
            await work.camera_leases.beat(make_instance("two"))
            await work.camera_leases.beat(make_instance("one"))
            await work.camera_leases.beat(make_instance("one", second=3))
            assert list(await work.camera_leases.instances()) == [
                make_instance("one", second=3),
                make_instance("two"),
            ]

    async def test_forgotten_instance_is_gone_and_its_leases_stay(self, database: Database) -> None:
        lease = make_lease(await free_camera(database))
        await acquire(database, lease, None)
        async with database.transaction() as work:
            await work.camera_leases.beat(make_instance("one"))
            await work.camera_leases.forget("one")
            assert list(await work.camera_leases.instances()) == []
        assert await leases_in(database) == [lease]

    async def test_of_two_that_saw_a_free_camera_one_gets_it(self, database: Database) -> None:
        camera_id = await free_camera(database)
        first, second = make_lease(camera_id, "one"), make_lease(camera_id, "two")
        assert await acquire(database, first, None)
        assert not await acquire(database, second, None)
        assert await leases_in(database) == [first]

    async def test_lease_that_was_renewed_is_not_taken(self, database: Database) -> None:
        camera_id = await free_camera(database)
        seen = make_lease(camera_id, "one")
        await acquire(database, seen, None)
        renewed = replace(seen, expires_at=at(9), resume_90k=90_000)
        async with database.transaction() as work:
            await work.camera_leases.renew([renewed])
        taken = make_lease(camera_id, "two", fence=2, second=11)
        assert not await acquire(database, taken, seen)
        assert await acquire(database, taken, renewed)
        assert await leases_in(database) == [taken]

    async def test_lease_that_was_lost_is_neither_renewed_nor_released(
        self, database: Database
    ) -> None:
        camera_id = await free_camera(database)
        lost = make_lease(camera_id, "one")
        taken = make_lease(camera_id, "two", fence=2)
        await acquire(database, lost, None)
        await acquire(database, taken, lost)
        async with database.transaction() as work:
            await work.camera_leases.renew([replace(lost, expires_at=at(20))])
            await work.camera_leases.release(replace(lost, resume_90k=7))
        assert await leases_in(database) == [taken]

    async def test_an_older_lease_of_the_same_holder_counts_as_lost(
        self, database: Database
    ) -> None:
        camera_id = await free_camera(database)
        old, new = make_lease(camera_id, fence=1), make_lease(camera_id, fence=2)
        await acquire(database, old, None)
        await acquire(database, new, old)
        async with database.transaction() as work:
            await work.camera_leases.release(old)
        assert await leases_in(database) == [new]

    async def test_released_lease_keeps_its_fence_and_its_clock(self, database: Database) -> None:
        camera_id = await free_camera(database)
        held = make_lease(camera_id)
        await acquire(database, held, None)
        async with database.transaction() as work:
            await work.camera_leases.release(replace(held, resume_90k=123_456_789_012))
        (free,) = await leases_in(database)
        assert (free.instance_id, free.fence, free.resume_90k) == (None, 1, 123_456_789_012)
        assert await acquire(database, make_lease(camera_id, "two", fence=2), free)

    async def test_removed_camera_takes_its_lease_along(self, database: Database) -> None:
        camera_id = await free_camera(database)
        await acquire(database, make_lease(camera_id), None)
        async with database.transaction() as work:
            await work.cameras.remove(camera_id)
        assert await leases_in(database) == []

    async def test_camera_that_was_removed_cannot_be_had(self, database: Database) -> None:
        assert not await acquire(database, make_lease(uuid4()), None)
        assert await leases_in(database) == []

"""Several camera-services share cameras through the database."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

import pytest

from sentinel_camera.assignment.leases import LeaseKeeper, LeaseTimes
from sentinel_camera.assignment.rendezvous import choose_instance
from sentinel_camera.assignment.tenure import SoleAssignment, Tenure, TenureTransport
from sentinel_core.adapters.fernet_secrets import FernetSecrets, generate_key
from sentinel_core.adapters.sql import SqlDatabase, open_database, upgrade_database
from sentinel_core.domain.camera_leases import CameraInstance, CameraLease
from sentinel_core.domain.frames import DropReason
from sentinel_core.testing.builders import make_camera
from sentinel_core.testing.clock import ManualClock
from sentinel_vision.frames.frame import Frame
from sentinel_vision.frames.transport import INFERRED, FrameOutcome
from sentinel_vision.testing.transport import make_frame

TIMES = LeaseTimes(lease_s=5.0, renew_s=1.0, margin_s=1.0)


@dataclass
class Site:
    """A database with cameras, and camera-services that share them."""

    database: SqlDatabase
    clock: ManualClock
    cameras: list[UUID] = field(default_factory=list)
    keepers: dict[str, LeaseKeeper] = field(default_factory=dict)

    async def add_cameras(self, count: int) -> None:
        for _ in range(count):
            key = f"cam_{len(self.cameras):02}"
            # Chance must not give all of them to one instance.
            camera = make_camera(id=uuid5(NAMESPACE_OID, key), key=key)
            async with self.database.transaction() as work:
                await work.cameras.add(camera)
            self.cameras.append(camera.id)

    def join(self, name: str) -> LeaseKeeper:
        keeper = LeaseKeeper(
            self.database, self.clock, instance_id=name, address=f"{name}:50051", times=TIMES
        )
        self.keepers[name] = keeper
        return keeper

    async def round(self) -> None:
        """Everybody renews; readers that are to stop do so at once."""
        for keeper in list(self.keepers.values()):
            keeper.settle(self.cameras)
            before = dict(keeper.held)
            await keeper.tick()
            for camera_id, tenure in before.items():
                if keeper.held.get(camera_id) is not tenure:
                    await keeper.give_back(tenure)

    async def rounds(self, count: int) -> None:
        for _ in range(count):
            await self.round()
            await self.clock.advance(1.0)

    def readers(self) -> dict[UUID, list[str]]:
        return {
            camera: [name for name, keeper in self.keepers.items() if camera in keeper.held]
            for camera in self.cameras
        }

    async def leases(self) -> dict[UUID, CameraLease]:
        async with self.database.transaction() as work:
            return {lease.camera_id: lease for lease in await work.camera_leases.list()}

    async def instances(self) -> list[CameraInstance]:
        async with self.database.transaction() as work:
            return list(await work.camera_leases.instances())


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "leases.db"
    asyncio.run(upgrade_database(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture
async def site(migrated: Path, tmp_path: Path) -> AsyncIterator[Site]:
    path = tmp_path / "leases.db"
    shutil.copy(migrated, path)
    clock = ManualClock()
    database = open_database(
        f"sqlite+aiosqlite:///{path}", clock=clock, secrets=FernetSecrets(generate_key())
    )
    yield Site(database, clock)
    await database.close()


async def test_one_instance_reads_everything(site: Site) -> None:
    await site.add_cameras(4)
    site.join("one")
    await site.rounds(1)
    assert all(readers == ["one"] for readers in site.readers().values())


async def test_who_joins_gets_its_share_after_the_others_have_stopped(site: Site) -> None:
    await site.add_cameras(12)
    site.join("one")
    await site.rounds(2)
    site.join("two")
    await site.rounds(3)
    wanted = {camera: [choose_instance(camera, ["one", "two"])] for camera in site.cameras}
    assert site.readers() == wanted
    moved = [camera for camera, readers in wanted.items() if readers == ["two"]]
    leases = await site.leases()
    kept = [camera for camera in site.cameras if camera not in moved]
    assert moved
    assert {leases[camera].fence - leases[kept[0]].fence for camera in moved} == {1}


async def test_a_camera_is_not_taken_before_its_reader_has_stopped(site: Site) -> None:
    await site.add_cameras(12)
    one = site.join("one")
    one.settle(site.cameras)
    await one.tick()
    two = site.join("two")
    two.settle(site.cameras)
    await two.tick()
    await one.tick()
    leaving = set(site.cameras) - set(one.held)
    assert leaving
    for _ in range(8):
        await site.clock.advance(1.0)
        await one.tick()
        await two.tick()
        assert not two.held


async def test_cameras_of_one_that_died_are_taken_within_six_seconds(site: Site) -> None:
    await site.add_cameras(8)
    site.join("one")
    site.join("two")
    await site.rounds(5)
    dead = site.keepers.pop("one")
    orphans = set(dead.held)
    before = await site.leases()
    assert orphans
    await site.rounds(7)
    assert all(readers == ["two"] for readers in site.readers().values())
    after = await site.leases()
    for camera in orphans:
        assert after[camera].fence == before[camera].fence + 1
    assert not dead.held


async def test_the_dead_are_forgotten_in_the_end(site: Site) -> None:
    site.join("one")
    site.join("two")
    await site.rounds(1)
    del site.keepers["one"]
    await site.rounds(103)
    assert [instance.instance_id for instance in await site.instances()] == ["two"]


async def test_one_that_cannot_renew_stops_before_others_begin(site: Site) -> None:
    await site.add_cameras(8)
    site.join("one")
    site.join("two")
    await site.rounds(5)
    cut_off = site.keepers.pop("one")
    for _ in range(40):
        cut_off.drop_expired()
        both = set(cut_off.held) & set(site.keepers["two"].held)
        assert not both
        await site.clock.advance(0.25)
        await site.round()
    assert not cut_off.held
    assert all(readers == ["two"] for readers in site.readers().values())


async def test_one_that_comes_back_late_finds_its_cameras_gone(site: Site) -> None:
    await site.add_cameras(8)
    site.join("one")
    site.join("two")
    await site.rounds(5)
    asleep = site.keepers.pop("one")
    old = list(asleep.held.values())
    await site.rounds(7)
    site.keepers["one"] = asleep
    await site.round()
    assert all(not tenure.is_valid(site.clock.monotonic()) for tenure in old)
    await site.rounds(4)
    wanted = {camera: [choose_instance(camera, ["one", "two"])] for camera in site.cameras}
    assert site.readers() == wanted


async def test_a_wall_clock_that_is_wrong_disturbs_nobody(site: Site) -> None:
    await site.add_cameras(6)
    site.join("one")
    site.join("two")
    await site.rounds(5)
    before = await site.leases()
    site.clock.jump_wall(-3600.0)
    await site.rounds(3)
    site.clock.jump_wall(+7200.0)
    await site.rounds(3)
    after = await site.leases()
    assert {c: lease.fence for c, lease in before.items()} == {
        c: lease.fence for c, lease in after.items()
    }


async def test_stopping_gives_back_at_once(site: Site) -> None:
    await site.add_cameras(4)
    one = site.join("one")
    one.settle(site.cameras)
    one.start(lambda: None)
    await site.clock.wait_for_sleepers(2)
    while len(one.held) < 4:
        await site.clock.advance(1.0)
        await site.clock.wait_for_sleepers(2)
    one.held[site.cameras[0]].media_end_90k = lambda: 900_000
    del site.keepers["one"]
    await one.stop()
    leases = await site.leases()
    assert all(lease.instance_id is None for lease in leases.values())
    assert leases[site.cameras[0]].resume_90k == 900_000
    assert await site.instances() == []
    site.join("two")
    await site.round()
    assert all(readers == ["two"] for readers in site.readers().values())


async def test_the_media_clock_goes_on_after_a_death(site: Site) -> None:
    await site.add_cameras(1)
    one = site.join("one")
    await site.round()
    (tenure,) = one.held.values()
    assert tenure.starts_at_90k == 0
    tenure.media_end_90k = lambda: 5_000_000
    await site.round()
    del site.keepers["one"]
    two = site.join("two")
    await site.rounds(8)
    (taken,) = two.held.values()
    assert taken.starts_at_90k == 5_000_000 + TIMES.reserve_90k == tenure.promised_90k


async def test_a_removed_camera_of_the_same_name_is_not_refused(site: Site) -> None:
    await site.add_cameras(1)
    one = site.join("one")
    await site.round()
    (old,) = one.held.values()
    async with site.database.transaction() as work:
        await work.cameras.remove(site.cameras[0])
    site.cameras.clear()
    await site.rounds(2)
    assert not one.held
    await site.add_cameras(1)
    await site.round()
    (new,) = one.held.values()
    assert new.fence > old.fence


def test_the_only_one_reads_everything() -> None:
    sole = SoleAssignment()
    first, second = uuid4(), uuid4()
    sole.settle([first])
    tenure = sole.held[first]
    sole.settle([first, second])
    assert sole.held[first] is tenure
    sole.settle([second])
    assert list(sole.held) == [second]
    assert sole.held[second].is_valid(1e12)


class Recorder:
    def __init__(self) -> None:
        self.frames: list[Frame] = []

    async def infer(self, frame: Frame) -> FrameOutcome:
        self.frames.append(frame)
        return INFERRED


@pytest.mark.parametrize(
    "spoil",
    [
        lambda tenure: setattr(tenure, "valid_until_s", 0.0),
        lambda tenure: setattr(tenure, "promised_90k", make_frame().pts_90k),
    ],
    ids=["expired", "beyond the promised time"],
)
async def test_nothing_is_sent_without_the_right_to(spoil: Callable[[Tenure], None]) -> None:
    tenure = Tenure(camera_id=uuid4(), fence=3)
    recorder = Recorder()
    clock = ManualClock()
    await clock.advance(1.0)
    transport = TenureTransport(recorder, tenure, clock)
    assert await transport.infer(make_frame()) == INFERRED
    assert recorder.frames[0].fence == 3
    spoil(tenure)
    assert await transport.infer(make_frame()) == FrameOutcome(DropReason.SHUTDOWN)
    assert len(recorder.frames) == 1

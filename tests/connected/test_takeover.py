"""A camera-service is killed: others take its cameras over, and no camera is ever read twice."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from camera_processes import CameraProcess, FrameSink, TakenFrame, WatchedCamera, camera_settings

from sentinel_camera.assignment.rendezvous import choose_instance
from sentinel_camera.testing.clips import ClipSpec, write_clip
from sentinel_core.adapters.fernet_secrets import FernetSecrets, generate_key
from sentinel_core.adapters.grpc.camera_control import GrpcCameraControl, LeaseDirectory
from sentinel_core.adapters.sql import SqlDatabase, open_database, upgrade_database
from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.domain.camera_leases import CameraLease
from sentinel_core.testing.builders import make_camera

CAMERAS = 8
PROCESSES = 3
PATIENCE_S = 60.0
TAKE_OVER_S = 10.0


@dataclass
class City:
    """Eight cameras, a database, an inference, and the camera-services over them."""

    database: SqlDatabase
    sink: FrameSink
    cameras: dict[str, WatchedCamera]
    ids: dict[str, UUID]
    settings: Mapping[str, str]
    processes: list[CameraProcess] = field(default_factory=list)

    async def start_process(self) -> CameraProcess:
        process = CameraProcess(self.settings)
        self.processes.append(process)
        await process.start()
        return process

    async def leases(self) -> dict[str, CameraLease]:
        """By camera key."""
        keys = {camera_id: key for key, camera_id in self.ids.items()}
        async with self.database.transaction() as work:
            return {keys[lease.camera_id]: lease for lease in await work.camera_leases.list()}

    async def until_spread(self, instances: list[str]) -> None:
        """Wait until each camera is read by the instance that is to."""
        wanted = {key: choose_instance(camera, instances) for key, camera in self.ids.items()}
        async with asyncio.timeout(PATIENCE_S):
            while {
                key: lease.instance_id for key, lease in (await self.leases()).items()
            } != wanted:
                await SystemClock().sleep(0.1)
        leases = await self.leases()
        await self.until(lambda: all(self.came(key, leases[key].fence) for key in self.ids))

    def came(self, camera_key: str, fence: int) -> bool:
        """Whether a frame of this tenure has come."""
        return any(frame.fence == fence for frame in self.frames(camera_key))

    def holds(self, process: CameraProcess, leases: Mapping[str, CameraLease]) -> bool:
        return any(lease.instance_id == process.instance_id for lease in leases.values())

    def frames(self, camera_key: str) -> list[TakenFrame]:
        return self.sink.frames.get(camera_key, [])

    async def until(self, condition: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
        async with asyncio.timeout(patience_s):
            while not condition():
                await SystemClock().sleep(0.02)


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[City]:
    clip = write_clip(tmp_path / "street.mp4", ClipSpec(fps=25, frames=100, gop=12))
    key = generate_key()
    (tmp_path / "secret.key").write_text(key)
    url = f"sqlite+aiosqlite:///{tmp_path / 'sentinel.db'}"
    await upgrade_database(url)
    database = open_database(url, clock=SystemClock(), secrets=FernetSecrets(key))
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        cameras: dict[str, WatchedCamera] = {}
        ids: dict[str, UUID] = {}
        for number in range(CAMERAS):
            server = WatchedCamera(clip)
            await stack.enter_async_context(server)
            camera = make_camera(id=uuid4(), key=f"cam_{number:02}", source_url=server.url)
            async with database.transaction() as work:
                await work.cameras.add(camera)
            cameras[camera.key], ids[camera.key] = server, camera.id
        sink = FrameSink()
        address = await stack.enter_async_context(sink.listening())
        city = City(database, sink, cameras, ids, camera_settings(tmp_path, address))
        yield city
        for process in city.processes:
            if process.process.returncode is None:
                await process.kill()


async def test_the_cameras_of_one_that_is_killed_are_read_by_others(city: City) -> None:
    clock = SystemClock()
    processes = [await city.start_process() for _ in range(PROCESSES)]
    await city.until_spread([process.instance_id for process in processes])

    before = await city.leases()
    held = Counter(lease.instance_id for lease in before.values())
    victim = max(processes, key=lambda process: held[process.instance_id])
    orphans = [key for key, lease in before.items() if lease.instance_id == victim.instance_id]
    epochs = {key: {frame.epoch for frame in city.frames(key)} for key in orphans}
    assert len(orphans) >= CAMERAS / PROCESSES

    killed_s = clock.monotonic()
    await victim.kill()
    await city.until(
        lambda: all(city.came(key, before[key].fence + 1) for key in orphans), TAKE_OVER_S
    )
    took_s = clock.monotonic() - killed_s
    print(f"{len(orphans)} cameras were taken over within {took_s:.1f} s")  # noqa: T201 - a measurement

    survivors = [process for process in processes if process is not victim]
    await city.until_spread([process.instance_id for process in survivors])
    for key in orphans:
        new = [frame for frame in city.frames(key) if frame.fence > before[key].fence]
        assert not epochs[key] & {frame.epoch for frame in new}
    check_frames(city)
    await check_accounts(city)

    assert [await process.stop() for process in survivors] == [0, 0]
    after = await city.leases()
    assert {lease.instance_id for lease in after.values()} == {None}
    await city.until(lambda: not any(camera.readers for camera in city.cameras.values()))
    assert {key: camera.most_readers for key, camera in city.cameras.items()} == dict.fromkeys(
        city.cameras, 1
    )


async def test_one_that_hangs_loses_its_cameras_and_says_nothing_more(city: City) -> None:
    processes = [await city.start_process() for _ in range(2)]
    await city.until_spread([process.instance_id for process in processes])
    before = await city.leases()
    hanging = next(process for process in processes if city.holds(process, before))
    orphans = [key for key, lease in before.items() if lease.instance_id == hanging.instance_id]

    hanging.process.send_signal(signal.SIGSTOP)
    await city.until(lambda: all(city.came(key, before[key].fence + 1) for key in orphans))
    hanging.process.send_signal(signal.SIGCONT)
    await city.until_spread([process.instance_id for process in processes])

    check_frames(city)
    assert [await process.stop() for process in processes] == [0, 0]
    assert {key: camera.most_readers for key, camera in city.cameras.items()} == dict.fromkeys(
        city.cameras, 1
    )


def check_frames(city: City) -> None:
    """Media time and fences only ever grow, whoever reads the camera."""
    for key in city.cameras:
        for earlier, later in pairwise(city.frames(key)):
            assert later.pts_90k > earlier.pts_90k, key
            assert later.fence >= earlier.fence, key
            assert (later.epoch == earlier.epoch) or later.epoch > earlier.epoch, key


async def check_accounts(city: City) -> None:
    """What the readers count as inferred is what has come; nothing is unaccounted for."""
    control = GrpcCameraControl(LeaseDirectory(city.database), SystemClock())
    came_before = {key: len(city.frames(key)) for key in city.cameras}
    await control.refresh()
    leases = await city.leases()
    counts = control.frame_counts()
    assert set(counts) == set(city.cameras)
    for key, count in counts.items():
        assert count.is_balanced, key
        others = [frame for frame in city.frames(key) if frame.fence < leases[key].fence]
        came = [frame for frame in city.frames(key) if frame.fence == leases[key].fence]
        assert came_before[key] - len(others) - 1 <= count.inferred <= len(came), key
    await control.stop()

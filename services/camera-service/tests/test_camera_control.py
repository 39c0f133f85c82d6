"""Camera control as a function call and over gRPC, with a camera that is really read."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio

from sentinel_camera.assignment.leases import LeaseKeeper
from sentinel_camera.testing.site import CameraSite
from sentinel_core.adapters.fernet_secrets import FernetSecrets, generate_key
from sentinel_core.adapters.grpc import GrpcServer
from sentinel_core.adapters.grpc.camera_control import GrpcCameraControl, LeaseDirectory
from sentinel_core.adapters.grpc.camera_control_server import CameraControlServer
from sentinel_core.adapters.sql import open_database, upgrade_database
from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.domain.errors import DependencyUnavailable, NotFound
from sentinel_core.testing.builders import make_camera
from sentinel_core.testing.contracts.camera_control import (
    CameraControlContract,
    ControlledCameras,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


class OneAddress:
    """A directory with one camera-service."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def addresses(self) -> Mapping[str, str]:
        return {"one": self._address}

    async def address_of(self, camera_key: str) -> str:
        return self._address


@pytest_asyncio.fixture(loop_scope="session")
async def running(site: CameraSite, clips: Path) -> CameraSite:
    await site.add("cam_01", clips / "plain.mp4")
    await site.until_frames("cam_01", 3)
    return site


class TestCameraControl(CameraControlContract):
    @pytest_asyncio.fixture(loop_scope="session")
    async def cameras(self, running: CameraSite, clips: Path) -> ControlledCameras:
        async def refresh() -> None:
            return

        return ControlledCameras(
            control=running.service.control,
            camera_key="cam_01",
            source_url=str(clips / "plain.mp4"),
            missing_url=str(clips / "missing.mp4"),
            refresh=refresh,
        )


class TestGrpcCameraControl(CameraControlContract):
    @pytest_asyncio.fixture(loop_scope="session")
    async def cameras(self, running: CameraSite, clips: Path) -> AsyncIterator[ControlledCameras]:
        service = CameraControlServer(running.service.control, "one")
        server = GrpcServer("127.0.0.1:0", service.register)
        await server.start()
        control = GrpcCameraControl(OneAddress(f"127.0.0.1:{server.port}"), running.clock)
        yield ControlledCameras(
            control=control,
            camera_key="cam_01",
            source_url=str(clips / "plain.mp4"),
            missing_url=str(clips / "missing.mp4"),
            refresh=control.refresh,
        )
        await control.stop()
        await server.stop()


async def test_the_only_service_stores_no_leases(running: CameraSite) -> None:
    async with running._database.transaction() as work:
        assert list(await work.camera_leases.list()) == []
        assert list(await work.camera_leases.instances()) == []


async def test_a_service_that_is_away_is_told() -> None:
    control = GrpcCameraControl(OneAddress("127.0.0.1:9"), SystemClock())
    with pytest.raises(DependencyUnavailable):
        await control.snapshot("cam_01")
    with pytest.raises(DependencyUnavailable):
        await control.probe("rtsp://127.0.0.1/1")
    await control.refresh()
    assert control.states() == {}
    await control.stop()


async def test_who_holds_the_lease_is_asked(tmp_path: Path) -> None:
    clock = SystemClock()
    url = f"sqlite+aiosqlite:///{tmp_path / 'leases.db'}"
    await upgrade_database(url)
    database = open_database(url, clock=clock, secrets=FernetSecrets(generate_key()))
    camera = make_camera()
    async with database.transaction() as work:
        await work.cameras.add(camera)
    directory = LeaseDirectory(database)
    assert await directory.addresses() == {}
    with pytest.raises(DependencyUnavailable):
        await directory.address_of(camera.key)
    keeper = LeaseKeeper(database, clock, instance_id="one", address="10.0.0.7:50051")
    keeper.settle([camera.id])
    await keeper.tick()
    assert await directory.addresses() == {"one": "10.0.0.7:50051"}
    assert await directory.address_of(camera.key) == "10.0.0.7:50051"
    with pytest.raises(NotFound):
        await directory.address_of("no_such_camera")
    await database.close()

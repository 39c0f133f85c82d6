"""camera-service and inference-service as two processes: frames come, also after a restart."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from camera_processes import ServiceProcess, camera_settings

from sentinel_core.adapters.fernet_secrets import FernetSecrets, generate_key
from sentinel_core.adapters.grpc.camera_control import GrpcCameraControl, LeaseDirectory
from sentinel_core.adapters.sql import SqlDatabase, open_database, upgrade_database
from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.domain.frames import DropReason, FrameCounts
from sentinel_core.runtime.assets import asset
from sentinel_core.testing.builders import make_camera

CAMERA = "toll"


async def test_frames_are_inferred_by_another_process(tmp_path: Path) -> None:
    database = await make_database(tmp_path)
    control = GrpcCameraControl(LeaseDirectory(database), SystemClock())
    inference = inference_process(tmp_path, "127.0.0.1:0")
    await inference.start()
    address = f"127.0.0.1:{inference.started['grpc_port']}"
    cameras = ServiceProcess("sentinel_camera", camera_settings(tmp_path, address))
    await cameras.start()

    await until_counts(control, lambda counts: counts.inferred >= 3)
    assert (await ask(cameras, "/readyz"))["ready"] is True
    assert (await control.snapshot(CAMERA)).startswith(b"\xff\xd8")

    assert await inference.stop() == 0
    errors = DropReason.INFERENCE_ERROR
    await until_counts(control, lambda counts: counts.dropped.get(errors, 0) >= 1)
    health = await ask(cameras, "/readyz")
    assert health["ready"] is False
    assert health["dependencies"]["inference"]

    before = (await counts_of(control)).inferred
    again = inference_process(tmp_path, address)
    await again.start()
    await until_counts(control, lambda counts: counts.inferred >= before + 3)
    assert (await counts_of(control)).is_balanced

    assert await cameras.stop() == 0
    assert await again.stop() == 0
    await control.stop()
    await database.close()


async def make_database(folder: Path) -> SqlDatabase:
    key = generate_key()
    await asyncio.to_thread((folder / "secret.key").write_text, key)
    url = f"sqlite+aiosqlite:///{folder / 'sentinel.db'}"
    await upgrade_database(url)
    database = open_database(url, clock=SystemClock(), secrets=FernetSecrets(key))
    clip = asset("data/demo/toll_morning.mp4")
    async with database.transaction() as work:
        await work.cameras.add(make_camera(id=uuid4(), key=CAMERA, source_url=str(clip)))
    return database


def inference_process(folder: Path, address: str) -> ServiceProcess:
    return ServiceProcess(
        "sentinel_inference",
        {
            "SENTINEL_DATA_DIR": str(folder),
            "SENTINEL_LOG_FORMAT": "json",
            "SENTINEL_INFERENCE__GRPC_ADDRESS": address,
            "SENTINEL_INFERENCE__HTTP_ADDRESS": "127.0.0.1:0",
        },
    )


async def counts_of(control: GrpcCameraControl) -> FrameCounts:
    await control.refresh()
    return control.frame_counts().get(CAMERA, FrameCounts(0, 0, 0, {}))


async def until_counts(control: GrpcCameraControl, reached: Callable[[FrameCounts], bool]) -> None:
    async with asyncio.timeout(60):
        while not reached(await counts_of(control)):
            await SystemClock().sleep(0.2)


async def ask(service: ServiceProcess, path: str) -> dict[str, Any]:
    """The JSON of a page of the service's health server."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(service.started["http_port"]))
    writer.write(f"GET {path} HTTP/1.1\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    document: dict[str, Any] = json.loads(answer.partition(b"\r\n\r\n")[2])
    return document

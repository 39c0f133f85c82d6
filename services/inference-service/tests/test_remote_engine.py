"""A network on a server of the Open Inference Protocol keeps the contract of every engine."""

import asyncio
import threading
from collections.abc import Iterator
from hashlib import sha256

import pytest

from sentinel_core.adapters.grpc import GrpcServer
from sentinel_core.runtime.assets import asset
from sentinel_core.runtime.settings import InferenceSettings, RemoteNetworkSettings
from sentinel_inference.detector import build_detector, count_lanes
from sentinel_inference.oip.grpc_service import OpenInferenceService
from sentinel_inference.oip.models import ModelShelf
from sentinel_vision.detection.classes import CLASS_NAMES
from sentinel_vision.detection.engine import Engine
from sentinel_vision.detection.model import ModelFile, load_model
from sentinel_vision.detection.onnx_engine import OnnxDetector
from sentinel_vision.detection.remote_engine import RemoteEngine, RemoteModel
from sentinel_vision.testing.engines import EngineContract


class OtherMachine:
    """Servers in an event loop of their own, each with one model."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._servers: list[GrpcServer] = []

    def serve(self, content: bytes) -> str:
        """Host and port of a server with that model."""
        model = ModelFile(version="v0", sha256=sha256(content).hexdigest(), content=content)
        detector = OnnxDetector(model, threads=1)
        return asyncio.run_coroutine_threadsafe(self._start(detector), self._loop).result(30)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        self._loop.close()

    async def _start(self, detector: OnnxDetector) -> str:
        async def is_ready() -> bool:
            return True

        service = OpenInferenceService(ModelShelf(lambda: detector), is_ready)
        server = GrpcServer("127.0.0.1:0", service.register)
        await server.start()
        self._servers.append(server)
        return f"127.0.0.1:{server.port}"

    async def _stop(self) -> None:
        for server in self._servers:
            await server.stop()


@pytest.fixture(scope="module")
def other_machine() -> Iterator[OtherMachine]:
    machine = OtherMachine()
    yield machine
    machine.close()


class TestRemote(EngineContract):
    machine: OtherMachine

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def start(cls, other_machine: OtherMachine) -> None:
        cls.machine = other_machine

    @classmethod
    def open_engine(cls, content: bytes) -> Engine:
        remote = RemoteModel(
            address=cls.machine.serve(content),
            model="yolov8",
            class_names=CLASS_NAMES,
            batch_size=4,
            timeout_s=60.0,
        )
        return RemoteEngine(remote)


def test_the_settings_name_a_server_and_frames_go_there_in_batches(
    other_machine: OtherMachine,
) -> None:
    address = other_machine.serve(load_model(asset("data/models/v0")).content)
    remote = RemoteNetworkSettings(address=address, batch_size=4, timeout_s=60.0)
    settings = InferenceSettings(engine="remote", remote=remote, threads=6)
    detector = build_detector(settings)
    assert (detector.model_version, detector.batch_size) == ("v0", 4)
    assert address in detector.name
    assert count_lanes(settings, detector.batch_size) == 2

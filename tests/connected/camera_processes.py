"""Services as processes of their own, over one database, and an inference that only looks."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sentinel_core.adapters.grpc import GrpcServer
from sentinel_core.adapters.system_clock import SystemClock
from sentinel_sim.faults.rtsp_server import RtspFaultServer
from sentinel_vision.frames.frame import Frame
from sentinel_vision.frames.grpc.receiver import FrameReceiver
from sentinel_vision.frames.transport import INFERRED, FrameOutcome

STOP_WAIT_S = 15.0


class WatchedCamera(RtspFaultServer):
    """An RTSP camera that knows who reads it."""

    readers = 0
    """Sessions that are being played to now."""
    most_readers = 0
    """The largest number at any moment."""

    async def _play(self, writer: asyncio.StreamWriter) -> None:
        self.readers += 1
        self.most_readers = max(self.most_readers, self.readers)
        try:
            await super()._play(writer)
        finally:
            self.readers -= 1


@dataclass(frozen=True, slots=True)
class TakenFrame:
    """A frame that came to inference."""

    epoch: str
    pts_90k: int
    fence: int


@dataclass
class FrameSink:
    """Takes frames over gRPC and notes them by camera, in the order in which they came."""

    frames: dict[str, list[TakenFrame]] = field(default_factory=dict)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """Its address."""
        self.receiver = FrameReceiver(self._take, SystemClock(), credits_per_stream=32)
        server = GrpcServer("127.0.0.1:0", self.receiver.register)
        await server.start()
        yield f"127.0.0.1:{server.port}"
        await server.stop()

    async def _take(self, frame: Frame) -> FrameOutcome:
        taken = TakenFrame(frame.stream_epoch, frame.pts_90k, frame.fence)
        self.frames.setdefault(frame.camera_key, []).append(taken)
        return INFERRED


class ServiceProcess:
    """`python -m <module>` with settings from its environment."""

    def __init__(self, module: str, settings: Mapping[str, str]) -> None:
        self._module = module
        self._settings = settings
        self.started: dict[str, Any] = {}
        """What it said of itself when it could be reached."""
        self.log: list[str] = []
        """What it wrote, line by line."""

    async def start(self) -> None:
        """Returns when it can be reached."""
        variables = [f"{name}={value}" for name, value in self._settings.items()]
        self.process = await asyncio.create_subprocess_exec(
            "env",
            *variables,
            sys.executable,
            "-m",
            self._module,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        running = asyncio.Event()
        self._reading = asyncio.create_task(self._read(running))
        async with asyncio.timeout(60):
            await running.wait()
        assert self.started, self.text

    @property
    def text(self) -> str:
        """Its log."""
        return "\n".join(self.log)

    async def kill(self) -> None:
        """As a crash of the machine would."""
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> int:
        """As an orchestrator would; the exit status."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(STOP_WAIT_S):
            status = await self.process.wait()
        await self._reading
        return status

    async def _read(self, running: asyncio.Event) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.log.append(line.decode().rstrip())
            if 'service runs"' in self.log[-1]:
                self.started = json.loads(self.log[-1])
                running.set()
        running.set()


class CameraProcess(ServiceProcess):
    """A camera-service."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        super().__init__("sentinel_camera", settings)

    @property
    def instance_id(self) -> str:
        """What its leases are held by."""
        return str(self.started["instance"])


def camera_settings(folder: Path, inference: str) -> dict[str, str]:
    """Environment of a camera-service that keeps its data in `folder`."""
    return {
        "SENTINEL_DATA_DIR": str(folder),
        "SENTINEL_LOG_FORMAT": "json",
        "SENTINEL_CAMERAS__GRPC_ADDRESS": "127.0.0.1:0",
        "SENTINEL_CAMERAS__HTTP_ADDRESS": "127.0.0.1:0",
        "SENTINEL_CAMERAS__INFERENCE_ADDRESS": inference,
        "SENTINEL_CAMERAS__FRAME_ENCODING": "raw",
    }

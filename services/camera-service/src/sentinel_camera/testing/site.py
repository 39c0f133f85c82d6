"""A running camera-service over real parts, for tests."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType

import msgspec

from sentinel_camera.service import CameraPorts, CameraService
from sentinel_camera.supervision.nursery import Nursery
from sentinel_camera.testing.clips import picture_number
from sentinel_core.adapters.fernet_secrets import FernetSecrets, generate_key
from sentinel_core.adapters.filesystem.object_store import FilesystemObjectStore
from sentinel_core.adapters.memory.event_bus import MemoryEventBus
from sentinel_core.adapters.sql import open_database, upgrade_database
from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.contracts.generated.camera_state_event import CameraStateEvent
from sentinel_core.contracts.topics import CAMERA_STATES
from sentinel_core.domain.cameras import Camera, SourceReason
from sentinel_core.domain.frames import FrameCounts
from sentinel_core.domain.recordings import Recording
from sentinel_core.ports.event_bus import TopicPartition
from sentinel_core.runtime.settings import CameraSettings, Settings
from sentinel_core.testing.builders import make_camera
from sentinel_core.testing.contracts.recordings import make_recording, read_recording
from sentinel_vision.frames.frame import Frame, Picture
from sentinel_vision.frames.transport import INFERRED, FrameOutcome, InProcessFrameTransport

_KEY = generate_key()
_POLL_S = 0.01
_PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class SeenFrame:
    """What inference was given, noted while the frame's memory was valid."""

    camera_key: str
    epoch: str
    index: int
    pts_90k: int
    number: int
    """See `testing.clips.picture_number`."""
    size: tuple[int, int]


class CameraSite:
    """camera-service with SQLite, the in-process bus, and an inference that only looks."""

    def __init__(self, folder: Path, nursery: Nursery | None = None, **settings: object) -> None:
        """Keep everything in `folder`; `settings` are of `CameraSettings`."""
        self.clock = SystemClock()
        self.bus = MemoryEventBus()
        self.frames: list[SeenFrame] = []
        self.infer: Callable[[Frame], Awaitable[FrameOutcome]] | None = None
        """What inference does besides looking."""
        quick = {"backoff_min_s": 0.05, "backoff_max_s": 0.2, "connects_per_s": 100.0}
        cameras = CameraSettings.model_validate(quick | {"file_roots": [folder]} | settings)
        self._settings = Settings(data_dir=folder, cameras=cameras)
        self._database = open_database(
            f"sqlite+aiosqlite:///{folder / 'cameras.db'}",
            clock=self.clock,
            secrets=FernetSecrets(_KEY),
        )
        transport = InProcessFrameTransport()
        transport.connect(self._look)
        self.objects = FilesystemObjectStore(folder / "objects")
        ports = CameraPorts(
            clock=self.clock,
            bus=self.bus,
            database=self._database,
            frames=transport,
            objects=self.objects,
        )
        self.service = CameraService(self._settings, ports, nursery)

    async def __aenter__(self) -> "CameraSite":
        """Make the database; the service starts with the first camera."""
        await upgrade_database(f"sqlite+aiosqlite:///{self._settings.data_path / 'cameras.db'}")
        self._started = False
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop everything."""
        await self.service.stop()
        await self._database.close()

    async def add(self, key: str, source: Path | str, **changes: object) -> Camera:
        """Configure a camera and see that the service runs."""
        camera = make_camera(key=key, source_url=str(source), sample_fps=20.0, **changes)
        async with self._database.transaction() as work:
            await work.cameras.add(camera)
        await self.resume()
        return camera

    async def resume(self) -> None:
        """See that the service runs, with the cameras that are in the database."""
        if not self._started:
            self._started = True
            await self.service.start()

    async def update(self, camera: Camera, **changes: object) -> Camera:
        """Change a camera's configuration."""
        changed = replace(camera, revision=camera.revision + 1, **changes)  # type: ignore[arg-type]  # any field
        async with self._database.transaction() as work:
            await work.cameras.update(changed)
        return changed

    async def record(self, camera: Camera, **changes: object) -> Recording:
        """Ask for a recording."""
        recording = make_recording(
            camera.id, camera_key=camera.key, started_at=self.clock.utc_now(), **changes
        )
        async with self._database.transaction() as work:
            await work.recordings.add(recording)
        return recording

    async def end_recording(self, recording: Recording) -> None:
        """Ask for its end."""
        async with self._database.transaction() as work:
            await work.recordings.request_end(recording.id, self.clock.utc_now())

    async def recording(self, recording: Recording) -> Recording:
        """How far it has come."""
        return await read_recording(self._database, recording.id)

    async def remove(self, camera: Camera) -> None:
        """Remove a camera."""
        async with self._database.transaction() as work:
            await work.cameras.remove(camera.id)

    async def until(self, condition: Callable[[], bool], patience_s: float = _PATIENCE_S) -> None:
        """Wait until something is so.

        Raises:
            TimeoutError: It has not become so.
        """
        async with asyncio.timeout(patience_s):
            while not condition():
                await self.clock.sleep(_POLL_S)

    async def until_frames(self, key: str, count: int) -> list[SeenFrame]:
        """Wait until `count` frames of a camera have been inferred; all of them."""
        await self.until(lambda: len(self.frames_of(key)) >= count)
        return self.frames_of(key)

    async def until_epoch_after(self, key: str, epoch: str) -> None:
        """Wait until a frame of a later stream epoch has been inferred."""
        await self.until(lambda: self.frames_of(key)[-1].epoch > epoch)

    async def until_offline(self, key: str, reason: SourceReason) -> None:
        """Wait until a camera is offline for this reason."""
        await self.until(lambda: self.reason(key) is reason)

    def frames_of(self, key: str) -> list[SeenFrame]:
        """Frames of one camera that were inferred."""
        return [frame for frame in self.frames if frame.camera_key == key]

    def reason(self, key: str) -> SourceReason | None:
        """Why a camera is not online."""
        state = self.service.control.states().get(key)
        return None if state is None else state.reason

    def counts(self, key: str) -> FrameCounts:
        """Frame accounting of a camera."""
        return self.service.control.frame_counts()[key]

    def rate(self, key: str) -> float | None:
        """How many pictures a second of a camera are sampled at present."""
        return self.service.control.sample_rates().get(key)

    async def published(self) -> list[CameraStateEvent]:
        """All states that were published so far."""
        start: Mapping[TopicPartition, int] = {TopicPartition(CAMERA_STATES, 0): 0}
        async with self.bus.subscribe([CAMERA_STATES], start=start) as subscription:
            messages = await subscription.poll(max_messages=10_000, timeout_s=0)
        return [msgspec.json.decode(message.value, type=CameraStateEvent) for message in messages]

    async def _look(self, frame: Frame) -> FrameOutcome:
        assert isinstance(frame.picture, Picture)
        number = picture_number(float(frame.picture.y.mean()))
        seen = SeenFrame(
            frame.camera_key,
            frame.stream_epoch,
            frame.index,
            frame.pts_90k,
            number,
            (frame.picture.width, frame.picture.height),
        )
        outcome = INFERRED if self.infer is None else await self.infer(frame)
        if outcome == INFERRED:
            self.frames.append(seen)
        return outcome


def copy_clip(clip: Path, folder: Path) -> Path:
    """A copy of a clip that the test may spoil."""
    return Path(shutil.copy(clip, folder / f"own_{clip.name}"))

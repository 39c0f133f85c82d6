"""The neighbours of the API, set by hand."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from sentinel_core.domain.cameras import (
    CameraHealth,
    CameraState,
    HealthGrade,
    SourceReason,
    SourceState,
)
from sentinel_core.domain.errors import DependencyUnavailable, NotFound, SentinelError
from sentinel_core.domain.frames import DropReason, FrameCounts
from sentinel_core.ports.camera_control import ClipCut, ProbeReport
from sentinel_core.ports.inference_status import InferenceSnapshot
from sentinel_core.ports.repositories import Database, UnitOfWork
from sentinel_core.testing.builders import EPOCH, NOON

HEALTH = CameraHealth(
    grade=HealthGrade.FAIR,
    reasons=("It fell silent once in the last hour.",),
    fps_share=0.99,
    stalls_per_h=1.0,
    reconnects_per_h=1.0,
    latency_p95_ms=120.0,
)
JPEG = b"\xff\xd8\xff\xe0 not a real picture \xff\xd9"
MP4 = b"\x00\x00\x00\x18ftypisom not a real movie"


class FakeCameraControl:
    """Camera-service as the API sees it, set by hand."""

    def __init__(self) -> None:
        self.seen: dict[str, CameraState] = {}
        self.counts: dict[str, FrameCounts] = {}
        self.pictures: dict[str, bytes] = {}
        self.probed: list[str] = []
        self.failure: SentinelError | None = None

    async def probe(self, source_url: str) -> ProbeReport:
        self.probed.append(source_url)
        if self.failure is not None:
            raise self.failure
        return ProbeReport(
            codec="h264",
            profile="High",
            width=1280,
            height=720,
            fps=25.0,
            has_b_frames=False,
            keyframe_interval_s=2.0,
            duration_s=None,
            took_s=0.4,
            advice=("fine",),
            snapshot_jpeg=JPEG,
        )

    async def snapshot(self, camera_key: str) -> bytes:
        if camera_key not in self.seen:
            raise NotFound(f"{camera_key} is not being read")
        if camera_key not in self.pictures:
            raise DependencyUnavailable(f"{camera_key} has shown no picture")
        return self.pictures[camera_key]

    async def cut_clip(
        self, camera_key: str, *, epoch: str, from_pts_90k: int, to_pts_90k: int
    ) -> ClipCut:
        if camera_key not in self.seen:
            raise NotFound(f"{camera_key} is not being read")
        return ClipCut(
            camera_key=camera_key,
            epoch=epoch,
            codec="h264",
            width=1280,
            height=720,
            from_pts_90k=from_pts_90k,
            to_pts_90k=to_pts_90k,
            started_at=NOON,
            coverage=1.0,
            mp4=MP4,
        )

    def states(self) -> Mapping[str, CameraState]:
        return self.seen

    def frame_counts(self) -> Mapping[str, FrameCounts]:
        return self.counts

    def put_online(self, camera_key: str) -> None:
        self.seen[camera_key] = CameraState(
            camera_key=camera_key,
            state=SourceState.ONLINE,
            reason=None,
            epoch=EPOCH,
            since=NOON,
            fps=25.0,
            health=HEALTH,
            sampled_fps=4.0,
        )
        self.counts[camera_key] = FrameCounts(10, 7, 1, {DropReason.STALE: 2})

    def put_offline(self, camera_key: str, reason: SourceReason) -> None:
        self.seen[camera_key] = CameraState(
            camera_key=camera_key,
            state=SourceState.OFFLINE,
            reason=reason,
            epoch=None,
            since=NOON,
            detail="nobody answers",
        )


class FakeLiveVideo:
    """Streams of hand-written fragments, which end when the test says so."""

    def __init__(self) -> None:
        self.fragments: dict[str, list[bytes]] = {}
        self.ended = asyncio.Event()

    def serves(self, camera_key: str) -> bool:
        return camera_key in self.fragments

    @asynccontextmanager
    async def watch(self, camera_key: str) -> AsyncIterator[AsyncIterator[bytes]]:
        if camera_key not in self.fragments:
            raise NotFound(f"{camera_key} is not being read")
        yield self._play(self.fragments[camera_key])

    async def hls_playlist(
        self, camera_key: str, *, segment: int | None = None, part: int | None = None
    ) -> str:
        if camera_key not in self.fragments:
            raise NotFound(f"{camera_key} is not being read")
        return f'#EXTM3U\n#EXT-X-MAP:URI="init-1.mp4"\n# {segment} {part}\nsegment-7.mp4\n'

    async def hls_piece(self, camera_key: str, name: str) -> bytes:
        if camera_key not in self.fragments or name != "segment-7.mp4":
            raise NotFound(f"there is no {name}")
        return self.fragments[camera_key][-1]

    async def _play(self, fragments: list[bytes]) -> AsyncIterator[bytes]:
        for fragment in fragments:
            yield fragment
        await self.ended.wait()


class FakeInferenceStatus:
    """A model at rest."""

    def snapshot(self) -> InferenceSnapshot:
        return InferenceSnapshot(
            model_version="v0",
            model_sha256="ab" * 32,
            engine="onnxruntime",
            provider="CPU",
            precision="float32",
            frames_per_s=12.5,
            latency_p50_ms=40.0,
            latency_p95_ms=80.0,
        )


class FaultyDatabase:
    """The real database, until `fault` is set: then no transaction commits and no ping answers."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.fault: SentinelError | None = None
        self.faults = 0

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[UnitOfWork]:
        async with self._database.transaction() as work:
            yield work
            self._fail()

    async def ping(self) -> None:
        self._fail()
        await self._database.ping()

    async def close(self) -> None:
        await self._database.close()

    def _fail(self) -> None:
        if self.fault is not None:
            self.faults += 1
            raise self.fault

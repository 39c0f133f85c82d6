"""A camera-service by hand, and an object store whose power can be cut."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sentinel_core.domain.cameras import CameraState
from sentinel_core.domain.errors import SentinelError
from sentinel_core.domain.frames import FrameCounts
from sentinel_core.ports.camera_control import ClipCut, ProbeReport
from sentinel_core.ports.object_store import ObjectInfo, ObjectKey, ObjectStore
from sentinel_core.testing.builders import NOON


@dataclass
class ScriptedCameras:
    """Cuts a made-up clip of whatever is asked for; `trouble` says what goes wrong instead."""

    trouble: SentinelError | None = None
    coverage: float = 1.0
    counts: dict[str, FrameCounts] = field(default_factory=dict)
    asked: list[tuple[str, str, int, int]] = field(default_factory=list)
    """Camera, epoch, begin and end of each clip."""

    async def probe(self, source_url: str) -> ProbeReport:
        """Nobody asks inference's cameras for it."""
        raise NotImplementedError(source_url)

    async def snapshot(self, camera_key: str) -> bytes:
        """As `probe`."""
        raise NotImplementedError(camera_key)

    async def cut_clip(
        self, camera_key: str, *, epoch: str, from_pts_90k: int, to_pts_90k: int
    ) -> ClipCut:
        """A clip of exactly that time."""
        self.asked.append((camera_key, epoch, from_pts_90k, to_pts_90k))
        if self.trouble is not None:
            raise self.trouble
        return ClipCut(
            camera_key=camera_key,
            epoch=epoch,
            codec="h264",
            width=640,
            height=360,
            from_pts_90k=from_pts_90k,
            to_pts_90k=to_pts_90k,
            started_at=NOON,
            coverage=self.coverage,
            mp4=b"ftyp %d to %d" % (from_pts_90k, to_pts_90k),
        )

    def states(self) -> Mapping[str, CameraState]:
        """None are known."""
        return {}

    def frame_counts(self) -> Mapping[str, FrameCounts]:
        """As set."""
        return self.counts


class FragileStore:
    """A store that fails while `fault` is set, and is dark from its `power`-th write on.

    Attributes:
        power: Writes that are still done; None: any number. In the dark nothing ever returns, as
            seen by a process that is killed.
        is_dark: A write did not come through.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self.fault: SentinelError | None = None
        self.power: int | None = None
        self.is_dark = asyncio.Event()

    async def put(self, key: ObjectKey, data: bytes, *, if_absent: bool = False) -> None:
        """Write, if there is power for it."""
        await self._spend()
        await self._store.put(key, data, if_absent=if_absent)

    async def put_file(self, key: ObjectKey, path: Path) -> None:
        """As `put`."""
        await self._spend()
        await self._store.put_file(key, path)

    async def get(self, key: ObjectKey) -> bytes:
        """Read."""
        return await self._store.get(key)

    async def get_range(self, key: ObjectKey, start: int, end: int) -> bytes:
        """Read a part."""
        return await self._store.get_range(key, start, end)

    async def head(self, key: ObjectKey) -> ObjectInfo:
        """Look."""
        return await self._store.head(key)

    async def delete(self, key: ObjectKey) -> None:
        """Remove."""
        await self._spend()
        await self._store.delete(key)

    def list(self, bucket: str, prefix: str = "") -> AsyncIterator[ObjectInfo]:
        """Look around."""
        return self._store.list(bucket, prefix)

    async def _spend(self) -> None:
        if self.fault is not None:
            raise self.fault
        if self.power is None:
            return
        if self.power == 0:
            self.is_dark.set()
            await asyncio.Event().wait()
        self.power -= 1

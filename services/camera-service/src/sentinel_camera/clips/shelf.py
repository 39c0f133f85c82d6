"""The kept video of all cameras of a process."""

from sentinel_camera.clips.cutter import cut_clip
from sentinel_camera.clips.memory import ClipMemory
from sentinel_camera.clips.ring import ClipRing
from sentinel_core.domain.cameras import Camera
from sentinel_core.domain.errors import InvalidInput
from sentinel_core.domain.media_clock import TICKS_PER_SECOND
from sentinel_core.ports.camera_control import ClipCut
from sentinel_core.ports.clock import Clock
from sentinel_core.runtime.settings import CameraSettings

_MEGABYTE = 1 << 20


class ClipShelf:
    """Makes a ring for each camera, and cuts clips out of them."""

    def __init__(self, settings: CameraSettings, clock: Clock) -> None:
        self._keep_s = settings.clip_seconds
        self._memory = ClipMemory(settings.clip_memory_mb * _MEGABYTE)
        self._camera_bytes = settings.clip_camera_mb * _MEGABYTE
        self._clock = clock

    def ring_for(self, camera: Camera) -> ClipRing:
        """A new ring; a `SinkFactory`."""
        del camera  # all are kept alike
        return ClipRing(self._keep_s, self._memory, self._camera_bytes)

    async def cut(
        self, ring: ClipRing, camera_key: str, epoch: str, span_90k: tuple[int, int]
    ) -> ClipCut:
        """See `CameraControl.cut_clip`; `span_90k` is its begin and its end."""
        from_90k, to_90k = span_90k
        if to_90k - from_90k > self._keep_s * TICKS_PER_SECOND:
            raise InvalidInput(f"a clip is at most {self._keep_s:g} s long", field="to_pts_90k")
        return await cut_clip(ring, self._clock, camera_key, epoch, span_90k)

"""How often one camera is sampled at present."""

from collections import deque
from collections.abc import Callable

from sentinel_core.domain.cameras import Camera, is_live_source
from sentinel_core.domain.frames import FrameCounts, FrameLedger

_LATENCIES = 1024


class CameraRate:
    """A `RatedCamera`: outlives the workers that sample it, and tells each of them its rate."""

    def __init__(self, ledger: FrameLedger) -> None:
        self._ledger = ledger
        self._latencies: deque[float] = deque(maxlen=_LATENCIES)
        self._tell: Callable[[float], None] | None = None
        self.wanted_fps = 0.0
        self.rate_fps = 0.0
        self.may_drop = True
        """False for a file that is read once: each of its pictures is inferred."""
        self.is_online = False

    @property
    def is_adaptive(self) -> bool:
        """See `RatedCamera`."""
        return self.is_online and self.may_drop

    def begin(self, camera: Camera) -> None:
        """Sample as this camera is configured."""
        self.wanted_fps = self.rate_fps = camera.sample_fps
        self.may_drop = camera.loops or is_live_source(camera.source_url)

    def attach(self, tell: Callable[[float], None]) -> None:
        """A new worker samples at the configured rate; `tell` tells it another one."""
        self._tell = tell
        if self.rate_fps != self.wanted_fps:
            tell(self.rate_fps)

    def detach(self) -> None:
        """The worker is gone."""
        self._tell = None

    def set_rate(self, fps: float) -> None:
        """See `RatedCamera`."""
        self.rate_fps = fps
        if self._tell is not None:
            self._tell(fps)

    def frame_counts(self) -> FrameCounts:
        """See `RatedCamera`."""
        return self._ledger.counts()

    def note_latency(self, seconds: float) -> None:
        """A frame was inferred, so long after it was offered."""
        self._latencies.append(seconds)

    def take_latencies(self) -> list[float]:
        """See `RatedCamera`."""
        taken = list(self._latencies)
        self._latencies.clear()
        return taken

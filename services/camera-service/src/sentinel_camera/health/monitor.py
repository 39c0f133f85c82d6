"""Collects what one camera's health is graded by."""

from sentinel_camera.health.grading import CameraFigures
from sentinel_camera.health.windows import RecentValues, SlidingSum
from sentinel_core.domain.cameras import SourceReason
from sentinel_core.domain.frames import DropReason
from sentinel_core.ports.clock import Clock

_MINUTE_S = 60.0
_HOUR_S = 3600.0
_LATENCIES = 512
_SHORTEST_SPAN_S = 5.0
"""A rate measured over less means nothing."""


class HealthMonitor:
    """Told of everything that happens to a camera; remembers an hour at most."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._units = SlidingSum(_MINUTE_S)
        self._span_s = SlidingSum(_MINUTE_S)
        self._stalls = SlidingSum(_HOUR_S)
        self._reconnects = SlidingSum(_HOUR_S)
        self._due = SlidingSum(10 * _MINUTE_S)
        self._corrupt = SlidingSum(10 * _MINUTE_S)
        self._latencies = RecentValues(5 * _MINUTE_S, _LATENCIES)
        self._last_arrival_s: float | None = None
        self.announced_fps: float | None = None
        self.clock_flaw: str | None = None
        """See `CameraFigures`."""

    def note_unit(self, arrived_s: float) -> None:
        """An access unit came at this monotonic time."""
        if self._last_arrival_s is not None:
            now_s = self._clock.monotonic()
            self._units.add(now_s)
            self._span_s.add(now_s, max(0.0, arrived_s - self._last_arrival_s))
        self._last_arrival_s = arrived_s

    def note_due(self, reason: DropReason | None = None) -> None:
        """A picture was due, and could be had or not."""
        now_s = self._clock.monotonic()
        self._due.add(now_s)
        if reason is DropReason.CORRUPT:
            self._corrupt.add(now_s)

    def note_latency(self, seconds: float) -> None:
        """A frame was inferred, so long after it came."""
        self._latencies.add(self._clock.monotonic(), seconds)

    def note_lost(self, reason: SourceReason) -> None:
        """The source was online and is not any more."""
        now_s = self._clock.monotonic()
        self._reconnects.add(now_s)
        if reason is SourceReason.STALLED:
            self._stalls.add(now_s)

    def pause(self) -> None:
        """What comes next is no interval between two pictures."""
        self._last_arrival_s = None

    def figures(self) -> CameraFigures:
        """As they are now."""
        now_s = self._clock.monotonic()
        span_s = self._span_s.total(now_s)
        due = self._due.total(now_s)
        return CameraFigures(
            fps=self._units.total(now_s) / span_s if span_s >= _SHORTEST_SPAN_S else None,
            announced_fps=self.announced_fps,
            stalls=round(self._stalls.total(now_s)),
            reconnects=round(self._reconnects.total(now_s)),
            corrupt_share=self._corrupt.total(now_s) / due if due else 0.0,
            clock_flaw=self.clock_flaw,
            latency_s=self._latencies.percentile(now_s, 0.95),
        )

"""Adapts the sampling rates of all cameras of this process, once a second."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Protocol

from sentinel_camera.sampling.budget import LearnedBudget, Outcomes, share_fairly
from sentinel_core.domain.frames import DropReason, FrameCounts
from sentinel_core.ports.clock import Clock

PERIOD_S = 1.0

_OVERDUE = (DropReason.QUEUE_FULL, DropReason.STALE, DropReason.INFERENCE_TIMEOUT)
_NEAR_STALE = 0.8
_WORTH_TELLING = 0.03
"""Smaller changes are not passed on, unless they reach what is wanted."""


class RatedCamera(Protocol):
    """A camera whose rate can be set."""

    @property
    def wanted_fps(self) -> float:
        """As configured."""
        ...

    @property
    def rate_fps(self) -> float:
        """As set."""
        ...

    @property
    def is_adaptive(self) -> bool:
        """Whether it is sampled at present, and pictures may be left out."""
        ...

    def set_rate(self, fps: float) -> None:
        """Sample so many pictures a second from now on."""
        ...

    def frame_counts(self) -> FrameCounts:
        """Frame accounting."""
        ...

    def take_latencies(self) -> list[float]:
        """Seconds from offer to outcome, of the frames inferred since the last call."""
        ...


@dataclass(frozen=True, slots=True)
class RateLimits:
    """What the rates are kept within.

    Attributes:
        floor_fps: Promised to every camera that wants it.
        node_budget_fps: Of all cameras together; None: learned.
        staleness_budget_s: A frame older than this is dropped.
    """

    floor_fps: float
    node_budget_fps: float | None
    staleness_budget_s: float


class NodeRates:
    """Shares a budget, given or learned, between cameras."""

    def __init__(
        self, cameras: Callable[[], Mapping[str, RatedCamera]], limits: RateLimits, clock: Clock
    ) -> None:
        self._cameras = cameras
        self._limits = limits
        self._clock = clock
        self._learned = LearnedBudget(limits.staleness_budget_s * _NEAR_STALE)
        self._before: dict[str, FrameCounts] = {}
        self._seen_s = clock.monotonic()

    async def keep_adapted(self) -> None:
        """Adapt until cancelled."""
        while True:
            await self._clock.sleep(PERIOD_S)
            self.adapt()

    def adapt(self) -> None:
        """Look at what became of the frames since the last call, and set all rates anew."""
        cameras = self._cameras()
        now_s = self._clock.monotonic()
        period_s, self._seen_s = now_s - self._seen_s, now_s
        outcomes = self._outcomes(cameras)
        adaptive = {key: camera for key, camera in cameras.items() if camera.is_adaptive}
        if not adaptive or period_s <= 0:
            return
        wanted = {key: camera.wanted_fps for key, camera in adaptive.items()}
        budget_fps = self._limits.node_budget_fps
        if budget_fps is None:
            floor_fps = self._limits.floor_fps
            budget_fps = self._learned.update(
                outcomes,
                period_s,
                wanted_fps=sum(wanted.values()),
                promised_fps=sum(min(floor_fps, wish) for wish in wanted.values()),
            )
        rates = share_fairly(budget_fps, wanted, self._limits.floor_fps)
        for key, camera in adaptive.items():
            if _is_worth_telling(camera.rate_fps, rates[key], camera.wanted_fps):
                camera.set_rate(rates[key])

    def _outcomes(self, cameras: Mapping[str, RatedCamera]) -> Outcomes:
        inferred = overdue = 0
        latencies: list[float] = []
        counts = {key: camera.frame_counts() for key, camera in cameras.items()}
        for key, camera in cameras.items():
            latencies += camera.take_latencies()
            before = self._before.get(key)
            if before is not None:
                inferred += counts[key].inferred - before.inferred
                overdue += _overdue(counts[key]) - _overdue(before)
        self._before = counts
        # Frames of many cameras come at once and wait for each other, at any rate: not the slowest
        # one of a period tells that inference is late, but the one in the middle.
        latency_s = median(latencies) if latencies else None
        # A camera that was removed and added again starts at nought.
        return Outcomes(inferred=max(0, inferred), overdue=max(0, overdue), latency_s=latency_s)


def _overdue(counts: FrameCounts) -> int:
    return sum(counts.dropped.get(reason, 0) for reason in _OVERDUE)


def _is_worth_telling(present_fps: float, next_fps: float, wanted_fps: float) -> bool:
    if next_fps == wanted_fps:
        return present_fps != wanted_fps
    return abs(next_fps - present_fps) > _WORTH_TELLING * present_fps

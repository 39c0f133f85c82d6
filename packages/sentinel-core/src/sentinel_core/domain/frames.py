"""Frame accounting: every sampling instant is accounted for, at every moment.

captured = inferred + sum(dropped by reason) + in_flight
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sentinel_core.domain.errors import SentinelError


class DropReason(StrEnum):
    """Why a due frame was not inferred. Closed set."""

    STALE = "stale"
    QUEUE_FULL = "queue_full"
    CORRUPT = "corrupt"
    BEFORE_KEYFRAME = "before_keyframe"
    MOTION_GATED = "motion_gated"
    INFERENCE_TIMEOUT = "inference_timeout"
    INFERENCE_ERROR = "inference_error"
    PRIVACY_HOLD = "privacy_hold"
    WORKER_KILLED = "worker_killed"
    SHUTDOWN = "shutdown"


@dataclass(frozen=True, slots=True)
class FrameCounts:
    """A snapshot of a ledger."""

    captured: int
    inferred: int
    in_flight: int
    dropped: Mapping[DropReason, int]

    @property
    def is_balanced(self) -> bool:
        """The conservation law; false only if the accounting itself is broken."""
        return self.captured == self.inferred + self.in_flight + sum(self.dropped.values())


class FrameLedger:
    """Counts the frames of one camera. Lives in the parent process, never in a worker.

    A frame enters by `capture` and leaves by exactly one of `infer` and `drop`.
    """

    def __init__(self) -> None:
        self._captured = 0
        self._inferred = 0
        self._dropped: Counter[DropReason] = Counter()

    @property
    def in_flight(self) -> int:
        """Frames captured whose fate is open."""
        return self._captured - self._inferred - self._dropped.total()

    def capture(self) -> None:
        """A sampling instant was due."""
        self._captured += 1

    def infer(self) -> None:
        """A frame in flight was inferred."""
        self._leave()
        self._inferred += 1

    def drop(self, reason: DropReason) -> None:
        """A frame in flight was dropped."""
        self._leave()
        self._dropped[reason] += 1

    def counts(self) -> FrameCounts:
        """A consistent snapshot."""
        return FrameCounts(self._captured, self._inferred, self.in_flight, dict(self._dropped))

    def _leave(self) -> None:
        if self.in_flight <= 0:
            raise SentinelError("a frame left the ledger that never entered it")

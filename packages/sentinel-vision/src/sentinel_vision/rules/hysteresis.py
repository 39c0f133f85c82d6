"""One state machine for every rule: it decides when a condition has held long enough.

idle -> pending (the enter condition became true)
     -> active (it held for `on_s`, at least 80 % of the time) = an incident begins
     -> closing (the exit condition, which is looser, became true)
     -> closed (that held for `off_s`) = the incident ends; back to pending after `cooldown_s`.

All times are watched time (`Instant.observed_90k`): gaps of the stream advance no timer. Start and
end are back-dated to the moment the condition, or its absence, began.
"""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

from sentinel_core.domain.media_clock import TICKS_PER_SECOND
from sentinel_vision.rules.scene import Instant, seconds_between

HOLD_SHARE = 0.8
"""Share of the time for which a condition must have been true."""

KNOWN_SHARE = 0.5
"""Share of the time for which the condition must have been seen to be true, not just not false."""

_TOLERANCE_90K = TICKS_PER_SECOND // 100
_MAX_RUNS = 256


class State(StrEnum):
    """Of one (camera, rule, key)."""

    IDLE = "idle"
    PENDING = "pending"
    ACTIVE = "active"
    CLOSING = "closing"
    CLOSED = "closed"


class Step(StrEnum):
    """What a sample did to the machine."""

    NONE = "none"
    OPENED = "opened"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds of watched time."""

    on_s: float
    off_s: float
    cooldown_s: float


class Stretch:
    """The longest stretch up to now, begun by a true sample, that was true for 80 % of its time.

    A sample stands for the time since the one before it. A sample of None (nothing could be
    seen) lengthens the stretch and weighs nothing.

    Kept as runs: true samples and the others after them. If too little of the stretch is true,
    leaving out a true sample at its front makes it worse, so that always a whole run goes.
    """

    def __init__(self) -> None:
        self._runs: deque[_Run] = deque()
        self._true_90k = self._false_90k = 0
        self._last_was_true = False

    @property
    def start(self) -> Instant | None:
        """When the stretch began, None if there is none."""
        return self._runs[0].start if self._runs else None

    @property
    def run_count(self) -> int:
        """How much is remembered; bounded, however long the stretch."""
        return len(self._runs)

    def add(self, now: Instant, value: bool | None, weight_90k: int) -> None:  # noqa: FBT001 - a sample is a value
        """Take in one sample."""
        if value is True:
            self._add_true(now, weight_90k)
        elif self._runs:
            self._last_was_true = False
            if value is False:
                self._runs[-1].false_90k += weight_90k
                self._false_90k += weight_90k
                self._drop_what_is_too_false()

    def clear(self) -> None:
        """There is no stretch."""
        self._runs.clear()
        self._true_90k = self._false_90k = 0
        self._last_was_true = False

    def lasted(self, now: Instant, ticks_90k: int) -> bool:
        """Whether the stretch is that long and was seen to be true in half of the time."""
        if not self._runs:
            return False
        length_90k = now.observed_90k - self._runs[0].start.observed_90k
        return (
            length_90k >= ticks_90k - _TOLERANCE_90K and self._true_90k >= KNOWN_SHARE * length_90k
        )

    def _add_true(self, now: Instant, weight_90k: int) -> None:
        if not self._last_was_true:
            self._runs.append(_Run(now))
            self._last_was_true = True
            if len(self._runs) > _MAX_RUNS:
                second = self._runs[1]
                self._runs[0].true_90k += second.true_90k
                self._runs[0].false_90k += second.false_90k
                del self._runs[1]
        self._runs[-1].true_90k += weight_90k
        self._true_90k += weight_90k

    def _drop_what_is_too_false(self) -> None:
        while self._true_90k < HOLD_SHARE * (self._true_90k + self._false_90k):
            run = self._runs.popleft()
            self._true_90k -= run.true_90k
            self._false_90k -= run.false_90k


@dataclass(slots=True)
class _Run:
    start: Instant
    true_90k: int = 0
    false_90k: int = 0


class Hysteresis:
    """The machine of one key.

    Attributes:
        started: When the condition began, while pending, active or closing.
        ended: When the condition ended, once closed.
    """

    def __init__(self, timing: Timing) -> None:
        self._on_90k = round(timing.on_s * TICKS_PER_SECOND)
        self._off_90k = round(timing.off_s * TICKS_PER_SECOND)
        self._cooldown_s = timing.cooldown_s
        self.state = State.IDLE
        self.started: Instant | None = None
        self.ended: Instant | None = None
        self._met = Stretch()
        self._cleared = Stretch()
        self._last: Instant | None = None
        self._closed: Instant | None = None

    @property
    def is_open(self) -> bool:
        """Active or closing: there is an incident."""
        return self.state is State.ACTIVE or self.state is State.CLOSING

    @property
    def is_busy(self) -> bool:
        """Pending or open: forgetting the machine would lose something."""
        return self.is_open or self.state is State.PENDING

    def resume(self, started: Instant) -> None:
        """Be active: the condition began before this machine was made."""
        self.state, self.started = State.ACTIVE, started

    def step(
        self, now: Instant, *, met: bool | None, cleared: bool | None, may_open: bool = True
    ) -> Step:
        """Take in one sample.

        Args:
            now: Later than that of the sample before.
            met: The enter condition; None where nothing can be said.
            cleared: The exit condition, looser than the negation of the former.
            may_open: False holds back the opening; time counts on.
        """
        weight_90k = 0 if self._last is None else now.observed_90k - self._last.observed_90k
        self._last = now
        if self.is_open:
            return self._step_open(now, cleared, weight_90k)
        self._met.add(now, met, weight_90k)
        self.started = self._met.start
        if self.started is not None:
            self.state = State.PENDING
        elif self.state is State.PENDING:
            self.state = State.IDLE
        if not (met and may_open and self._met.lasted(now, self._on_90k)):
            return Step.NONE
        if self._is_cooling(now):
            return Step.NONE
        self.state = State.ACTIVE
        self._met.clear()
        return Step.OPENED

    def _step_open(self, now: Instant, cleared: bool | None, weight_90k: int) -> Step:  # noqa: FBT001 - as `Stretch.add`
        self._cleared.add(now, cleared, weight_90k)
        self.ended = self._cleared.start
        self.state = State.ACTIVE if self.ended is None else State.CLOSING
        if not (cleared and self._cleared.lasted(now, self._off_90k)):
            return Step.NONE
        self.state, self.started, self._closed = State.CLOSED, None, now
        self._cleared.clear()
        return Step.CLOSED

    def _is_cooling(self, now: Instant) -> bool:
        closed = self._closed
        return closed is not None and seconds_between(closed, now) < self._cooldown_s

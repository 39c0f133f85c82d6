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

from sentinel_vision.rules.scene import Instant, seconds_between

HOLD_SHARE = 0.8
"""Share of the time for which a condition must have been true."""

KNOWN_SHARE = 0.5
"""Share of the time for which the condition must have been seen to be true, not just not false."""

_TOLERANCE_S = 0.01


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
    """

    def __init__(self) -> None:
        self._samples: deque[tuple[Instant, int, bool | None]] = deque()
        self._true_90k = self._false_90k = 0

    @property
    def start(self) -> Instant | None:
        """When the stretch began, None if there is none."""
        return self._samples[0][0] if self._samples else None

    def add(self, now: Instant, value: bool | None, weight_90k: int) -> None:  # noqa: FBT001 - a sample is a value
        """Take in one sample."""
        if not self._samples and value is not True:
            return
        self._samples.append((now, weight_90k, value))
        self._weigh(value, weight_90k)
        while self._false_90k > (1.0 - HOLD_SHARE) * (self._true_90k + self._false_90k):
            self._drop_first()
            while self._samples and self._samples[0][2] is not True:
                self._drop_first()

    def clear(self) -> None:
        """There is no stretch."""
        self._samples.clear()
        self._true_90k = self._false_90k = 0

    def lasted(self, now: Instant, seconds: float) -> bool:
        """Whether the stretch is `seconds` long and was seen to be true in half of them."""
        if self.start is None or seconds_between(self.start, now) < seconds - _TOLERANCE_S:
            return False
        return self._true_90k >= KNOWN_SHARE * (now.observed_90k - self.start.observed_90k)

    def _drop_first(self) -> None:
        _, weight_90k, value = self._samples.popleft()
        self._weigh(value, -weight_90k)

    def _weigh(self, value: bool | None, weight_90k: int) -> None:  # noqa: FBT001 - as `add`
        if value is True:
            self._true_90k += weight_90k
        elif value is False:
            self._false_90k += weight_90k


class Hysteresis:
    """The machine of one key.

    Attributes:
        started: When the condition began, while pending, active or closing.
        ended: When the condition ended, once closed.
    """

    def __init__(self, timing: Timing) -> None:
        self.timing = timing
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
        return self.state in {State.ACTIVE, State.CLOSING}

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
        if not (met and may_open and self._met.lasted(now, self.timing.on_s)):
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
        if not (cleared and self._cleared.lasted(now, self.timing.off_s)):
            return Step.NONE
        self.state, self.started, self._closed = State.CLOSED, None, now
        self._cleared.clear()
        return Step.CLOSED

    def _is_cooling(self, now: Instant) -> bool:
        closed = self._closed
        return closed is not None and seconds_between(closed, now) < self.timing.cooldown_s

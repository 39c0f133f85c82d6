"""What is wrong with a stream whose pictures come all the same."""

from collections import deque
from dataclasses import dataclass

from sentinel_camera.sources.clock_check import ClockCheck
from sentinel_core.domain.cameras import SourceReason
from sentinel_core.domain.frames import DropReason
from sentinel_core.domain.media_clock import TICKS_PER_SECOND

_WINDOW_S = 20.0
_ENOUGH_S = 10.0
_DUE_PICTURES = 20


@dataclass(frozen=True, slots=True)
class Condition:
    """A flaw, and a sentence about it for a person."""

    reason: SourceReason
    detail: str


@dataclass(frozen=True, slots=True)
class _Limits:
    """A flaw is there from `begins` on, and gone below `ends`."""

    begins: float
    ends: float

    def holds(self, value: float, *, held: bool) -> bool:
        return value > (self.ends if held else self.begins)


_CLOCK_DRIFT = _Limits(0.05, 0.03)
_MISSING_FRAMES = _Limits(0.5, 0.3)
_CORRUPT_SHARE = _Limits(0.3, 0.1)


class StreamWatch:
    """Watches one connection to a live source."""

    def __init__(self) -> None:
        self._clock_check = ClockCheck(window_s=_WINDOW_S, enough_s=_ENOUGH_S)
        self._due: deque[bool] = deque(maxlen=_DUE_PICTURES)
        """Of the newest due pictures, which were damaged."""
        self._held: dict[str, bool] = {}
        self.announced_fps: float | None = None

    def note_unit(self, dts: int, arrived_s: float) -> None:
        """An access unit came; ticks of 90 kHz by the source's clock."""
        self._clock_check.note(dts / TICKS_PER_SECOND, arrived_s)

    def note_due(self, reason: DropReason | None = None) -> None:
        """A picture was due: it came, or there is none for this reason."""
        if reason in (None, DropReason.CORRUPT):
            self._due.append(reason is DropReason.CORRUPT)

    def condition(self) -> Condition | None:
        """The worst flaw at present; None while all is well."""
        flaws = (self._damage(), self._trickle(), self._drift())
        return next((flaw for flaw in flaws if flaw is not None), None)

    def _damage(self) -> Condition | None:
        share = sum(self._due) / len(self._due) if len(self._due) == _DUE_PICTURES else 0.0
        if not self._holds("damage", share, _CORRUPT_SHARE):
            return None
        return Condition(
            SourceReason.CORRUPT,
            "Many pictures are damaged: the network loses packets, or the camera is overloaded.",
        )

    def _trickle(self) -> Condition | None:
        fps, announced = self._clock_check.units_per_s, self.announced_fps
        missing = 0.0 if fps is None or not announced else 1.0 - fps / announced
        if not self._holds("trickle", missing, _MISSING_FRAMES):
            return None
        return Condition(
            SourceReason.SLOW_CLOCK,
            "Far fewer pictures come than the camera announces.",
        )

    def _drift(self) -> Condition | None:
        rate = self._clock_check.rate
        drift = 0.0 if rate is None else abs(rate - 1.0)
        if rate is None or not self._holds("drift", drift, _CLOCK_DRIFT):
            return None
        pace = "slower" if rate < 1.0 else "faster"
        return Condition(SourceReason.SLOW_CLOCK, f"The camera's clock runs {pace} than it should.")

    def _holds(self, flaw: str, value: float, limits: _Limits) -> bool:
        held = limits.holds(value, held=self._held.get(flaw, False))
        self._held[flaw] = held
        return held

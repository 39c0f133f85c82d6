"""The media clock of one camera: places access units of changing sources on one time axis."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sentinel_camera.sampling.anchoring import ArrivalDelay
from sentinel_core.domain.media_clock import TICKS_PER_SECOND, ClockAnchor, new_epoch

_JUMP_BACK_90K = TICKS_PER_SECOND
_JUMP_AHEAD_90K = 10 * TICKS_PER_SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTimes:
    """When an access unit is to be decoded and shown, by the source's own clock.

    Attributes:
        run: Which uninterrupted run of the source; its clock starts anew with each.
        pts: In 90 kHz ticks, as `dts` and `duration`.
        arrived_s: `Clock.monotonic()` when the unit came.
        arrived_at: The same in UTC.
    """

    connection: int
    run: int
    pts: int
    dts: int
    duration: int
    arrived_s: float
    arrived_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedUnit:
    """An access unit on the camera's media clock.

    Attributes:
        index: Index within the epoch.
        is_first: The first of its epoch.
        anchor_is_new: The timeline's anchor is another than before this unit.
    """

    epoch: str
    index: int
    pts_90k: int
    dts_90k: int
    duration_90k: int
    arrived_s: float
    is_first: bool
    anchor_is_new: bool


class MediaTimeline:
    """Keeps `pts_90k` going over loops, reconnects and jumps of the source's clock.

    A loop of a file goes on one frame later. After a reconnect or a jump the clock goes on by the
    wall time that has passed. Each of these starts a new epoch with an anchor of its own. Within
    an epoch the anchor is moved when the source's clock and ours have come apart.
    """

    def __init__(self, starts_at_90k: int = 0) -> None:
        """Begin at `starts_at_90k`: where another process, that read the camera before, came to."""
        self._offset = 0
        self._index = 0
        self._newest: SourceTimes | None = None
        self._newest_pts_90k = 0
        self._end_90k = starts_at_90k
        self._last_dts_90k = -1
        self._anchor: ClockAnchor | None = None
        self._delay = ArrivalDelay()
        self._anchor_s = 0.0
        """Monotonic time of tick 0 of the source's decode clock, as the anchor has it."""

    @property
    def anchor(self) -> ClockAnchor | None:
        """Maps the present epoch to UTC; None before the first unit."""
        return self._anchor

    @property
    def end_90k(self) -> int:
        """Where the newest unit ends."""
        return self._end_90k

    def place(self, times: SourceTimes) -> PlacedUnit:
        """Place the next unit, in decode order.

        Presentation times are exact: within an epoch they differ as the source's do. Decode times
        never go back.
        """
        anchor = self._anchor
        is_first = anchor is None or self._is_interrupted(times)
        if anchor is None or is_first:
            anchor = self._start_epoch(times)
            anchor_is_new = True
        else:
            anchor_is_new = self._correct_anchor(anchor, times)
        pts_90k = times.pts + self._offset
        dts_90k = max(self._last_dts_90k + 1, times.dts + self._offset)
        unit = PlacedUnit(
            epoch=anchor.epoch,
            index=self._index,
            pts_90k=pts_90k,
            dts_90k=dts_90k,
            duration_90k=times.duration,
            arrived_s=times.arrived_s,
            is_first=is_first,
            anchor_is_new=anchor_is_new,
        )
        self._index += 1
        self._newest = times
        self._newest_pts_90k = pts_90k
        self._last_dts_90k = dts_90k
        self._end_90k = max(self._end_90k, pts_90k + times.duration)
        return unit

    def _is_interrupted(self, times: SourceTimes) -> bool:
        newest = self._newest
        if newest is None or (newest.connection, newest.run) != (times.connection, times.run):
            return True
        step = times.dts - newest.dts
        waited = (times.arrived_s - newest.arrived_s) * TICKS_PER_SECOND
        return step < -_JUMP_BACK_90K or step - waited > _JUMP_AHEAD_90K

    def _start_epoch(self, times: SourceTimes) -> ClockAnchor:
        start_90k = self._next_start(times)
        self._offset = start_90k - times.pts
        self._index = 0
        # A picture that is shown later than it is decoded is captured when it is shown.
        self._anchor = ClockAnchor(new_epoch(times.arrived_at), start_90k, times.arrived_at)
        self._anchor_s = times.arrived_s - times.dts / TICKS_PER_SECOND
        self._delay.restart()
        return self._anchor

    def _correct_anchor(self, anchor: ClockAnchor, times: SourceTimes) -> bool:
        expected_s = self._anchor_s + times.dts / TICKS_PER_SECOND
        correction_s = self._delay.correction_s(times.arrived_s, expected_s)
        if correction_s == 0.0:
            return False
        self._anchor_s += correction_s
        self._delay.restart()
        utc = anchor.utc + timedelta(seconds=correction_s)
        self._anchor = ClockAnchor(anchor.epoch, anchor.pts_90k, utc)
        return True

    def _next_start(self, times: SourceTimes) -> int:
        newest = self._newest
        if newest is None:
            # Decode times must not be negative: start later by the source's reordering.
            return self._end_90k + max(0, times.pts - times.dts)
        if newest.connection == times.connection and newest.run != times.run:
            return self._end_90k
        waited_s = max(0.0, times.arrived_s - newest.arrived_s)
        return max(self._end_90k, self._newest_pts_90k + round(waited_s * TICKS_PER_SECOND))


def utc_of(moment: datetime, now_s: float, then_s: float) -> datetime:
    """UTC of monotonic time `then_s`, given that it is `moment` at `now_s`."""
    return moment - timedelta(seconds=now_s - then_s)

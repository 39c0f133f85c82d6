"""Sampling by media time: which pictures of a stream are due."""

from fractions import Fraction

from sentinel_core.domain.media_clock import TICKS_PER_SECOND

_JUMP_BACK_90K = TICKS_PER_SECOND
"""More than any reordering."""


class MediaSampler:
    """Picks the pictures that lie nearest to a regular grid of media time.

    The grid starts at the first picture. Each picture is due at most once, and a source slower
    than `fps` has every picture due. Half a frame of jitter does no harm: a source of the same
    rate as the grid loses nothing. Where the media time jumps back, a new grid starts.
    """

    def __init__(self, fps: float, frame_interval_90k: int = 0) -> None:
        """Sample `fps` pictures a second.

        Args:
            fps: More than 0.
            frame_interval_90k: Ticks between pictures of the source; 0 where it is unknown.
        """
        self._interval = _interval(fps)
        self._next = 0
        self.restart(frame_interval_90k)

    def restart(self, frame_interval_90k: int) -> None:
        """Start a new grid with the next picture: the media time or the source has changed."""
        self._frame_interval = Fraction(frame_interval_90k)
        self._origin: Fraction | None = None
        self._newest = 0

    def set_rate(self, fps: float) -> None:
        """Sample `fps` pictures a second from the picture on that was due last."""
        interval = _interval(fps)
        if interval == self._interval:
            return
        if self._origin is not None:
            self._origin += (self._next - 1) * self._interval
            self._next = 1
        self._interval = interval

    def is_due(self, pts_90k: int) -> bool:
        """Whether this picture is to be looked at. Call once per picture, in order."""
        if self._origin is None or pts_90k < self._newest - _JUMP_BACK_90K:
            self._origin, self._newest = Fraction(pts_90k), pts_90k
            self._next = 1
            return True
        self._newest = max(self._newest, pts_90k)
        tolerance = min(self._frame_interval, self._interval) / 2
        reached = (pts_90k - self._origin + tolerance) // self._interval
        if reached < self._next:
            return False
        self._next = reached + 1
        return True


def _interval(fps: float) -> Fraction:
    return TICKS_PER_SECOND / Fraction(fps).limit_denominator(1000)

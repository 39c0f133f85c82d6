"""How fast vehicles go in a zone when nothing holds them up."""

from collections import deque
from collections.abc import Sequence

import numpy as np

from sentinel_vision.rules.scene import Instant, seconds_between

FREE_FLOW_TRACKS = 100
FREE_FLOW_PERCENTILE = 85
FREE_FLOW_MEMORY_S = 24 * 3600.0
MOVING_SHARE = 0.3
"""A track moves if it is faster than this share of the default free flow."""

_MAX_SPEEDS = 2000
_MAX_COUNTED = 512


class FreeFlow:
    """The 85th percentile over the moving tracks of the last 24 h, each counted once.

    Learn only while the zone is not crowded, so that a jam of hours does not become the norm.

    Attributes:
        speed: The default until 100 tracks were counted.
        is_known: They were counted.
    """

    def __init__(self, default: float) -> None:
        self.speed = default
        self.is_known = False
        self._slowest = MOVING_SHARE * default
        self._speeds: deque[tuple[Instant, float]] = deque(maxlen=_MAX_SPEEDS)
        self._counted: dict[int, None] = {}

    def forget_tracks(self) -> None:
        """Track ids start anew."""
        self._counted.clear()

    def learn(self, now: Instant, track_ids: Sequence[int], speeds: Sequence[float]) -> None:
        """Take in the speeds of a frame's tracks."""
        fresh = {
            track_id: speed
            for track_id, speed in zip(track_ids, speeds, strict=True)
            if speed > self._slowest and track_id not in self._counted
        }
        if not fresh:
            return
        self._count(fresh)
        self._speeds.extend((now, speed) for speed in fresh.values())
        while seconds_between(self._speeds[0][0], now) > FREE_FLOW_MEMORY_S:
            self._speeds.popleft()
        if len(self._speeds) >= FREE_FLOW_TRACKS:
            self.is_known = True
            known = [speed for _, speed in self._speeds]
            self.speed = float(np.percentile(known, FREE_FLOW_PERCENTILE))

    def _count(self, tracks: dict[int, float]) -> None:
        self._counted.update(dict.fromkeys(tracks))
        while len(self._counted) > _MAX_COUNTED:
            del self._counted[next(iter(self._counted))]

"""Which share of the sampled frames was inferred lately, from camera-service's accounting."""

from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

from sentinel_core.domain.frames import FrameCounts

REMEMBERED_S = 120.0


class _Reading(NamedTuple):
    at_s: float
    settled: int
    inferred: int


class FrameShares:
    """Readings of the counters of each camera, as they were noted. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._readings: dict[str, deque[_Reading]] = {}

    def note(self, now_s: float, counts: Mapping[str, FrameCounts]) -> None:
        """Take the counters of all cameras down."""
        for gone in self._readings.keys() - counts.keys():
            del self._readings[gone]
        for camera_key, count in counts.items():
            readings = self._readings.setdefault(camera_key, deque())
            readings.append(_Reading(now_s, count.captured - count.in_flight, count.inferred))
            while readings[0].at_s < now_s - REMEMBERED_S:
                readings.popleft()

    def share(self, camera_key: str, from_s: float, to_s: float) -> float | None:
        """Inferred of sampled frames, 0..1, between the readings around that time.

        None where they do not reach back that far, or no frame was sampled.
        """
        readings = self._readings.get(camera_key, deque())
        before = [reading for reading in readings if reading.at_s <= from_s]
        until = [reading for reading in readings if reading.at_s >= to_s]
        first = before[-1] if before else None
        last = until[0] if until else (readings[-1] if readings else None)
        if first is None or last is None:
            return None
        settled, inferred = last.settled - first.settled, last.inferred - first.inferred
        if settled <= 0 or not 0 <= inferred <= settled:
            return None
        return round(inferred / settled, 4)

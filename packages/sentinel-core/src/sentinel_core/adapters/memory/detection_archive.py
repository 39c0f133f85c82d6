"""Raw detections of this process, for tests and tools."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime

from sentinel_core.contracts.generated.detection_event import DetectionEvent
from sentinel_core.domain.media_clock import parse_utc
from sentinel_core.ports.detection_archive import as_archived

GROUP_SIZE = 500


class MemoryDetectionArchive:
    """`DetectionArchive` that forgets everything at the end."""

    def __init__(self) -> None:
        self._events: dict[str, dict[str, DetectionEvent]] = defaultdict(dict)

    async def append(self, events: Sequence[DetectionEvent]) -> None:
        """Remember them."""
        for event in events:
            self._events[event.camera_id][event.event_id] = as_archived(event)

    async def read(
        self, camera_key: str, start: datetime, end: datetime
    ) -> AsyncIterator[Sequence[DetectionEvent]]:
        """Those of a span, by time."""
        found = sorted(
            (
                event
                for event in self._events.get(camera_key, {}).values()
                if start <= parse_utc(event.timestamp) < end
            ),
            key=lambda event: (parse_utc(event.timestamp), event.pts_90k),
        )
        for first in range(0, len(found), GROUP_SIZE):
            yield found[first : first + GROUP_SIZE]

    async def days(self, camera_key: str) -> Sequence[date]:
        """Days of what is remembered."""
        return sorted({_day(event) for event in self._events.get(camera_key, {}).values()})

    async def drop_before(self, day: date) -> None:
        """Forget what is older."""
        for events in self._events.values():
            for event_id in [key for key, event in events.items() if _day(event) < day]:
                del events[event_id]


def _day(event: DetectionEvent) -> date:
    return parse_utc(event.timestamp).date()

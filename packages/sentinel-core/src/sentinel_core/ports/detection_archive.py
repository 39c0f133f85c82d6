"""The archive of raw detections: every inferred frame of every camera, for reading by time.

It holds what was seen: the frame, its boxes and tracks, the model. What the rules made of it
(incidents, evidence) is elsewhere and comes back empty.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from typing import Protocol

import msgspec

from sentinel_core.contracts.generated.detection_event import DetectionEvent


class DetectionArchive(Protocol):
    """Grows at its end, read by camera and time, dropped by whole days (UTC)."""

    async def append(self, events: Sequence[DetectionEvent]) -> None:
        """Store inferred frames of any cameras; all of them, with and without detections.

        On return they are kept and can be read. Where it raises, some cameras' may be kept:
        append the same again, a frame that comes twice is read once.

        Raises:
            StorageFull: No room.
            DependencyUnavailable: The store is away.
        """
        ...

    def read(
        self, camera_key: str, start: datetime, end: datetime
    ) -> AsyncIterator[Sequence[DetectionEvent]]:
        """The frames of a camera captured from `start` up to `end` (not included).

        In order of capture time, then of the media clock, in groups that are not empty; each
        event once. Confidences and boxes are rounded to 5 decimals.

        Raises:
            DependencyUnavailable: The store is away, or what it holds is spoilt.
        """
        ...

    async def days(self, camera_key: str) -> Sequence[date]:
        """The days (UTC) of which something is kept, oldest first. Raises DependencyUnavailable."""
        ...

    async def drop_before(self, day: date) -> None:
        """Forget, of all cameras, what was captured on earlier days. Raises DependencyUnavailable."""
        ...


def as_archived(event: DetectionEvent) -> DetectionEvent:
    """The event as the archive gives it back, but for the rounding."""
    return msgspec.structs.replace(
        event, anomaly_type=None, incident_id=None, image_url=None, clip_url=None, incidents=[]
    )

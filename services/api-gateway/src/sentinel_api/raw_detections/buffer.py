"""Inferred frames that wait to be written together."""

from collections.abc import Sequence

from sentinel_api.persistence.decoding import decode_detections
from sentinel_core.contracts.generated.detection_event import DetectionEvent
from sentinel_core.domain.media_clock import parse_utc
from sentinel_core.ports.event_bus import Message, TopicPartition

FRAME_WEIGHT = 2
"""A frame without detections takes memory as two detections do."""


class FrameBuffer:
    """Decoded frames in the order of the bus, and where the bus goes on after them.

    Attributes:
        weight: How large it has become: detections, and `FRAME_WEIGHT` for each frame.
        broken: Messages that were no detection event; the persister puts them aside.
    """

    def __init__(self) -> None:
        self.weight = 0
        self.broken = 0
        self._events: list[DetectionEvent] = []
        self._next: dict[TopicPartition, int] = {}

    def __len__(self) -> int:
        return len(self._events)

    def add(self, messages: Sequence[Message]) -> None:
        """Decode them, leave out what is broken."""
        for message in messages:
            self._next[message.position] = message.offset + 1
            try:
                event = decode_detections(message.value)
                parse_utc(event.inferred_at)
            except (ValueError, OverflowError, RecursionError):
                self.broken += 1
                continue
            self._events.append(event)
            self.weight += _weight(event)

    def give_back(self, events: list[DetectionEvent]) -> None:
        """What was taken could not be written: it comes first again."""
        self._events[:0] = events
        self.weight += sum(_weight(event) for event in events)

    def take(self) -> tuple[list[DetectionEvent], dict[TopicPartition, int]]:
        """All of it, and the next offsets; the buffer is empty afterwards."""
        taken = (self._events, dict(self._next))
        self._events, self.weight = [], 0
        return taken


def _weight(event: DetectionEvent) -> int:
    return FRAME_WEIGHT + len(event.detections)

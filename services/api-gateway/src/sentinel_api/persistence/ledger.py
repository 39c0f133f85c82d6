"""What the persister counts; read by `/api/stats` and `/metrics`."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sentinel_core.contracts.generated.flow_event import FlowEvent
from sentinel_core.ports.event_bus import TopicPartition


@dataclass(kw_only=True)
class PersisterLedger:
    """Counters since the start of the process, and how far bus and database have come.

    Attributes:
        retries: Tries that failed because the database was away or full.
        missed: Messages that the bus dropped before the persister came to them.
        crossings: Of counting lines, by camera key, name of the line, direction and class.
        published: Per partition, the offset after the newest message seen on the bus.
        stored: Per partition, the offset after the newest message that was stored.
    """

    detections_stored: int = 0
    incidents_stored: int = 0
    dead_letters: int = 0
    retries: int = 0
    missed: int = 0
    flow_minutes_stored: int = 0
    crossings: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    published: dict[TopicPartition, int] = field(default_factory=dict)
    stored: dict[TopicPartition, int] = field(default_factory=dict)

    @property
    def lag(self) -> int:
        """Messages that are known to be published and not stored yet."""
        return sum(
            max(0, end - self.stored.get(position, 0)) for position, end in self.published.items()
        )

    def note_published(self, position: TopicPartition, offset: int) -> None:
        """A message was seen on the bus."""
        self.published[position] = max(self.published.get(position, 0), offset + 1)

    def note_flows(self, flows: Sequence[FlowEvent]) -> None:
        """These minutes were stored for the first time."""
        self.flow_minutes_stored += len(flows)
        for event in flows:
            for line in event.lines:
                for direction, counts in (("forward", line.forward), ("backward", line.backward)):
                    for name, count in counts.items():
                        self.crossings[event.camera_id, line.name, direction, name] += count

    def note_stored(self, offsets: Mapping[TopicPartition, int]) -> None:
        """These are the next offsets to read."""
        self.stored.update(offsets)

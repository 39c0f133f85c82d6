"""A batch of messages from the bus, decoded once, whatever becomes of it later."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from sentinel_api.persistence.decoding import decode
from sentinel_core.contracts.generated.camera_state_event import CameraStateEvent
from sentinel_core.contracts.generated.detection_event import DetectionEvent
from sentinel_core.contracts.generated.flow_event import FlowEvent
from sentinel_core.contracts.generated.incident_event import IncidentEvent
from sentinel_core.ports.event_bus import Message, TopicPartition


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that cannot be stored, and why."""

    message: Message
    reason: str

    def to_json(self, at: str) -> bytes:
        """What goes to the dead letter topic: the original bytes as base64, and all about them."""
        return msgspec.json.encode(
            {
                "schema_version": 1,
                "at": at,
                "reason": self.reason,
                "topic": self.message.position.topic,
                "partition": self.message.position.partition,
                "offset": self.message.offset,
                "key": self.message.key,
                "value_base64": base64.b64encode(self.message.value).decode(),
            }
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """Decoded events by kind, each kind in the order of the bus."""

    messages: Sequence[Message]
    detections: list[DetectionEvent] = field(default_factory=list)
    incidents: list[IncidentEvent] = field(default_factory=list)
    states: list[CameraStateEvent] = field(default_factory=list)
    flows: list[FlowEvent] = field(default_factory=list)
    broken: list[DeadLetter] = field(default_factory=list)

    @classmethod
    def of(cls, messages: Sequence[Message]) -> "Batch":
        """Decode all; what breaks its schema is among `broken`."""
        batch = cls(messages)
        for message in messages:
            batch._add(message)
        return batch

    def split(self) -> Iterable["Batch"]:
        """The same messages one by one."""
        return (Batch.of([message]) for message in self.messages)

    @property
    def next_offsets(self) -> dict[TopicPartition, int]:
        """Where to go on after this batch."""
        offsets: dict[TopicPartition, int] = {}
        for message in self.messages:
            offsets[message.position] = max(offsets.get(message.position, 0), message.offset + 1)
        return offsets

    def _add(self, message: Message) -> None:
        try:
            event = decode(message)
        except ValueError as error:
            self.broken.append(DeadLetter(message, str(error)))
            return
        if isinstance(event, DetectionEvent):
            self.detections.append(event)
        elif isinstance(event, IncidentEvent):
            self.incidents.append(event)
        elif isinstance(event, FlowEvent):
            self.flows.append(event)
        else:
            self.states.append(event)

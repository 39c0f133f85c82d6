"""Access units as RTP packets, and back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sentinel_vision.rtp.packets import (
    SEQUENCE_BITS,
    TIMESTAMP_BITS,
    RtpPacket,
    wrap,
    wrapped_difference,
)
from sentinel_vision.rtp.payloads import MAX_PAYLOAD_BYTES, NalUnitReader, PayloadFormat


@dataclass(frozen=True, slots=True)
class AccessUnit:
    """What belongs to one picture.

    Attributes:
        timestamp: 32 bits of a clock of 90,000 ticks a second.
        nal_units: Without start codes and lengths.
        is_complete: No packet of it, and none between it and the unit before, was missing.
    """

    timestamp: int
    nal_units: tuple[bytes, ...]
    is_complete: bool


class Packetiser:
    """Makes the packets of one stream; counts what a sender report tells."""

    def __init__(
        self,
        payload_format: PayloadFormat,
        *,
        payload_type: int,
        ssrc: int,
        first_sequence: int = 0,
        max_payload_bytes: int = MAX_PAYLOAD_BYTES,
    ) -> None:
        self._format = payload_format
        self._payload_type = payload_type
        self._sequence = first_sequence
        self._max_payload_bytes = max_payload_bytes
        self.ssrc = ssrc
        self.packets = 0
        self.octets = 0

    def introduce(self, pts_90k: int) -> RtpPacket:
        """A packet that begins an access unit without showing anything of it.

        Receivers know a stream by its packets: only after one they can place its sender reports.
        """
        (packet,) = self.packetise([self._format.delimiter], pts_90k)
        return replace(packet, marker=False)

    def packetise(
        self, nal_units: Sequence[bytes | memoryview], pts_90k: int
    ) -> Iterator[RtpPacket]:
        """The packets of an access unit; `pts_90k` may be of any size and is wrapped."""
        timestamp = wrap(pts_90k, TIMESTAMP_BITS)
        payloads = list(self._format.packetise(nal_units, self._max_payload_bytes))
        for number, payload in enumerate(payloads, start=1):
            yield RtpPacket(
                payload_type=self._payload_type,
                sequence=wrap(self._sequence, SEQUENCE_BITS),
                timestamp=timestamp,
                ssrc=self.ssrc,
                marker=number == len(payloads),
                payload=payload,
            )
            self._sequence += 1
            self.packets += 1
            self.octets += len(payload)


class AccessUnitAssembler:
    """Joins the packets of one stream to access units.

    An access unit ends with its marker, or where another timestamp begins. Packets that come twice
    or too late are left out.
    """

    def __init__(self, payload_format: PayloadFormat) -> None:
        self._reader = NalUnitReader(payload_format)
        self._expected: int | None = None
        self._timestamp: int | None = None
        self._units: list[bytes] = []
        self._is_complete = True

    def take(self, packet: RtpPacket) -> Iterator[AccessUnit]:
        """The access units that end before or with this packet."""
        if not self._is_next(packet):
            return
        if self._timestamp is not None and packet.timestamp != self._timestamp:
            yield from self._finish()
        self._timestamp = packet.timestamp
        self._units += self._reader.read(packet.payload)
        if packet.marker:
            yield from self._finish()

    def _is_next(self, packet: RtpPacket) -> bool:
        if self._expected is not None:
            ahead = wrapped_difference(packet.sequence, self._expected, SEQUENCE_BITS)
            if ahead < 0:
                return False
            if ahead > 0:
                self._reader.lose()
                self._is_complete = False
        self._expected = wrap(packet.sequence + 1, SEQUENCE_BITS)
        return True

    def _finish(self) -> Iterator[AccessUnit]:
        if self._units and self._timestamp is not None:
            yield AccessUnit(self._timestamp, tuple(self._units), self._is_complete)
            self._is_complete = True
        self._units, self._timestamp = [], None

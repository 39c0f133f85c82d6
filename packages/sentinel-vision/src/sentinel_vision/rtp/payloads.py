"""NAL units as RTP payloads, and back: the two codecs differ in header size and type numbers alone.

H.264: RFC 6184, packetisation mode 1 (single NAL unit, STAP-A, FU-A). H.265: RFC 7798, without
decoding order numbers (single NAL unit, aggregation packet, fragmentation unit).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MAX_PAYLOAD_BYTES = 1188
"""With its header a packet of 1200 bytes: WebRTC servers pass it on as it is."""

_LENGTH_BYTES = 2
_STARTS = 0x80
_ENDS = 0x40


@dataclass(frozen=True, slots=True)
class PayloadFormat:
    """How a codec's NAL units travel.

    Attributes:
        name: As in the `rtpmap` of a session description.
        header_bytes: Of a NAL unit.
        aggregate: Type of a payload with several NAL units.
        fragment: Type of a payload with a piece of one.
        delimiter: A NAL unit that says that an access unit begins, and nothing else.
    """

    name: str
    header_bytes: int
    aggregate: int
    fragment: int
    delimiter: bytes

    def kind(self, unit: bytes | memoryview) -> int:
        """The type in a NAL unit's (or payload's) header."""
        return unit[0] & 0x1F if self.header_bytes == 1 else unit[0] >> 1 & 0x3F

    def with_kind(self, header: bytes | memoryview, kind: int) -> bytes:
        """The header with another type; all else stays."""
        if self.header_bytes == 1:
            return bytes((header[0] & 0xE0 | kind,))
        return bytes((header[0] & 0x81 | kind << 1, header[1]))

    def packetise(
        self, units: Sequence[bytes | memoryview], max_bytes: int = MAX_PAYLOAD_BYTES
    ) -> Iterator[bytes]:
        """The payloads of one access unit, each at most `max_bytes` long.

        Small neighbours travel together, large units in pieces. Units too short to hold their
        header are left out.
        """
        waiting: list[bytes | memoryview] = []
        waiting_bytes = self.header_bytes
        for unit in units:
            if len(unit) < self.header_bytes:
                continue
            needed = _LENGTH_BYTES + len(unit)
            if waiting and waiting_bytes + needed > max_bytes:
                yield self._aggregated(waiting)
                waiting, waiting_bytes = [], self.header_bytes
            if len(unit) > max_bytes:
                yield from self._fragments(unit, max_bytes)
            else:
                waiting.append(unit)
                waiting_bytes += needed
        if waiting:
            yield self._aggregated(waiting)

    def _aggregated(self, units: Sequence[bytes | memoryview]) -> bytes:
        if len(units) == 1:
            return bytes(units[0])
        payload = bytearray(self._aggregate_header(units))
        for unit in units:
            payload += len(unit).to_bytes(_LENGTH_BYTES)
            payload += unit
        return bytes(payload)

    def _aggregate_header(self, units: Sequence[bytes | memoryview]) -> bytes:
        """Says the highest importance (H.264), the lowest layer and temporal id (H.265)."""
        if self.header_bytes == 1:
            return bytes((max(unit[0] & 0x60 for unit in units) | self.aggregate,))
        first = min(units, key=lambda unit: (unit[0] & 1, unit[1]))
        return self.with_kind(first[:2], self.aggregate)

    def _fragments(self, unit: bytes | memoryview, max_bytes: int) -> Iterator[bytes]:
        header = self.with_kind(unit[: self.header_bytes], self.fragment)
        kind = self.kind(unit)
        step = max_bytes - self.header_bytes - 1
        for start in range(self.header_bytes, len(unit), step):
            first = start == self.header_bytes
            last = start + step >= len(unit)
            edges = first * _STARTS | last * _ENDS | kind
            yield b"".join((header, bytes((edges,)), unit[start : start + step]))


H264 = PayloadFormat("H264", header_bytes=1, aggregate=24, fragment=28, delimiter=b"\x09\xf0")
H265 = PayloadFormat("H265", header_bytes=2, aggregate=48, fragment=49, delimiter=b"\x46\x01\x50")

FORMATS = {"h264": H264, "hevc": H265}
"""By the codec's name as the product writes it."""


class NalUnitReader:
    """Takes the payloads of a stream in order and gives back NAL units.

    What is damaged is left out: pieces whose first or middle is missing, lengths beyond the end.
    """

    def __init__(self, payload_format: PayloadFormat) -> None:
        self._format = payload_format
        self._pieces: bytearray | None = None

    def read(self, payload: bytes | memoryview) -> Iterator[bytes]:
        """The NAL units that this payload completes."""
        if len(payload) < self._format.header_bytes:
            return
        kind = self._format.kind(payload)
        if kind == self._format.fragment:
            yield from self._join(payload)
            return
        self._pieces = None
        if kind == self._format.aggregate:
            yield from self._split(payload)
        else:
            yield bytes(payload)

    def lose(self) -> None:
        """Packets are missing here: what was begun cannot be completed."""
        self._pieces = None

    def _join(self, payload: bytes | memoryview) -> Iterator[bytes]:
        size = self._format.header_bytes
        if len(payload) <= size:
            return
        edges = payload[size]
        if edges & _STARTS:
            kind = edges & (0x1F if size == 1 else 0x3F)
            self._pieces = bytearray(self._format.with_kind(payload[:size], kind))
        if self._pieces is None:
            return
        self._pieces += payload[size + 1 :]
        if edges & _ENDS:
            yield bytes(self._pieces)
            self._pieces = None

    def _split(self, payload: bytes | memoryview) -> Iterator[bytes]:
        position = self._format.header_bytes
        while position + _LENGTH_BYTES <= len(payload):
            length = int.from_bytes(payload[position : position + _LENGTH_BYTES])
            position += _LENGTH_BYTES
            if length < self._format.header_bytes or position + length > len(payload):
                return
            yield bytes(payload[position : position + length])
            position += length

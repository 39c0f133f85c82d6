"""RTP packets (RFC 3550, 5.1), and numbers that wrap."""

import struct
from dataclasses import dataclass

SEQUENCE_BITS = 16
TIMESTAMP_BITS = 32

_VERSION = 2
_FIXED_HEADER = struct.Struct(">BBHII")
_EXTENSION_HEADER = struct.Struct(">HH")


@dataclass(frozen=True, slots=True)
class RtpPacket:
    """One packet.

    Attributes:
        payload_type: 0..127.
        sequence: 16 bits.
        timestamp: 32 bits of the stream's clock; of video 90,000 a second.
        ssrc: 32 bits.
        marker: Of video: the last packet of an access unit.
        payload: May be a view of the data that was parsed.
    """

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    marker: bool
    payload: bytes | memoryview

    def to_bytes(self) -> bytes:
        """On the wire, without padding, extensions and contributing sources."""
        header = _FIXED_HEADER.pack(
            _VERSION << 6,
            self.marker << 7 | self.payload_type,
            self.sequence,
            self.timestamp,
            self.ssrc,
        )
        return header + self.payload

    @classmethod
    def parse(cls, data: bytes | memoryview) -> "RtpPacket":
        """Read a packet; padding, extensions and contributing sources are skipped.

        Raises:
            ValueError: It is no RTP packet, or cut off.
        """
        if len(data) < _FIXED_HEADER.size:
            raise ValueError("an RTP packet is shorter than its header")
        flags, kind, sequence, timestamp, ssrc = _FIXED_HEADER.unpack_from(data)
        if flags >> 6 != _VERSION:
            raise ValueError("the packet is not of RTP version 2")
        start = _FIXED_HEADER.size + 4 * (flags & 0x0F)
        if flags & 0x10:
            start = _end_of_extension(data, start)
        end = len(data) - (data[-1] if flags & 0x20 else 0)
        if start > end:
            raise ValueError("an RTP packet is cut off")
        return cls(
            payload_type=kind & 0x7F,
            sequence=sequence,
            timestamp=timestamp,
            ssrc=ssrc,
            marker=bool(kind & 0x80),
            payload=memoryview(data)[start:end],
        )


def _end_of_extension(data: bytes | memoryview, start: int) -> int:
    if start + _EXTENSION_HEADER.size > len(data):
        raise ValueError("an RTP packet is cut off")
    _, words = _EXTENSION_HEADER.unpack_from(data, start)
    return int(start + _EXTENSION_HEADER.size + 4 * words)


def wrap(value: int, bits: int) -> int:
    """The low `bits` of a number that grows without end (or lies before zero)."""
    return value & ((1 << bits) - 1)


def wrapped_difference(newer: int, older: int, bits: int) -> int:
    """How far `newer` lies behind `older`: -2**(bits-1) .. 2**(bits-1) - 1."""
    half = 1 << (bits - 1)
    return wrap(newer - older + half, bits) - half


class Unwrapper:
    """Makes one endless number of one that wraps, as long as steps stay below half the range."""

    def __init__(self, bits: int, near: int | None = None) -> None:
        """Begin near a number that is known; None: at the first value."""
        self._bits = bits
        self._last = near

    def unwrap(self, value: int) -> int:
        """The endless number nearest to the last one."""
        if self._last is None:
            self._last = value
        else:
            self._last += wrapped_difference(value, wrap(self._last, self._bits), self._bits)
        return self._last

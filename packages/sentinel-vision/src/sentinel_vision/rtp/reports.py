"""RTCP sender reports (RFC 3550, 6.4.1): which moment a timestamp stands for."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sentinel_vision.rtp.packets import TIMESTAMP_BITS, wrap

_SENDER_REPORT = struct.Struct(">BBHIQIII")
_COMMON_HEADER = struct.Struct(">BBH")
_VERSION_BITS = 0x80
_KIND = 200
_LENGTH_WORDS = _SENDER_REPORT.size // 4 - 1

_NTP_EPOCH = datetime(1900, 1, 1, tzinfo=UTC)
_NTP_ERA = timedelta(seconds=1 << 32)
_MICROSECOND = timedelta(microseconds=1)
_FRACTIONS_PER_S = 1 << 32
_MICROSECONDS_PER_S = 1_000_000


@dataclass(frozen=True, slots=True)
class SenderReport:
    """At `utc` the stream's clock stood at `timestamp`.

    Attributes:
        ssrc: Of the stream, 32 bits.
        utc: Aware; read back to the microsecond.
        timestamp: 32 bits.
        packets: Sent so far, of 32 bits the low ones; as `octets` of payload.
    """

    ssrc: int
    utc: datetime
    timestamp: int
    packets: int
    octets: int

    def to_bytes(self) -> bytes:
        """On the wire, without reception reports."""
        return _SENDER_REPORT.pack(
            _VERSION_BITS,
            _KIND,
            _LENGTH_WORDS,
            self.ssrc,
            to_ntp(self.utc),
            self.timestamp,
            wrap(self.packets, 32),
            wrap(self.octets, 32),
        )


def read_sender_reports(compound: bytes | memoryview) -> Iterator[SenderReport]:
    """The sender reports of an RTCP packet; what is cut off or of another kind is skipped."""
    position = 0
    while position + _COMMON_HEADER.size <= len(compound):
        _, kind, words = _COMMON_HEADER.unpack_from(compound, position)
        end = position + 4 * (words + 1)
        if kind == _KIND and position + _SENDER_REPORT.size <= min(end, len(compound)):
            yield _read(compound, position)
        position = end


def to_ntp(moment: datetime) -> int:
    """64 bits: seconds since 1900 in the high half, their fractions in the low one."""
    microseconds = (moment - _NTP_EPOCH) // _MICROSECOND
    seconds, rest = divmod(microseconds, _MICROSECONDS_PER_S)
    # Rounded up, so that reading it back rounds down to the same microsecond.
    fraction = -(-rest * _FRACTIONS_PER_S // _MICROSECONDS_PER_S)
    return wrap(seconds << 32 | fraction, 64)


def from_ntp(ntp: int) -> datetime:
    """The inverse of `to_ntp`, for moments from 1968 to 2104."""
    seconds, fraction = ntp >> 32, ntp & 0xFFFFFFFF
    since = timedelta(
        seconds=seconds, microseconds=fraction * _MICROSECONDS_PER_S // _FRACTIONS_PER_S
    )
    era = _NTP_ERA if seconds < 1 << 31 else timedelta()
    return _NTP_EPOCH + era + since


def _read(compound: bytes | memoryview, position: int) -> SenderReport:
    _, _, _, ssrc, ntp, timestamp, packets, octets = _SENDER_REPORT.unpack_from(compound, position)
    return SenderReport(
        ssrc=ssrc,
        utc=from_ntp(ntp),
        timestamp=wrap(timestamp, TIMESTAMP_BITS),
        packets=packets,
        octets=octets,
    )

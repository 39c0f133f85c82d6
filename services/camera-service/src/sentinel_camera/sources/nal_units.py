"""NAL units of H.264 and H.265: how they are framed, and numbers inside them."""

from collections.abc import Iterator

LENGTH_BYTES = 4
"""Of the lengths that we write."""

_START_CODE = b"\x00\x00\x01"
_READ_BYTES = 160
"""Of a parameter set: all that is looked at lies there."""


def split_annex_b(data: bytes) -> Iterator[bytes]:
    """The NAL units between start codes, without trailing zero bytes; none is empty."""
    start = data.find(_START_CODE)
    while start >= 0:
        start += len(_START_CODE)
        end = data.find(_START_CODE, start)
        unit = (data[start:end] if end >= 0 else data[start:]).rstrip(b"\x00")
        if unit:
            yield unit
        start = end


def split_lengths(data: bytes, length_bytes: int) -> Iterator[bytes]:
    """The NAL units behind lengths of `length_bytes`; damaged lengths cut the last one short."""
    position = 0
    while position + length_bytes < len(data):
        length = int.from_bytes(data[position : position + length_bytes])
        position += length_bytes
        if length:
            yield data[position : position + length]
        position += length


def with_length(unit: bytes) -> bytes:
    """The unit behind its length."""
    return len(unit).to_bytes(LENGTH_BYTES) + unit


class BitReader:
    """Reads a NAL unit's payload bit by bit; missing bits read as 1, so that every number ends."""

    def __init__(self, payload: bytes) -> None:
        plain = payload[:_READ_BYTES].replace(b"\x00\x00\x03", b"\x00\x00")
        self._bits = int.from_bytes(plain)
        self._left = 8 * len(plain)

    def bits(self, count: int) -> int:
        """The next `count` bits as a number."""
        self._left -= count
        if self._left >= 0:
            return self._bits >> self._left & ((1 << count) - 1)
        return ((self._bits << -self._left) | ((1 << -self._left) - 1)) & ((1 << count) - 1)

    def golomb(self) -> int:
        """The next ue(v) number (ITU-T H.264, 9.1)."""
        zeros = 0
        while not self.bits(1):
            zeros += 1
        return (1 << zeros) - 1 + self.bits(zeros)

"""Byte ranges of HTTP (RFC 9110, section 14): one range, as players ask for."""

import re
from dataclasses import dataclass

MAX_PIECE_BYTES = 4 << 20
"""An answer to a range may be shorter than what was asked for; players ask again."""

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True, slots=True)
class ByteRange:
    """From `start` up to `end`, which is not included."""

    start: int
    end: int


class RangeNotSatisfiable(Exception):
    """The range lies outside the object."""


def parse_range(header: str | None, size_bytes: int) -> ByteRange | None:
    """The range that is asked for; None where the header is to be ignored.

    Raises:
        RangeNotSatisfiable: Nothing of the range is there.
    """
    found = _RANGE.fullmatch(header.strip()) if header else None
    if found is None or found[1] == found[2] == "":
        return None
    if found[1] == "":
        start, end = max(0, size_bytes - int(found[2])), size_bytes
    else:
        start = int(found[1])
        end = min(size_bytes, int(found[2]) + 1) if found[2] else size_bytes
        if found[2] and int(found[2]) < start:
            return None
    if start >= size_bytes or start >= end:
        raise RangeNotSatisfiable
    return ByteRange(start, min(end, start + MAX_PIECE_BYTES))

"""Parameter sets out of decoder configuration records (ISO/IEC 14496-15, 5.3.3.1 and 8.3.3.1)."""

from collections.abc import Iterator

from sentinel_camera.restream.sinks import VideoConfiguration

_AVC_HEADER_BYTES = 5
_HEVC_HEADER_BYTES = 22


def parameter_sets(configuration: VideoConfiguration) -> tuple[bytes, ...]:
    """The NAL units of a record, in its order; what is cut off is left out."""
    record = configuration.record
    if configuration.codec == "hevc":
        return tuple(_units_of_arrays(record))
    return tuple(_units_of_avc(record))


def _units_of_avc(record: bytes) -> Iterator[bytes]:
    position = _AVC_HEADER_BYTES
    for mask in (0x1F, 0xFF):
        count = record[position] & mask if position < len(record) else 0
        position += 1
        for _ in range(count):
            unit, position = _unit_at(record, position)
            if unit:
                yield unit


def _units_of_arrays(record: bytes) -> Iterator[bytes]:
    position = _HEVC_HEADER_BYTES
    arrays = record[position] if position < len(record) else 0
    position += 1
    for _ in range(arrays):
        count = int.from_bytes(record[position + 1 : position + 3])
        position += 3
        for _ in range(count):
            unit, position = _unit_at(record, position)
            if not unit:
                return
            yield unit


def _unit_at(record: bytes, position: int) -> tuple[bytes, int]:
    """The unit behind a 16-bit length, and where the next one begins; empty where it is cut off."""
    start = position + 2
    end = start + int.from_bytes(record[position:start])
    return (record[start:end], end) if end <= len(record) else (b"", len(record))

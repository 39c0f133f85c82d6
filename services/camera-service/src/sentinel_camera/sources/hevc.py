"""H.265 access units: from either framing to length-prefixed NAL units with a configuration."""

from collections.abc import Iterator
from typing import ClassVar

from sentinel_camera.sources.formatting import UnitFormatter
from sentinel_camera.sources.nal_units import LENGTH_BYTES, BitReader

_VPS, _SPS, _PPS, _DELIMITER, _FILLER = 32, 33, 34, 35, 38
_NAL_HEADER_BYTES = 2
_FIXED_BYTES = 23
"""Of the record, before its arrays."""
_PROFILE_TIER_LEVEL_BITS = 96


class HevcFormatter(UnitFormatter):
    """For H.265; the record is an HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, 8.3.3.1)."""

    _parameter_sets: ClassVar[tuple[int, ...]] = (_VPS, _SPS, _PPS)
    _left_out: ClassVar[frozenset[int]] = frozenset({_DELIMITER, _FILLER})

    @staticmethod
    def _kind(unit: bytes) -> int:
        return unit[0] >> 1 & 0x3F

    @staticmethod
    def _number(kind: int, unit: bytes) -> int | None:
        reader = BitReader(unit[_NAL_HEADER_BYTES:])
        if len(unit) <= _NAL_HEADER_BYTES:
            return None
        if kind == _VPS:
            return reader.bits(4)
        if kind == _SPS:
            _skip_to_sps_number(reader)
        return reader.golomb()

    @staticmethod
    def _record_length_bytes(extradata: bytes) -> int | None:
        if extradata[0] != 1 or len(extradata) < _FIXED_BYTES:
            return None
        return (extradata[21] & 3) + 1

    @staticmethod
    def _units_of_record(record: bytes) -> Iterator[bytes]:
        position = _FIXED_BYTES
        for _ in range(record[_FIXED_BYTES - 1]):
            count = int.from_bytes(record[position + 1 : position + 3])
            position += 3
            for _ in range(count):
                length = int.from_bytes(record[position : position + 2])
                position += 2
                if position >= len(record):
                    return
                if unit := record[position : position + length]:
                    yield unit
                position += length

    def _record(self, sets: dict[int, list[bytes]]) -> bytes:
        reader = BitReader(sets[_SPS][0][_NAL_HEADER_BYTES:])
        reader.bits(4)
        sub_layers = reader.bits(3)
        is_nested = reader.bits(1)
        profile_tier_level = reader.bits(_PROFILE_TIER_LEVEL_BITS).to_bytes(12)
        _skip_sub_layers(reader, sub_layers)
        reader.golomb()
        chroma_format, luma_depth, chroma_depth = _sampling(reader)
        record = bytearray(b"\x01" + profile_tier_level + b"\xf0\x00\xfc")
        record += bytes((0xFC | chroma_format & 3, 0xF8 | luma_depth & 7, 0xF8 | chroma_depth & 7))
        record += b"\x00\x00"  # the rate is not said here
        record.append(min(sub_layers + 1, 7) << 3 | is_nested << 2 | LENGTH_BYTES - 1)
        record.append(len(sets))
        for kind, units in sets.items():
            record.append(0x80 | kind)
            record += len(units).to_bytes(2)
            for unit in units:
                record += len(unit).to_bytes(2) + unit
        return bytes(record)


def _skip_to_sps_number(reader: BitReader) -> None:
    """ITU-T H.265, 7.3.2.2.1."""
    reader.bits(4)
    sub_layers = reader.bits(3)
    reader.bits(1)
    reader.bits(_PROFILE_TIER_LEVEL_BITS)
    _skip_sub_layers(reader, sub_layers)


def _skip_sub_layers(reader: BitReader, sub_layers: int) -> None:
    """The sub-layers' part of profile_tier_level (7.3.3)."""
    if sub_layers == 0:
        return
    present = [(reader.bits(1), reader.bits(1)) for _ in range(sub_layers)]
    reader.bits(2 * (8 - sub_layers))
    for has_profile, has_level in present:
        reader.bits(88 * has_profile + 8 * has_level)


def _sampling(reader: BitReader) -> tuple[int, int, int]:
    """Chroma format and the depths of luma and chroma beyond 8 bits."""
    chroma_format = reader.golomb()
    if chroma_format == 3:
        reader.bits(1)
    reader.golomb()
    reader.golomb()
    if reader.bits(1):
        for _ in range(4):
            reader.golomb()
    return chroma_format, reader.golomb(), reader.golomb()

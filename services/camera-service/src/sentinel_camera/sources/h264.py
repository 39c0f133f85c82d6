"""H.264 access units: from either framing to length-prefixed NAL units with a configuration."""

from collections.abc import Iterator
from typing import ClassVar

from sentinel_camera.sources.formatting import UnitFormatter
from sentinel_camera.sources.nal_units import LENGTH_BYTES, BitReader

_SPS, _PPS, _DELIMITER, _FILLER = 7, 8, 9, 12
_SPS_HEADER_BYTES, _PPS_HEADER_BYTES = 4, 1
_PROFILES_WITHOUT_CHROMA = frozenset({66, 77, 88})


class AvcFormatter(UnitFormatter):
    """For H.264; the record is an AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1)."""

    _parameter_sets: ClassVar[tuple[int, ...]] = (_SPS, _PPS)
    _left_out: ClassVar[frozenset[int]] = frozenset({_DELIMITER, _FILLER})

    @staticmethod
    def _kind(unit: bytes) -> int:
        return unit[0] & 0x1F

    @staticmethod
    def _number(kind: int, unit: bytes) -> int | None:
        header_bytes = _SPS_HEADER_BYTES if kind == _SPS else _PPS_HEADER_BYTES
        payload = unit[header_bytes:]
        return BitReader(payload).golomb() if payload else None

    @staticmethod
    def _record_length_bytes(extradata: bytes) -> int | None:
        if extradata[0] != 1 or len(extradata) <= 4:  # shorter: cut off
            return None
        return (extradata[4] & 3) + 1

    @staticmethod
    def _units_of_record(record: bytes) -> Iterator[bytes]:
        position = 5
        for mask in (0x1F, 0xFF):
            count = record[position] & mask if position < len(record) else 0
            position += 1
            for _ in range(count):
                length = int.from_bytes(record[position : position + 2])
                position += 2
                if unit := record[position : position + length]:
                    yield unit
                position += length

    def _record(self, sets: dict[int, list[bytes]]) -> bytes:
        sps, pps = sets[_SPS], sets[_PPS]
        first = sps[0]
        record = bytearray((1, first[1], first[2], first[3], 0xFC | (LENGTH_BYTES - 1)))
        record.append(0xE0 | len(sps))
        for unit in sps:
            record += len(unit).to_bytes(2) + unit
        record.append(len(pps))
        for unit in pps:
            record += len(unit).to_bytes(2) + unit
        if first[1] not in _PROFILES_WITHOUT_CHROMA:
            reader = BitReader(first[_SPS_HEADER_BYTES:])
            _, chroma_format, luma_depth, chroma_depth = (reader.golomb() for _ in range(4))
            tail = (0xFC | chroma_format, 0xF8 | luma_depth, 0xF8 | chroma_depth, 0)
            record += bytes(value & 0xFF for value in tail)
        return bytes(record)

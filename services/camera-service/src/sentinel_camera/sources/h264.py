"""H.264 access units: from either framing to length-prefixed NAL units with a configuration."""

from collections.abc import Iterator

_START_CODE = b"\x00\x00\x01"
_LENGTH_BYTES = 4
_SPS, _PPS, _DELIMITER, _FILLER = 7, 8, 9, 12
_NOT_IN_SAMPLES = frozenset({_SPS, _PPS, _DELIMITER, _FILLER})
_PROFILES_WITHOUT_CHROMA = frozenset({66, 77, 88})


class AvcFormatter:
    """Rewrites the access units of one stream for MP4.

    Parameter sets leave the samples and go into the configuration, wherever they come from.
    """

    def __init__(self, extradata: bytes | None) -> None:
        """Take over what the container says.

        Args:
            extradata: An AVCDecoderConfigurationRecord, NAL units with start codes, or nothing.
        """
        self._length_bytes: int | None = None
        self._sps: dict[int, bytes] = {}
        self._pps: dict[int, bytes] = {}
        self._configuration: bytes | None = None
        if extradata and extradata[0] == 1 and len(extradata) > 4:  # shorter: cut off
            self._length_bytes = (extradata[4] & 3) + 1
            self._learn(_units_of_record(extradata))
        elif extradata:
            self._learn(split_annex_b(extradata))

    @property
    def configuration(self) -> bytes | None:
        """The AVCDecoderConfigurationRecord; None until both kinds of parameter sets are known."""
        return self._configuration

    def convert(self, data: bytes) -> bytes:
        """The access unit with 4-byte lengths and without parameter sets.

        Updates `configuration`. Damaged lengths cut the unit short.
        """
        sample = bytearray()
        for unit in self._split(data):
            if unit[0] & 0x1F in _NOT_IN_SAMPLES:
                self._learn([unit])
            else:
                sample += len(unit).to_bytes(_LENGTH_BYTES)
                sample += unit
        return bytes(sample)

    def _split(self, data: bytes) -> Iterator[bytes]:
        if self._length_bytes is None:
            return split_annex_b(data)
        return _split_lengths(data, self._length_bytes)

    def _learn(self, units: Iterator[bytes] | list[bytes]) -> None:
        changed = False
        for unit in units:
            kind = unit[0] & 0x1F
            if kind == _SPS and len(unit) > _LENGTH_BYTES:
                changed |= _put(self._sps, _read_golomb(unit[4:], 1)[0], unit)
            elif kind == _PPS and len(unit) > 1:
                changed |= _put(self._pps, _read_golomb(unit[1:], 1)[0], unit)
        if changed and self._sps and self._pps:
            self._configuration = _record(list(self._sps.values()), list(self._pps.values()))


def _put(sets: dict[int, bytes], number: int, unit: bytes) -> bool:
    if sets.get(number) == unit:
        return False
    sets[number] = unit
    return True


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


def _split_lengths(data: bytes, length_bytes: int) -> Iterator[bytes]:
    position = 0
    while position + length_bytes < len(data):
        length = int.from_bytes(data[position : position + length_bytes])
        position += length_bytes
        if length:
            yield data[position : position + length]
        position += length


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


def _record(sps: list[bytes], pps: list[bytes]) -> bytes:
    """ISO/IEC 14496-15, 5.3.3.1."""
    first = sps[0]
    record = bytearray((1, first[1], first[2], first[3], 0xFC | (_LENGTH_BYTES - 1)))
    record.append(0xE0 | len(sps))
    for unit in sps:
        record += len(unit).to_bytes(2) + unit
    record.append(len(pps))
    for unit in pps:
        record += len(unit).to_bytes(2) + unit
    if first[1] not in _PROFILES_WITHOUT_CHROMA:
        _, chroma_format, luma_depth, chroma_depth = _read_golomb(first[4:], 4)
        record += bytes((0xFC | chroma_format, 0xF8 | luma_depth, 0xF8 | chroma_depth, 0))
    return bytes(record)


def _read_golomb(payload: bytes, count: int) -> list[int]:
    """The first `count` ue(v) numbers (ITU-T H.264, 9.1); missing bits read as 0."""
    plain = payload[:16].replace(b"\x00\x00\x03", b"\x00\x00")
    bits = "".join(f"{byte:08b}" for byte in plain).ljust(160, "1")
    numbers, position = [], 0
    for _ in range(count):
        zeros = bits.index("1", position) - position
        position += zeros
        numbers.append(int(bits[position : position + zeros + 1], 2) - 1)
        position += zeros + 1
    return numbers

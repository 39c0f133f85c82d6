"""Fragmented MP4 (ISO/IEC 14496-12 and -15) for one H.264 track: pure functions over bytes."""

import struct
from dataclasses import dataclass

from sentinel_core.domain.media_clock import TICKS_PER_SECOND

_TRACK_ID = 1
_IDENTITY_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_UNDEFINED_LANGUAGE = 0x55C4

_DEFAULT_BASE_IS_MOOF = 0x020000
_TRUN_FLAGS = 0x000F01
"""Data offset, and for the sample its duration, size, flags and composition offset."""
_KEY_SAMPLE = 0x02000000
"""Depends on no other sample."""
_DELTA_SAMPLE = 0x01010000
"""Depends on others; no sync sample."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One access unit, ready to be written.

    Attributes:
        dts_90k: Decode time, never negative.
        pts_90k: Presentation time; may lie before `dts_90k` by less than 2**31 ticks.
        data: NAL units with 4-byte lengths.
    """

    dts_90k: int
    pts_90k: int
    duration_90k: int
    is_key: bool
    data: bytes


def init_segment(avcc: bytes, width: int, height: int) -> bytes:
    """`ftyp` and `moov` for the given AVCDecoderConfigurationRecord and size in pixels."""
    brands = b"isom" + struct.pack(">I", 0x200) + b"isomiso6avc1mp41"
    movie = _full_box(
        b"mvhd",
        struct.pack(">4I", 0, 0, TICKS_PER_SECOND, 0),
        struct.pack(">IHHII", 0x10000, 0x0100, 0, 0, 0),
        _IDENTITY_MATRIX,
        bytes(24),
        struct.pack(">I", _TRACK_ID + 1),
    )
    extends = _box(
        b"mvex", _full_box(b"trex", struct.pack(">5I", _TRACK_ID, 1, 0, 0, _DELTA_SAMPLE))
    )
    return _box(b"ftyp", brands) + _box(b"moov", movie, _track(avcc, width, height), extends)


def fragment(sequence: int, sample: Sample) -> bytes:
    """`moof` and `mdat` with one sample; `tfdt` carries its decode time in 64 bits."""
    header = _full_box(b"mfhd", struct.pack(">I", sequence & 0xFFFFFFFF))
    track = _full_box(b"tfhd", struct.pack(">I", _TRACK_ID), flags=_DEFAULT_BASE_IS_MOOF)
    decode_time = _full_box(b"tfdt", struct.pack(">Q", sample.dts_90k), version=1)
    size_before_run = sum(map(len, (header, track, decode_time))) + 2 * _BOX_HEADER_BYTES
    data_offset = size_before_run + _RUN_BYTES + _BOX_HEADER_BYTES
    run = _full_box(
        b"trun",
        struct.pack(
            ">IiIIIi",
            1,
            data_offset,
            sample.duration_90k,
            len(sample.data),
            _KEY_SAMPLE if sample.is_key else _DELTA_SAMPLE,
            sample.pts_90k - sample.dts_90k,
        ),
        version=1,
        flags=_TRUN_FLAGS,
    )
    moof = _box(b"moof", header, _box(b"traf", track, decode_time, run))
    return b"".join((moof, struct.pack(">I", 8 + len(sample.data)), b"mdat", sample.data))


_BOX_HEADER_BYTES = 8
_RUN_BYTES = 36


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", _BOX_HEADER_BYTES + len(body)) + kind + body


def _full_box(kind: bytes, *parts: bytes, version: int = 0, flags: int = 0) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), *parts)


def _track(avcc: bytes, width: int, height: int) -> bytes:
    header = _full_box(
        b"tkhd",
        struct.pack(">5I", 0, 0, _TRACK_ID, 0, 0),
        bytes(16),
        _IDENTITY_MATRIX,
        struct.pack(">II", width << 16, height << 16),
        flags=3,  # enabled, in movie
    )
    media_header = _full_box(
        b"mdhd", struct.pack(">4IHH", 0, 0, TICKS_PER_SECOND, 0, _UNDEFINED_LANGUAGE, 0)
    )
    handler = _full_box(b"hdlr", bytes(4), b"vide", bytes(12), b"video\x00")
    reference = _full_box(b"dref", struct.pack(">I", 1), _full_box(b"url ", flags=1))
    info = _box(
        b"minf",
        _full_box(b"vmhd", bytes(8), flags=1),
        _box(b"dinf", reference),
        _sample_table(avcc, width, height),
    )
    return _box(b"trak", header, _box(b"mdia", media_header, handler, info))


def _sample_table(avcc: bytes, width: int, height: int) -> bytes:
    entry = _box(
        b"avc1",
        bytes(6),
        struct.pack(">H", 1),
        bytes(16),
        struct.pack(">HHIIIH", width, height, 0x480000, 0x480000, 0, 1),
        bytes(32),
        struct.pack(">Hh", 24, -1),
        _box(b"avcC", avcc),
    )
    return _box(
        b"stbl",
        _full_box(b"stsd", struct.pack(">I", 1), entry),
        _full_box(b"stts", bytes(4)),
        _full_box(b"stsc", bytes(4)),
        _full_box(b"stsz", bytes(8)),
        _full_box(b"stco", bytes(4)),
    )

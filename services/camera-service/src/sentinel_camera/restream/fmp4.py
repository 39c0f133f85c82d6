"""Fragmented MP4 (ISO/IEC 14496-12 and -15) for one H.264 or H.265 track: pure functions over bytes."""

import struct

from sentinel_camera.restream.sinks import CodedUnit, VideoConfiguration
from sentinel_core.domain.media_clock import TICKS_PER_SECOND

_TRACK_ID = 1
_IDENTITY_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_UNDEFINED_LANGUAGE = 0x55C4

_SAMPLE_ENTRIES = {"h264": (b"avc1", b"avcC"), "hevc": (b"hvc1", b"hvcC")}

_DEFAULT_BASE_IS_MOOF = 0x020000
_TRUN_FLAGS = 0x000F01
"""Data offset, and for the sample its duration, size, flags and composition offset."""
_KEY_SAMPLE = 0x02000000
"""Depends on no other unit."""
_DELTA_SAMPLE = 0x01010000
"""Depends on others; no sync unit."""


def init_segment(configuration: VideoConfiguration) -> bytes:
    """`ftyp` and `moov`."""
    brands = b"isom" + struct.pack(">I", 0x200) + b"isomiso6mp41"
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
    return _box(b"ftyp", brands) + _box(b"moov", movie, _track(configuration), extends)


def fragment(sequence: int, unit: CodedUnit) -> bytes:
    """`moof` and `mdat` with one access unit; `tfdt` carries its decode time in 64 bits."""
    header = _full_box(b"mfhd", struct.pack(">I", sequence & 0xFFFFFFFF))
    track = _full_box(b"tfhd", struct.pack(">I", _TRACK_ID), flags=_DEFAULT_BASE_IS_MOOF)
    decode_time = _full_box(b"tfdt", struct.pack(">Q", unit.dts_90k), version=1)
    size_before_run = sum(map(len, (header, track, decode_time))) + 2 * _BOX_HEADER_BYTES
    data_offset = size_before_run + _RUN_BYTES + _BOX_HEADER_BYTES
    run = _full_box(
        b"trun",
        struct.pack(
            ">IiIIIi",
            1,
            data_offset,
            unit.duration_90k,
            len(unit.data),
            _KEY_SAMPLE if unit.is_key else _DELTA_SAMPLE,
            unit.pts_90k - unit.dts_90k,
        ),
        version=1,
        flags=_TRUN_FLAGS,
    )
    moof = _box(b"moof", header, _box(b"traf", track, decode_time, run))
    return b"".join((moof, struct.pack(">I", 8 + len(unit.data)), b"mdat", unit.data))


_BOX_HEADER_BYTES = 8
_RUN_BYTES = 36


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", _BOX_HEADER_BYTES + len(body)) + kind + body


def _full_box(kind: bytes, *parts: bytes, version: int = 0, flags: int = 0) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), *parts)


def _track(configuration: VideoConfiguration) -> bytes:
    header = _full_box(
        b"tkhd",
        struct.pack(">5I", 0, 0, _TRACK_ID, 0, 0),
        bytes(16),
        _IDENTITY_MATRIX,
        struct.pack(">II", configuration.width << 16, configuration.height << 16),
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
        _sample_table(configuration),
    )
    return _box(b"trak", header, _box(b"mdia", media_header, handler, info))


def _sample_table(configuration: VideoConfiguration) -> bytes:
    width, height = configuration.width, configuration.height
    entry_kind, record_kind = _SAMPLE_ENTRIES[configuration.codec]
    entry = _box(
        entry_kind,
        bytes(6),
        struct.pack(">H", 1),
        bytes(16),
        struct.pack(">HHIIIH", width, height, 0x480000, 0x480000, 0, 1),
        bytes(32),
        struct.pack(">Hh", 24, -1),
        _box(record_kind, configuration.record),
    )
    return _box(
        b"stbl",
        _full_box(b"stsd", struct.pack(">I", 1), entry),
        _full_box(b"stts", bytes(4)),
        _full_box(b"stsc", bytes(4)),
        _full_box(b"stsz", bytes(8)),
        _full_box(b"stco", bytes(4)),
    )

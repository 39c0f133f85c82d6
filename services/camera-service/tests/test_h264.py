from pathlib import Path

import av
from av.bitstream import BitStreamFilterContext
from hypothesis import example, given
from hypothesis import strategies as st

from sentinel_camera.sources.h264 import AvcFormatter
from sentinel_camera.sources.nal_units import split_annex_b


def packets_of(clip: Path) -> tuple[bytes, list[bytes], list[bytes]]:
    """Configuration record, packets with lengths, packets with start codes."""
    plain, coded = [], []
    with av.open(str(clip), "r") as container:
        stream = container.streams.video[0]
        start_codes = BitStreamFilterContext("h264_mp4toannexb", stream)
        record = stream.codec_context.extradata
        for packet in container.demux(stream):
            if packet.size:
                plain.append(bytes(packet))
                coded += [bytes(piece) for piece in start_codes.filter(packet)]
    assert record is not None
    return record, plain, coded


def test_both_framings_give_the_same_samples(clips: Path) -> None:
    record, plain, coded = packets_of(clips / "plain.mp4")
    by_length, by_code = AvcFormatter(record), AvcFormatter(None)
    assert by_code.configuration is None
    assert [by_length.convert(data) for data in plain] == [by_code.convert(data) for data in coded]
    assert by_length.configuration == by_code.configuration == record


def test_parameter_sets_may_come_ahead_with_start_codes(clips: Path) -> None:
    record, _, coded = packets_of(clips / "plain.mp4")
    sets = [unit for unit in split_annex_b(coded[0]) if unit[0] & 0x1F in (7, 8)]
    ahead = b"".join(b"\x00\x00\x00\x01" + unit for unit in sets)
    assert AvcFormatter(ahead).configuration == record


def test_new_parameter_sets_change_the_configuration(clips: Path) -> None:
    record, _, _ = packets_of(clips / "plain.mp4")
    other, _, coded = packets_of(clips / "large.mp4")
    formatter = AvcFormatter(record)
    in_band = b"".join(b"\x00\x00\x01" + unit for unit in split_annex_b(coded[0]))
    by_code = AvcFormatter(None)
    by_code.convert(in_band)
    assert by_code.configuration == other
    assert formatter.configuration != other


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=5), st.booleans())
def test_units_are_found_between_start_codes(units: list[bytes], long: bool) -> None:
    units = [b"\x65" + unit.replace(b"\x00", b"\x01") for unit in units]
    code = b"\x00\x00\x00\x01" if long else b"\x00\x00\x01"
    assert list(split_annex_b(b"".join(code + unit for unit in units))) == units


@example(b"", b"\x01")
@example(b"", b"\x01\x00\x00\x00\x00\x01\x01")
@given(st.binary(max_size=200), st.one_of(st.none(), st.binary(max_size=30)))
def test_garbage_is_no_error(data: bytes, extradata: bytes | None) -> None:
    AvcFormatter(extradata).convert(data)

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentinel_vision.rtp.access_units import AccessUnit, AccessUnitAssembler, Packetiser
from sentinel_vision.rtp.packets import RtpPacket, Unwrapper, wrap, wrapped_difference
from sentinel_vision.rtp.payloads import FORMATS, H264, H265, NalUnitReader, PayloadFormat
from sentinel_vision.rtp.reports import SenderReport, from_ntp, read_sender_reports, to_ntp

formats = st.sampled_from(list(FORMATS.values()))
timestamps = st.integers(0, 2**32 - 1)


@st.composite
def units_of(draw: st.DrawFn, payload_format: PayloadFormat) -> list[bytes]:
    """NAL units of types that are no payload types, of all sizes around the limits."""
    sizes = st.one_of(st.integers(payload_format.header_bytes, 80), st.integers(900, 5_000))
    units = []
    for size in draw(st.lists(sizes, min_size=1, max_size=8)):
        kind = draw(st.integers(1, 23))
        header = payload_format.with_kind(bytes((draw(st.integers(0, 127)), 1)), kind)
        fill = draw(st.integers(0, 255))
        units.append((header + bytes((fill,)) * size)[:size])
    return units


def packetiser(payload_format: PayloadFormat, **changes: int) -> Packetiser:
    return Packetiser(payload_format, **{"payload_type": 96, "ssrc": 7, **changes})


def assemble(payload_format: PayloadFormat, packets: list[RtpPacket]) -> list[AccessUnit]:
    assembler = AccessUnitAssembler(payload_format)
    return [
        unit for packet in packets for unit in assembler.take(RtpPacket.parse(packet.to_bytes()))
    ]


@given(st.data(), formats, st.integers(0, 2**16 - 1), st.integers(-(2**33), 2**40))
def test_access_units_come_back_whatever_their_sizes(
    data: st.DataObject, payload_format: PayloadFormat, first_sequence: int, pts_90k: int
) -> None:
    units = data.draw(st.lists(units_of(payload_format), min_size=1, max_size=4))
    sender = packetiser(payload_format, first_sequence=first_sequence)
    packets: list[RtpPacket] = []
    for number, unit in enumerate(units):
        packets += sender.packetise(unit, pts_90k + number * 3_600)
    assert assemble(payload_format, packets) == [
        AccessUnit((pts_90k + number * 3_600) % 2**32, tuple(unit), is_complete=True)
        for number, unit in enumerate(units)
    ]
    assert all((b.sequence - a.sequence) % 2**16 == 1 for a, b in pairwise(packets))
    assert sender.packets == len(packets)
    assert sender.octets == sum(len(packet.payload) for packet in packets)


@given(st.data(), formats, st.integers(10, 1_500))
def test_no_payload_is_longer_than_allowed(
    data: st.DataObject, payload_format: PayloadFormat, limit: int
) -> None:
    units = data.draw(units_of(payload_format))
    payloads = list(payload_format.packetise(units, limit))
    assert max(map(len, payloads)) <= limit
    reader = NalUnitReader(payload_format)
    assert [unit for payload in payloads for unit in reader.read(payload)] == units


@given(st.data(), formats)
def test_only_the_last_packet_of_a_picture_is_marked(
    data: st.DataObject, payload_format: PayloadFormat
) -> None:
    packets = list(packetiser(payload_format).packetise(data.draw(units_of(payload_format)), 0))
    assert [packet.marker for packet in packets] == [False] * (len(packets) - 1) + [True]


@given(st.data(), formats)
def test_what_is_lost_is_said_and_never_glued(
    data: st.DataObject, payload_format: PayloadFormat
) -> None:
    units = [data.draw(units_of(payload_format)) for _ in range(3)]
    sender = packetiser(payload_format)
    packets = [p for number, unit in enumerate(units) for p in sender.packetise(unit, number)]
    lost = data.draw(st.integers(0, len(packets) - 1))
    got = assemble(payload_format, packets[:lost] + packets[lost + 1 :])
    for unit in got:
        assert set(unit.nal_units) <= set(units[unit.timestamp])
    whole = [unit for unit in got if unit.is_complete]
    # Nothing tells that the very first or the very last packet was missing, but its content.
    assert len(whole) <= 3
    if 0 < lost < len(packets) - 1:
        assert len(whole) < 3


@pytest.mark.parametrize("payload_format", [H264, H265])
def test_a_stream_is_introduced_by_a_delimiter_of_its_first_picture(
    payload_format: PayloadFormat,
) -> None:
    sender = packetiser(payload_format)
    picture = payload_format.with_kind(b"\x01\x01", 1) + b"p"
    packets = [sender.introduce(7), *sender.packetise([picture], 7)]
    (unit,) = assemble(payload_format, packets)
    assert unit == AccessUnit(7, (payload_format.delimiter, picture), is_complete=True)
    assert payload_format.kind(payload_format.delimiter) in (9, 35)


def test_a_picture_without_marker_ends_where_the_next_begins() -> None:
    first, second = (RtpPacket(96, n, n * 3_600, 7, False, b"\x41abc") for n in (1, 2))
    got = assemble(H264, [first, second])
    assert got == [AccessUnit(3_600, (b"\x41abc",), is_complete=True)]


def test_packets_that_come_twice_or_late_are_left_out() -> None:
    packets = [RtpPacket(96, n, n * 3_600, 7, True, b"\x41" + bytes((n,))) for n in range(3)]
    got = assemble(H264, [packets[0], packets[0], packets[1], packets[0], packets[2]])
    assert [unit.nal_units[0][1] for unit in got] == [0, 1, 2]
    assert all(unit.is_complete for unit in got)


@pytest.mark.parametrize(
    ("payload_format", "payload"),
    [
        (H264, ""),
        (H264, "7c"),  # a fragment without its header
        (H264, "7c05aa"),  # a middle without its start
        (H264, "78ff"),
        (H264, "780009aa"),  # a length beyond the end
        (H264, "780000"),
        (H265, "62"),
        (H265, "6201"),
        (H265, "620113aa"),
        (H265, "60010001aa"),
    ],
)
def test_damaged_payloads_give_nothing(payload_format: PayloadFormat, payload: str) -> None:
    assert list(NalUnitReader(payload_format).read(bytes.fromhex(payload))) == []


@given(formats, st.lists(st.binary(max_size=40), max_size=6))
def test_noise_breaks_nothing(payload_format: PayloadFormat, payloads: list[bytes]) -> None:
    reader = NalUnitReader(payload_format)
    for payload in payloads:
        list(reader.read(payload))


def test_known_payloads() -> None:
    """By hand from RFC 6184, 5.7.1 and 5.8, and RFC 7798, 4.4.2 and 4.4.3."""
    assert list(H264.packetise([b"\x67\x01", b"\x68\x02"])) == [
        bytes.fromhex("78 0002 6701 0002 6802")
    ]
    assert list(H264.packetise([b"\x65abcd"], 4)) == [b"\x7c\x85ab", b"\x7c\x45cd"]
    assert list(H265.packetise([b"\x40\x01V", b"\x42\x01S"])) == [
        bytes.fromhex("6001 0003 400156 0003 420153")
    ]
    assert list(H265.packetise([b"\x26\x01abcd"], 5)) == [b"\x62\x01\x93ab", b"\x62\x01\x53cd"]


@given(
    st.integers(0, 127), st.integers(0, 2**16 - 1), timestamps, st.booleans(), st.binary(max_size=9)
)
def test_a_packet_comes_back(
    kind: int, sequence: int, timestamp: int, marker: bool, payload: bytes
) -> None:
    packet = RtpPacket(kind, sequence, timestamp, 9, marker, payload)
    assert RtpPacket.parse(packet.to_bytes()) == packet


def test_padding_extension_and_sources_are_skipped() -> None:
    head = bytes.fromhex("b2 e0 0001 00000002 00000003")
    sources, extension = bytes(8), bytes.fromhex("bede 0001 11223344")
    packet = RtpPacket.parse(head + sources + extension + b"video" + b"\0\0\3")
    assert (packet.payload, packet.marker, packet.sequence) == (b"video", True, 1)


@pytest.mark.parametrize(
    "data", ["", "80600001", "00" * 12, "90600001" + "00" * 8, "a0600001" + "00" * 7 + "ff"]
)
def test_what_is_no_packet_is_refused(data: str) -> None:
    with pytest.raises(ValueError, match="RTP"):
        RtpPacket.parse(bytes.fromhex(data))


@given(st.integers(0, 2**40), st.lists(st.integers(-(2**31), 2**31 - 1), max_size=20))
def test_wrapped_numbers_are_unwrapped(start: int, steps: list[int]) -> None:
    value, unwrapper = start, Unwrapper(32, near=start)
    for step in steps:
        value += step
        assert unwrapper.unwrap(wrap(value, 32)) == value


@given(timestamps, st.integers(-(2**31), 2**31 - 1))
def test_differences_look_across_the_wrap(start: int, step: int) -> None:
    assert wrapped_difference((start + step) % 2**32, start, 32) == step


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 (hypothesis adds the zone)
    timestamps,
    st.integers(0, 2**34),
)
def test_a_sender_report_comes_back(utc: datetime, timestamp: int, packets: int) -> None:
    report = SenderReport(7, utc, timestamp, packets, packets * 3)
    (back,) = read_sender_reports(report.to_bytes())
    assert (back.utc, back.timestamp, back.ssrc) == (utc, timestamp, 7)
    assert (back.packets, back.octets) == (packets % 2**32, packets * 3 % 2**32)


def test_ntp_time_of_a_known_moment() -> None:
    moment = datetime(2026, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC)
    assert to_ntp(moment) == (3_976_214_400 << 32) | 1 << 31
    assert from_ntp(to_ntp(moment) + 1) == moment
    after_2036 = datetime(2036, 2, 7, 6, 28, 16, tzinfo=UTC)
    assert to_ntp(after_2036) == 0
    assert from_ntp(0) == after_2036
    assert after_2036 - from_ntp(0xFFFFFFFF << 32) == timedelta(seconds=1)


def test_other_reports_and_cut_off_ones_are_skipped() -> None:
    report = SenderReport(7, datetime(2026, 1, 1, tzinfo=UTC), 1, 2, 3).to_bytes()
    receiver = bytes.fromhex("80c90001 00000001")
    assert len(list(read_sender_reports(receiver + report + receiver))) == 1
    assert list(read_sender_reports(report[:-1])) == []
    assert list(read_sender_reports(b"\x80\xc8")) == []

"""The clock in a test card survives what video goes through, and damage is not read as a time."""

from collections.abc import Iterable

import av
import numpy as np
import pytest
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from hypothesis import given
from hypothesis import strategies as st

from sentinel_core.domain.errors import InvalidInput
from sentinel_sim.test_card.clock_bars import draw_clock, read_clock
from sentinel_sim.test_card.encoding import EncodedUnit, draw_card, encode_units
from sentinel_sim.test_card.specification import CardSpec

ORIGIN_MS = 0xDEAD_BEEF


def decode(units: Iterable[EncodedUnit], codec: str = "h264") -> list[VideoFrame]:
    decoder = av.CodecContext.create(codec, "r")
    assert isinstance(decoder, VideoCodecContext)
    packets = [av.Packet(unit.data) for unit in units]
    return [frame for packet in (*packets, None) for frame in decoder.decode(packet)]


@given(st.integers(0, 2**40))
def test_a_number_is_read_back(number: int) -> None:
    luma = np.full((96, 160), 100, np.uint8)
    draw_clock(luma, number)
    assert read_clock(luma) == number % 2**32


@pytest.mark.parametrize("value", [0, 16, 100, 128, 235, 255])
def test_a_plain_picture_has_no_clock(value: int) -> None:
    assert read_clock(np.full((96, 160), value, np.uint8)) is None


@given(st.integers(0, 2**32 - 1), st.integers(0, 39))
def test_one_field_that_tipped_over_is_noticed(number: int, place: int) -> None:
    luma = np.zeros((96, 160), np.uint8)
    draw_clock(luma, number)
    row, column = divmod(place, 20)
    field = luma[row * 8 : row * 8 + 8, column * 8 : column * 8 + 8]
    field[:] = 251 - field
    assert read_clock(luma) is None


@pytest.mark.parametrize(
    "spec",
    [
        CardSpec(width=160, height=96),
        CardSpec(width=640, height=360, kbps=100),
        CardSpec(width=640, height=360, b_frames=2),
        CardSpec(width=640, height=360, codec="hevc", kbps=100),
    ],
    ids=lambda spec: f"{spec.width}-{spec.codec}-{spec.kbps}-{spec.b_frames}",
)
def test_the_clock_survives_coding_at_a_low_bitrate_and_scaling(spec: CardSpec) -> None:
    frames = decode(encode_units(spec, frames=30, origin_ms=ORIGIN_MS), spec.codec)
    expected = [ORIGIN_MS + 40 * number for number in range(30)]
    assert [read_clock(frame.to_ndarray(format="rgb24")) for frame in frames] == expected
    for width, height in ((160, 90), (384, 216), (1000, 563)):
        small = [frame.reformat(width, height, "rgb24").to_ndarray() for frame in frames]
        assert [read_clock(picture) for picture in small] == expected


def test_units_have_the_times_and_keyframes_that_were_asked_for() -> None:
    spec = CardSpec(width=160, height=96, fps=30, gop=10)
    units = list(encode_units(spec, frames=25))
    assert [unit.pts_90k for unit in units] == [3000 * number for number in range(25)]
    assert all(unit.dts_90k == unit.pts_90k for unit in units)
    assert [number for number, unit in enumerate(units) if unit.is_key] == [0, 10, 20]


def test_b_frames_are_sent_after_what_they_refer_to() -> None:
    spec = CardSpec(width=160, height=96, b_frames=2)
    units = list(encode_units(spec, frames=25))
    decoding = [unit.dts_90k for unit in units]
    assert decoding == sorted(decoding)
    assert [unit.pts_90k for unit in units] != sorted(unit.pts_90k for unit in units)
    assert all(unit.dts_90k <= unit.pts_90k for unit in units)


def test_something_moves() -> None:
    spec = CardSpec(width=160, height=96)
    below = slice(20, None)
    assert not np.array_equal(draw_card(spec, 0)[below], draw_card(spec, 5)[below])


def test_a_url_says_what_the_card_looks_like() -> None:
    assert CardSpec.from_url("sim:clock") == CardSpec()
    url = "sim:clock?fps=5&width=640&height=360&gop=10&b_frames=1&codec=hevc&kbps=200"
    assert CardSpec.from_url(url) == CardSpec(
        fps=5, width=640, height=360, gop=10, b_frames=1, codec="hevc", kbps=200
    )


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("sim:tornado", "sim:clock"),
        ("rtsp:clock", "sim:clock"),
        ("sim:clock?fps=0", "from 1 to 60"),
        ("sim:clock?fps=many", "from 1 to 60"),
        ("sim:clock?width=161", "even"),
        ("sim:clock?colour=red", "no option 'colour'"),
        ("sim:clock?codec=vp8", "h264 and hevc"),
    ],
)
def test_a_url_that_asks_for_what_is_not_there_says_what_is(url: str, complaint: str) -> None:
    with pytest.raises(InvalidInput, match=complaint) as raised:
        CardSpec.from_url(url)
    assert raised.value.field == "source_url"

import io
from pathlib import Path

import av
import pytest
from av.bitstream import BitStreamFilterContext
from hypothesis import example, given
from hypothesis import strategies as st

from sentinel_camera.restream.fmp4 import fragment, init_segment
from sentinel_camera.restream.sinks import CodedUnit, VideoConfiguration
from sentinel_camera.sampling.pictures import PictureScaler
from sentinel_camera.sources.hevc import HevcFormatter
from sentinel_camera.sources.nal_units import BitReader
from sentinel_camera.testing.clips import ClipSpec, picture_number, write_clip
from sentinel_core.testing.clock import ManualClock

PICTURES = 20


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hevc")
    return write_clip(folder / "clip.mp4", ClipSpec(codec="libx265", frames=PICTURES, gop=5))


def packets_of(clip: Path) -> tuple[bytes, list[bytes], list[bytes], list[bool]]:
    """Configuration record, packets with lengths, packets with start codes, which are keys."""
    plain, coded, keys = [], [], []
    with av.open(str(clip), "r") as container:
        stream = container.streams.video[0]
        start_codes = BitStreamFilterContext("hevc_mp4toannexb", stream)
        record = stream.codec_context.extradata
        for packet in container.demux(stream):
            if packet.size:
                plain.append(bytes(packet))
                keys.append(packet.is_keyframe)
                coded += [bytes(piece) for piece in start_codes.filter(packet)]
    assert record is not None
    return record, plain, coded, keys


def test_both_framings_give_the_same_samples(clip: Path) -> None:
    record, plain, coded, _ = packets_of(clip)
    assert HevcFormatter(None).configuration is None
    by_length, by_code = HevcFormatter(record), HevcFormatter(None)
    assert [by_length.convert(data) for data in plain] == [by_code.convert(data) for data in coded]
    assert by_length.configuration == by_code.configuration
    # What the encoder's muxer wrote, but for the hints that the standard lets us leave out.
    assert by_code.configuration is not None
    assert by_code.configuration[:13] == record[:13]
    assert by_code.configuration[16:19] == record[16:19]


def test_a_player_reads_what_comes_out(clip: Path) -> None:
    _, _, coded, keys = packets_of(clip)
    formatter = HevcFormatter(None)
    samples = [formatter.convert(data) for data in coded]
    assert formatter.configuration is not None
    movie = init_segment(VideoConfiguration("hevc", formatter.configuration, 160, 96))
    for index, (sample, is_key) in enumerate(zip(samples, keys, strict=True)):
        movie += fragment(
            index,
            CodedUnit(
                dts_90k=index * 4_500,
                pts_90k=index * 4_500,
                duration_90k=4_500,
                is_key=is_key,
                data=sample,
                epoch="E",
                captured_at=ManualClock().utc_now(),
            ),
        )
    with av.open(io.BytesIO(movie), "r") as container:
        assert container.streams.video[0].codec_context.codec_tag == "hvc1"
        frames = list(container.decode(video=0))
    lumas = [float(PictureScaler().planes(frame).y.mean()) for frame in frames]
    assert [picture_number(luma) for luma in lumas] == list(range(PICTURES))


@example(b"", b"\x01")
@example(b"", b"\x01" + bytes(21) + b"\xff\x21\xff\xff")
@example(b"\x00\x00\x01\x42\x01" + bytes(30), b"")
@given(st.binary(max_size=200), st.one_of(st.none(), st.binary(max_size=60)))
def test_garbage_is_no_error(data: bytes, extradata: bytes | None) -> None:
    formatter = HevcFormatter(extradata)
    formatter.convert(data)
    for kind in (0x40, 0x42, 0x44):
        formatter.convert(b"\x00\x00\x01" + bytes((kind, 1)) + data)


@given(st.binary(max_size=20).filter(lambda data: b"\x00\x00\x03" not in data))
def test_bits_come_in_order(data: bytes) -> None:
    reader = BitReader(data)
    assert bytes(reader.bits(8) for _ in data) == data
    assert reader.bits(5) == 0b11111

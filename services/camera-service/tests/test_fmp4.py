"""The written MP4, read back by FFmpeg."""

from io import BytesIO
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentinel_camera.restream.fmp4 import fragment, init_segment
from sentinel_camera.restream.sinks import CodedUnit, VideoConfiguration
from sentinel_camera.sources.h264 import AvcFormatter
from sentinel_core.testing.builders import at

LATE = 2**40
"""A media clock after 141 days."""


def remux(clip: Path, shift_90k: int) -> tuple[bytes, list[CodedUnit]]:
    samples = []
    with av.open(str(clip), "r") as container:
        stream = container.streams.video[0]
        formatter = AvcFormatter(stream.codec_context.extradata)
        for packet in container.demux(stream):
            if packet.pts is None or packet.dts is None or packet.time_base is None:
                continue
            scale = packet.time_base * 90_000
            samples.append(
                CodedUnit(
                    round(packet.dts * scale) + shift_90k,
                    round(packet.pts * scale) + shift_90k,
                    4_500,
                    packet.is_keyframe,
                    formatter.convert(bytes(packet)),
                    epoch="E1",
                    captured_at=at(0),
                )
            )
        assert formatter.configuration is not None
        init = init_segment(
            VideoConfiguration("h264", formatter.configuration, stream.width, stream.height)
        )
    return init, samples


@pytest.mark.parametrize("name", ["plain.mp4", "reordered.mp4"])
@pytest.mark.parametrize("shift_90k", [90_000, LATE])
def test_packets_and_times_survive(clips: Path, name: str, shift_90k: int) -> None:
    init, samples = remux(clips / name, shift_90k)
    data = init + b"".join(fragment(n, sample) for n, sample in enumerate(samples))
    with av.open(BytesIO(data), "r") as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.width, stream.height) == ("h264", 160, 96)
        packets = [packet for packet in container.demux(stream) if packet.size]
    assert [packet.pts for packet in packets] == [sample.pts_90k for sample in samples]
    assert [packet.dts for packet in packets] == [sample.dts_90k for sample in samples]
    assert [bytes(packet) for packet in packets] == [sample.data for sample in samples]
    assert [packet.is_keyframe for packet in packets] == [sample.is_key for sample in samples]


def test_all_pictures_can_be_decoded_from_a_keyframe_on(clips: Path) -> None:
    init, samples = remux(clips / "plain.mp4", 0)
    data = init + b"".join(fragment(n, sample) for n, sample in enumerate(samples[10:]))
    with av.open(BytesIO(data), "r") as container:
        pictures = list(container.decode(video=0))
    assert [picture.pts for picture in pictures] == [s.pts_90k for s in samples[10:]]


@given(
    dts=st.integers(0, 2**63 - 1),
    offset=st.integers(-(2**31), 2**31 - 1),
    data=st.binary(min_size=1, max_size=300),
)
def test_boxes_fill_the_fragment(dts: int, offset: int, data: bytes) -> None:
    piece = fragment(
        1, CodedUnit(dts, dts + offset, 3_600, False, data, epoch="E1", captured_at=at(0))
    )
    moof = int.from_bytes(piece[:4])
    assert piece[4:8] == b"moof"
    assert piece[moof + 4 : moof + 8] == b"mdat"
    assert moof + int.from_bytes(piece[moof : moof + 4]) == len(piece)
    assert piece[moof + 8 :] == data

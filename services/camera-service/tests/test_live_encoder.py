"""Encoding anew: one unit per picture, times kept, a keyframe each second, bounded."""

from collections.abc import Iterator

import av
import numpy as np
import pytest
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from hypothesis import given, settings
from hypothesis import strategies as st

from sentinel_camera.worker.live_encoder import EncodedPicture, LiveEncoder

SECOND = 90_000


def picture(luma: int = 90, width: int = 64, height: int = 48, kind: str = "yuv420p") -> VideoFrame:
    frame = VideoFrame(width, height, kind)
    for plane in frame.planes:
        plane.update(np.full(plane.buffer_size, luma, np.uint8).tobytes())
    return frame


def decode(encoder: LiveEncoder, units: list[EncodedPicture]) -> Iterator[VideoFrame]:
    assert encoder.configuration is not None
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, VideoCodecContext)
    decoder.extradata = encoder.configuration
    for unit in units:
        yield from decoder.decode(av.Packet(unit.data))
    yield from decoder.decode(None)


@given(st.lists(st.integers(1, 3 * SECOND), min_size=1, max_size=30))
@settings(max_examples=30, deadline=None)
def test_each_picture_gives_one_unit_at_its_time(steps: list[int]) -> None:
    encoder = LiveEncoder(640)
    times = np.cumsum(steps).tolist()
    units = [unit for time in times for unit in encoder.encode(picture(), time)]
    assert [unit.pts_90k for unit in units] == times
    last_key = None
    for unit in units:
        if unit.is_key:
            last_key = unit.pts_90k
        assert last_key is not None
        assert unit.pts_90k - last_key < SECOND


def test_the_pictures_come_out_as_they_went_in() -> None:
    encoder = LiveEncoder(640)
    levels = [40 + 6 * n for n in range(30)]
    units = [u for n, luma in enumerate(levels) for u in encoder.encode(picture(luma), 3_600 * n)]
    assert encoder.size == (64, 48)
    decoded = list(decode(encoder, units))
    means = [frame.to_ndarray(format="gray").mean() for frame in decoded]
    shown = [np.frombuffer(memoryview(frame.planes[0]), np.uint8)[0] for frame in decoded]
    assert len(means) == 30
    assert [int(luma) for luma in shown] == pytest.approx(levels, abs=3)


def test_any_keyframe_is_a_start() -> None:
    encoder = LiveEncoder(640)
    units = [u for n in range(60) for u in encoder.encode(picture(30 + n), 3_600 * n)]
    keys = [number for number, unit in enumerate(units) if unit.is_key]
    assert keys == [0, 25, 50]
    assert len(list(decode(encoder, units[25:]))) == 35


def test_another_size_or_a_time_before_starts_again() -> None:
    encoder = LiveEncoder(640)
    for pts_90k, width in ((9_000, 64), (12_600, 128), (16_200, 128), (3_600, 128)):
        (unit,) = encoder.encode(picture(width=width), pts_90k)
        assert encoder.size == (width, 48)
        assert unit.is_key == (pts_90k != 16_200)
        assert len(list(decode(encoder, [unit]))) == unit.is_key


@pytest.mark.parametrize(
    ("size", "coded"),
    [((64, 48), (64, 48)), ((63, 47), (64, 48)), ((1280, 720), (320, 180)), ((90, 800), (36, 320))],
)
@pytest.mark.parametrize("kind", ["yuv420p", "yuvj422p", "yuv420p10le", "rgb24"])
def test_sizes_are_even_and_limited(
    size: tuple[int, int], coded: tuple[int, int], kind: str
) -> None:
    encoder = LiveEncoder(320)
    units = encoder.encode(picture(100, *size, kind), 0)
    assert encoder.size == coded
    assert [(frame.width, frame.height) for frame in decode(encoder, units)] == [coded]


def test_noise_does_not_exceed_the_limit() -> None:
    encoder = LiveEncoder(640, fps=25.0)
    generator = np.random.default_rng(1)
    total = 0
    for number in range(75):
        noise = generator.integers(0, 256, (320, 320), np.uint8)
        frame = VideoFrame.from_ndarray(noise, format="gray").reformat(format="yuv420p")
        total += sum(len(unit.data) for unit in encoder.encode(frame, 3_600 * number))
    # 3 s, and the buffer of one more
    assert total * 8 < 4 * 320_000

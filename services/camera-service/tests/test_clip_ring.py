"""What is kept of a camera's video, and what is cut out of it, decoded again."""

import asyncio
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentinel_camera.clips.cutter import cut_clip
from sentinel_camera.clips.memory import ClipMemory
from sentinel_camera.clips.movies import write_movie
from sentinel_camera.clips.ring import ClipRing
from sentinel_camera.restream.sinks import CodedUnit, VideoConfiguration
from sentinel_camera.sources.h264 import AvcFormatter
from sentinel_camera.sources.hevc import HevcFormatter
from sentinel_camera.testing.clips import ClipSpec, picture_number, write_clip
from sentinel_core.domain.errors import InvalidInput, NotFound
from sentinel_core.ports.camera_control import ClipCut
from sentinel_core.testing.builders import at
from sentinel_core.testing.clock import ManualClock

FRAME_90K = 4_500
START_90K = 900_000
PLENTY = 1 << 30


def coded(number: int, *, gop: int = 10, epoch: str = "E1", size: int = 100) -> CodedUnit:
    ticks = START_90K + number * FRAME_90K
    return CodedUnit(
        ticks, ticks, FRAME_90K, number % gop == 0, bytes(size), epoch, at(number / 20)
    )


def configuration(width: int = 160) -> VideoConfiguration:
    return VideoConfiguration("h264", b"record", width, 96)


def filled_ring(
    count: int, *, keep_s: float = 2.0, memory: ClipMemory | None = None, size: int = 100
) -> ClipRing:
    ring = ClipRing(keep_s, memory or ClipMemory(PLENTY))
    ring.configure(configuration())
    for number in range(count):
        ring.take(coded(number, size=size))
    return ring


def load(ring: ClipRing, clip: Path, epoch: str = "E1") -> None:
    """Put a clip of 20 frames a second into a ring."""
    with av.open(str(clip), "r") as container:
        stream = container.streams.video[0]
        codec = stream.codec_context.name
        formatter = {"h264": AvcFormatter, "hevc": HevcFormatter}[codec](
            stream.codec_context.extradata
        )
        assert formatter.configuration is not None
        size = (stream.width, stream.height)
        ring.configure(VideoConfiguration(codec, formatter.configuration, *size))
        for packet in container.demux(stream):
            if packet.pts is None or packet.dts is None or packet.time_base is None:
                continue
            scale = packet.time_base * 90_000
            pts_90k = START_90K + round(packet.pts * scale)
            dts_90k = START_90K + round(packet.dts * scale)
            data = formatter.convert(bytes(packet))
            moment = at((pts_90k - START_90K) / 90_000)
            ring.take(
                CodedUnit(dts_90k, pts_90k, FRAME_90K, packet.is_keyframe, data, epoch, moment)
            )


def decoded_numbers(mp4: bytes) -> list[int]:
    """Which pictures of the clip a movie shows."""
    with av.open(BytesIO(mp4), "r") as movie:
        pictures = [picture.to_ndarray()[:96] for picture in movie.decode(video=0)]
    return [picture_number(float(np.mean(luma))) for luma in pictures]


async def cut(ring: ClipRing, first: int, last: int, epoch: str = "E1") -> ClipCut:
    """Pictures `first` to `last`."""
    span = (START_90K + first * FRAME_90K, START_90K + (last + 1) * FRAME_90K)
    return await cut_clip(ring, ManualClock(), "cam_01", epoch, span)


@pytest.mark.parametrize("name", ["plain.mp4", "reordered.mp4"])
async def test_a_clip_shows_what_was_asked_for_from_the_keyframe_on(clips: Path, name: str) -> None:
    ring = ClipRing(10.0, ClipMemory(PLENTY))
    load(ring, clips / name)
    clip = await cut(ring, 15, 34)
    numbers = decoded_numbers(clip.mp4)
    assert numbers == list(range(10, 10 + len(numbers)))
    assert numbers[-1] >= 34
    assert (clip.epoch, clip.codec, clip.width, clip.height) == ("E1", "h264", 160, 96)
    assert clip.from_pts_90k <= START_90K + 15 * FRAME_90K
    assert clip.to_pts_90k >= START_90K + 35 * FRAME_90K
    assert clip.coverage == 1.0
    assert clip.mp4.index(b"moov") < clip.mp4.index(b"mdat")


async def test_a_clip_of_h265_shows_the_same(tmp_path: Path) -> None:
    spec = ClipSpec(codec="libx265", frames=40, gop=10)
    ring = ClipRing(10.0, ClipMemory(PLENTY))
    load(ring, write_clip(tmp_path / "hevc.mp4", spec))
    clip = await cut(ring, 15, 34)
    assert clip.codec == "hevc"
    numbers = decoded_numbers(clip.mp4)
    first = (clip.from_pts_90k - START_90K) // FRAME_90K
    assert first <= 15
    assert numbers == list(range(first, first + len(numbers)))
    assert numbers[-1] >= 34


def test_pictures_that_refer_to_what_is_left_out_are_left_out() -> None:
    ring = filled_ring(20, keep_s=10.0)
    leading = replace(coded(18), dts_90k=coded(20).dts_90k + 1, is_key=False)
    for unit in (coded(20), leading, replace(coded(21), dts_90k=coded(21).dts_90k + 1)):
        ring.take(unit)
    alone = ring.cut("E1", coded(20).pts_90k, coded(22).pts_90k)
    assert alone is not None
    assert [unit.pts_90k for unit in alone.units] == [coded(20).pts_90k, coded(21).pts_90k]
    longer = ring.cut("E1", coded(10).pts_90k, coded(22).pts_90k)
    assert longer is not None
    assert leading in longer.units


def test_a_camera_without_keyframes_does_not_eat_the_memory() -> None:
    memory = ClipMemory(PLENTY)
    ring = ClipRing(10.0, memory, limit_bytes=5_000)
    ring.configure(configuration())
    for number in range(200):
        ring.take(coded(number, gop=1_000))
        assert ring.size_bytes <= 5_000
    assert ring.cut("E1", START_90K, START_90K + 200 * FRAME_90K) is None
    for number in range(1_000, 1_020):
        ring.take(coded(number, gop=1_000))
    assert ring.size_bytes == memory.used_bytes == 2_000


def test_one_camera_keeps_no_more_than_its_share() -> None:
    ring = ClipRing(60.0, ClipMemory(PLENTY), limit_bytes=3_500)
    ring.configure(configuration())
    for number in range(200):
        ring.take(coded(number))
    footage = ring.cut("E1", START_90K, START_90K + 200 * FRAME_90K)
    assert footage is not None
    assert len(footage.units) == 30


async def test_a_clip_says_how_much_of_it_is_there(clips: Path) -> None:
    ring = ClipRing(10.0, ClipMemory(PLENTY))
    load(ring, clips / "plain.mp4")
    clip = await cut(ring, -20, 19)
    assert clip.from_pts_90k == START_90K
    assert clip.started_at == at(0)
    assert clip.coverage == pytest.approx(0.5)


async def test_the_end_of_a_clip_is_waited_for(clips: Path) -> None:
    clock = ManualClock()
    ring = ClipRing(10.0, ClipMemory(PLENTY))
    load(ring, clips / "short.mp4")
    span = (START_90K, START_90K + 100 * FRAME_90K)
    clip = await _cut_within(clock, ring, span)
    assert clip.coverage == pytest.approx(0.12)
    assert clock.monotonic() - 1_000.0 > 88 / 20


async def _cut_within(
    clock: ManualClock, ring: ClipRing, span: tuple[int, int], *, epoch: str = "E1"
) -> ClipCut:
    """Let time go on until the clip is there."""
    task = asyncio.create_task(cut_clip(ring, clock, "cam_01", epoch, span))
    for _ in range(100):
        await asyncio.wait([task], timeout=0)
        if not clock.sleepers:
            return await task
        await clock.advance(0.2)
    raise AssertionError("it waits for ever")


@pytest.mark.parametrize(("first", "epoch"), [(0, "E0"), (-90, "E1"), (60, "E1")])
async def test_what_is_not_kept_cannot_be_cut(first: int, epoch: str) -> None:
    clock = ManualClock()
    ring = filled_ring(60, keep_s=10.0)
    span = (START_90K + first * FRAME_90K, START_90K + (first + 10) * FRAME_90K)
    with pytest.raises(NotFound):
        await _cut_within(clock, ring, span, epoch=epoch)


async def test_a_clip_ends_after_it_begins() -> None:
    with pytest.raises(InvalidInput):
        await cut(filled_ring(20), 10, 9)


def test_a_clip_never_mixes_two_sizes() -> None:
    ring = filled_ring(20, keep_s=10.0)
    ring.configure(configuration(width=320))
    for number in range(20, 40):
        ring.take(coded(number))
    before = ring.cut("E1", START_90K, START_90K + 40 * FRAME_90K)
    after = ring.cut("E1", START_90K + 30 * FRAME_90K, START_90K + 40 * FRAME_90K)
    assert before is not None
    assert after is not None
    assert len(before.units) == 20
    assert (len(after.units), after.configuration.width) == (10, 320)


def test_a_clip_goes_on_over_a_loop_of_the_file() -> None:
    ring = filled_ring(20, keep_s=10.0)
    for number in range(20, 40):
        ring.take(coded(number, epoch="E2"))
    for epoch in ("E1", "E2"):
        footage = ring.cut(epoch, START_90K, START_90K + 40 * FRAME_90K)
        assert footage is not None
        assert [unit.epoch for unit in footage.units] == ["E1"] * 20 + ["E2"] * 20


def test_nothing_is_kept_of_what_was_to_be_forgotten() -> None:
    memory = ClipMemory(PLENTY)
    ring = filled_ring(15, memory=memory)
    ring.forget()
    ring.take(coded(15))
    assert memory.used_bytes == 0
    assert ring.cut("E1", START_90K, START_90K + 20 * FRAME_90K) is None


@given(count=st.integers(1, 200), keep_s=st.floats(0.1, 6.0))
def test_the_newest_seconds_are_kept_in_whole_groups(count: int, keep_s: float) -> None:
    ring = filled_ring(count, keep_s=keep_s)
    footage = ring.cut("E1", 0, START_90K + count * FRAME_90K)
    assert footage is not None
    first, last = footage.units[0], footage.units[-1]
    assert first.is_key
    assert last.pts_90k == START_90K + (count - 1) * FRAME_90K
    wanted = min(count, keep_s * 20)
    assert wanted <= len(footage.units) + 1
    assert len(footage.units) <= keep_s * 20 + 11


@given(sizes=st.lists(st.integers(1, 400), min_size=2, max_size=5))
def test_cameras_share_the_memory(sizes: list[int]) -> None:
    memory = ClipMemory(20_000)
    rings = [filled_ring(60, keep_s=60.0, memory=memory, size=size) for size in sizes]
    assert memory.used_bytes == sum(ring.size_bytes for ring in rings)
    newest_groups = sum(10 * size for size in sizes)
    assert memory.used_bytes <= max(20_000, newest_groups)
    for ring in rings:
        ring.close()
    assert memory.used_bytes == 0


def test_a_movie_begins_at_its_first_picture(clips: Path) -> None:
    ring = ClipRing(10.0, ClipMemory(PLENTY))
    load(ring, clips / "plain.mp4")
    footage = ring.cut("E1", START_90K + 20 * FRAME_90K, START_90K + 30 * FRAME_90K)
    assert footage is not None
    with av.open(BytesIO(write_movie(footage)), "r") as movie:
        times = [float(picture.time or 0.0) for picture in movie.decode(video=0)]
    assert times == pytest.approx([number / 20 for number in range(10)])

"""Low-latency HLS: what a player fetches, joined and decoded."""

import asyncio
import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentinel_camera.restream.hls import HlsPackager
from sentinel_camera.restream.sinks import CodedUnit, VideoConfiguration
from sentinel_camera.sources.h264 import AvcFormatter
from sentinel_core.domain.errors import DependencyUnavailable, InvalidInput, NotFound
from sentinel_core.testing.builders import at
from sentinel_core.testing.clock import ManualClock

FRAME_90K = 4_500
START_90K = 2**33
RECORD = bytes.fromhex("0142001effe1000467420000010002") + b"\x68\x00"


class Clip:
    """Access units of a clip of 20 frames a second, over and over."""

    def __init__(self, path: Path) -> None:
        with av.open(str(path), "r") as container:
            stream = container.streams.video[0]
            formatter = AvcFormatter(stream.codec_context.extradata)
            assert formatter.configuration is not None
            size = (stream.width, stream.height)
            self.configuration = VideoConfiguration("h264", formatter.configuration, *size)
            packets = [packet for packet in container.demux(stream) if packet.size]
            self._data = [(formatter.convert(bytes(p)), p.is_keyframe) for p in packets]

    def unit(self, number: int, ticks: int | None = None) -> CodedUnit:
        """The unit, at its time or at another one."""
        data, is_key = self._data[number % len(self._data)]
        if ticks is None:
            ticks = number * FRAME_90K
        start = START_90K + ticks
        return CodedUnit(start, start, FRAME_90K, is_key, data, "E1", at(ticks / 90_000))


@pytest.fixture
def clip(clips: Path) -> Clip:
    return Clip(clips / "plain.mp4")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


async def packaging(clip: Clip, clock: ManualClock) -> HlsPackager:
    """A packager that somebody asks."""
    packager = HlsPackager(clock)
    packager.configure(clip.configuration)
    asking = asyncio.create_task(packager.playlist())
    await asyncio.wait([asking], timeout=0)
    packager.take(clip.unit(0))
    for number in range(1, 5):
        packager.take(clip.unit(number))
    await asking
    return packager


def play(packager: HlsPackager, clip: Clip, numbers: range) -> None:
    for number in numbers:
        packager.take(clip.unit(number))


def uris(playlist: str, kind: str) -> list[str]:
    return re.findall(rf"({kind}-[\d-]+\.mp4)", playlist)


async def decode(packager: HlsPackager, names: list[str]) -> list[int]:
    """Times of the pictures of init segment and pieces."""
    data = b"".join([await packager.piece(name) for name in names])
    with av.open(BytesIO(data), "r") as container:
        return [picture.pts for picture in container.decode(video=0) if picture.pts is not None]


async def test_segments_hold_every_picture_at_its_time(clip: Clip, clock: ManualClock) -> None:
    packager = await packaging(clip, clock)
    play(packager, clip, range(5, 65))
    playlist = await packager.playlist()
    segments = uris(playlist, "segment")
    assert segments == ["segment-0.mp4", "segment-1.mp4", "segment-2.mp4"]
    times = await decode(packager, ["init-1.mp4", *segments])
    assert times == [START_90K + number * FRAME_90K for number in range(60)]
    assert "#EXT-X-PROGRAM-DATE-TIME:2026-01-10T12:00:01.000Z" in playlist


async def test_parts_are_the_segment_in_pieces(clip: Clip, clock: ManualClock) -> None:
    packager = await packaging(clip, clock)
    play(packager, clip, range(5, 45))
    playlist = await packager.playlist()
    parts = [f"part-{number}.mp4" for number in range(4, 8)]  # of the second second
    assert set(parts) < set(uris(playlist, "part"))
    joined = b"".join([await packager.piece(name) for name in parts])
    assert joined == await packager.piece("segment-1.mp4")
    durations = [float(text) for text in re.findall(r"PART:DURATION=([\d.]+)", playlist)]
    assert set(durations) == {0.25}
    assert "PART-TARGET=0.27500" in playlist
    assert "PART-HOLD-BACK=0.82500" in playlist
    assert playlist.count("INDEPENDENT=YES") == 5  # a keyframe each 10 pictures, parts of 5


async def test_the_first_viewer_begins_with_whole_segments(clip: Clip, clock: ManualClock) -> None:
    packager = HlsPackager(clock)
    packager.configure(clip.configuration)
    play(packager, clip, range(47))
    playlist = await packager.playlist()
    assert uris(playlist, "segment") == ["segment-0.mp4"]
    assert uris(playlist, "part")[-1] == "part-5.mp4"
    times = await decode(packager, ["init-1.mp4", "segment-0.mp4", "part-4.mp4"])
    assert times == [START_90K + number * FRAME_90K for number in range(20, 45)]


async def test_keyframes_that_never_come_again_are_not_kept(clip: Clip, clock: ManualClock) -> None:
    packager = HlsPackager(clock)
    packager.configure(clip.configuration)
    for number in range(40):
        unit = replace(clip.unit(number), is_key=number == 0, data=bytes(1 << 20))
        packager.take(unit)
    asking = asyncio.create_task(packager.playlist())
    await asyncio.wait([asking], timeout=0)
    assert not asking.done()
    play(packager, clip, range(40, 45))
    assert "INDEPENDENT=YES" in await asking


async def test_durations_are_measured_where_the_source_guesses(
    clip: Clip, clock: ManualClock
) -> None:
    packager = await packaging(clip, clock)  # so far as announced, then at half the rate
    for number in range(5, 65):
        packager.take(clip.unit(number, ticks=(2 * number - 5) * FRAME_90K))
    playlist = await packager.playlist()
    durations = [float(text) for text in re.findall(r"EXTINF:([\d.]+)", playlist)]
    assert durations[1:] == [1.0] * (len(durations) - 1)
    assert durations[0] == 1.75
    parts = [float(text) for text in re.findall(r"PART:DURATION=([\d.]+)", playlist)]
    assert max(parts) <= 0.275


async def test_a_short_silence_lengthens_a_segment_and_a_long_one_begins_anew(
    clip: Clip, clock: ManualClock
) -> None:
    packager = await packaging(clip, clock)
    play(packager, clip, range(5, 7))
    for number in range(7, 40):
        packager.take(clip.unit(number, ticks=number * FRAME_90K + 45_000))
    playlist = await packager.playlist()
    assert float(re.findall(r"EXTINF:([\d.]+)", playlist)[0]) == 1.0
    parts = [float(text) for text in re.findall(r"PART:DURATION=([\d.]+)", playlist)]
    assert max(parts) <= 0.275
    for number in range(40, 60):
        packager.take(clip.unit(number, ticks=number * FRAME_90K + 450_000))
    assert (await packager.playlist()).count("#EXT-X-DISCONTINUITY\n") == 1


@given(
    steps=st.lists(st.integers(1_000, 60_000), min_size=30, max_size=120),
    reordering=st.booleans(),
)
async def test_what_is_announced_is_kept(steps: list[int], *, reordering: bool) -> None:
    clock = ManualClock()
    packager = HlsPackager(clock)
    configuration = VideoConfiguration("h264", RECORD, 160, 96)
    packager.configure(configuration)
    asking = asyncio.create_task(packager.playlist())
    await asyncio.wait([asking], timeout=0)
    ticks = 0
    for number, step in enumerate(steps):
        shift = 4_500 * (number % 3) if reordering else 0
        moment = at(ticks / 90_000)
        packager.take(CodedUnit(ticks, ticks + shift, 4_500, number % 8 == 0, b"x", "E1", moment))
        ticks += step
    playlist = await asking if asking.done() else ""
    playlist = await packager.playlist() if playlist else playlist
    asking.cancel()
    check_announcements(playlist)


def check_announcements(playlist: str) -> None:
    """RFC 8216bis, 4.4.3.1, 4.4.3.7 and 4.4.4.9: no part, no segment is longer than announced."""
    if not playlist:
        return
    target = int(re.findall(r"TARGETDURATION:(\d+)", playlist)[0])
    part_target = float(re.findall(r"PART-TARGET=([\d.]+)", playlist)[0])
    hold_back = float(re.findall(r"PART-HOLD-BACK=([\d.]+)", playlist)[0])
    assert hold_back >= 3 * part_target - 1e-4
    assert all(round(float(text)) <= target for text in re.findall(r"EXTINF:([\d.]+)", playlist))
    parts = re.findall(r"PART:DURATION=([\d.]+)", playlist)
    assert all(0 < float(text) <= part_target + 1e-5 for text in parts)
    numbers = [int(text) for text in re.findall(r"segment-(\d+)", playlist)]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True


async def test_a_playlist_is_held_back_until_it_has_the_part(
    clip: Clip, clock: ManualClock
) -> None:
    packager = await packaging(clip, clock)
    waiting = asyncio.create_task(packager.playlist(number=0, part=1))
    await asyncio.wait([waiting], timeout=0)
    play(packager, clip, range(5, 9))
    await asyncio.wait([waiting], timeout=0)
    assert not waiting.done()
    play(packager, clip, range(9, 10))
    assert "part-1.mp4" in await waiting


async def test_the_hinted_part_is_waited_for(clip: Clip, clock: ManualClock) -> None:
    packager = await packaging(clip, clock)
    hint = re.findall(r'PRELOAD-HINT:TYPE=PART,URI="([^"]+)"', await packager.playlist())[0]
    waiting = asyncio.create_task(packager.piece(hint))
    await asyncio.wait([waiting], timeout=0)
    assert not waiting.done()
    play(packager, clip, range(5, 10))
    assert (await waiting)[4:8] == b"moof"


async def test_the_hint_is_right_at_the_end_of_a_segment_too(
    clip: Clip, clock: ManualClock
) -> None:
    packager = await packaging(clip, clock)
    play(packager, clip, range(5, 20))  # a whole second, and the next keyframe is to come
    hint = re.findall(r'PRELOAD-HINT:TYPE=PART,URI="([^"]+)"', await packager.playlist())[0]
    waiting = asyncio.create_task(packager.piece(hint))
    await asyncio.wait([waiting], timeout=0)
    play(packager, clip, range(20, 25))
    assert await waiting
    newest = (await packager.playlist()).splitlines()[-2]
    assert f'URI="{hint}",INDEPENDENT=YES' in newest


async def test_only_the_newest_segments_stay(clip: Clip, clock: ManualClock) -> None:
    packager = await packaging(clip, clock)
    play(packager, clip, range(5, 400))
    playlist = await packager.playlist()
    assert "#EXT-X-MEDIA-SEQUENCE:13" in playlist
    assert len(uris(playlist, "segment")) == 6
    with pytest.raises(NotFound):
        await packager.piece("segment-0.mp4")


async def test_a_lost_source_leaves_a_discontinuity(clip: Clip, clock: ManualClock) -> None:
    packager = await packaging(clip, clock)
    play(packager, clip, range(5, 30))
    packager.pause()
    play(packager, clip, range(95, 125))
    playlist = await packager.playlist()
    assert playlist.count("#EXT-X-DISCONTINUITY\n") == 1
    before, after = playlist.split("#EXT-X-DISCONTINUITY\n")
    assert "segment-1.mp4" in before
    assert "#EXT-X-PROGRAM-DATE-TIME:2026-01-10T12:00:05.000Z" in after  # the next keyframe
    play(packager, clip, range(125, 400))
    playlist = await packager.playlist()
    assert "#EXT-X-DISCONTINUITY\n" not in playlist
    assert "#EXT-X-DISCONTINUITY-SEQUENCE:1" in playlist


async def test_another_size_has_an_init_segment_of_its_own(
    clips: Path, clip: Clip, clock: ManualClock
) -> None:
    packager = await packaging(clip, clock)
    play(packager, clip, range(5, 20))
    large = Clip(clips / "large.mp4")
    packager.configure(large.configuration)
    play(packager, large, range(20, 45))
    playlist = await packager.playlist()
    assert uris(playlist, "init") == ["init-1.mp4", "init-2.mp4"]
    times = await decode(packager, ["init-2.mp4", "segment-1.mp4"])
    assert times[0] == START_90K + 20 * FRAME_90K


async def test_nothing_is_packaged_that_nobody_asks_for(clip: Clip, clock: ManualClock) -> None:
    packager = await packaging(clip, clock)
    await clock.advance(30.0)
    play(packager, clip, range(5, 10))
    with pytest.raises(NotFound):
        await packager.piece("part-0.mp4")


@pytest.mark.parametrize("name", ["init-9.mp4", "segment-9.mp4", "part-9.mp4", "x", "part-²"])
async def test_what_is_not_in_the_playlist_is_not_found(
    clip: Clip, clock: ManualClock, name: str
) -> None:
    packager = await packaging(clip, clock)
    with pytest.raises(NotFound):
        await packager.piece(name)


async def test_a_segment_of_the_far_future_is_refused(clip: Clip, clock: ManualClock) -> None:
    packager = await packaging(clip, clock)
    with pytest.raises(InvalidInput):
        await packager.playlist(number=5)


async def test_a_camera_that_is_silent_is_named(clock: ManualClock) -> None:
    packager = HlsPackager(clock)
    waiting = asyncio.create_task(packager.playlist())
    await asyncio.wait([waiting], timeout=0)
    await clock.advance(11.0)
    with pytest.raises(DependencyUnavailable):
        await waiting


async def test_whoever_waits_hears_that_the_camera_is_gone(clock: ManualClock) -> None:
    packager = HlsPackager(clock)
    waiting = asyncio.create_task(packager.playlist())
    await asyncio.wait([waiting], timeout=0)
    packager.close()
    with pytest.raises(NotFound):
        await waiting

"""Low-latency HLS: what a player fetches, joined and decoded."""

import asyncio
import re
from io import BytesIO
from pathlib import Path

import av
import pytest

from sentinel_camera.restream.hls import HlsPackager
from sentinel_camera.restream.sinks import CodedUnit, VideoConfiguration
from sentinel_camera.sources.h264 import AvcFormatter
from sentinel_core.domain.errors import DependencyUnavailable, InvalidInput, NotFound
from sentinel_core.testing.builders import at
from sentinel_core.testing.clock import ManualClock

FRAME_90K = 4_500
START_90K = 2**33


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

    def unit(self, number: int) -> CodedUnit:
        data, is_key = self._data[number % len(self._data)]
        ticks = START_90K + number * FRAME_90K
        return CodedUnit(ticks, ticks, FRAME_90K, is_key, data, "E1", at(number / 20))


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
    parts = [name for name in uris(playlist, "part") if name.startswith("part-1-")]
    joined = b"".join([await packager.piece(name) for name in parts])
    assert joined == await packager.piece("segment-1.mp4")
    durations = [float(text) for text in re.findall(r"PART:DURATION=([\d.]+)", playlist)]
    assert set(durations) == {0.25}
    assert "PART-TARGET=0.25" in playlist
    assert playlist.count("INDEPENDENT=YES") == 5  # a keyframe each 10 pictures, parts of 5


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
    assert "part-0-1.mp4" in await waiting


async def test_the_hinted_part_is_waited_for(clip: Clip, clock: ManualClock) -> None:
    packager = await packaging(clip, clock)
    hint = re.findall(r'PRELOAD-HINT:TYPE=PART,URI="([^"]+)"', await packager.playlist())[0]
    waiting = asyncio.create_task(packager.piece(hint))
    await asyncio.wait([waiting], timeout=0)
    assert not waiting.done()
    play(packager, clip, range(5, 10))
    assert (await waiting)[4:8] == b"moof"


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
        await packager.piece("part-0-0.mp4")


@pytest.mark.parametrize("name", ["init-9.mp4", "segment-9.mp4", "part-0-9.mp4", "x", "part-²-1"])
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

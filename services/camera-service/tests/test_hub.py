import asyncio
from collections.abc import AsyncIterator

from sentinel_camera.restream.hub import LiveHub
from sentinel_camera.restream.sinks import CodedUnit, VideoConfiguration
from sentinel_core.testing.builders import at

AVCC = bytes.fromhex("0142001effe1000467420000010002") + b"\x68\x00"


def unit(number: int, *, is_key: bool = False, size: int = 100) -> CodedUnit:
    ticks = number * 3_600
    data = bytes([number % 256]) * size
    return CodedUnit(ticks, ticks, 3_600, is_key, data, epoch="E1", captured_at=at(0))


def size_of(width: int, height: int) -> VideoConfiguration:
    return VideoConfiguration("h264", AVCC, width, height)


def publish(hub: LiveHub, numbers: range, *, gop: int = 5) -> None:
    for number in numbers:
        hub.take(unit(number, is_key=number % gop == 0))


async def take(stream: AsyncIterator[bytes], count: int) -> list[str | int]:
    """Kinds: 'init', or the number of the unit."""
    async with asyncio.timeout(5):
        pieces = [await anext(stream) for _ in range(count)]
    return ["init" if piece[4:8] == b"ftyp" else piece[-1] for piece in pieces]


def ready_hub(**settings: int) -> LiveHub:
    hub = LiveHub(**settings)
    hub.configure(size_of(160, 96))
    return hub


async def test_a_viewer_starts_with_the_newest_keyframe() -> None:
    hub = ready_hub()
    publish(hub, range(8))
    with hub.watch() as stream:
        hub.take(unit(8))
        assert await take(stream, 5) == ["init", 5, 6, 7, 8]


async def test_viewers_are_independent() -> None:
    hub = ready_hub()
    with hub.watch() as first, hub.watch() as second:
        assert hub.viewers == 2
        publish(hub, range(3))
        assert await take(first, 4) == await take(second, 4) == ["init", 0, 1, 2]
    assert hub.viewers == 0


async def test_a_slow_viewer_goes_on_at_a_keyframe() -> None:
    hub = ready_hub(max_backlog=7)
    with hub.watch() as stream:
        publish(hub, range(18))
        seen = await take(stream, 8)
    assert seen == ["init", 10, 11, 12, 13, 14, 15, 16]


async def test_what_fits_is_not_skipped() -> None:
    hub = ready_hub(max_backlog=7)
    with hub.watch() as stream:
        publish(hub, range(7))
        assert await take(stream, 8) == ["init", 0, 1, 2, 3, 4, 5, 6]


async def test_a_new_size_brings_a_new_init_segment() -> None:
    hub = ready_hub()
    with hub.watch() as stream:
        publish(hub, range(2))
        hub.configure(size_of(320, 192))
        publish(hub, range(5, 7))
        assert await take(stream, 6) == ["init", 0, 1, "init", 5, 6]
    hub.configure(size_of(320, 192))
    with hub.watch() as stream:
        assert await take(stream, 3) == ["init", 5, 6]


async def test_pictures_before_a_keyframe_or_a_configuration_are_not_shown() -> None:
    hub = LiveHub()
    hub.take(unit(0, is_key=True))
    hub.configure(size_of(160, 96))
    with hub.watch() as stream:
        publish(hub, range(3, 7))
        assert await take(stream, 3) == ["init", 5, 6]


async def test_a_viewer_waits_while_the_camera_is_offline() -> None:
    hub = ready_hub()
    publish(hub, range(3))
    hub.pause()
    with hub.watch() as stream:
        waiting = asyncio.create_task(take(stream, 2))
        await asyncio.wait([waiting], timeout=0)
        assert not waiting.done()
        hub.take(unit(5, is_key=True))
        assert await waiting == ["init", 5]


async def test_viewers_end_with_the_hub() -> None:
    hub = ready_hub()
    publish(hub, range(1))
    with hub.watch() as stream:
        hub.close()
        async with asyncio.timeout(5):
            assert len([piece async for piece in stream]) == 2


async def test_a_huge_group_is_not_kept() -> None:
    hub = ready_hub()
    hub.take(unit(0, is_key=True, size=20 << 20))
    with hub.watch() as stream:
        publish(hub, range(1, 6))
        assert await take(stream, 2) == ["init", 5]


async def test_nothing_is_shown_that_was_to_be_forgotten() -> None:
    hub = ready_hub()
    with hub.watch() as behind:
        publish(hub, range(3))
        hub.forget()
        with hub.watch() as late:
            publish(hub, range(3, 7))
            assert await take(behind, 3) == await take(late, 3) == ["init", 5, 6]

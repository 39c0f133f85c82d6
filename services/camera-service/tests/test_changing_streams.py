"""Sources that turn into something else while they are read."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sentinel_camera.testing.clips import ClipSpec, write_clip
from sentinel_camera.testing.site import CameraSite
from sentinel_core.adapters.system_clock import SystemClock
from sentinel_sim.faults.web_server import WebAnswer, WebRequest, WebServer

pytestmark = pytest.mark.asyncio(loop_scope="session")

PIECE_BYTES = 2048


async def in_pieces(data: bytes, seconds: float) -> AsyncIterator[bytes]:
    """As slowly as a live stream comes."""
    clock = SystemClock()
    pieces = [data[start : start + PIECE_BYTES] for start in range(0, len(data), PIECE_BYTES)]
    for piece in pieces:
        yield piece
        await clock.sleep(seconds / len(pieces))


async def test_another_codec_after_a_reconnect_is_shown_as_such(
    site: CameraSite, tmp_path: Path
) -> None:
    clips = [
        write_clip(tmp_path / f"{codec}.ts", ClipSpec(codec=codec, frames=40, gop=10))
        for codec in ("libx264", "libx265")
    ]
    opened = 0

    async def answer(request: WebRequest) -> WebAnswer:
        nonlocal opened
        opened += 1
        data = clips[0 if opened == 1 else 1].read_bytes()
        return WebAnswer(content_type="video/mp2t", stream=in_pieces(data, 2.0))

    async with WebServer(answer) as server:
        camera = await site.add("cam_01", server.url("/live.ts"))
        await site.until_frames("cam_01", 3)
        kinds: list[bytes] = []
        async with site.service.live_video.watch("cam_01") as pieces:
            async for piece in pieces:
                if piece[4:8] == b"ftyp":
                    kinds.append(b"hvc1" if b"hvc1" in piece else b"avc1")
                if kinds == [b"avc1", b"hvc1"]:
                    break
        await site.until(lambda: len({frame.epoch for frame in site.frames}) > 1)
        await site.remove(camera)
    times = [frame.pts_90k for frame in site.frames]
    assert times == sorted(times)

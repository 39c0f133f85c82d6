"""An encoder that publishes a clip over RTSP, in a process of its own."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

_PUBLISH = """
import sys, time, av
clip, url = sys.argv[1:]
out = av.open(url, "w", format="rtsp", options={"rtsp_transport": "tcp"})
stream, started, offset = None, time.monotonic(), 0.0
while True:
    with av.open(clip) as source:
        video = source.streams.video[0]
        stream = stream or out.add_stream_from_template(video)
        for packet in source.demux(video):
            if packet.dts is None:
                continue
            late = started + offset + float(packet.dts * video.time_base) - time.monotonic()
            time.sleep(max(0.0, late))
            shift = round(offset / video.time_base)
            packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
            packet.stream = stream
            out.mux(packet)
        offset += float(video.duration * video.time_base)
"""
"""As any encoder would: in real time, for ever."""


@asynccontextmanager
async def published(clip: Path, url: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Publish a clip in a circle; a server that goes away ends the process."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _PUBLISH, str(clip), url, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()

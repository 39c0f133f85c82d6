"""Opens HTTP and HTTPS sources: HLS, MJPEG, and other streams of bytes."""

from __future__ import annotations  # `Packet` is generic in its stubs only

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from fractions import Fraction
from typing import Protocol
from urllib.parse import urlsplit

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from sentinel_camera.sources.access import PlayTime, SourceAccess
from sentinel_camera.sources.failures import open_failure
from sentinel_camera.sources.hls import HlsStream
from sentinel_camera.sources.http_client import HttpBody, HttpClient
from sentinel_camera.sources.opened import OpenSource, of_container
from sentinel_core.domain.media_clock import TICKS_PER_SECOND

_FORMATS = "mpegts,mov,mp4,m4a,3gp,3g2,mj2,flv,matroska,webm"
"""Containers that carry times; bare H.264 has none."""
_PLAYLIST_TYPES = ("mpegurl",)


class _Readable(Protocol):
    def read(self, size: int) -> bytes: ...


@contextmanager
def open_http(source_url: str, access: SourceAccess, time: PlayTime) -> Iterator[OpenSource]:
    """Open a source by what the server says it is.

    Raises:
        SourceFailed: With the reason.
    """
    web = HttpClient(source_url, access)
    with web.get(web.url) as body:
        if body.content_type.startswith("multipart/"):
            with _container(body, source_url, "mpjpeg") as container:
                yield _timed_by_arrival(of_container(container), time)
            return
        if not _is_playlist(body):
            with _container(body, source_url) as container:
                # What has a length is a recording, and comes as fast as the network is.
                yield of_container(container, is_ahead=body.has_length)
            return
    stream = HlsStream(web, body.url, time, stall_s=access.read_s)
    with closing(stream), _container(stream, source_url) as container:
        yield of_container(container, is_ahead=True)


def _is_playlist(body: HttpBody) -> bool:
    named = any(kind in body.content_type for kind in _PLAYLIST_TYPES)
    return named or urlsplit(body.url).path.lower().endswith((".m3u8", ".m3u"))


@contextmanager
def _container(
    source: _Readable, source_url: str, format_name: str | None = None
) -> Iterator[InputContainer]:
    options = {
        # FFmpeg reads the bytes it is given, and opens nothing.
        "protocol_whitelist": "",
        "format_whitelist": format_name or _FORMATS,
        "analyzeduration": "1000000",
        "fpsprobesize": "0",
    }
    try:
        container = av.open(
            source, "r", format=format_name, options=options, metadata_errors="replace"
        )
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise open_failure(error, source_url) from None
    with container:
        yield container


def _timed_by_arrival(opened: OpenSource, time: PlayTime) -> OpenSource:
    """Pictures without a time of their own are of when they came."""

    def packets() -> Iterator[Packet[VideoStream]]:
        started_s, previous = time.clock.monotonic(), 0
        for packet in opened.packets():
            if packet.size:
                now = round((time.clock.monotonic() - started_s) * TICKS_PER_SECOND)
                packet.pts = packet.dts = now
                packet.duration = now - previous
                previous = now
            yield packet

    # The rate that FFmpeg assumes is invented.
    return replace(opened, packets=packets, time_base=Fraction(1, TICKS_PER_SECOND), fps=None)

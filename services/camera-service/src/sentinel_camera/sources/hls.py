"""Follows an HLS stream: its pieces as one stream of bytes."""

from collections.abc import Iterator
from typing import Protocol

from sentinel_camera.sources.access import PlayTime
from sentinel_camera.sources.http_client import HttpBody
from sentinel_camera.sources.playlists import (
    MediaPlaylist,
    Resource,
    Segment,
    choose_variant,
    parse_media,
    parse_variants,
)
from sentinel_core.domain.cameras import SourceReason
from sentinel_core.domain.errors import SourceFailed

_PLAYLIST_BYTES = 1 << 20
_STALLED_TARGETS = 3
"""Target durations without a new piece."""


class Web(Protocol):
    """Loads URLs; see `HttpClient`."""

    def get(self, url: str, byte_range: tuple[int, int] | None = None) -> HttpBody:
        """Open one."""
        ...


class HlsStream:
    """A file to read from: the newest piece of a live stream, or the first of a recording.

    Raises from `read`: SourceFailed with the reason, TimeoutError where no new piece comes.
    """

    def __init__(self, web: Web, playlist_url: str, time: PlayTime, *, stall_s: float) -> None:
        """Prepare; the playlist is loaded with the first `read`."""
        self._web = web
        self._url = playlist_url
        self._time = time
        self._stall_s = stall_s
        self._body: HttpBody | None = None
        self._header: Resource | None = None
        self._pieces = self._load_pieces()

    def read(self, size: int) -> bytes:
        """The next bytes; none at the end of a recording."""
        while True:
            if self._body is None:
                self._body = next(self._pieces, None)
                if self._body is None:
                    return b""
            if data := self._body.read(size):
                return data
            self.close()

    def close(self) -> None:
        """Close the connection."""
        if self._body is not None:
            self._body.close()
            self._body = None

    def _load_pieces(self) -> Iterator[HttpBody]:
        for segment in self._follow():
            if segment.header != self._header:
                if self._header is not None:
                    raise SourceFailed("The stream is coded anew.", reason=SourceReason.ENDED)
                self._header = segment.header
                if segment.header is not None:
                    yield self._web.get(segment.header.url, segment.header.byte_range)
            try:
                yield self._web.get(segment.resource.url, segment.resource.byte_range)
            except SourceFailed as failure:
                # A piece that has left the window already: the next ones are there.
                if failure.reason is not SourceReason.NO_VIDEO:
                    raise

    def _follow(self) -> Iterator[Segment]:
        playlist = self._load_playlist()
        newest = self._time.clock.monotonic()
        following = _first_sequence(playlist)
        while True:
            fresh = [piece for piece in playlist.segments if piece.sequence >= following]
            if not fresh and playlist.segments and not playlist.is_finished:
                last = playlist.segments[-1].sequence
                # The server has begun to count anew.
                following = last if last < following - 1 else following
            for segment in fresh:
                following = segment.sequence + 1
                yield segment
                newest = self._time.clock.monotonic()
            if playlist.is_finished:
                return
            now_s = self._time.clock.monotonic()
            if now_s - newest > max(self._stall_s, _STALLED_TARGETS * playlist.target_s):
                raise TimeoutError("no new piece of the stream")
            self._time.wait_until(now_s + playlist.target_s / 2)
            playlist = self._load_playlist()

    def _load_playlist(self) -> MediaPlaylist:
        text, url = self._load_text(self._url)
        if variants := parse_variants(text, url):
            self._url = choose_variant(variants).url
            text, url = self._load_text(self._url)
        return parse_media(text, url)

    def _load_text(self, url: str) -> tuple[str, str]:
        with self._web.get(url) as body:
            try:
                return body.read_text(_PLAYLIST_BYTES), body.url
            except ValueError:
                raise SourceFailed(
                    "What answers is no playlist.", reason=SourceReason.NO_VIDEO
                ) from None


def _first_sequence(playlist: MediaPlaylist) -> int:
    """Live streams start with the newest piece: what was before is past."""
    if not playlist.segments:
        return 0
    start = 0 if playlist.is_finished else -1
    return playlist.segments[start].sequence

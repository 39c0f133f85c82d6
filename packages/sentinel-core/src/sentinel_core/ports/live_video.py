"""Live video for browsers: a camera's packets as fragmented MP4, never encoded anew."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol


class LiveVideo(Protocol):
    """Where the API takes the video of a camera from. Implemented by camera-service."""

    def serves(self, camera_key: str) -> bool:
        """Whether the camera is read here, so that `watch` finds it."""
        ...

    def watch(self, camera_key: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Join a camera's stream.

        The iterator yields an init segment (`ftyp` + `moov`), then fragments (`moof` + `mdat`),
        one per access unit, from the newest keyframe on. A new init segment follows when the
        source changes its size or codec. `tfdt` and `pts_90k` are the same clock. A viewer that is too slow
        misses fragments up to the next keyframe. It waits while the camera is offline and ends
        only when the camera is removed or the service stops.

        Raises:
            NotFound: No such camera is being read.
        """
        ...

    async def hls_playlist(
        self, camera_key: str, *, segment: int | None = None, part: int | None = None
    ) -> str:
        """The media playlist of low-latency HLS, from the same packets.

        With `segment` (and `part`) it waits until the playlist goes as far. Its PROGRAM-DATE-TIME
        is when the pictures were captured; the URIs in it are names for `hls_piece`.

        Raises:
            NotFound: No such camera is being read.
            InvalidInput: That segment is too far in the future.
            DependencyUnavailable: The camera sends no pictures.
        """
        ...

    async def hls_piece(self, camera_key: str, name: str) -> bytes:
        """A piece that the playlist names; one that is announced only is waited for.

        Raises:
            NotFound: No such camera is being read, or it has no such piece (any more).
            DependencyUnavailable: The camera sends no pictures.
        """
        ...

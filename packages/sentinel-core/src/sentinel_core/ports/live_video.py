"""Live video for browsers: a camera's packets as fragmented MP4, never re-encoded."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol


class LiveVideo(Protocol):
    """Where the API takes the video of a camera from. Implemented by camera-service."""

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

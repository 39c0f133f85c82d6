"""Low-latency HLS to players that take no WebSocket."""

import re
from urllib.parse import quote

from sentinel_core.ports.live_video import LiveVideo
from sentinel_core.ports.repositories import Database

_NAME = re.compile(r"\b(?:init|segment|part)-[\d-]+\.mp4")


class HlsViewers:
    """Passes playlists and their pieces on."""

    def __init__(self, *, database: Database, video: LiveVideo) -> None:
        self._database = database
        self._video = video

    async def playlist(
        self, id_or_key: str, position: tuple[int | None, int | None], token: str | None
    ) -> str:
        """The playlist, once it goes as far as `position` (segment and part).

        Args:
            id_or_key: The camera.
            position: Segment and part to wait for, where given.
            token: What the player came with in the address; it needs it for each piece again.

        Raises:
            NotFound: No such camera is being read.
            InvalidInput: That segment is too far in the future.
            DependencyUnavailable: The camera sends no pictures.
        """
        segment, part = position
        key = await self._key_of(id_or_key)
        playlist = await self._video.hls_playlist(key, segment=segment, part=part)
        if token is None:
            return playlist
        return _NAME.sub(lambda name: f"{name[0]}?token={quote(token)}", playlist)

    async def piece(self, id_or_key: str, name: str) -> bytes:
        """See `LiveVideo.hls_piece`."""
        return await self._video.hls_piece(await self._key_of(id_or_key), name)

    async def _key_of(self, id_or_key: str) -> str:
        async with self._database.transaction() as work:
            return (await work.cameras.get(id_or_key)).key

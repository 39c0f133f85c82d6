"""Live video over WebRTC, where this system has no media server."""

from sentinel_core.domain.errors import InvalidInput, NotFound
from sentinel_core.ports.peer_video import PeerSession, PeerVideo
from sentinel_core.ports.repositories import Database

MAX_OFFER_BYTES = 64 * 1024


class PeerViewers:
    """Passes offers on; `video` is None where WebRTC is switched off."""

    def __init__(self, *, database: Database, video: PeerVideo | None) -> None:
        self._database = database
        self._video = video

    async def open(self, id_or_key: str, offer: bytes) -> tuple[str, PeerSession]:
        """Let a viewer in; the camera's key and the session.

        Raises:
            NotFound: No such camera is being read, or WebRTC is switched off.
            InvalidInput: No offer, or the camera's video cannot be sent like this.
            RateLimited: As many watch as may.
            DependencyUnavailable: The camera has sent no picture yet.
        """
        video, key = await self._found(id_or_key)
        try:
            text = offer.decode()
        except UnicodeDecodeError as error:
            raise InvalidInput("the offer is no text") from error
        if len(offer) > MAX_OFFER_BYTES:
            raise InvalidInput("the offer is too long")
        return key, await video.open(key, text)

    async def close(self, id_or_key: str, session_id: str) -> None:
        """End a session. Raises NotFound."""
        video, key = await self._found(id_or_key)
        await video.close(key, session_id)

    async def _found(self, id_or_key: str) -> tuple[PeerVideo, str]:
        async with self._database.transaction() as work:
            key = (await work.cameras.get(id_or_key)).key
        if self._video is None:
            raise NotFound("this server sends no video by WebRTC")
        return self._video, key

"""Where browsers get live video from, and the tokens they need there."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from sentinel_api.access import Principal
from sentinel_api.players.schemas import KeySet, LivePlayers, Player, PlayerKind
from sentinel_core.ports.live_video import LiveVideo
from sentinel_core.ports.media_tokens import MediaAction, MediaPermission, MediaTokens
from sentinel_core.ports.repositories import Database
from sentinel_core.runtime.settings import MediaServerSettings

TOKEN_S = 300


class PlayerDirectory:
    """Names the players of a camera; nothing is stored, and a token is good for one camera."""

    def __init__(
        self,
        *,
        database: Database,
        video: LiveVideo,
        tokens: MediaTokens,
        media: MediaServerSettings,
        has_whep: bool = False,
    ) -> None:
        """Put it together; `has_whep`: this server sends WebRTC itself."""
        self._database = database
        self._video = video
        self._tokens = tokens
        self._media = media
        self._has_whep = has_whep

    async def players(self, id_or_key: str, caller: Principal) -> LivePlayers:
        """All ways to watch a camera, the best first.

        Raises:
            NotFound: There is no such camera.
        """
        async with self._database.transaction() as work:
            camera = await work.cameras.get(id_or_key)
        permission = MediaPermission(MediaAction.READ, camera.key)
        token = self._tokens.issue(caller.name, permission, TOKEN_S)
        return LivePlayers(players=list(self._players(camera.key, token)))

    def key_set(self) -> KeySet:
        """The public keys of tokens."""
        return KeySet.model_validate(self._tokens.key_set())

    def _players(self, key: str, token: str) -> Iterator[Player]:
        if not has_media_server(self._media):
            if self._has_whep:
                yield _with_token("whep", f"/api/cameras/{key}/whep", token)
            yield _on_this_server(key)
            yield _with_token("ll_hls", f"/api/cameras/{key}/hls/index.m3u8", token)
            return
        if self._media.whep_url is not None:
            yield _with_token("whep", f"{_base(self._media.whep_url)}/{key}/whep", token)
        if self._media.hls_url is not None:
            yield _with_token("ll_hls", f"{_base(self._media.hls_url)}/{key}/index.m3u8", token)
        if self._video.serves(key):
            yield _on_this_server(key)


def has_media_server(media: MediaServerSettings) -> bool:
    """Whether browsers are sent to a media server."""
    return media.whep_url is not None or media.hls_url is not None


def media_origins(media: MediaServerSettings) -> Sequence[str]:
    """Origins of the media server as browsers know them: `https://media.example:8889`."""
    origins = (
        f"{address.scheme}://{address.netloc}"
        for url in (media.whep_url, media.hls_url)
        if url is not None
        for address in (urlsplit(url),)
    )
    return tuple(dict.fromkeys(origins))


def _base(url: str) -> str:
    return url.rstrip("/")


def _with_token(kind: PlayerKind, url: str, token: str) -> Player:
    return Player(kind=kind, url=url, token=token, expires_in_s=TOKEN_S)


def _on_this_server(key: str) -> Player:
    return Player(kind="mse", url=f"/api/cameras/{key}/stream", token=None, expires_in_s=None)

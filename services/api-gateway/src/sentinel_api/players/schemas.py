"""Ways to watch a camera on the wire."""

from typing import Literal

from pydantic import Field

from sentinel_api.schemas import Answer

PlayerKind = Literal["whep", "ll_hls", "mse"]


class Player(Answer):
    """One way to watch a camera."""

    kind: PlayerKind
    url: str = Field(description="Absolute, or a path on this server")
    token: str | None = Field(
        description="Sent as `Authorization: Bearer`; null: the access token, as anywhere here"
    )
    expires_in_s: int | None = Field(description="Ask again before; what plays goes on")


class LivePlayers(Answer):
    """All ways to watch a camera, the best first."""

    players: list[Player]


class KeySet(Answer):
    """A JSON Web Key Set (RFC 7517): what media tokens are checked by."""

    keys: list[dict[str, str]]

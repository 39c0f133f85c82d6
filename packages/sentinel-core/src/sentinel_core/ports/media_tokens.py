"""Who may do what at a media server, as signed tokens that the server checks by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class MediaAction(StrEnum):
    """What a token lets its holder do."""

    READ = "read"
    PUBLISH = "publish"
    CONFIGURE = "api"


@dataclass(frozen=True, slots=True)
class MediaPermission:
    """One action on one path (a camera's key). `CONFIGURE` has no path."""

    action: MediaAction
    path: str = ""


class MediaTokens(Protocol):
    """Issues and checks tokens; whoever has the key set can check them too."""

    def issue(self, holder: str, permission: MediaPermission, lifetime_s: int) -> str:
        """A token for exactly this permission.

        Args:
            holder: Who gets it, for the media server's log.
            permission: What it is good for.
            lifetime_s: Whole seconds from now.
        """
        ...

    def check(self, token: str, permission: MediaPermission) -> datetime:
        """When a token that is good for `permission` expires.

        Raises:
            NotAuthenticated: It is broken, forged, expired, or no token of this kind.
            AccessDenied: It is good for something else.
        """
        ...

    def key_set(self) -> Mapping[str, Sequence[Mapping[str, str]]]:
        """The public key as a JSON Web Key Set (RFC 7517)."""
        ...

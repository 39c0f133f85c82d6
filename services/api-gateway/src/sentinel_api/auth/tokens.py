"""Access tokens: short-lived JSON Web Tokens under a key derived from the product's secret key."""

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt

from sentinel_api.access import Principal
from sentinel_core.domain.errors import NotAuthenticated
from sentinel_core.domain.users import Role, User
from sentinel_core.ports.clock import Clock

ALGORITHM = "HS256"
ISSUER = "sentinel"
LOCAL_AUDIENCE = "local"
BROWSER_AUDIENCE = "browser"
LOCAL_TOKEN_DAYS = 366


def derive_key(secret_key: str, purpose: str) -> bytes:
    """32 bytes for one purpose: HMAC-SHA256 of the purpose under the secret key."""
    return hmac.new(secret_key.encode(), purpose.encode(), hashlib.sha256).digest()


class AccessTokens:
    """Issues and reads access tokens.

    A token for the command line of this machine is bound to `boot`: it ends with the process.
    """

    def __init__(self, *, clock: Clock, secret_key: str, lifetime_s: int, boot: str) -> None:
        self._clock = clock
        self._key = derive_key(secret_key, "sentinel access token 1")
        self._boot = boot
        self.lifetime_s = lifetime_s

    def issue(self, user: User) -> str:
        """For a user who signed in."""
        return self._sign(
            {"sub": str(user.id), "name": user.name, "role": str(user.role)},
            audience=BROWSER_AUDIENCE,
            lifetime=timedelta(seconds=self.lifetime_s),
        )

    def issue_local(self, name: str) -> str:
        """For the command line on this machine: an administrator for as long as the process runs."""
        return self._sign(
            {"name": name, "role": str(Role.ADMIN), "boot": self._boot},
            audience=LOCAL_AUDIENCE,
            lifetime=timedelta(days=LOCAL_TOKEN_DAYS),
        )

    def read(self, token: str) -> Principal:
        """Who holds the token.

        Raises:
            NotAuthenticated: It is broken, forged, expired, or of an earlier run.
        """
        claims = self._verified(token)
        try:
            expires_at = datetime.fromtimestamp(claims["exp"], UTC)
            principal = Principal(
                name=str(claims["name"]),
                role=Role(str(claims["role"])),
                user_id=UUID(str(claims["sub"])) if "sub" in claims else None,
                expires_at=expires_at,
            )
        except (KeyError, ValueError, TypeError, OverflowError) as error:
            raise NotAuthenticated("the access token is not one of ours") from error
        if expires_at <= self._clock.utc_now():
            raise NotAuthenticated("the access token has expired")
        if claims["aud"] == LOCAL_AUDIENCE and claims.get("boot") != self._boot:
            raise NotAuthenticated("the access token belongs to an earlier run of the server")
        return principal

    def _sign(self, claims: dict[str, object], *, audience: str, lifetime: timedelta) -> str:
        now = self._clock.utc_now()
        return jwt.encode(
            {
                **claims,
                "iss": ISSUER,
                "aud": audience,
                "iat": int(now.timestamp()),
                "exp": int((now + lifetime).timestamp()),
                "jti": secrets.token_hex(8),
            },
            self._key,
            algorithm=ALGORITHM,
        )

    def _verified(self, token: str) -> dict[str, Any]:
        try:
            # Expiry is checked by our own clock, not by the library's.
            return dict(
                jwt.decode(
                    token,
                    self._key,
                    algorithms=[ALGORITHM],
                    issuer=ISSUER,
                    audience=[LOCAL_AUDIENCE, BROWSER_AUDIENCE],
                    options={
                        "require": ["exp", "iat", "aud", "iss"],
                        "verify_exp": False,
                        "verify_iat": False,
                    },
                )
            )
        except (jwt.InvalidTokenError, ValueError) as error:
            raise NotAuthenticated("the access token is not one of ours") from error

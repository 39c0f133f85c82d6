"""Media tokens as JSON Web Tokens (ES256), in the form that MediaMTX checks."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sentinel_core.domain.errors import AccessDenied, NotAuthenticated
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.media_tokens import MediaAction, MediaPermission

ISSUER = "sentinel"
AUDIENCE = "sentinel-live"
PERMISSIONS_CLAIM = "mediamtx_permissions"

_ALGORITHM = "ES256"
_PURPOSE = b"sentinel media tokens 1"
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_COORDINATE_BYTES = 32
_DERIVED_BYTES = 48
"""128 bits more than the order has: the remainder is as good as evenly spread (FIPS 186-5, A.2.1)."""


class SignedMediaTokens:
    """`MediaTokens` under a P-256 key derived from the secret key: the same in every process."""

    def __init__(self, secret_key: str, clock: Clock) -> None:
        self._key = _derive_key(secret_key)
        self._clock = clock
        self._public = _public_jwk(self._key)

    def issue(self, holder: str, permission: MediaPermission, lifetime_s: int) -> str:
        """A token for exactly this permission."""
        now = self._clock.utc_now()
        granted = {"action": str(permission.action)}
        if permission.path:
            granted["path"] = permission.path
        return jwt.encode(
            {
                "iss": ISSUER,
                "aud": AUDIENCE,
                "sub": holder,
                "iat": int(now.timestamp()),
                "exp": int((now + timedelta(seconds=lifetime_s)).timestamp()),
                PERMISSIONS_CLAIM: [granted],
            },
            self._key,
            algorithm=_ALGORITHM,
            headers={"kid": self._public["kid"]},
        )

    def check(self, token: str, permission: MediaPermission) -> datetime:
        """When the token expires, where it is good for `permission`."""
        claims = self._verified(token)
        expires_at = datetime.fromtimestamp(claims["exp"], UTC)
        if expires_at <= self._clock.utc_now():
            raise NotAuthenticated("the media token has expired")
        if not _grants(claims.get(PERMISSIONS_CLAIM), permission):
            raise AccessDenied("the media token is for something else")
        return expires_at

    def key_set(self) -> Mapping[str, Sequence[Mapping[str, str]]]:
        """The public key as a JSON Web Key Set."""
        return {"keys": [self._public]}

    def _verified(self, token: str) -> dict[str, Any]:
        try:
            # Expiry is checked by our own clock, not by the library's.
            claims = jwt.decode(
                token,
                self._key.public_key(),
                algorithms=[_ALGORITHM],
                issuer=ISSUER,
                audience=AUDIENCE,
                options={
                    "require": ["exp", "iat", "aud", "iss"],
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
            datetime.fromtimestamp(claims["exp"], UTC)
        except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError) as error:
            raise NotAuthenticated("the media token is not one of ours") from error
        return dict(claims)


def _grants(granted: object, wanted: MediaPermission) -> bool:
    """Exact, though the media server knows patterns: we never issue any."""
    if not isinstance(granted, list):
        return False
    has_path = wanted.action is not MediaAction.CONFIGURE
    return any(
        isinstance(entry, dict)
        and entry.get("action") == wanted.action
        and (not has_path or (wanted.path != "" and entry.get("path") == wanted.path))
        for entry in granted
    )


def _derive_key(secret_key: str) -> ec.EllipticCurvePrivateKey:
    stretched = HKDF(SHA256(), _DERIVED_BYTES, salt=None, info=_PURPOSE).derive(secret_key.encode())
    scalar = int.from_bytes(stretched) % (_P256_ORDER - 1) + 1
    return ec.derive_private_key(scalar, ec.SECP256R1())


def _public_jwk(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    """RFC 7518, 6.2.1; its id is the thumbprint of RFC 7638."""
    numbers = key.public_key().public_numbers()
    x, y = (_base64url(value.to_bytes(_COORDINATE_BYTES)) for value in (numbers.x, numbers.y))
    thumbprint = sha256(f'{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}'.encode())
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": x,
        "y": y,
        "use": "sig",
        "alg": _ALGORITHM,
        "kid": _base64url(thumbprint.digest()),
    }


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")

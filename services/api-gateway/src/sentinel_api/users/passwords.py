"""Passwords: argon2id, computed in threads because each takes tens of milliseconds."""

import asyncio
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

GENERATED_BYTES = 12

_hasher = PasswordHasher()


def generate_password() -> str:
    """A random password of 16 characters (96 bits)."""
    return secrets.token_urlsafe(GENERATED_BYTES)


async def hash_password(password: str) -> str:
    """An argon2id hash with its parameters."""
    return await asyncio.to_thread(_hasher.hash, password)


async def password_matches(password: str, password_hash: str | None) -> bool:
    """Whether the password is the one; takes the same time where there is no hash."""
    known = await asyncio.to_thread(_verify, password, password_hash)
    return known and password_hash is not None


def _verify(password: str, password_hash: str | None) -> bool:
    try:
        return _hasher.verify(password_hash or _hash_of_nobody(), password)
    except (Argon2Error, InvalidHashError):
        return False


@cache
def _hash_of_nobody() -> str:
    """Checked against where no such user exists, so that the answer takes as long."""
    return _hasher.hash(secrets.token_urlsafe(GENERATED_BYTES))

"""Accounts on the wire."""

from typing import Annotated, Self

from pydantic import Field

from sentinel_api.schemas import Answer, Body, UtcTime
from sentinel_core.domain.users import Role, User

USER_NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$"
MIN_PASSWORD_CHARS = 10
MAX_PASSWORD_CHARS = 256

UserName = Annotated[str, Field(pattern=USER_NAME_PATTERN, examples=["ana"])]


class CreateUser(Body):
    """An account to add; without a password one is made and shown once."""

    name: UserName
    role: Role
    password: str | None = Field(
        default=None, min_length=MIN_PASSWORD_CHARS, max_length=MAX_PASSWORD_CHARS
    )


class UserAnswer(Answer):
    """An account."""

    name: str
    role: Role
    disabled: bool
    created_at: UtcTime

    @classmethod
    def of(cls, user: User) -> Self:
        """All but the password."""
        return cls(
            name=user.name, role=user.role, disabled=user.disabled, created_at=user.created_at
        )


class CreatedUser(UserAnswer):
    """A new account; `password` only where it was made here, and only this once."""

    password: str | None = None


class NewPassword(Answer):
    """Shown once."""

    password: str

"""Sign-in on the wire."""

from pydantic import Field

from sentinel_api.schemas import Answer, Body
from sentinel_core.domain.users import Role


class Login(Body):
    """Name and password."""

    name: str = Field(min_length=1, max_length=64, examples=["admin"])
    password: str = Field(min_length=1, max_length=256)


class CallerAnswer(Answer):
    """Who is signed in."""

    name: str
    role: Role


class AccessAnswer(Answer):
    """An access token, to be sent as `Authorization: Bearer …` and kept in memory only."""

    access_token: str
    expires_in_s: int
    user: CallerAnswer


class AuthConfig(Answer):
    """Whether this server wants a sign-in."""

    auth_required: bool

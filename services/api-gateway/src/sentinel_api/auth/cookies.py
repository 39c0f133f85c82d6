"""The two cookies of a session: the refresh token, and the CSRF token beside it."""

import hmac
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from sentinel_core.domain.errors import AccessDenied

REFRESH_COOKIE = "sentinel_refresh"
CSRF_COOKIE = "sentinel_csrf"
AUTH_PATH = "/api/auth"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshGrant:
    """What goes into the cookies."""

    token: str = field(repr=False)
    csrf: str = field(repr=False)
    lifetime_s: int


def set_cookies(request: Request, response: Response, grant: RefreshGrant) -> None:
    """The refresh token only goes to the sign-in routes; scripts read the CSRF token."""
    secure = request.url.scheme == "https"
    response.set_cookie(
        REFRESH_COOKIE,
        grant.token,
        max_age=grant.lifetime_s,
        path=AUTH_PATH,
        httponly=True,
        secure=secure,
        samesite="strict",
    )
    response.set_cookie(
        CSRF_COOKIE,
        grant.csrf,
        max_age=grant.lifetime_s,
        path="/",
        secure=secure,
        samesite="strict",
    )
    response.headers["Cache-Control"] = "no-store"


def clear_cookies(response: Response) -> None:
    """Forget the session."""
    response.delete_cookie(REFRESH_COOKIE, path=AUTH_PATH, httponly=True, samesite="strict")
    response.delete_cookie(CSRF_COOKIE, path="/", samesite="strict")


def check_csrf(cookie: str | None, header: str | None) -> None:
    """Double submit: another site can send the cookie, but cannot read it.

    Raises:
        AccessDenied: The header does not equal the cookie.
    """
    if not cookie or not header or not hmac.compare_digest(cookie.encode(), header.encode()):
        raise AccessDenied("the header X-CSRF-Token does not equal the CSRF cookie")

"""Routes of sign-in."""

from typing import Annotated

from fastapi import APIRouter, Cookie, Header, Request, Response

from sentinel_api.access import Viewer, public
from sentinel_api.auth.cookies import (
    CSRF_COOKIE,
    REFRESH_COOKIE,
    check_csrf,
    clear_cookies,
    set_cookies,
)
from sentinel_api.auth.schemas import AccessAnswer, AuthConfig, CallerAnswer, Login
from sentinel_api.context import Context
from sentinel_api.schemas import BODY_PROBLEMS, problems

router = APIRouter(prefix="/auth", tags=["auth"], dependencies=[])

RefreshCookie = Annotated[str | None, Cookie(alias=REFRESH_COOKIE, max_length=200)]
CsrfCookie = Annotated[str | None, Cookie(alias=CSRF_COOKIE, max_length=200)]
CsrfHeader = Annotated[
    str | None,
    Header(alias="X-CSRF-Token", max_length=200, description="Equal to the CSRF cookie."),
]


@router.get("/config", dependencies=[public()])
async def get_auth_config(context: Context) -> AuthConfig:
    """Whether this server wants a sign-in."""
    return AuthConfig(auth_required=context.sign_in.is_required)


@router.post("/login", dependencies=[public()], responses=problems(401, 429, *BODY_PROBLEMS))
async def log_in(
    context: Context, body: Login, request: Request, response: Response
) -> AccessAnswer:
    """Sign in: an access token, and a refresh cookie that scripts cannot read."""
    origin = request.client.host if request.client else "unknown"
    signed_in = await context.sign_in.log_in(body.name, body.password, origin)
    set_cookies(request, response, signed_in.refresh)
    return signed_in.answer


@router.post("/refresh", dependencies=[public()], responses=problems(401, 403, 409, 422))
async def refresh_access(
    context: Context,
    request: Request,
    response: Response,
    refresh: RefreshCookie = None,
    csrf_cookie: CsrfCookie = None,
    csrf_header: CsrfHeader = None,
) -> AccessAnswer:
    """A new access token and a new refresh cookie.

    An old refresh cookie ends its session; within a few seconds after it was replaced (two tabs
    at once) it is a clash instead: try again with the newer cookie.
    """
    check_csrf(csrf_cookie, csrf_header)
    signed_in = await context.sign_in.refresh(refresh)
    set_cookies(request, response, signed_in.refresh)
    return signed_in.answer


@router.post("/logout", status_code=204, dependencies=[public()], responses=problems(403, 422))
async def log_out(
    context: Context,
    response: Response,
    refresh: RefreshCookie = None,
    csrf_cookie: CsrfCookie = None,
    csrf_header: CsrfHeader = None,
) -> None:
    """End the session and clear the cookies."""
    check_csrf(csrf_cookie, csrf_header)
    await context.sign_in.log_out(refresh)
    clear_cookies(response)


@router.get("/me")
async def get_me(caller: Viewer) -> CallerAnswer:
    """Who is signed in; `local` where sign-in is switched off."""
    return CallerAnswer(name=caller.name, role=caller.role)

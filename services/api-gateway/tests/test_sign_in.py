"""Sign-in: tokens, cookies, CSRF, rotation, rate limit."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import httpx2
import jwt
import pytest

from sentinel_api import ensure_admin
from sentinel_api.testing import World
from sentinel_core.domain.users import Role
from sentinel_core.testing.clock import ManualClock

MakeWorld = Callable[..., Awaitable[World]]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def guarded(make_world: MakeWorld, clock: ManualClock) -> World:
    """Sign-in switched on; nothing runs in the background."""
    return await make_world(auth=True, clock=clock)


async def log_in(client: httpx2.AsyncClient, world: World) -> dict[str, object]:
    body = {"name": "admin", "password": world.admin_password}
    answer = await client.post("/api/auth/login", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def refresh(client: httpx2.AsyncClient) -> httpx2.Response:
    csrf = client.cookies.get("sentinel_csrf") or ""
    return await client.post("/api/auth/refresh", headers={"X-CSRF-Token": csrf})


async def test_first_administrator_is_made_once(guarded: World) -> None:
    assert guarded.admin_password is not None
    assert len(guarded.admin_password) >= 16
    assert await ensure_admin(guarded.database, guarded.ports.clock) is None


async def test_signed_in_user_is_known(guarded: World) -> None:
    client = guarded.client()
    answer = await log_in(client, guarded)
    assert answer["user"] == {"name": "admin", "role": "admin"}
    assert answer["expires_in_s"] == 15 * 60
    me = await client.get(
        "/api/auth/me", headers={"Authorization": f"Bearer {answer['access_token']}"}
    )
    assert me.json() == {"name": "admin", "role": "admin"}


async def test_cookies_are_kept_from_scripts_and_other_sites(guarded: World) -> None:
    client = guarded.client()
    body = {"name": "admin", "password": guarded.admin_password}
    answer = await client.post("/api/auth/login", json=body)
    refresh_cookie, csrf_cookie = answer.headers.get_list("set-cookie")
    assert "sentinel_refresh=" in refresh_cookie
    assert "HttpOnly" in refresh_cookie
    assert "Path=/api/auth;" in refresh_cookie
    assert "SameSite=strict" in refresh_cookie
    assert "sentinel_csrf=" in csrf_cookie
    assert "HttpOnly" not in csrf_cookie
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("name", ["admin", "nobody"])
async def test_wrong_password_does_not_say_what_is_wrong(guarded: World, name: str) -> None:
    answer = await guarded.client().post(
        "/api/auth/login", json={"name": name, "password": "wrong"}
    )
    assert answer.status_code == 401
    assert answer.json()["detail"] == "name or password is wrong"
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_too_many_tries_are_refused_per_name(
    make_world: MakeWorld, clock: ManualClock
) -> None:
    world = await make_world(auth=True, clock=clock, login_attempts_per_minute=2)
    client = world.client()
    wrong = {"name": "admin", "password": "wrong"}
    statuses = [(await client.post("/api/auth/login", json=wrong)).status_code for _ in range(3)]
    assert statuses == [401, 401, 429]
    right = {"name": "Admin", "password": world.admin_password}
    refused = await client.post("/api/auth/login", json=right)
    assert (refused.status_code, refused.json()["code"]) == (429, "rate-limited")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    other = await client.post("/api/auth/login", json={"name": "olga", "password": "wrong"})
    assert other.status_code == 401


async def test_access_token_expires(guarded: World, clock: ManualClock) -> None:
    answer = await log_in(guarded.client(), guarded)
    client = guarded.client(str(answer["access_token"]))
    await clock.advance(14 * 60)
    assert (await client.get("/api/auth/me")).status_code == 200
    await clock.advance(60)
    late = await client.get("/api/auth/me")
    assert (late.status_code, late.json()["code"]) == (401, "not-authenticated")
    assert "expired" in late.json()["detail"]


async def test_forged_and_broken_tokens_are_refused(guarded: World) -> None:
    token = str((await log_in(guarded.client(), guarded))["access_token"])
    claims = jwt.decode(token, options={"verify_signature": False})
    forged = (
        jwt.encode(claims, "x" * 32, algorithm="HS256"),
        jwt.encode(claims, "", algorithm="none"),
        token[:-4],
        f"{token.rpartition('.')[0]}.",
        "nonsense",
        "a.b.c",
        "",
        "é",
    )
    for broken in forged:
        headers = [(b"Authorization", f"Bearer {broken}".encode())]
        answer = await guarded.client().get("/api/auth/me", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "not-authenticated"), broken


async def test_refresh_goes_on_and_replaces_the_cookie(guarded: World, clock: ManualClock) -> None:
    client = guarded.client()
    await log_in(client, guarded)
    before = client.cookies["sentinel_refresh"]
    await clock.advance(3600)
    answer = await refresh(client)
    assert answer.status_code == 200
    assert client.cookies["sentinel_refresh"] != before
    fresh = guarded.client(answer.json()["access_token"])
    assert (await fresh.get("/api/auth/me")).json()["name"] == "admin"


async def test_refresh_needs_the_csrf_token(guarded: World) -> None:
    client = guarded.client()
    await log_in(client, guarded)
    for headers in ({}, {"X-CSRF-Token": "wrong"}):
        answer = await client.post("/api/auth/refresh", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "access-denied")
    assert (await client.post("/api/auth/logout")).status_code == 403
    assert (await refresh(client)).status_code == 200


async def test_old_refresh_token_ends_the_session(guarded: World, clock: ManualClock) -> None:
    client, thief = guarded.client(), guarded.client()
    await log_in(client, guarded)
    thief.cookies.update(client.cookies)
    assert (await refresh(client)).status_code == 200
    await clock.advance(60)
    assert (await refresh(thief)).status_code == 401
    ended = await refresh(client)
    assert (ended.status_code, ended.json()["code"]) == (401, "not-authenticated")


async def test_two_tabs_at_once_keep_the_session(guarded: World, clock: ManualClock) -> None:
    client, tab = guarded.client(), guarded.client()
    await log_in(client, guarded)
    tab.cookies.update(client.cookies)
    answers = await asyncio.gather(refresh(client), refresh(tab))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    await clock.advance(60)
    winner = client if answers[0].status_code == 200 else tab
    assert (await refresh(winner)).status_code == 200


async def test_session_ends_after_its_days(guarded: World, clock: ManualClock) -> None:
    client = guarded.client()
    await log_in(client, guarded)
    await clock.advance(15 * 24 * 3600)
    assert (await refresh(client)).status_code == 401


async def test_logout_ends_the_session(guarded: World) -> None:
    client, copy = guarded.client(), guarded.client()
    await log_in(client, guarded)
    copy.cookies.update(client.cookies)
    headers = {"X-CSRF-Token": client.cookies["sentinel_csrf"]}
    assert (await client.post("/api/auth/logout", headers=headers)).status_code == 204
    assert "sentinel_refresh" not in client.cookies
    assert (await refresh(copy)).status_code == 401


@pytest.mark.parametrize(
    "cookie", ["", "nonsense", "a.b", "6f6dd0f4-5a0c-4b5e-9b51-1b6a4a1e7a01.x"]
)
async def test_broken_refresh_cookie_is_refused(guarded: World, cookie: str) -> None:
    client = guarded.client()
    client.cookies.set("sentinel_refresh", cookie)
    client.cookies.set("sentinel_csrf", "same")
    answer = await client.post("/api/auth/refresh", headers={"X-CSRF-Token": "same"})
    assert answer.status_code == 401


async def test_new_password_ends_all_sessions(guarded: World) -> None:
    admin = guarded.client(guarded.service.issue_local_token())
    made = await admin.post("/api/users", json={"name": "olga", "role": "operator"})
    assert made.status_code == 201
    user = made.json()
    assert len(user["password"]) >= 16
    olga = guarded.client()
    body = {"name": "olga", "password": user["password"]}
    assert (await olga.post("/api/auth/login", json=body)).status_code == 200
    reset = await admin.post("/api/users/olga/reset-password")
    assert reset.json()["password"] != user["password"]
    assert (await refresh(olga)).status_code == 401
    assert (await olga.post("/api/auth/login", json=body)).status_code == 401
    again = {"name": "olga", "password": reset.json()["password"]}
    assert (await olga.post("/api/auth/login", json=again)).status_code == 200


async def test_users_are_made_listed_and_audited(guarded: World) -> None:
    admin = guarded.client(guarded.service.issue_local_token())
    own = {"name": "vera", "role": "viewer", "password": "correct horse battery"}
    made = await admin.post("/api/users", json=own)
    assert made.status_code == 201
    assert "password" not in made.json()
    assert (await admin.post("/api/users", json=own)).status_code == 409
    users = (await admin.get("/api/users")).json()
    assert [(user["name"], user["role"]) for user in users] == [
        ("admin", "admin"),
        ("vera", "viewer"),
    ]
    assert "hash" not in str(users)
    async with guarded.database.transaction() as work:
        (row,) = [row for row in await work.audit.list() if row.subject == "vera"]
    assert (row.actor, row.action, row.after) == ("local", "user.create", {"role": "viewer"})


@pytest.mark.parametrize(
    "body",
    [
        {"name": "local", "role": "viewer"},
        {"name": "Local", "role": "viewer"},
        {"name": "a b", "role": "viewer"},
        {"name": "", "role": "viewer"},
        {"name": "vera", "role": "king"},
        {"name": "vera", "role": "viewer", "password": "short"},
        {"name": "vera", "role": "viewer", "password": "x" * 257},
        {"name": "vera"},
    ],
)
async def test_broken_user_is_refused(guarded: World, body: dict[str, str]) -> None:
    admin = guarded.client(guarded.service.issue_local_token())
    answer = await admin.post("/api/users", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"]


async def test_unknown_user_cannot_be_reset(guarded: World) -> None:
    admin = guarded.client(guarded.service.issue_local_token())
    assert (await admin.post("/api/users/nobody/reset-password")).status_code == 404


async def test_local_token_ends_with_the_process(make_world: MakeWorld) -> None:
    first, second = await make_world(auth=True), await make_world(auth=True)
    token = first.service.issue_local_token()
    me = await first.client(token).get("/api/auth/me")
    assert me.json() == {"name": "local", "role": "admin"}
    assert (await second.client(token).get("/api/auth/me")).status_code == 401


async def test_disabled_user_is_out(guarded: World, clock: ManualClock) -> None:
    await guarded.user_token("olga", Role.OPERATOR)
    client = guarded.client()
    admin = guarded.client(guarded.service.issue_local_token())
    password = (await admin.post("/api/users/olga/reset-password")).json()["password"]
    body = {"name": "olga", "password": password}
    assert (await client.post("/api/auth/login", json=body)).status_code == 200
    async with guarded.database.transaction() as work:
        user = await work.users.find("olga")
        assert user is not None
        await work.users.update(replace(user, disabled=True))
    assert (await refresh(client)).status_code == 401
    assert (await client.post("/api/auth/login", json=body)).status_code == 401


async def test_without_sign_in_everybody_is_local(make_world: MakeWorld) -> None:
    client = (await make_world()).client()
    assert (await client.get("/api/auth/config")).json() == {"auth_required": False}
    assert (await client.get("/api/auth/me")).json() == {"name": "local", "role": "admin"}


async def test_with_sign_in_the_config_says_so(guarded: World) -> None:
    assert (await guarded.client().get("/api/auth/config")).json() == {"auth_required": True}

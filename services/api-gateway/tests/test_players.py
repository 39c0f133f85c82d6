"""Where browsers are sent for live video, with which tokens, and who may read embedded video."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import jwt
import pytest
from fastapi import FastAPI

from sentinel_api.access import LiveViewer, Principal
from sentinel_api.testing import World
from sentinel_core.domain.users import Role
from sentinel_core.ports.media_tokens import MediaAction, MediaPermission
from sentinel_core.runtime.settings import MediaServerSettings
from sentinel_core.testing.clock import ManualClock

MakeWorld = Callable[..., Awaitable[World]]

MEDIA = MediaServerSettings(
    api_url="http://10.0.0.7:9997",
    rtsp_url="rtsp://10.0.0.7:8554",
    whep_url="https://media.example:8889/",
    hls_url="https://media.example/hls",
)
READ = MediaPermission(MediaAction.READ, "cam_01")


async def players(world: World, path: str = "/api/cameras/cam_01/live") -> list[dict[str, object]]:
    answer = await world.client().get(path)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, object]] = answer.json()["players"]
    return found


async def test_without_a_media_server_this_one_serves_video(world: World) -> None:
    await world.add_camera()
    found = await players(world)
    assert [(player["kind"], player["url"]) for player in found] == [
        ("mse", "/api/cameras/cam_01/stream"),
        ("ll_hls", "/api/cameras/cam_01/hls/index.m3u8"),
    ]
    assert (found[0]["token"], found[0]["expires_in_s"]) == (None, None)
    assert found[1]["expires_in_s"] == 300


async def test_with_one_browsers_are_sent_there(make_world: MakeWorld) -> None:
    world = await make_world(media=MEDIA)
    camera = await world.add_camera()
    found = await players(world, f"/api/cameras/{camera.id}/live")
    assert [(player["kind"], player["url"]) for player in found] == [
        ("whep", "https://media.example:8889/cam_01/whep"),
        ("ll_hls", "https://media.example/hls/cam_01/index.m3u8"),
    ]
    world.video.fragments["cam_01"] = []
    assert (await players(world))[-1]["kind"] == "mse", "where the camera is read here"


async def test_a_token_lets_read_one_camera_for_five_minutes(make_world: MakeWorld) -> None:
    world = await make_world(media=MEDIA)
    await world.add_camera()
    before = world.ports.clock.utc_now()
    first = (await players(world))[0]
    expires_at = world.ports.media_tokens.check(str(first["token"]), READ)
    assert first["expires_in_s"] == 300
    assert abs(expires_at - before - timedelta(seconds=300)) < timedelta(seconds=30)
    claims = jwt.decode(str(first["token"]), options={"verify_signature": False})
    assert claims["mediamtx_permissions"] == [{"action": "read", "path": "cam_01"}]
    assert claims["aud"] == "sentinel-live"


async def test_the_key_set_is_public_and_checks_the_tokens(make_world: MakeWorld) -> None:
    world = await make_world(auth=True, media=MEDIA)
    await world.add_camera()
    answer = await world.client().get("/.well-known/jwks.json")
    keys = jwt.PyJWKSet.from_json(json.dumps(answer.json()))
    token = world.ports.media_tokens.issue("olga", READ, 300)
    key = keys[jwt.get_unverified_header(token)["kid"]]
    jwt.decode(token, key, algorithms=["ES256"], audience="sentinel-live")
    assert '"d"' not in answer.text


async def test_players_are_for_those_who_signed_in(make_world: MakeWorld) -> None:
    world = await make_world(auth=True)
    await world.add_camera()
    assert (await world.client().get("/api/cameras/cam_01/live")).status_code == 401
    viewer = world.client(await world.user_token("vera", Role.VIEWER))
    assert (await viewer.get("/api/cameras/cam_01/live")).status_code == 200
    assert (await viewer.get("/api/cameras/nowhere/live")).status_code == 404


async def test_pages_may_speak_to_the_media_server_alone(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    (tmp_path / "index.html").write_text("<!doctype html><title>Home</title>")
    world = await make_world(media=MEDIA, dashboard_dir=tmp_path)
    policy = (await world.client().get("/")).headers["content-security-policy"]
    assert "connect-src 'self' ws://127.0.0.1 wss://127.0.0.1 https://media.example:8889 " in policy
    assert "media-src 'self' blob: https://media.example:8889 https://media.example;" in policy
    assert "script-src 'self';" in policy


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [({"api_url": "http://x:1"}, "set both"), ({"rtsp_url": "rtsp://x:1"}, "set both")],
)
def test_half_a_media_server_is_refused(settings: dict[str, str], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        MediaServerSettings.model_validate(settings)


class TestLiveRequirement:
    """A route that players read, who cannot always set headers."""

    @pytest.fixture
    def clock(self) -> ManualClock:
        return ManualClock()

    @pytest.fixture
    async def world(self, make_world: MakeWorld, clock: ManualClock) -> World:
        world = await make_world(auth=True, clock=clock)
        add_route(world.service.app)
        return world

    async def ask(self, world: World, token: str | None = None, query: str = "") -> int:
        return (await world.client(token).get(f"/probe/cam_01{query}")).status_code

    async def test_a_media_token_is_taken_from_header_and_query(self, world: World) -> None:
        token = world.ports.media_tokens.issue("olga", READ, 300)
        assert await self.ask(world, token) == 200
        assert await self.ask(world, query=f"?token={token}") == 200

    async def test_an_access_token_is_taken_from_the_header_alone(self, world: World) -> None:
        token = world.service.issue_local_token()
        assert await self.ask(world, token) == 200
        assert await self.ask(world, query=f"?token={token}") == 401

    async def test_no_token_or_a_broken_one_is_refused(self, world: World) -> None:
        assert await self.ask(world) == 401
        assert await self.ask(world, "a.b.c") == 401
        assert await self.ask(world, query="?token=a.b.c") == 401

    async def test_an_expired_token_is_refused(self, world: World, clock: ManualClock) -> None:
        token = world.ports.media_tokens.issue("olga", READ, 300)
        clock.jump_wall(300)
        assert await self.ask(world, token) == 401
        assert await self.ask(world, query=f"?token={token}") == 401

    @pytest.mark.parametrize(
        "other",
        [
            MediaPermission(MediaAction.READ, "cam_02"),
            MediaPermission(MediaAction.PUBLISH, "cam_01"),
            MediaPermission(MediaAction.CONFIGURE),
        ],
    )
    async def test_a_token_for_something_else_is_refused(
        self, world: World, other: MediaPermission
    ) -> None:
        token = world.ports.media_tokens.issue("olga", other, 300)
        assert await self.ask(world, token) == 403
        assert await self.ask(world, query=f"?token={token}") == 403

    async def test_a_media_token_opens_nothing_else(self, world: World) -> None:
        token = world.ports.media_tokens.issue("olga", READ, 300)
        assert (await world.client(token).get("/api/cameras")).status_code == 401


def add_route(app: FastAPI) -> None:
    async def probe(camera: str, caller: LiveViewer) -> str:
        assert isinstance(caller, Principal)
        return f"{camera} {caller.role}"

    app.router.add_api_route("/probe/{camera}", probe)
    # Before the dashboard, which takes every path.
    app.router.routes.insert(0, app.router.routes.pop())

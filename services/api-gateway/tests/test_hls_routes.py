"""Low-latency HLS over HTTP: who may fetch it, and that players find all pieces."""

from collections.abc import Awaitable, Callable

import pytest
import pytest_asyncio

from sentinel_api.testing import World
from sentinel_core.domain.users import Role

PLAYLIST = "/api/cameras/cam_01/hls/index.m3u8"


@pytest_asyncio.fixture
async def world(make_world: Callable[..., Awaitable[World]]) -> World:
    """With sign-in; one camera has video."""
    world = await make_world(auth=True)
    await world.add_camera()
    await world.add_camera(key="cam_02")
    world.video.fragments["cam_01"] = [b"x" * 100]
    return world


async def live_token(world: World, camera: str = "cam_01") -> str:
    client = world.client(await world.user_token(f"viewer_of_{camera}", Role.VIEWER))
    players = (await client.get(f"/api/cameras/{camera}/live")).json()["players"]
    return str(next(player["token"] for player in players if player["kind"] == "ll_hls"))


async def test_playlist_and_pieces_are_served(world: World) -> None:
    client = world.client(await world.user_token("vera", Role.VIEWER))
    playlist = await client.get(PLAYLIST, params={"_HLS_msn": 7, "_HLS_part": 2})
    assert playlist.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert playlist.headers["cache-control"] == "no-store"
    assert "# 7 2" in playlist.text
    piece = await client.get("/api/cameras/cam_01/hls/segment-7.mp4")
    assert piece.headers["content-type"] == "video/mp4"
    assert piece.content == b"x" * 100


async def test_a_token_in_the_address_is_handed_on_to_the_pieces(world: World) -> None:
    token = await live_token(world)
    client = world.client()
    playlist = (await client.get(PLAYLIST, params={"token": token})).text
    assert f'URI="init-1.mp4?token={token}"' in playlist
    address = playlist.splitlines()[-1]
    assert (await client.get(f"/api/cameras/cam_01/hls/{address}")).content == b"x" * 100


async def test_a_token_in_the_header_leaves_the_playlist_as_it_is(world: World) -> None:
    client = world.client(await live_token(world))
    assert "token" not in (await client.get(PLAYLIST)).text


@pytest.mark.parametrize("path", ["index.m3u8", "segment-7.mp4"])
async def test_nothing_without_a_token_of_this_camera(world: World, path: str) -> None:
    client = world.client()
    address = f"/api/cameras/cam_01/hls/{path}"
    assert (await client.get(address)).status_code == 401
    other = await live_token(world, "cam_02")
    assert (await client.get(address, params={"token": other})).status_code == 403


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/cameras/nobody/hls/index.m3u8", 404),
        ("/api/cameras/cam_02/hls/index.m3u8", 404),
        ("/api/cameras/cam_01/hls/segment-8.mp4", 404),
        ("/api/cameras/cam_01/hls/index.m3u8?_HLS_msn=-1", 422),
        ("/api/cameras/cam_01/hls/index.m3u8?_HLS_part=x", 422),
    ],
)
async def test_what_is_not_there_is_named(world: World, path: str, status: int) -> None:
    client = world.client(await world.user_token("vera", Role.VIEWER))
    assert (await client.get(path)).status_code == status

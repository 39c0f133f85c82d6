"""The WebSocket of live video."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from sentinel_api.testing import World, eventually
from sentinel_core.domain.users import Role

MakeWorld = Callable[..., Awaitable[World]]
FRAGMENTS = [b"\x00\x00\x00\x18ftypiso5", b"\x00\x00\x00\x08moof", b"x" * 100_000]


def watch(world: World, camera: str, token: str | None = None) -> connect:
    offered = ["sentinel.v1", *([f"bearer.{token}"] if token else [])]
    return connect(
        f"ws://127.0.0.1:{world.port}/api/cameras/{camera}/stream",
        subprotocols=[Subprotocol(name) for name in offered],
    )


async def end_of(socket: ClientConnection) -> int | None:
    async with asyncio.timeout(10):
        await socket.wait_closed()
    return socket.close_code


async def viewers(world: World) -> int:
    return int((await world.client().get("/api/stats")).json()["live"]["video_viewers"])


async def test_fragments_are_passed_on_one_to_one(world: World) -> None:
    camera = await world.add_camera()
    world.video.fragments["cam_01"] = FRAGMENTS
    await world.serve()
    for name in ("cam_01", str(camera.id)):
        async with watch(world, name) as socket:
            assert socket.subprotocol == "sentinel.v1"
            assert [await socket.recv() for _ in FRAGMENTS] == FRAGMENTS
            assert await viewers(world) == 1


async def test_viewer_that_leaves_is_no_longer_counted(world: World) -> None:
    await world.add_camera()
    world.video.fragments["cam_01"] = FRAGMENTS
    await world.serve()
    async with watch(world, "cam_01") as socket:
        await socket.send("what viewers say is ignored")
        await socket.recv()
    metrics = world.service.app.state.context.video
    await eventually(lambda: metrics.count == 0)


@pytest.mark.parametrize("camera", ["nobody", "not%20a%20key", "x" * 100])
async def test_unknown_camera_closes_with_4404(world: World, camera: str) -> None:
    await world.serve()
    async with watch(world, camera) as socket:
        assert await end_of(socket) == 4404


async def test_camera_that_nobody_reads_closes_with_4404(world: World) -> None:
    await world.add_camera()
    await world.serve()
    async with watch(world, "cam_01") as socket:
        assert await end_of(socket) == 4404
    assert await viewers(world) == 0


async def test_end_of_the_stream_closes_the_socket(world: World) -> None:
    await world.add_camera()
    world.video.fragments["cam_01"] = FRAGMENTS
    world.video.ended.set()
    await world.serve()
    async with watch(world, "cam_01") as socket:
        assert await end_of(socket) == 1001


async def test_without_a_token_it_closes_with_4401(make_world: MakeWorld) -> None:
    world = await make_world(auth=True)
    await world.add_camera()
    world.video.fragments["cam_01"] = FRAGMENTS
    token = await world.user_token("vera", Role.VIEWER)
    await world.serve()
    async with watch(world, "cam_01") as socket:
        assert await end_of(socket) == 4401
    async with watch(world, "cam_01", token) as socket:
        assert await socket.recv() == FRAGMENTS[0]

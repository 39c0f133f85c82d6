"""What ends a live connection: its token, or its own slowness. On a clock moved by hand."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from sentinel_api.testing import World
from sentinel_core.domain.users import Role
from sentinel_core.testing.clock import ManualClock

MakeWorld = Callable[..., Awaitable[World]]


@pytest.mark.parametrize("path", ["live", "cameras/cam_01/stream"])
async def test_expired_token_closes_with_4401(make_world: MakeWorld, path: str) -> None:
    clock = ManualClock()
    world = await make_world(auth=True, clock=clock, access_token_minutes=1)
    await world.add_camera()
    world.video.fragments["cam_01"] = [b"....ftyp"]
    token = await world.user_token("vera", Role.VIEWER)
    await world.serve()
    protocols = [Subprotocol("sentinel.v1"), Subprotocol(f"bearer.{token}")]
    async with (
        connect(f"ws://127.0.0.1:{world.port}/api/{path}", subprotocols=protocols) as socket,
        asyncio.timeout(10),
    ):
        assert await socket.recv()
        await clock.wait_for_sleepers()
        await clock.advance(61)
        await socket.wait_closed()
        assert socket.close_code == 4401
        assert socket.close_reason == "the access token has expired"
    again = world.client(token)
    assert (await again.get("/api/cameras")).status_code == 401

"""What the WebSocket routes share: whichever side ends first ends the others."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from sentinel_api.access import Principal
from sentinel_core.ports.clock import Clock


async def first_done(**sides: Coroutine[Any, Any, None]) -> str:
    """Run all; when one ends, cancel the rest and return its name.

    A side that ends because the client has gone counts as `gone`; any other error is raised.
    """
    tasks = {asyncio.create_task(side, name=name): name for name, side in sides.items()}
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    failures = [r for r in results if isinstance(r, Exception)]
    for failure in failures:
        if not isinstance(failure, WebSocketDisconnect):
            raise failure
    return "gone" if failures else tasks[next(iter(done))]


async def wait_until_gone(websocket: WebSocket) -> None:
    """Read and ignore whatever the client says, until it leaves."""
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            return


async def wait_for_expiry(clock: Clock, caller: Principal) -> None:
    """Return when the caller's token expires; never where it does not."""
    if caller.expires_at is None:
        await asyncio.Event().wait()
        return
    while (left_s := (caller.expires_at - clock.utc_now()).total_seconds()) > 0:
        await clock.sleep(left_s)

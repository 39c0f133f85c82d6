"""Pauses of background tasks that something else may end."""

import asyncio

from sentinel_core.ports.clock import Clock


async def sleep_until_set(clock: Clock, seconds: float, event: asyncio.Event) -> None:
    """Wait for `seconds`, or until `event` is set."""
    sides = {
        asyncio.ensure_future(clock.sleep(seconds)),
        asyncio.ensure_future(event.wait()),
    }
    try:
        await asyncio.wait(sides, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for side in sides:
            side.cancel()

"""What every `Clock` promises."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from sentinel_core.ports.clock import Clock

PassTime = Callable[[float], Awaitable[None]]


class ClockContract:
    """Needs fixtures `clock`, and `pass_time`: lets that many seconds of the clock go by."""

    def test_wall_time_is_aware_utc(self, clock: Clock) -> None:
        assert clock.utc_now().utcoffset() == timedelta(0)

    def test_monotonic_never_goes_back(self, clock: Clock) -> None:
        readings = [clock.monotonic() for _ in range(100)]
        assert readings == sorted(readings)

    @pytest.mark.parametrize("seconds", [0.0, -1.0])
    async def test_no_time_to_sleep_returns_at_once(self, clock: Clock, seconds: float) -> None:
        async with asyncio.timeout(1.0):
            await clock.sleep(seconds)

    async def test_sleep_lasts_as_long_as_asked(self, clock: Clock, pass_time: PassTime) -> None:
        start = clock.monotonic()
        sleeper = asyncio.create_task(clock.sleep(0.02))
        await pass_time(0.02)
        await sleeper
        assert clock.monotonic() - start > 0.0199

    async def test_shorter_sleep_ends_first(self, clock: Clock, pass_time: PassTime) -> None:
        woken: list[str] = []

        async def doze(name: str, seconds: float) -> None:
            await clock.sleep(seconds)
            woken.append(name)

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(doze("long", 0.06))
            tasks.create_task(doze("short", 0.02))
            await pass_time(0.06)
        assert woken == ["short", "long"]

    async def test_cancelled_sleep_ends(self, clock: Clock) -> None:
        sleeper = asyncio.create_task(clock.sleep(3600.0))
        await clock.sleep(0.0)
        sleeper.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sleeper

    async def test_wall_time_goes_along(self, clock: Clock, pass_time: PassTime) -> None:
        start = clock.utc_now()
        sleeper = asyncio.create_task(clock.sleep(0.02))
        await pass_time(0.02)
        await sleeper
        assert clock.utc_now() - start >= timedelta(seconds=0.015)

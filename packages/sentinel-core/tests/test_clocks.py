"""Both clocks keep the contract; the manual one does only what it is told."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.ports.clock import Clock
from sentinel_core.testing.clock import ManualClock
from sentinel_core.testing.contracts.clock import ClockContract, PassTime


class TestSystemClock(ClockContract):
    @pytest.fixture
    def clock(self) -> Clock:
        return SystemClock()

    @pytest.fixture
    def pass_time(self) -> PassTime:
        async def wait(seconds: float) -> None:
            """The machine's time passes by itself."""

        return wait


class TestManualClock(ClockContract):
    @pytest.fixture
    def pass_time(self, clock: ManualClock) -> PassTime:
        return clock.advance


async def test_time_stands_still_by_itself(clock: ManualClock) -> None:
    before = (clock.utc_now(), clock.monotonic())
    await clock.settle()
    assert (clock.utc_now(), clock.monotonic()) == before


async def test_sleepers_wake_at_their_deadlines_in_order(clock: ManualClock) -> None:
    woken: list[tuple[str, datetime]] = []

    async def doze(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((name, clock.utc_now()))

    start = clock.utc_now()
    async with asyncio.TaskGroup() as tasks:
        for name, seconds in (("c", 3.0), ("a", 1.0), ("b", 2.0), ("a too", 1.0)):
            tasks.create_task(doze(name, seconds))
        await clock.advance(10.0)
    assert woken == [
        (name, start + timedelta(seconds=seconds))
        for name, seconds in (("a", 1), ("a too", 1), ("b", 2), ("c", 3))
    ]
    assert clock.utc_now() == start + timedelta(seconds=10)


async def test_loop_runs_once_a_second(clock: ManualClock) -> None:
    ticks: list[float] = []

    async def tick() -> None:
        while True:
            ticks.append(clock.monotonic())
            await clock.sleep(1.0)

    ticker = asyncio.create_task(tick())
    await clock.advance(5.5)
    ticker.cancel()
    assert [tick - ticks[0] for tick in ticks] == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]


async def test_sleeper_does_not_wake_too_soon(clock: ManualClock) -> None:
    sleeper = asyncio.create_task(clock.sleep(1.0))
    await clock.advance(0.999)
    assert not sleeper.done()
    await clock.advance(0.001)
    assert sleeper.done()


async def test_cancelled_sleeper_does_not_stop_others(clock: ManualClock) -> None:
    gone, stays = asyncio.create_task(clock.sleep(1.0)), asyncio.create_task(clock.sleep(2.0))
    await clock.settle()
    assert clock.sleepers == 2
    gone.cancel()
    await clock.advance(2.0)
    assert stays.done()
    assert not stays.cancelled()
    assert clock.sleepers == 0


async def test_waits_for_a_task_to_fall_asleep(clock: ManualClock) -> None:
    async def work() -> None:
        await asyncio.to_thread(sum, range(1_000))
        await clock.sleep(1.0)

    worker = asyncio.create_task(work())
    await clock.wait_for_sleepers()
    await clock.advance(1.0)
    assert worker.done()


async def test_waits_for_a_task_by_its_name(clock: ManualClock) -> None:
    other = asyncio.create_task(clock.sleep(1.0), name="other")
    await clock.wait_for_sleepers(task_name="other")
    with pytest.raises(TimeoutError):
        await clock.wait_for_sleepers(task_name="sweep", real_timeout_s=0.01)
    await clock.advance(1.0)
    assert other.done()


async def test_waiting_for_nobody_times_out(clock: ManualClock) -> None:
    with pytest.raises(TimeoutError):
        await clock.wait_for_sleepers(real_timeout_s=0.01)


async def test_wall_clock_can_jump(clock: ManualClock) -> None:
    wall, monotonic = clock.utc_now(), clock.monotonic()
    clock.jump_wall(-3600.0)
    assert clock.utc_now() == wall - timedelta(hours=1)
    assert clock.monotonic() == monotonic


async def test_time_does_not_go_back(clock: ManualClock) -> None:
    with pytest.raises(ValueError, match="back"):
        await clock.advance(-1.0)


def test_starts_where_told() -> None:
    start = datetime(2030, 1, 1, tzinfo=UTC)
    assert ManualClock(start).utc_now() == start

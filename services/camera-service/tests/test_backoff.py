import asyncio
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentinel_camera.supervision.backoff import Backoff, TokenBucket
from sentinel_core.testing.clock import ManualClock


def test_waits_double_up_to_the_limit() -> None:
    backoff = Backoff(0.5, 30.0, jitter=lambda: 1.0)
    assert [backoff.next_wait_s() for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    backoff.reset()
    assert backoff.next_wait_s() == 0.5


def test_jitter_takes_up_to_half() -> None:
    assert Backoff(1.0, 30.0, jitter=lambda: 0.0).next_wait_s() == 0.5


def test_many_failures_do_not_overflow() -> None:
    backoff = Backoff(0.5, 30.0, jitter=lambda: 1.0)
    assert [backoff.next_wait_s() for _ in range(2_000)][-1] == 30


@given(st.lists(st.floats(0.0, 1.0), max_size=40), st.floats(0.01, 10.0), st.floats(1.0, 100.0))
def test_no_wait_leaves_its_bounds(draws: list[float], min_s: float, factor: float) -> None:
    remaining = iter(draws)
    backoff = Backoff(min_s, min_s * factor, jitter=lambda: next(remaining))
    for _ in draws:
        assert min_s / 2 <= backoff.next_wait_s() <= min_s * factor


async def test_a_bucket_lets_a_burst_through_and_then_one_by_one() -> None:
    clock = ManualClock()
    bucket = TokenBucket(2.0, 3, clock)
    passed: list[float] = []

    async def pass_through() -> None:
        await bucket.take()
        passed.append(clock.monotonic())

    start_s = clock.monotonic()
    tasks = [asyncio.create_task(pass_through()) for _ in range(6)]
    await clock.advance(10)
    await asyncio.gather(*tasks)
    assert [moment - start_s for moment in passed] == [0, 0, 0, 0.5, 1.0, 1.5]
    await pass_through()
    assert passed[-1] == start_s + 10


async def test_who_has_not_failed_goes_ahead_and_nobody_is_forgotten() -> None:
    clock = ManualClock()
    bucket = TokenBucket(1.0, 1, clock)
    passed: list[str] = []

    async def pass_through(name: str, failures: int) -> None:
        await bucket.take(has_failed=failures > 0)
        passed.append(name)

    tasks = [asyncio.create_task(pass_through(f"dead {n}", 100)) for n in range(3)]
    await clock.advance(0.5)
    tasks.append(asyncio.create_task(pass_through("new", 0)))
    await clock.advance(0.6)
    assert passed == ["dead 0", "new"]
    for number in range(20):
        tasks.append(asyncio.create_task(pass_through(f"later {number}", 0)))
        await clock.advance(1.0)
    assert {"dead 1", "dead 2"} <= set(passed[:14])
    await clock.advance(30.0)
    await asyncio.gather(*tasks)


async def test_who_has_gone_takes_no_token() -> None:
    clock = ManualClock()
    bucket = TokenBucket(1.0, 1, clock)
    await bucket.take()
    waiting = [asyncio.create_task(bucket.take()) for _ in range(5)]
    await clock.advance(0.1)
    for task in waiting[:-1]:
        task.cancel()
    await clock.advance(0.95)
    assert waiting[-1].done()
    last = asyncio.create_task(bucket.take())
    await clock.advance(0.1)
    last.cancel()
    await clock.advance(0.1)
    assert clock.sleepers == 0
    again = asyncio.create_task(bucket.take())
    await clock.advance(1.0)
    assert again.done()


class Site:
    """Cameras that are connected to over and over, as readers do it."""

    def __init__(self, cameras: int, *, are_dead: bool = True) -> None:
        self.clock = ManualClock()
        self.bucket = TokenBucket(5.0, 4, self.clock)
        self.random = random.Random(7)  # noqa: S311 - jitter
        self.are_dead = are_dead
        self.starts: dict[int, list[float]] = {}
        self.tasks = [asyncio.create_task(self.connect(number)) for number in range(cameras)]

    async def connect(self, number: int) -> None:
        backoff = Backoff(0.5, 30.0, jitter=self.random.random)
        self.starts[number] = []
        while True:
            await self.bucket.take(has_failed=backoff.failures > 1)
            self.starts[number].append(self.clock.monotonic())
            if not self.are_dead:
                return
            await self.clock.sleep(backoff.next_wait_s())

    async def stop(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def all_starts(self) -> list[float]:
        return sorted(moment for moments in self.starts.values() for moment in moments)


async def test_a_hundred_dead_cameras_do_not_stampede_and_take_turns() -> None:
    site = Site(100)
    await site.clock.advance(300.0)
    starts = site.all_starts()
    for index, moment in enumerate(starts):
        within = [later for later in starts[index : index + 20] if later < moment + 1.0]
        assert len(within) <= 4 + 5
    tries = [len(moments) for moments in site.starts.values()]
    assert min(tries) > 0.6 * max(tries)
    await site.stop()


async def test_an_added_camera_does_not_wait_behind_a_hundred_dead_ones() -> None:
    site = Site(100)
    await site.clock.advance(60.0)
    added_s = site.clock.monotonic()
    site.tasks.append(asyncio.create_task(site.connect(100)))
    await site.clock.advance(10.0)
    assert site.starts[100][0] - added_s < 1.0
    await site.stop()


async def test_a_hundred_cameras_that_return_together_are_back_soon() -> None:
    site = Site(100)
    await site.clock.advance(120.0)
    back_s = site.clock.monotonic()
    site.are_dead = False
    await site.clock.advance(60.0)
    assert all(task.done() for task in site.tasks)
    assert max(moments[-1] for moments in site.starts.values()) - back_s < 31.0
    await site.stop()


@pytest.mark.parametrize("failures", [0, 3])
async def test_an_idle_bucket_holds_nobody_up(failures: int) -> None:
    clock = ManualClock()
    bucket = TokenBucket(1.0, 2, clock)
    await bucket.take(has_failed=failures > 0)
    await bucket.take(has_failed=failures > 0)

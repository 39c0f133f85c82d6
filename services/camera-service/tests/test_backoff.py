import asyncio

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

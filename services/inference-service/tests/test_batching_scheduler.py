"""Lanes, batches, windows and deadlines, on a clock that the tests move."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentinel_core.testing.clock import ManualClock
from sentinel_inference.batching.scheduler import BatchScheduler

SHAPE = (384, 640)
NEVER = float("inf")


@dataclass
class Network:
    """Takes `step_s` for a batch and says what it saw."""

    clock: ManualClock
    step_s: float = 0.04
    batches: list[list[str]] = field(default_factory=list)
    running: int = 0
    most: int = 0

    async def __call__(self, items: Sequence[str]) -> Sequence[str]:
        self.batches.append(list(items))
        self.running += 1
        self.most = max(self.most, self.running)
        await self.clock.sleep(self.step_s)
        self.running -= 1
        return [f"saw {item}" for item in items]


@dataclass
class Stage:
    """A scheduler before a network, and the tasks that wait for it."""

    lanes: int = 1
    size: int = 1
    step_s: float = 0.04

    def __post_init__(self) -> None:
        self.clock = ManualClock()
        self.network = Network(self.clock, self.step_s)
        self.scheduler = BatchScheduler[str, str](
            self.network, self.clock, late="late", lanes=self.lanes, batch_size=lambda: self.size
        )
        self.tasks: list[asyncio.Task[str]] = []

    async def send(
        self, camera_key: str, item: str, *, budget_s: float = NEVER, shape: object = SHAPE
    ) -> asyncio.Task[str]:
        task = asyncio.create_task(
            self.scheduler.submit(
                item,
                camera_key=camera_key,
                shape=str(shape),
                deadline_s=self.clock.monotonic() + budget_s,
            )
        )
        self.tasks.append(task)
        await self.clock.settle()
        return task

    async def outcomes(self) -> list[str]:
        for _ in range(1000):
            if all(task.done() for task in self.tasks):
                break
            await self.clock.advance(0.1)
        return [task.result() for task in self.tasks]


async def test_a_free_lane_takes_a_single_picture_at_once() -> None:
    stage = Stage()
    await stage.send("cam_01", "a")
    assert stage.network.batches == [["a"]]
    assert await stage.outcomes() == ["saw a"]


async def test_no_more_batches_run_than_there_are_lanes() -> None:
    stage = Stage(lanes=2)
    for camera in range(5):
        await stage.send(f"cam_{camera}", str(camera))
    assert stage.network.running == 2
    assert await stage.outcomes() == [f"saw {camera}" for camera in range(5)]
    assert stage.network.most == 2


async def test_two_frames_of_one_camera_are_never_looked_at_together() -> None:
    stage = Stage(lanes=2, size=4)
    for number in range(3):
        await stage.send("cam_01", str(number))
    await stage.outcomes()
    assert stage.network.batches == [["0"], ["1"], ["2"]]
    assert stage.network.most == 1


async def test_what_waits_while_the_lane_is_taken_goes_together() -> None:
    stage = Stage(size=4)
    for camera in range(4):
        await stage.send(f"cam_{camera}", f"first {camera}")
    assert await stage.outcomes()
    stage.network.batches.clear()
    for camera in range(4):
        await stage.send(f"cam_{camera}", f"second {camera}")
    await stage.outcomes()
    assert stage.network.batches == [[f"second {camera}" for camera in range(4)]]
    assert stage.scheduler.counts.pictures == 8


async def test_pictures_of_different_shapes_never_go_together() -> None:
    stage = Stage(size=4)
    await stage.send("cam_01", "wide")
    await stage.send("cam_02", "tall", shape=(640, 384))
    await stage.send("cam_03", "also wide")
    await stage.outcomes()
    assert all(len({"tall" in item for item in batch}) == 1 for batch in stage.network.batches)


async def test_a_late_frame_is_dropped_and_counted() -> None:
    stage = Stage(step_s=1.0)
    await stage.send("cam_01", "on time")
    await stage.send("cam_02", "too late", budget_s=0.5)
    await stage.send("cam_03", "patient", budget_s=3.0)
    assert await stage.outcomes() == ["saw on time", "late", "saw patient"]
    assert stage.scheduler.counts.late == 1
    assert stage.network.batches == [["on time"], ["patient"]]


async def test_a_frame_that_comes_late_is_not_even_put_in_line() -> None:
    stage = Stage()
    await stage.send("cam_01", "a", budget_s=-0.1)
    assert await stage.outcomes() == ["late"]
    assert stage.network.batches == []


async def test_a_batch_waits_for_the_time_that_the_rest_is_likely_to_take() -> None:
    stage = Stage(size=3, step_s=0.001)
    for turn in range(4):
        for camera in range(3):
            await stage.send(f"cam_{camera}", f"{turn}.{camera}")
            await stage.clock.advance(0.01)
    await stage.outcomes()
    stage.network.batches.clear()
    await stage.send("cam_0", "alone")
    # Thirteen arrivals in 0.22 s: two more are likely within 37 ms.
    await stage.clock.advance(0.033)
    assert stage.network.batches == []
    await stage.clock.advance(0.006)
    assert stage.network.batches == [["alone"]]


async def test_it_waits_at_most_100_ms_and_half_of_what_a_frame_has_left() -> None:
    for budget_s, waited_s in ((NEVER, 0.1), (0.1, 0.05)):
        stage = Stage(size=8, step_s=0.001)
        for turn in range(4):
            for camera in range(3):
                await stage.send(f"cam_{camera}", f"{turn}.{camera}")
                await stage.clock.advance(0.2)
        stage.network.batches.clear()
        await stage.send("cam_0", "alone", budget_s=budget_s)
        await stage.clock.advance(waited_s - 0.002)
        assert stage.network.batches == []
        await stage.clock.advance(0.004)
        assert stage.network.batches == [["alone"]]


async def test_nobody_waits_for_cameras_that_are_already_here() -> None:
    stage = Stage(size=8, step_s=0.001)
    for turn in range(6):
        await stage.send("cam_01", f"{turn}.1")
        await stage.send("cam_02", f"{turn}.2")
        await stage.clock.advance(0.2)
    stage.network.batches.clear()
    await stage.send("cam_01", "a")
    await stage.send("cam_02", "b")
    assert stage.network.batches == [["a", "b"]]


async def test_who_gives_up_leaves_the_line() -> None:
    stage = Stage()
    await stage.send("cam_01", "a")
    given_up = await stage.send("cam_02", "b")
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    assert stage.scheduler.waiting == 0
    stage.tasks.remove(given_up)
    assert await stage.outcomes() == ["saw a"]
    assert stage.network.batches == [["a"]]


async def test_at_the_end_everybody_is_sent_away() -> None:
    stage = Stage()
    for camera in range(3):
        await stage.send(f"cam_{camera}", str(camera))
    stage.scheduler.close("closed")
    assert await stage.outcomes() == ["saw 0", "closed", "closed"]


@settings(max_examples=50)
@given(
    arrivals=st.lists(
        st.tuples(st.integers(0, 5), st.floats(0, 0.1), st.sampled_from([0.05, 0.5, NEVER])),
        max_size=40,
    ),
    lanes=st.integers(1, 3),
    size=st.integers(1, 4),
)
def test_every_frame_has_one_outcome_and_none_is_seen_after_its_deadline(
    arrivals: list[tuple[int, float, float]], lanes: int, size: int
) -> None:
    asyncio.run(_replay(arrivals, lanes, size))


async def _replay(arrivals: list[tuple[int, float, float]], lanes: int, size: int) -> None:
    stage = Stage(lanes=lanes, size=size)
    deadlines: dict[str, float] = {}
    begun: dict[str, float] = {}
    run = stage.network.__call__

    async def noted(items: Sequence[str]) -> Sequence[str]:
        assert len({item.partition(".")[0] for item in items}) == len(items)
        begun.update(dict.fromkeys(items, stage.clock.monotonic()))
        return await run(items)

    stage.scheduler = BatchScheduler[str, str](
        noted, stage.clock, late="late", lanes=lanes, batch_size=lambda: size
    )
    for number, (camera, gap_s, budget_s) in enumerate(arrivals):
        name = f"{camera}.{number}"
        deadlines[name] = stage.clock.monotonic() + budget_s
        await stage.send(f"cam_{camera}", name, budget_s=budget_s)
        await stage.clock.advance(gap_s)
    outcomes = dict(zip(deadlines, await stage.outcomes(), strict=True))
    assert stage.network.most <= lanes
    assert {name for name, outcome in outcomes.items() if outcome != "late"} == set(begun)
    assert all(begun[name] <= deadlines[name] for name in begun)
    counts = stage.scheduler.counts
    assert counts.late + counts.pictures == len(arrivals)
    assert stage.scheduler.waiting == 0

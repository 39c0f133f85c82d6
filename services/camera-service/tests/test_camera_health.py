"""What is measured of a camera, its grade, and the reasons for it."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentinel_camera.health.grading import CameraFigures, grade
from sentinel_camera.health.monitor import HealthMonitor
from sentinel_camera.health.windows import RecentValues, SlidingSum
from sentinel_camera.supervision.feed import CameraFeed
from sentinel_camera.supervision.health_watch import HealthWatch
from sentinel_camera.supervision.states import StateBoard
from sentinel_camera.supervision.stream_watch import Condition
from sentinel_core.adapters.memory.event_bus import MemoryEventBus
from sentinel_core.contracts.generated.camera_state_event import CameraStateEvent
from sentinel_core.contracts.topics import CAMERA_STATES
from sentinel_core.domain.cameras import HealthGrade, SourceReason, SourceState
from sentinel_core.domain.frames import DropReason
from sentinel_core.ports.event_bus import TopicPartition
from sentinel_core.testing.builders import make_camera
from sentinel_core.testing.clock import ManualClock
from sentinel_vision.frames.transport import InProcessFrameTransport

GOOD, FAIR, POOR = HealthGrade.GOOD, HealthGrade.FAIR, HealthGrade.POOR


@given(st.lists(st.tuples(st.floats(0, 30), st.integers(0, 9)), max_size=100))
def test_a_sliding_sum_is_the_sum_of_its_window(steps: list[tuple[float, int]]) -> None:
    """Exact but for what lies in the step at the window's edge."""
    window, now, added = SlidingSum(60.0), 0.0, list[tuple[float, int]]()
    for step_s, value in steps:
        now += step_s
        window.add(now, value)
        added.append((now, value))
        total = window.total(now)
        assert total <= sum(value for at_s, value in added if at_s > now - 60.0 - 3.0)
        assert total >= sum(value for at_s, value in added if at_s > now - 60.0 + 3.0)


def test_percentiles_forget_what_is_old_and_too_much() -> None:
    values = RecentValues(60.0, 100)
    assert values.percentile(0.0, 0.95) is None
    for number in range(101):
        values.add(float(number) / 10, float(number))
    assert values.percentile(10.0, 0.0) == 1.0
    assert values.percentile(10.0, 0.95) == 95.0
    assert values.percentile(65.0, 0.0) == 51.0
    assert values.percentile(100.0, 0.5) is None


def test_a_camera_without_flaws_is_good() -> None:
    health = grade(CameraFigures(fps=24.9, announced_fps=25.0, latency_s=0.12))
    assert (health.grade, health.reasons) == (GOOD, ())
    assert health.fps_share == 0.996
    assert health.latency_p95_ms == 120.0


@pytest.mark.parametrize(
    ("figures", "worst", "reason"),
    [
        (
            CameraFigures(fps=20.0, announced_fps=25.0),
            FAIR,
            "Only 20.0 of the announced 25.0 pictures a second come.",
        ),
        (
            CameraFigures(fps=5.0, announced_fps=25.0),
            POOR,
            "Only 5.0 of the announced 25.0 pictures a second come.",
        ),
        (CameraFigures(stalls=1), FAIR, "It fell silent once in the last hour."),
        (CameraFigures(stalls=6), POOR, "It fell silent 6 times in the last hour."),
        (CameraFigures(reconnects=1), GOOD, None),
        (CameraFigures(reconnects=2), FAIR, "Its connection was lost 2 times in the last hour."),
        (CameraFigures(reconnects=12), POOR, "Its connection was lost 12 times in the last hour."),
        (CameraFigures(corrupt_share=0.012), FAIR, "1.2% of its pictures were damaged."),
        (CameraFigures(corrupt_share=0.2), POOR, "20.0% of its pictures were damaged."),
        (CameraFigures(latency_s=0.7), FAIR, "Its pictures are inferred 0.7 s after they came."),
        (CameraFigures(latency_s=3.0), POOR, "Its pictures are inferred 3.0 s after they came."),
    ],
)
def test_each_flaw_is_graded_and_named(
    figures: CameraFigures, worst: HealthGrade, reason: str | None
) -> None:
    health = grade(figures)
    assert health.grade is worst
    assert health.reasons == (() if reason is None else (reason,))


def test_a_clock_at_another_pace_is_named_once() -> None:
    text = "The camera's clock runs slower than it should."
    health = grade(CameraFigures(fps=25.0, announced_fps=25.0, clock_flaw=text))
    assert (health.grade, health.reasons) == (FAIR, (text,))
    health = grade(CameraFigures(fps=5.0, announced_fps=25.0, clock_flaw=text))
    assert len(health.reasons) == 1


async def test_a_slow_clock_is_part_of_health() -> None:
    clock = ManualClock()
    board = StateBoard(MemoryEventBus(), clock)
    feed = CameraFeed("cam_01", InProcessFrameTransport(), board, clock)
    flaw = Condition(SourceReason.SLOW_CLOCK, "It is slow.")
    for condition in (flaw, Condition(SourceReason.CORRUPT, "It is damaged."), None):
        feed.show_condition(condition)
        reasons = grade(feed.monitor.figures()).reasons
        assert reasons == (("It is slow.",) if condition is flaw else ())


def test_the_worst_flaw_counts_and_all_are_named() -> None:
    health = grade(CameraFigures(stalls=1, reconnects=20, corrupt_share=0.01))
    assert health.grade is POOR
    assert len(health.reasons) == 3


async def test_the_rate_is_that_of_what_came_while_it_was_online() -> None:
    clock = ManualClock()
    monitor = HealthMonitor(clock)
    monitor.announced_fps = 25.0
    assert monitor.figures().fps is None
    for _ in range(2):
        for _ in range(100):
            await clock.advance(0.1)
            monitor.note_unit(clock.monotonic())
        monitor.pause()
        await clock.advance(20.0)
    figures = monitor.figures()
    assert figures.fps == pytest.approx(10.0)
    assert figures.fps_share == pytest.approx(0.4)
    await clock.advance(120.0)
    assert monitor.figures().fps is None


async def test_losses_are_forgotten_after_an_hour() -> None:
    clock = ManualClock()
    monitor = HealthMonitor(clock)
    for reason in (SourceReason.STALLED, SourceReason.ENDED):
        monitor.note_lost(reason)
        await clock.advance(600.0)
    assert (monitor.figures().stalls, monitor.figures().reconnects) == (1, 2)
    await clock.advance(2_900.0)
    assert (monitor.figures().stalls, monitor.figures().reconnects) == (0, 1)


async def test_damaged_pictures_are_a_share_of_those_due() -> None:
    clock = ManualClock()
    monitor = HealthMonitor(clock)
    assert monitor.figures().corrupt_share == 0.0
    for number in range(100):
        monitor.note_due(DropReason.CORRUPT if number < 4 else None)
    assert monitor.figures().corrupt_share == pytest.approx(0.04)
    await clock.advance(700.0)
    assert monitor.figures().corrupt_share == 0.0


async def test_a_camera_that_is_lost_again_and_again_is_shown_as_such() -> None:
    clock, bus = ManualClock(), MemoryEventBus()
    board = StateBoard(bus, clock)
    board.update("cam_01", SourceState.CONNECTING, SourceReason.STARTING)
    feed = CameraFeed("cam_01", InProcessFrameTransport(), board, clock)
    feed.begin(make_camera(key="cam_01", sample_fps=5.0))
    watch = HealthWatch(lambda: {"cam_01": feed, "gone": feed}, board, clock)
    watch.grade()
    shown = board.states["cam_01"]
    assert shown.health is not None
    assert (shown.health.grade, shown.sampled_fps) == (GOOD, 5.0)
    # What was never online cannot be lost.
    feed.lose_worker(DropReason.WORKER_KILLED)
    feed.come_offline(SourceReason.REFUSED, "Nobody is there.")
    assert feed.monitor.figures().reconnects == 0
    for _ in range(2):
        feed.is_online = True
        feed.lose_worker(DropReason.WORKER_KILLED)
        feed.come_offline(SourceReason.STALLED, "It is silent.")
    watch.grade()
    watch.grade()
    await board.flush()
    start = {TopicPartition(CAMERA_STATES, 0): 0}
    async with bus.subscribe([CAMERA_STATES], start=start) as subscription:
        messages = await subscription.poll(max_messages=100, timeout_s=0)
    event = msgspec.json.decode(messages[-1].value, type=CameraStateEvent)
    assert event.sampled_fps == 5.0
    assert event.health
    assert event.health.grade == "fair"
    assert event.health.reasons == [
        "It fell silent 2 times in the last hour.",
        "Its connection was lost 2 times in the last hour.",
    ]
    assert "gone" not in board.states

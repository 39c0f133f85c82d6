"""The state machine that every rule shares."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentinel_core.domain.media_clock import TICKS_PER_SECOND
from sentinel_vision.rules.hysteresis import Hysteresis, State, Step, Stretch, Timing
from sentinel_vision.rules.scene import Instant

STEP_S = 0.2
TIMING = Timing(on_s=10.0, off_s=5.0, cooldown_s=0.0)
T0 = datetime(2026, 1, 1, tzinfo=UTC)

Sample = tuple[bool | None, bool | None]
"""Enter condition, exit condition."""

MET: Sample = (True, False)
NOT_MET: Sample = (False, False)
CLEARED: Sample = (False, True)
UNKNOWN: Sample = (None, None)


def instant(time_s: float) -> Instant:
    return Instant(
        observed_90k=round(time_s * TICKS_PER_SECOND),
        stream_epoch="e",
        pts_90k=round(time_s * TICKS_PER_SECOND),
        captured_at=T0 + timedelta(seconds=time_s),
    )


class Feed:
    """Feeds a machine samples 0.2 s apart and notes when it opened and closed."""

    def __init__(self, timing: Timing = TIMING) -> None:
        self.machine = Hysteresis(timing)
        self.time_s = 0.0
        self.opened: list[float] = []
        self.closed: list[float] = []

    def run(self, seconds: float, sample: Sample, *, may_open: bool = True) -> None:
        self.run_through([sample] * round(seconds / STEP_S), may_open=may_open)

    def run_through(self, samples: Iterable[Sample], *, may_open: bool = True) -> None:
        for met, cleared in samples:
            step = self.machine.step(
                instant(self.time_s), met=met, cleared=cleared, may_open=may_open
            )
            if step is Step.OPENED:
                self.opened.append(round(self.time_s, 3))
            if step is Step.CLOSED:
                self.closed.append(round(self.time_s, 3))
            self.time_s += STEP_S


def test_it_opens_when_the_condition_held_for_on_s() -> None:
    feed = Feed()
    feed.run(4.0, NOT_MET)
    feed.run(12.0, MET)
    assert feed.opened == [14.0]
    assert feed.machine.started == instant(4.0)
    assert feed.machine.state is State.ACTIVE


def test_it_does_not_open_before() -> None:
    feed = Feed()
    feed.run(10.0, MET)
    assert feed.opened == []
    assert feed.machine.state is State.PENDING


def test_a_fifth_of_the_time_may_be_false() -> None:
    feed = Feed()
    feed.run_through([MET, MET, MET, MET, MET, NOT_MET] * 10)
    assert feed.opened == [10.0]


def test_more_than_a_fifth_may_not() -> None:
    feed = Feed()
    feed.run_through([MET, MET, NOT_MET] * 100)
    assert feed.opened == []


def test_a_single_spark_does_not_date_the_start_back() -> None:
    feed = Feed()
    feed.run(0.4, MET)
    feed.run(5.0, NOT_MET)
    feed.run(11.0, MET)
    assert feed.opened == [15.4]
    assert feed.machine.started == instant(5.4)


def test_it_opens_only_while_the_condition_is_true() -> None:
    feed = Feed()
    feed.run(9.8, MET)
    feed.run_through([NOT_MET, NOT_MET, MET])
    assert feed.opened == [10.2]


def test_the_exit_must_hold_for_off_s_and_the_end_is_dated_back() -> None:
    feed = Feed()
    feed.run(11.0, MET)
    feed.run(6.0, CLEARED)
    assert feed.closed == [16.0]
    assert feed.machine.ended == instant(11.0)
    assert feed.machine.state is State.CLOSED


def test_neither_enter_nor_exit_keeps_it_open() -> None:
    feed = Feed()
    feed.run(11.0, MET)
    feed.run(60.0, NOT_MET)
    assert feed.closed == []
    assert feed.machine.state is State.ACTIVE


def test_a_short_exit_is_forgotten() -> None:
    feed = Feed()
    feed.run(11.0, MET)
    states = []
    for _ in range(5):
        feed.run(3.0, CLEARED)
        states.append(feed.machine.state)
        feed.run(3.0, MET)
        states.append(feed.machine.state)
    assert states == [State.CLOSING, State.ACTIVE] * 5
    assert feed.closed == []


def test_unknown_samples_neither_hinder_nor_suffice() -> None:
    feed = Feed()
    feed.run_through([MET, UNKNOWN] * 60)
    assert feed.opened == [10.0]
    blind = Feed()
    blind.run_through([MET, UNKNOWN, UNKNOWN] * 60)
    assert blind.opened == []


def test_held_back_it_counts_on() -> None:
    feed = Feed()
    feed.run(30.0, MET, may_open=False)
    assert feed.opened == []
    feed.run(0.2, MET)
    assert feed.opened == [30.0]
    assert feed.machine.started == instant(0.0)


def test_the_cooldown_delays_the_next_alarm_but_not_its_start() -> None:
    feed = Feed(Timing(on_s=2.0, off_s=1.0, cooldown_s=10.0))
    feed.run(3.0, MET)
    feed.run(2.0, CLEARED)
    assert (feed.opened, feed.closed) == ([2.0], [4.0])
    feed.run(20.0, MET)
    assert feed.opened == [2.0, 14.0]
    assert feed.machine.started == instant(5.0)


def test_time_that_was_not_watched_does_not_count() -> None:
    machine = Hysteresis(TIMING)
    for second in range(9):
        machine.step(instant(second), met=True, cleared=False)
    for _ in range(100):  # a source that stands still: the watched time does not go on
        assert machine.step(instant(8.0), met=True, cleared=False) is Step.NONE
    assert machine.step(instant(9.8), met=True, cleared=False) is Step.NONE
    assert machine.step(instant(10.0), met=True, cleared=False) is Step.OPENED


def test_a_resumed_machine_is_open() -> None:
    machine = Hysteresis(TIMING)
    machine.resume(instant(0.0))
    assert machine.is_open
    assert machine.step(instant(1.0), met=True, cleared=False) is Step.NONE


SAMPLES = st.lists(st.sampled_from([True, True, True, False, None]), max_size=120)


@given(SAMPLES)
def test_a_stretch_is_the_longest_that_is_true_enough(samples: list[bool | None]) -> None:
    """Against the definition: drop samples from the front until 80 % of the known are true."""
    stretch = Stretch()
    kept: list[tuple[int, bool | None]] = []
    for index, value in enumerate(samples):
        stretch.add(instant(index), value, TICKS_PER_SECOND)
        kept.append((index, value))
        while kept and (kept[0][1] is not True or _share(kept) < 0.8 - 1e-12):
            kept.pop(0)
        start = stretch.start
        assert (start.pts_90k // TICKS_PER_SECOND if start else None) == (
            kept[0][0] if kept else None
        )


def _share(kept: list[tuple[int, bool | None]]) -> float:
    known = [value for _, value in kept if value is not None]
    return sum(known) / len(known) if known else 1.0


@pytest.mark.parametrize("pattern", [[True], [True] * 9 + [False]])
def test_a_stretch_of_hours_stays_small(pattern: list[bool]) -> None:
    stretch = Stretch()
    for index in range(20_000):
        stretch.add(instant(index * STEP_S), pattern[index % len(pattern)], 18_000)
    assert stretch.start == instant(0.0)
    assert stretch.lasted(instant(20_000 * STEP_S), 3600 * TICKS_PER_SECOND)
    assert stretch.run_count <= 256

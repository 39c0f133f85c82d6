from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentinel_camera.supervision.stream_watch import StreamWatch
from sentinel_core.domain.cameras import SourceReason
from sentinel_core.domain.frames import DropReason


class Stream:
    """A camera that announces 25 pictures a second."""

    def __init__(self) -> None:
        self.watch = StreamWatch()
        self.watch.announced_fps = 25.0
        self.now_s = 100.0
        self.dts = 0.0

    def run(self, seconds: float, *, rate: float = 1.0, fps: float = 25.0) -> list[str]:
        """Details of all conditions on the way."""
        found = []
        for _ in range(round(seconds * fps)):
            self.now_s += 1 / fps
            self.dts += 90_000 * rate / fps
            self.watch.note_unit(round(self.dts), self.now_s)
            if (condition := self.watch.condition()) is not None:
                found.append(condition.detail)
        return found


def test_a_good_stream_is_left_alone() -> None:
    assert Stream().run(60) == []


@pytest.mark.parametrize(("rate", "word"), [(0.8, "slower"), (1.2, "faster")])
def test_a_clock_that_runs_wrongly_is_told_until_it_is_right(rate: float, word: str) -> None:
    stream = Stream()
    assert word in stream.run(30, rate=rate)[-1]
    condition = stream.watch.condition()
    assert condition is not None
    assert condition.reason is SourceReason.SLOW_CLOCK
    stream.run(30)
    assert stream.watch.condition() is None


def test_a_trickle_is_told() -> None:
    stream = Stream()
    assert "fewer" in stream.run(30, fps=5)[-1]
    stream.run(30)
    assert stream.watch.condition() is None


def test_a_leap_of_the_clock_is_none_of_these() -> None:
    stream = Stream()
    stream.run(20)
    stream.dts += 90_000 * 3600
    assert stream.run(60) == []


def note(watch: StreamWatch, damaged: Iterable[bool]) -> None:
    for is_damaged in damaged:
        watch.note_due(DropReason.CORRUPT if is_damaged else None)


def test_many_damaged_pictures_are_told_until_they_are_few() -> None:
    watch = StreamWatch()
    note(watch, [True, False] * 20)
    condition = watch.condition()
    assert condition is not None
    assert condition.reason is SourceReason.CORRUPT
    note(watch, [False] * 20)
    assert watch.condition() is None


def test_our_own_drops_say_nothing_about_the_camera() -> None:
    watch = StreamWatch()
    for _ in range(100):
        watch.note_due(DropReason.QUEUE_FULL)
        watch.note_due(DropReason.BEFORE_KEYFRAME)
    assert watch.condition() is None


@given(st.lists(st.booleans(), min_size=20))
def test_few_damaged_pictures_never_count(damaged: list[bool]) -> None:
    watch = StreamWatch()
    thinned = [is_damaged and index % 5 == 0 for index, is_damaged in enumerate(damaged)]
    note(watch, thinned)
    assert watch.condition() is None

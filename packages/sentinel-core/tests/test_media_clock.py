"""Ticks, epochs and the way times are written."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentinel_core.domain.media_clock import (
    TICKS_PER_SECOND,
    ClockAnchor,
    format_utc,
    new_epoch,
    parse_utc,
)
from sentinel_core.testing.builders import EPOCH, NOON, at

MOMENTS = st.datetimes(
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001  (the strategy adds the zone)
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.timezones(),
    allow_imaginary=False,
)


def test_tick_of_the_anchor_is_its_moment() -> None:
    assert ClockAnchor(EPOCH, 5, NOON).to_utc(5) == NOON


@given(first=st.integers(0, 2**50), ticks=st.integers(0, TICKS_PER_SECOND * 86_400))
def test_ticks_are_time(first: int, ticks: int) -> None:
    passed = ClockAnchor(EPOCH, first, NOON).to_utc(first + ticks) - NOON
    assert abs(passed.total_seconds() - ticks / TICKS_PER_SECOND) < 2e-6


@given(ticks=st.lists(st.integers(-(2**40), 2**40), min_size=2))
def test_later_ticks_are_not_earlier(ticks: list[int]) -> None:
    anchor = ClockAnchor(EPOCH, 0, NOON)
    moments = [anchor.to_utc(tick) for tick in sorted(ticks)]
    assert moments == sorted(moments)


@given(moment=MOMENTS)
def test_written_time_can_be_read_back_to_the_millisecond(moment: datetime) -> None:
    written = format_utc(moment)
    assert written.endswith("Z")
    assert len(written) == len("2026-01-10T12:00:01.000Z")
    assert timedelta(0) <= moment - parse_utc(written) < timedelta(milliseconds=1)


@given(moments=st.lists(MOMENTS, min_size=2, max_size=5))
def test_written_times_sort_like_times(moments: list[datetime]) -> None:
    written = sorted(format_utc(moment) for moment in moments)
    assert [parse_utc(text) for text in written] == sorted(map(parse_utc, written))


def test_times_with_offsets_are_understood() -> None:
    assert parse_utc("2026-01-10T14:00:00+02:00") == NOON
    assert parse_utc("2026-01-10T14:00:00+02:00").utcoffset() == timedelta(0)
    assert format_utc(NOON.astimezone(timezone(timedelta(hours=2)))) == "2026-01-10T12:00:00.000Z"


@pytest.mark.parametrize("text", ["", "yesterday", "2026-01-10T12:00:00", "2026-13-01T00:00:00Z"])
def test_unclear_times_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_utc(text)


def test_epochs_are_unlike_and_sort_by_their_start() -> None:
    epochs = [new_epoch(at(second)) for second in range(20)]
    assert epochs == sorted(epochs)
    assert len({new_epoch(NOON) for _ in range(100)}) == 100
    assert all(len(epoch) == 26 for epoch in epochs)


def test_builders_epoch_starts_at_noon() -> None:
    """The tests' epoch is a real one, with a tail of our own."""
    assert EPOCH[:10] == new_epoch(NOON.astimezone(UTC))[:10]

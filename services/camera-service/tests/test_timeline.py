from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sentinel_camera.sampling.timeline import MediaTimeline, PlacedUnit, SourceTimes, utc_of

NOON = datetime(2026, 1, 10, 12, tzinfo=UTC)
SECOND = 90_000
STEP = 3_600


def times(
    pts: int, arrived_s: float, *, connection: int = 1, run: int = 0, dts: int | None = None
) -> SourceTimes:
    return SourceTimes(
        connection=connection,
        run=run,
        pts=pts,
        dts=pts if dts is None else dts,
        duration=STEP,
        arrived_s=arrived_s,
        arrived_at=NOON + timedelta(seconds=arrived_s),
    )


def place(timeline: MediaTimeline, *units: SourceTimes) -> list[PlacedUnit]:
    return [timeline.place(unit) for unit in units]


def test_the_clock_starts_at_zero_whatever_the_source_says() -> None:
    timeline = MediaTimeline()
    first, second = place(timeline, times(7_000_000, 5.0), times(7_003_600, 5.04))
    assert (first.pts_90k, first.index, first.is_first) == (0, 0, True)
    assert (second.pts_90k, second.index, second.is_first) == (STEP, 1, False)
    assert timeline.anchor is not None
    assert timeline.anchor.to_utc(SECOND) == NOON + timedelta(seconds=6)


def test_the_clock_goes_on_where_another_process_came_to() -> None:
    timeline = MediaTimeline(starts_at_90k=10 * SECOND)
    first, second = place(timeline, times(STEP, 5.0, dts=0), times(0, 5.04, dts=STEP))
    assert (first.pts_90k, second.pts_90k) == (10 * SECOND + STEP, 10 * SECOND)
    assert (first.dts_90k, second.dts_90k) == (10 * SECOND, 10 * SECOND + STEP)
    assert timeline.end_90k == 10 * SECOND + 2 * STEP


def test_a_loop_goes_on_one_frame_later() -> None:
    timeline = MediaTimeline()
    *_, last = place(timeline, times(0, 0.0), times(STEP, 0.04))
    (first,) = place(timeline, times(0, 0.5, run=1))
    assert first.pts_90k == last.pts_90k + STEP
    assert first.epoch > last.epoch
    assert first.index == 0


def test_a_reconnect_goes_on_later_by_the_time_that_passed() -> None:
    timeline = MediaTimeline()
    (last,) = place(timeline, times(500, 10.0))
    (first,) = place(timeline, times(123_456_789, 13.0, connection=2))
    assert first.pts_90k - last.pts_90k == 3 * SECOND
    assert first.epoch != last.epoch


def test_a_jump_of_the_source_is_a_new_epoch() -> None:
    timeline = MediaTimeline()
    place(timeline, times(0, 0.0), times(STEP, 0.04))
    (back,) = place(timeline, times(-5 * SECOND, 0.08))
    assert back.is_first
    assert back.pts_90k == STEP + STEP
    (ahead,) = place(timeline, times(100 * SECOND, 0.12))
    assert ahead.is_first


def test_a_pause_of_the_source_is_none() -> None:
    timeline = MediaTimeline()
    place(timeline, times(0, 0.0))
    (after,) = place(timeline, times(60 * SECOND, 60.0))
    assert not after.is_first


def test_reordered_pictures_keep_their_offsets() -> None:
    timeline = MediaTimeline()
    units = place(
        timeline,
        times(0, 0.0, dts=-2 * STEP),
        times(3 * STEP, 0.0, dts=-STEP),
        times(STEP, 0.0, dts=0),
    )
    assert [unit.pts_90k - units[0].pts_90k for unit in units] == [0, 3 * STEP, STEP]
    assert [unit.dts_90k for unit in units] == [0, STEP, 2 * STEP]


def test_utc_of_a_moment_gone_by() -> None:
    assert utc_of(NOON, 100.0, 98.5) == NOON - timedelta(seconds=1.5)


def test_a_burst_at_the_start_does_not_put_pictures_into_the_future() -> None:
    timeline = MediaTimeline()
    units = place(timeline, *(times(STEP * n, 10.0) for n in range(26)))
    assert timeline.anchor is not None
    captured = timeline.anchor.to_utc(units[-1].pts_90k)
    assert abs(captured - (NOON + timedelta(seconds=10))) < timedelta(seconds=0.11)
    assert {unit.epoch for unit in units} == {timeline.anchor.epoch}
    assert any(unit.anchor_is_new and not unit.is_first for unit in units)


def test_network_jitter_does_not_move_the_anchor() -> None:
    timeline = MediaTimeline()
    units = place(
        timeline, *(times(STEP * n, n / 25 + 0.09 * (n % 7 == 0)) for n in range(25 * 180))
    )
    assert sum(unit.anchor_is_new for unit in units) == 1


def test_a_slow_clock_is_followed() -> None:
    timeline = MediaTimeline()
    seconds = 600
    # The source's clock loses 1 %.
    place(timeline, *(times(round(0.99 * SECOND * n), float(n)) for n in range(seconds)))
    assert timeline.anchor is not None
    now = timeline.anchor.to_utc(round(0.99 * SECOND * (seconds - 1)))
    assert abs(now - (NOON + timedelta(seconds=seconds - 1))) < timedelta(seconds=1.5)


@given(
    st.lists(
        st.tuples(st.integers(0, 2**33), st.integers(1, 40), st.floats(0, 100), st.booleans()),
        min_size=1,
        max_size=12,
    )
)
def test_the_clock_never_goes_back(runs: list[tuple[int, int, float, bool]]) -> None:
    timeline = MediaTimeline()
    placed: list[PlacedUnit] = []
    arrived_s, connection = 0.0, 0
    for number, (start, count, gap_s, reconnects) in enumerate(runs):
        connection += reconnects
        arrived_s += gap_s
        for index in range(count):
            unit = times(
                start + STEP * index, arrived_s + index / 25, connection=connection, run=number
            )
            placed.append(timeline.place(unit))
        arrived_s += count / 25
    assert placed[0].pts_90k == 0
    presented = [unit.pts_90k for unit in placed]
    assert presented == sorted(set(presented))
    decoded = [unit.dts_90k for unit in placed]
    assert decoded == sorted(set(decoded))
    assert sum(unit.is_first for unit in placed) == len(runs)
    assert len({unit.epoch for unit in placed}) == len(runs)

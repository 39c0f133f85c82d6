from hypothesis import given
from hypothesis import strategies as st

from sentinel_camera.sampling.sampler import MediaSampler

SECOND = 90_000


def due(fps: float, times: list[int], interval: int) -> list[int]:
    sampler = MediaSampler(fps, interval)
    return [time for time in times if sampler.is_due(time)]


def test_a_faster_source_is_thinned_to_the_grid() -> None:
    times = [3_600 * n for n in range(250)]  # 25 fps, 10 s
    assert due(5, times, 3_600) == [18_000 * n for n in range(50)]


def test_a_source_of_the_same_rate_loses_nothing_to_jitter() -> None:
    jitter = [0, -4_000, 5_000, -8_000, 8_000, 3_000]
    times = [18_000 * n + jitter[n % 6] for n in range(60)]
    assert due(5, times, 18_000) == times


def test_a_slower_source_gives_every_picture() -> None:
    times = [45_000 * n for n in range(20)]
    assert due(5, times, 45_000) == times


def test_the_nearest_picture_is_taken() -> None:
    times = [3_750 * n for n in range(24)]  # 24 fps
    assert [time // 3_750 for time in due(5, times, 3_750)] == [0, 5, 10, 14, 19]


def test_a_gap_is_one_late_picture_and_no_burst() -> None:
    times = [0, 18_000, 10 * SECOND + 1_000, 10 * SECOND + 4_600, 10 * SECOND + 18_000]
    assert due(5, times, 3_600) == [0, 18_000, 10 * SECOND + 1_000, 10 * SECOND + 18_000]


def test_a_restart_makes_the_next_picture_due() -> None:
    sampler = MediaSampler(5, 3_600)
    assert sampler.is_due(9_000)
    assert not sampler.is_due(0)
    sampler.restart(3_600)
    assert sampler.is_due(0)


def test_a_jump_back_starts_a_new_grid() -> None:
    times = [5 * SECOND, 5 * SECOND + 3_600, 1_000, 4_600, 19_000]
    assert due(5, times, 3_600) == [5 * SECOND, 1_000, 19_000]


def test_reordering_is_no_jump() -> None:
    times = [0, 18_000, 10_800, 14_400, 36_000]
    assert due(5, times, 3_600) == [0, 18_000, 36_000]


@given(
    fps=st.floats(0.1, 30),
    source_fps=st.integers(1, 60),
    seconds=st.integers(1, 60),
)
def test_the_rate_is_kept(fps: float, source_fps: int, seconds: int) -> None:
    interval = SECOND // source_fps
    times = [interval * n for n in range(source_fps * seconds)]
    found = due(fps, times, interval)
    expected = min(fps, source_fps) * times[-1] / SECOND
    assert found[0] == 0
    assert abs(len(found) - 1 - expected) <= 1.5


@given(steps=st.lists(st.integers(0, 90_000), max_size=200), fps=st.floats(0.5, 30))
def test_due_pictures_are_an_interval_apart_on_average(steps: list[int], fps: float) -> None:
    times, now = [], 0
    for step in steps:
        now += step
        times.append(now)
    found = due(fps, times, 3_600)
    assert len(found) <= len(times)
    assert found == sorted(found)
    if found:
        assert len(found) <= (found[-1] - found[0]) * fps / SECOND + 2


def test_another_rate_goes_on_from_the_last_picture() -> None:
    sampler = MediaSampler(5, 3_600)
    taken = []
    for n in range(150):  # 25 fps, 6 s
        if n == 51:
            sampler.set_rate(2.5)
        if n == 101:
            sampler.set_rate(12.5)
        if sampler.is_due(3_600 * n):
            taken.append(n)
    assert taken == [*range(0, 51, 5), *range(60, 101, 10), *range(102, 150, 2)]


@given(
    st.lists(st.tuples(st.integers(1, 20), st.integers(1, 10_000)), min_size=1, max_size=200),
)
def test_a_rate_that_changes_all_the_time_stays_between_its_ends(
    steps: list[tuple[int, int]],
) -> None:
    """Never more than the fastest rate gives, never fewer than the slowest."""
    sampler = MediaSampler(steps[0][0])
    now = count = 0
    for fps, step in steps:
        sampler.set_rate(fps)
        now += step
        count += sampler.is_due(now)
    rates = [fps for fps, _ in steps]
    longest = max(step for _, step in steps)
    span = now - steps[0][1]
    assert count <= span * max(rates) / SECOND + 2
    assert count >= span / (SECOND / min(rates) + longest) - 1

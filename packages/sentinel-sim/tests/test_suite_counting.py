"""Counting against the truth of the synthetic city, in short."""

from sentinel_sim.suites.counting import run_counting


def test_counts_agree_with_who_really_crossed() -> None:
    report = run_counting(seed=2, rates=(5.0,), seconds=75.0)
    assert {count.line for count in report.counts} == {"eastbound", "westbound"}
    for count in report.counts:
        assert count.crossed >= 8
        assert abs(count.counted - count.crossed) <= 1
        assert count.wrong_way == 0
    assert all(target.is_met for target in report.targets(most_error_share=0.1))

"""Q11 in short: the usual peak is no news, the unusual one is."""

from sentinel_sim.suites.normality import run_normality


async def test_the_usual_peak_raises_nothing_and_the_unusual_one_does() -> None:
    report = await run_normality(seed=1, fps=2.0, hours=(8, 14))
    assert {peak.name: peak.is_right for peak in report.peaks} == {
        peak.name: True for peak in report.peaks
    }
    assert [target.is_met for target in report.targets()] == [True] * len(report.peaks)
    assert report.minutes_learned >= 7 * 2 * 60

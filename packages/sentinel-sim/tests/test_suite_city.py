"""The rules suite: what is due when, what counts, and what its report says."""

from dataclasses import replace
from uuid import UUID

import pytest

from sentinel_core.domain.incidents import IncidentType
from sentinel_sim.city.library import SCENARIOS
from sentinel_sim.suites.city import CityReport
from sentinel_sim.suites.replays import Replay, Variant, compare_alarms, replay_scene
from sentinel_sim.suites.scenes import CLEAN, SceneResult, run_scene, true_events
from sentinel_vision.metrics.events import Alarm, TrueEvent, match_events

SCENE = "avenue_wrong_way"
QUIET = "avenue_hour"
ZONE = UUID(int=1)
EVENT = TrueEvent(
    type=IncidentType.WRONG_WAY, started_s=10.0, ended_s=40.0, due_s=11.5, zone_id=ZONE
)
ALARM = Alarm(type=IncidentType.WRONG_WAY, at_s=12.0, started_s=10.5, ended_s=40.0, zone_id=ZONE)


def test_a_staged_incident_is_found_in_clean_sight() -> None:
    (result,) = run_scene(SCENE, 1, [CLEAN])
    assert [hit.event.type for hit in result.matching.hits] == [IncidentType.WRONG_WAY]
    assert not result.matching.strays
    assert result.frames == 450


def test_events_are_due_when_the_rule_has_waited() -> None:
    (event,) = true_events(SCENARIOS[SCENE], 1)
    assert event.due_s == pytest.approx(event.started_s + 1.5)


def test_rules_that_need_a_calibration_are_not_asked_without_one() -> None:
    scenario = SCENARIOS["avenue_speeding"]
    blind = replace(scenario, zones=scenario.zones.model_copy(update={"calibration": ()}))
    assert [event.type for event in true_events(scenario, 1)] == [IncidentType.SPEEDING]
    assert true_events(blind, 1) == []


def result(
    scenario: str, events: list[TrueEvent], alarms: list[Alarm], *, condition: str = "clean"
) -> SceneResult:
    matching = match_events(events, alarms, watched_s=1800.0)
    return SceneResult(
        scenario=scenario, seed=1, condition=condition, matching=matching, frames=9000
    )


def lines(report: CityReport) -> list[str]:
    return [target.line() for target in report.targets()]


def test_false_alarms_count_wherever_they_are() -> None:
    report = CityReport(scenes=[result(SCENE, [EVENT], [ALARM]), result(QUIET, [], [ALARM])])
    score = report.score(IncidentType.WRONG_WAY, "clean")
    assert (score.precision, score.recall) == (0.5, 1.0)
    assert score.false_alarms_per_hour == pytest.approx(1.0)
    assert lines(report) == [
        "Q1: wrong_way clean F1 0.6667 (target >= 0.95) missed",
        "Q1: wrong_way clean p95 delay 0.5 s (target <= 3.0 s) met",
        "Q1: clean false alarms in 0.5 h of normal traffic 1 (target <= 0) missed",
    ]
    assert list(report.failures()) == [f"{QUIET} seed 1 clean: false wrong way at 12.0 s"]


def test_noise_has_a_target_of_its_own() -> None:
    noisy = result(SCENE, [EVENT], [ALARM], condition="noisy")
    assert lines(CityReport(scenes=[noisy]))[0] == (
        "Q1: wrong_way noisy F1 1.0 (target >= 0.85) met"
    )


def test_rules_without_events_or_alarms_have_no_target() -> None:
    assert lines(CityReport(scenes=[result(SCENE, [], [])])) == []


VARIANT = Variant(name="5 fps", every=6)


def compared(reference: list[Alarm], seen: list[Alarm]) -> Replay:
    return compare_alarms(SCENE, 1, VARIANT, reference, seen)


def test_the_same_incidents_may_begin_a_sample_and_a_second_apart() -> None:
    assert compared([ALARM], [replace(ALARM, started_s=11.7)]).is_same
    assert not compared([ALARM], [replace(ALARM, started_s=11.8)]).is_same


def test_missing_and_further_incidents_are_told() -> None:
    other = replace(ALARM, zone_id=UUID(int=2))
    found = compared([ALARM], [other])
    assert (found.missing, found.extra) == ((ALARM,), (other,))
    report = CityReport(replays=[found, compared([ALARM], [ALARM])])
    assert lines(report) == ["Q3: 5 fps: scenes with the same incidents 1 (target >= 2) missed"]
    assert len(list(report.failures())) == 2


def test_a_scene_looks_the_same_at_a_lower_rate() -> None:
    (replay,) = replay_scene(SCENE, 1, [VARIANT])
    assert replay.incidents == 1
    assert replay.is_same

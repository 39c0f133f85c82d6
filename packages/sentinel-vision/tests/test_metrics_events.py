"""Which alarm is about which event, and what that makes of the figures."""

from dataclasses import replace
from uuid import UUID

import pytest

from sentinel_core.domain.incidents import IncidentType
from sentinel_vision.metrics.events import Alarm, Matching, TrueEvent, match_events, score_events

ZONE, OTHER_ZONE = UUID(int=1), UUID(int=2)
EVENT = TrueEvent(
    type=IncidentType.WRONG_WAY, started_s=10.0, ended_s=60.0, due_s=12.0, zone_id=ZONE
)
ALARM = Alarm(type=IncidentType.WRONG_WAY, at_s=13.0, started_s=11.0, ended_s=50.0, zone_id=ZONE)


def matched(events: list[TrueEvent], alarms: list[Alarm]) -> Matching:
    return match_events(events, alarms, watched_s=3600.0)


def counts(matching: Matching) -> tuple[int, int, int, int]:
    """Hits, misses, duplicates, strays."""
    return (
        len(matching.hits),
        len(matching.missed),
        len(matching.duplicates),
        len(matching.strays),
    )


@pytest.mark.parametrize(
    ("at_s", "expected"),
    [
        (9.9, (0, 1, 0, 1)),
        (10.0, (1, 0, 0, 0)),
        (12.0, (1, 0, 0, 0)),
        (22.0, (1, 0, 0, 0)),
        (22.1, (0, 1, 0, 1)),
    ],
)
def test_an_alarm_is_right_from_2_s_before_until_10_s_after_it_was_due(
    at_s: float, expected: tuple[int, int, int, int]
) -> None:
    assert counts(matched([EVENT], [replace(ALARM, at_s=at_s)])) == expected


def test_an_event_that_ends_early_has_10_s_from_its_end() -> None:
    short = replace(EVENT, ended_s=11.0)
    assert counts(matched([short], [replace(ALARM, at_s=21.0)])) == (1, 0, 0, 0)
    assert counts(matched([short], [replace(ALARM, at_s=21.5)])) == (0, 1, 0, 1)


def test_type_and_zone_must_be_the_same() -> None:
    assert counts(matched([EVENT], [replace(ALARM, type=IncidentType.SPEEDING)])) == (0, 1, 0, 1)
    assert counts(matched([EVENT], [replace(ALARM, zone_id=OTHER_ZONE)])) == (0, 1, 0, 1)


def test_boxes_that_overlap_are_the_same_place_in_any_zone() -> None:
    event = replace(EVENT, zone_id=None, box=(0.1, 0.1, 0.3, 0.3))
    elsewhere, here = (0.5, 0.5, 0.7, 0.7), (0.15, 0.1, 0.35, 0.3)
    near = replace(ALARM, zone_id=OTHER_ZONE, way=(elsewhere, here))
    far = replace(near, way=((0.25, 0.1, 0.45, 0.3),))
    assert counts(matched([event], [near])) == (1, 0, 0, 0)
    assert counts(matched([event], [far])) == (0, 1, 0, 1)


def test_what_is_about_the_whole_picture_needs_no_place() -> None:
    event, alarm = replace(EVENT, zone_id=None), replace(ALARM, zone_id=None)
    assert counts(matched([event], [alarm])) == (1, 0, 0, 0)


def test_a_second_alarm_of_an_event_is_a_duplicate_and_a_false_alarm() -> None:
    matching = matched([EVENT], [ALARM, replace(ALARM, at_s=40.0)])
    assert counts(matching) == (1, 0, 1, 0)
    score = score_events(matching)
    assert (score.false_alarms, score.duplicates) == (1, 1)
    assert (score.precision, score.recall) == (0.5, 1.0)


def test_each_alarm_takes_one_event() -> None:
    second = replace(EVENT, due_s=14.0)
    matching = matched([second, EVENT], [ALARM, replace(ALARM, at_s=15.0)])
    assert counts(matching) == (2, 0, 0, 0)
    assert [hit.delay_s for hit in matching.hits] == [1.0, 1.0]


def test_an_event_at_the_threshold_is_neither_missed_nor_falsely_reported() -> None:
    ignored = replace(EVENT, is_ignored=True)
    assert counts(matched([ignored], [])) == (0, 0, 0, 0)
    assert counts(matched([ignored], [ALARM, replace(ALARM, at_s=30.0)])) == (0, 0, 0, 0)
    assert counts(matched([ignored], [replace(ALARM, at_s=90.0)])) == (0, 0, 0, 1)


def test_figures() -> None:
    late = replace(EVENT, due_s=100.0, started_s=98.0, ended_s=160.0)
    missed = replace(EVENT, due_s=200.0, started_s=198.0, ended_s=260.0)
    alarms = [ALARM, replace(ALARM, at_s=103.0, started_s=95.0, ended_s=None)]
    score = score_events(matched([EVENT, late, missed], [*alarms, replace(ALARM, at_s=500.0)]))
    assert (score.events, score.hits, score.false_alarms) == (3, 2, 1)
    assert score.precision == score.recall == score.f1 == pytest.approx(2 / 3)
    assert score.delay_p50_s == pytest.approx(2.0)
    assert score.delay_p95_s == pytest.approx(2.9)
    assert score.start_rmse_s == pytest.approx(5**0.5)
    assert score.temporal_iou == pytest.approx(39 / 50)
    assert score.s4 == pytest.approx(2 / 3 * (1 - 5**0.5 / 300))
    assert score.false_alarms_per_hour == pytest.approx(1.0)


def test_s4_is_that_of_a_published_result() -> None:
    # AI City Challenge 2020, third place: F1 .7018 and RMSE 67.50 s were published as .5438.
    matching = matched([EVENT], [replace(ALARM, started_s=10.0 + 67.5)])
    score = score_events(matching)
    assert score.s4 is not None
    assert 0.7018 * score.s4 == pytest.approx(0.5438, abs=1e-3)


def test_silence_has_no_precision() -> None:
    score = score_events(matched([], []))
    assert (score.precision, score.recall, score.f1, score.s4) == (None, None, None, None)
    assert score.false_alarms_per_hour == 0.0


def test_cameras_add_up() -> None:
    total = Matching()
    total.add(matched([EVENT], [ALARM]))
    total.add(matched([replace(EVENT, type=IncidentType.QUEUE)], []))
    assert total.watched_s == 7200.0
    assert counts(total) == (1, 1, 0, 0)
    assert counts(total.of_type(IncidentType.QUEUE)) == (0, 1, 0, 0)

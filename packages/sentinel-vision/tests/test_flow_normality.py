"""What was learned about a lane, and what congestion makes of it."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from sentinel_core.domain.incidents import IncidentType
from sentinel_core.domain.normality import MEMORY_MINUTES, LearnedMinute, NormalityCell
from sentinel_vision.flow.lane_normality import LaneNormality
from sentinel_vision.rules.engine import RuleEngine
from sentinel_vision.rules.normality import Usual
from sentinel_vision.testing.traffic import (
    STARTED_AT,
    Vehicle,
    ended,
    film,
    lane,
    opened,
    seconds_of,
    stand,
    watch,
    zone_set,
)

LANE = UUID(int=1)
OTHER = UUID(int=2)
MONDAY_8 = datetime.fromisoformat("2026-01-05T08:30:00+00:00")
SATURDAY_8 = MONDAY_8 + timedelta(days=5)
HOURS = 1.5


def cell(hour: int, **changes: object) -> NormalityCell:
    """An hour of the week that was watched in two weeks."""
    values: dict[str, object] = {
        "zone_id": LANE,
        "shape": "a",
        "hour": hour,
        "minutes": 120,
        "speed_minutes": 120,
        "days": 2,
        "last_day": date(2026, 1, 5),
        "speed_mean": 10.0,
        "free_speed_mean": 12.0,
        "fullness_mean": 7.0,
        **changes,
    }
    return NormalityCell(**values)  # type: ignore[arg-type]  # any field


def usual(*cells: NormalityCell, at: datetime = MONDAY_8, zone_id: UUID = LANE) -> Usual | None:
    return LaneNormality(cells, {LANE: "a"}).usual(zone_id, at, hours=HOURS)


def test_an_hour_that_was_watched_on_two_days_is_known() -> None:
    assert usual(cell(8)) == Usual(speed=10.0, fullness=7.0, hours=2.0)
    assert usual(cell(9)) is None
    assert usual(cell(8), zone_id=OTHER) is None


def test_one_day_is_no_habit() -> None:
    assert usual(cell(8, days=1)) is None


def test_an_hour_must_be_watched_for_long_enough() -> None:
    assert usual(cell(8, minutes=89)) is None


def test_what_was_learned_about_another_shape_does_not_count() -> None:
    assert usual(cell(8, shape="b")) is None


def test_an_hour_in_which_nobody_came_says_nothing_about_speed() -> None:
    assert usual(cell(8, speed_minutes=0)) is None


def test_like_days_stand_in_until_the_own_hour_is_known() -> None:
    week = [cell(24 * day + 8, days=1, minutes=60, speed_mean=2.0 + day) for day in range(5)]
    found = usual(*week)
    assert found is not None
    assert found.speed == pytest.approx(4.0)
    assert usual(*week, at=SATURDAY_8) is None
    own = cell(8, speed_mean=9.0)
    assert usual(own, *week[1:]) == Usual(speed=9.0, fullness=7.0, hours=2.0)


def test_hours_are_asked_for_in_the_time_zone_they_were_learned_in() -> None:
    known = cell(8, timezone="Europe/Helsinki")
    assert usual(known, at=MONDAY_8) is None
    assert usual(known, at=MONDAY_8 - timedelta(hours=2)) is not None
    assert usual(known, at=MONDAY_8 + timedelta(days=182, hours=-3)) is not None, "summer time"


def test_free_flow_is_the_speed_of_the_fastest_hour() -> None:
    cells = [
        cell(8, free_speed_mean=5.0),
        cell(3, free_speed_mean=14.0),
        cell(4, free_speed_mean=30.0, speed_minutes=3),
    ]
    learned = LaneNormality(cells, {LANE: "a"})
    assert learned.free_flow(LANE) == 14.0
    assert learned.free_flow(OTHER) is None


def test_old_habits_fade() -> None:
    habit = cell(8, minutes=0, speed_minutes=0, days=0, last_day=date.min, speed_mean=0.0)
    for index in range(3 * MEMORY_MINUTES):
        speed = 10.0 if index < MEMORY_MINUTES else 4.0
        habit = habit.learn(LearnedMinute(at=MONDAY_8, speed=speed, free_speed=None, fullness=0.0))
    assert 4.0 < habit.speed_mean < 5.0
    assert habit.days == 1


ROAD = lane(
    "road",
    ((0.2, 0.1), (0.8, 0.1), (0.8, 0.9), (0.2, 0.9)),
    rules={"congestion": {"on_s": 20, "off_s": 10}, "queue": {"enabled": False}},
)


class Habit:
    """How the road is until a time, and from then on."""

    def __init__(self, speed: float, then: float | None = None, at_s: float = 1e9) -> None:
        self._speeds = (speed, speed if then is None else then)
        self._changes_at = STARTED_AT + timedelta(seconds=min(at_s, 1e6))

    def usual(self, zone_id: UUID, at: datetime, *, hours: float) -> Usual | None:
        """See `Normality`."""
        assert (zone_id, hours) == (ROAD.id, HOURS)
        return Usual(speed=self._speeds[at >= self._changes_at], fullness=0.1, hours=2.0)

    def free_flow(self, zone_id: UUID) -> float | None:
        """See `Normality`."""
        assert zone_id == ROAD.id
        return 2.0


def full_road() -> list[Vehicle]:
    """Four rows of six that stand."""
    return [
        Vehicle(
            path=stand(165.0 + 62.0 * (index % 6), 100.0 + 62.0 * (index // 6)),
            track_id=index,
            size_px=58.0,
        )
        for index in range(24)
    ]


def engine(habit: Habit | None, **parameters: float | bool) -> RuleEngine:
    chosen = {**ROAD.rules, "congestion": {**ROAD.rules["congestion"], **parameters}}
    made = RuleEngine("cam", zone_set(ROAD.model_copy(update={"rules": chosen})), "v0")
    made.use_normality(habit)
    return made


def test_a_jam_is_news_where_traffic_usually_flows() -> None:
    (incident,) = opened(watch(engine(Habit(1.5)), film(full_road(), 30.0)))
    assert incident.type is IncidentType.CONGESTION
    measured = {entry.condition: entry for entry in incident.explain}
    known = measured["usual speed at this hour"]
    assert (known.measured, known.unit) == (1.5, "BL/s")
    # It would be none if the usual speed were below: a fifth of the learned free flow.
    assert known.threshold == pytest.approx(0.2 * 2.0, abs=0.01)
    assert measured["median speed"].threshold == pytest.approx(0.5 * 2.0)


def test_a_jam_is_no_news_where_traffic_usually_crawls() -> None:
    assert opened(watch(engine(Habit(0.3)), film(full_road(), 60.0))) == []


def test_who_wants_all_jams_gets_them() -> None:
    assert opened(watch(engine(Habit(0.3), use_normality=False), film(full_road(), 30.0)))
    assert opened(watch(engine(None), film(full_road(), 30.0)))


def test_a_jam_that_lasts_into_its_usual_hour_ends_then() -> None:
    changes = watch(engine(Habit(1.5, then=0.1, at_s=60.0)), film(full_road(), 90.0))
    assert len(opened(changes)) == 1
    (incident,) = ended(changes)
    assert seconds_of(incident.ended_at) == pytest.approx(60.0, abs=0.3)

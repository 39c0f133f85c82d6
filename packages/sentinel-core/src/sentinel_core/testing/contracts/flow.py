"""What every `Flow` repository promises."""

from datetime import date

import pytest

from sentinel_core.domain.errors import InvalidInput
from sentinel_core.domain.normality import NormalityCell, hour_of_week
from sentinel_core.ports.repositories import Database
from sentinel_core.testing.builders import NOON, ZONE_ID, at, make_flow_event, make_zone_flow


async def learned(database: Database, camera_key: str = "cam_01") -> list[NormalityCell]:
    """What is usual at a camera."""
    async with database.transaction() as unit:
        return list(await unit.flow.normality(camera_key))


async def stored(database: Database, *events: object) -> int:
    """How many of the events were new."""
    async with database.transaction() as unit:
        return len(await unit.flow.store(events))  # type: ignore[arg-type]  # builders make them


class FlowContract:
    """Needs fixture `database`, empty and migrated."""

    async def test_minutes_come_back_by_time(self, database: Database) -> None:
        events = [make_flow_event(index) for index in range(4)]
        assert await stored(database, *reversed(events)) == 4
        await stored(database, make_flow_event(1, camera_id="cam_02"))
        async with database.transaction() as unit:
            found = await unit.flow.minutes("cam_01", at(60), at(180))
        assert list(found) == events[1:3]

    async def test_a_minute_is_stored_and_learned_once(self, database: Database) -> None:
        assert await stored(database, make_flow_event(), make_flow_event()) == 1
        assert await stored(database, make_flow_event(), make_flow_event(1)) == 1
        (cell,) = await learned(database)
        assert cell.minutes == 2

    async def test_parts_of_a_minute_are_kept_apart(self, database: Database) -> None:
        first, second = make_flow_event(), make_flow_event(zone_version=2)
        assert await stored(database, first, second) == 2
        async with database.transaction() as unit:
            assert len(await unit.flow.minutes("cam_01", NOON, at(60))) == 2

    async def test_cells_know_mean_variance_and_days(self, database: Database) -> None:
        week = 7 * 24 * 60
        speeds = {0: 10.0, 1: 14.0, week: 12.0}
        for index, speed in speeds.items():
            zone = make_zone_flow(speed_mean=speed, speed_p85=speed + 1, density=speed / 2)
            await stored(database, make_flow_event(index, zones=[zone]))
        (cell,) = await learned(database)
        assert (cell.zone_id, cell.hour) == (ZONE_ID, hour_of_week(NOON))
        assert (cell.minutes, cell.speed_minutes, cell.days) == (3, 3, 2)
        assert cell.last_day == date(2026, 1, 17)
        assert cell.speed_mean == pytest.approx(12.0)
        assert cell.speed_variance == pytest.approx(8.0 / 3.0)
        assert cell.free_speed_mean == pytest.approx(13.0)
        assert cell.fullness_mean == pytest.approx(6.0)

    async def test_minutes_without_vehicles_teach_only_how_full_it_is(
        self, database: Database
    ) -> None:
        empty = make_zone_flow(speed_mean=None, speed_p85=None, density=None, covered=0.0)
        await stored(database, make_flow_event(zones=[empty]))
        (cell,) = await learned(database)
        assert (cell.minutes, cell.speed_minutes, cell.fullness_mean) == (1, 0, 0.0)

    async def test_disturbed_and_hardly_watched_minutes_teach_nothing(
        self, database: Database
    ) -> None:
        await stored(
            database, make_flow_event(is_disturbed=True), make_flow_event(1, coverage=0.79)
        )
        assert await learned(database) == []

    async def test_a_zone_that_is_drawn_anew_is_learned_anew(self, database: Database) -> None:
        await stored(database, make_flow_event())
        other = make_zone_flow(shape="ba9876543210", speed_mean=3.0)
        await stored(database, make_flow_event(1, zones=[other]))
        (cell,) = await learned(database)
        assert (cell.shape, cell.minutes, cell.speed_mean) == ("ba9876543210", 1, 3.0)

    async def test_what_cannot_be_read_stores_nothing(self, database: Database) -> None:
        with pytest.raises(InvalidInput):
            await stored(database, make_flow_event(), make_flow_event(minute="noon"))
        async with database.transaction() as unit:
            assert await unit.flow.minutes("cam_01", NOON, at(60)) == []


class SiteHoursContract:
    """Needs fixtures `database`, and `helsinki`: the same tables at a site in Europe/Helsinki."""

    async def test_hours_are_those_of_the_site(self, helsinki: Database) -> None:
        await stored(helsinki, make_flow_event())
        (cell,) = await learned(helsinki)
        assert (cell.hour, cell.timezone) == (hour_of_week(NOON) + 2, "Europe/Helsinki")

    async def test_a_rush_hour_stays_one_when_the_clocks_change(self, helsinki: Database) -> None:
        winter, summer = "2026-03-23T06:10:00.000Z", "2026-03-30T05:10:00.000Z"
        await stored(helsinki, make_flow_event(minute=winter), make_flow_event(minute=summer))
        (cell,) = await learned(helsinki)
        assert (cell.hour, cell.minutes, cell.days) == (8, 2, 2)

    async def test_an_hour_that_happens_twice_is_one_of_one_day(self, helsinki: Database) -> None:
        """Clocks go back from four to three."""
        first, again = "2026-10-25T00:30:00.000Z", "2026-10-25T01:30:00.000Z"
        await stored(helsinki, make_flow_event(minute=first), make_flow_event(minute=again))
        (cell,) = await learned(helsinki)
        assert (cell.hour, cell.minutes, cell.days) == (6 * 24 + 3, 2, 1)

    async def test_days_change_at_the_midnight_of_the_site(self, helsinki: Database) -> None:
        await stored(helsinki, make_flow_event(minute="2026-01-11T22:05:00.000Z"))
        (cell,) = await learned(helsinki)
        assert (cell.hour, cell.last_day) == (0, date(2026, 1, 12))

    async def test_a_site_that_changes_its_time_zone_learns_anew(
        self, database: Database, helsinki: Database
    ) -> None:
        minutes = [make_flow_event(index) for index in range(3)]
        await stored(database, minutes[0], make_flow_event(minute="2026-01-10T14:00:00.000Z"))
        assert await learned(helsinki) == []
        await stored(helsinki, *minutes[1:])
        (cell,) = await learned(helsinki)
        assert (cell.hour, cell.minutes) == (5 * 24 + 14, 2), "what 14 h UTC taught is gone"

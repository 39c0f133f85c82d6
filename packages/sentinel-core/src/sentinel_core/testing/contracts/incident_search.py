"""What every `Incidents` repository finds."""

from collections.abc import Iterable
from uuid import UUID

import pytest

from sentinel_core.contracts.generated.incident_event import IncidentEvent
from sentinel_core.domain.incidents import Handling
from sentinel_core.domain.media_clock import TICKS_PER_SECOND, format_utc, parse_utc
from sentinel_core.ports.repositories import Database, EventFilter
from sentinel_core.testing.builders import at, make_incident_event
from sentinel_core.testing.contracts.cameras import stored_camera
from sentinel_core.testing.contracts.incidents import apply, handle


def opened(minute: float, camera_id: str = "cam_01", **changes: object) -> IncidentEvent:
    """An incident whose alarm is `minute` minutes after noon."""
    moment = format_utc(at(minute * 60))
    values = {
        "camera_id": camera_id,
        "key": f"track:{minute}",
        "start_pts_90k": int(minute * 60 * TICKS_PER_SECOND),
        "pts_90k": int(minute * 60 * TICKS_PER_SECOND),
        "timestamp": moment,
        "alarm_at": moment,
        **changes,
    }
    return make_incident_event(**values)


def ended(event: IncidentEvent) -> IncidentEvent:
    """The end of that incident, ten minutes later."""
    later = event.start_pts_90k + 600 * TICKS_PER_SECOND
    return make_incident_event(
        "ended",
        camera_id=event.camera_id,
        key=event.key,
        start_pts_90k=event.start_pts_90k,
        pts_90k=later,
        timestamp=format_utc(at(later / TICKS_PER_SECOND)),
        alarm_at=event.alarm_at,
    )


async def found(database: Database, wanted: EventFilter) -> list[str]:
    """Ids of the incidents that match."""
    async with database.transaction() as unit:
        return [str(incident.id) for incident in await unit.incidents.list(wanted)]


async def found_transitions(database: Database, wanted: EventFilter) -> list[str]:
    """Ids of the transitions that match."""
    async with database.transaction() as unit:
        return [event.event_id for event in await unit.incidents.transitions(wanted)]


def ids(events: Iterable[IncidentEvent]) -> list[str]:
    """Ids of the events' incidents."""
    return [event.incident_id for event in events]


class IncidentSearchContract:
    """Needs fixture `database`, empty and migrated."""

    async def test_newest_alarm_comes_first(self, database: Database) -> None:
        events = [opened(minute) for minute in (2, 1, 3)]
        await apply(database, *events)
        assert await found(database, EventFilter()) == ids([events[2], events[0], events[1]])

    async def test_finds_by_camera(self, database: Database) -> None:
        here, there = opened(1), opened(2, "cam_02")
        await apply(database, here, there)
        assert await found(database, EventFilter(camera_key="cam_01")) == ids([here])
        assert await found_transitions(database, EventFilter(camera_key="cam_02")) == [
            there.event_id
        ]

    async def test_start_counts_and_end_does_not(self, database: Database) -> None:
        events = [opened(minute) for minute in (1, 2, 3)]
        await apply(database, *events)
        wanted = EventFilter(start=at(60), end=at(180))
        assert await found(database, wanted) == ids([events[1], events[0]])
        assert await found_transitions(database, wanted) == [events[1].event_id, events[0].event_id]

    async def test_finds_by_type(self, database: Database) -> None:
        jam, ghost = opened(1), opened(2, type="wrong_way")
        await apply(database, jam, ghost)
        types = frozenset({"wrong_way", "stopped_vehicle"})
        assert await found(database, EventFilter(types=types)) == ids([ghost])
        assert await found_transitions(database, EventFilter(types=types)) == [ghost.event_id]
        assert await found(database, EventFilter(types=frozenset())) == []

    async def test_finds_by_handling(self, database: Database) -> None:
        new, resolved = opened(1), opened(2)
        await apply(database, new, resolved)
        await handle(database, resolved.incident_id, Handling.NEW, Handling.RESOLVED)
        open_ones = EventFilter(handlings=frozenset({Handling.NEW, Handling.ACKNOWLEDGED}))
        assert await found(database, open_ones) == ids([new])
        assert await found_transitions(database, open_ones) == [new.event_id]

    async def test_finds_active_ones(self, database: Database) -> None:
        over, active = opened(1), opened(2)
        await apply(database, over, active, ended(over))
        wanted = EventFilter(active_only=True)
        assert await found(database, wanted) == ids([active])
        assert await found_transitions(database, wanted) == [active.event_id]

    async def test_finds_one_incident(self, database: Database) -> None:
        one, other = opened(1), opened(2)
        end = ended(one)
        await apply(database, one, other, end)
        wanted = EventFilter(incident_id=UUID(one.incident_id))
        assert await found(database, wanted) == ids([one])
        assert await found_transitions(database, wanted) == [end.event_id, one.event_id]

    @pytest.mark.parametrize(
        "text",
        ["toll", "TOLL KM", "läns", "LÄNSIVÄYLÄ", "carriage", "congestion", "CAM_01", "01"],
    )
    async def test_finds_by_text(self, database: Database, text: str) -> None:
        await stored_camera(database, name="Toll km 39, Länsiväylä")
        await stored_camera(database, key="cam_02", name="Plaza")
        wanted_one = opened(1, zone_name="Left carriageway")
        other = opened(2, "cam_02", type="wrong_way", zone_name="Junction")
        await apply(database, wanted_one, other)
        assert await found(database, EventFilter(text=text)) == ids([wanted_one])
        assert await found_transitions(database, EventFilter(text=text)) == [wanted_one.event_id]

    @pytest.mark.parametrize("text", ["wrong_way", "wrong way", "Wrong Way"])
    async def test_finds_types_as_people_write_them(self, database: Database, text: str) -> None:
        await apply(database, opened(1), ghost := opened(2, type="wrong_way"))
        assert await found(database, EventFilter(text=text)) == ids([ghost])

    @pytest.mark.parametrize("text", ["%", "_", "\\", "100%", "'"])
    async def test_text_holds_no_wildcards(self, database: Database, text: str) -> None:
        await apply(database, opened(1, "cam1", type="congestion", zone_name="Plain"))
        assert await found(database, EventFilter(text=text)) == []

    @pytest.mark.parametrize("text", ["", "  ", "\n"])
    async def test_blank_text_asks_for_nothing(self, database: Database, text: str) -> None:
        await apply(database, event := opened(1))
        assert await found(database, EventFilter(text=text)) == ids([event])

    @pytest.mark.parametrize("text", [" left ", "left\tcarriageway"])
    async def test_spaces_do_not_matter(self, database: Database, text: str) -> None:
        await apply(database, event := opened(1))
        assert await found(database, EventFilter(text=text)) == ids([event])

    async def test_finds_wildcards_as_letters(self, database: Database) -> None:
        event = opened(1, zone_name="50% slope")
        await apply(database, event, opened(2, zone_name="50 m slope"))
        assert await found(database, EventFilter(text="50%")) == ids([event])

    async def test_conditions_add_up(self, database: Database) -> None:
        events = [opened(1), opened(2, "cam_02"), opened(3), opened(4, type="wrong_way")]
        await apply(database, *events)
        wanted = EventFilter(
            camera_key="cam_01", types=frozenset({"congestion"}), start=at(90), text="left"
        )
        assert await found(database, wanted) == ids([events[2]])


class IncidentPagesContract:
    """Needs fixture `database`, empty and migrated."""

    async def test_limit_cuts(self, database: Database) -> None:
        await apply(database, *(opened(minute) for minute in range(5)))
        assert len(await found(database, EventFilter(limit=2))) == 2

    async def test_pages_join_without_gap_or_overlap(self, database: Database) -> None:
        """Also where many have the same time."""
        events = [opened(number, alarm_at=format_utc(at(number // 4))) for number in range(12)]
        await apply(database, *events)
        pages: list[str] = []
        wanted = EventFilter(limit=5)
        while True:
            async with database.transaction() as unit:
                page = await unit.incidents.list(wanted)
            if not page:
                break
            pages.extend(str(incident.id) for incident in page)
            wanted = EventFilter(limit=5, before=(page[-1].alarm_at, page[-1].id))
        assert pages == await found(database, EventFilter())
        assert sorted(pages) == sorted(ids(events))

    async def test_new_rows_do_not_shift_later_pages(self, database: Database) -> None:
        events = [opened(minute) for minute in range(4)]
        await apply(database, *events)
        async with database.transaction() as unit:
            first = await unit.incidents.list(EventFilter(limit=2))
        await apply(database, opened(9))
        rest = EventFilter(before=(first[-1].alarm_at, first[-1].id))
        assert await found(database, rest) == ids([events[1], events[0]])

    async def test_pages_of_transitions_join(self, database: Database) -> None:
        await apply(database, *(opened(n, timestamp=format_utc(at(n // 3))) for n in range(7)))
        everything = await found_transitions(database, EventFilter())
        async with database.transaction() as unit:
            page = await unit.incidents.transitions(EventFilter(limit=4))
        last = page[-1]
        rest = EventFilter(before=(parse_utc(last.timestamp), UUID(last.event_id)))
        assert [event.event_id for event in page] + await found_transitions(
            database, rest
        ) == everything

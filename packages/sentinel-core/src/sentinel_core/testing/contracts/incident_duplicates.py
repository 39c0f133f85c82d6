"""What every `Incidents` repository does with one event that several cameras see."""

import asyncio
from uuid import UUID

import pytest

from sentinel_core.contracts.generated.incident_event import EvidenceKeys, IncidentEvent
from sentinel_core.domain.errors import StaleState
from sentinel_core.domain.incidents import Condition, Handling
from sentinel_core.domain.media_clock import TICKS_PER_SECOND, format_utc
from sentinel_core.ports.repositories import Database, EventFilter
from sentinel_core.testing.builders import Transition, at, make_incident_event
from sentinel_core.testing.contracts.incidents import apply, handle, read_incident


def sight(
    camera_id: str, start_s: float, transition: Transition = "opened", /, **changes: object
) -> IncidentEvent:
    """Congestion at the bridge, as one camera sees it; it ends 100 s after its start."""
    values: dict[str, object] = {
        "camera_id": camera_id,
        "place": "bridge",
        "start_pts_90k": int(start_s * TICKS_PER_SECOND),
        "started_at": format_utc(at(start_s)),
        "alarm_at": format_utc(at(start_s + 15)),
        "pts_90k": int(start_s * TICKS_PER_SECOND),
        "timestamp": format_utc(at(start_s + 15)),
    }
    if transition != "opened":
        values |= {
            "pts_90k": int((start_s + 100) * TICKS_PER_SECOND),
            "timestamp": format_utc(at(start_s + 100)),
            "ended_at": format_utc(at(start_s + 100)),
        }
    return make_incident_event(transition, **{**values, **changes})


async def first_of(database: Database, event: IncidentEvent) -> str | None:
    """What the incident of an event is a duplicate of."""
    found = (await read_incident(database, event.incident_id)).duplicate_of
    return None if found is None else str(found)


async def listed(database: Database, **wanted: object) -> list[str]:
    """Ids of a list without duplicates."""
    async with database.transaction() as unit:
        found = await unit.incidents.list(EventFilter(duplicates=False, **wanted))  # type: ignore[arg-type]  # any filter
    return [str(incident.id) for incident in found]


class DuplicatesContract:
    """Needs fixture `database`, empty and migrated."""

    @pytest.mark.parametrize("start_s", [570, 600, 630, 700], ids=str)
    async def test_what_another_camera_sees_there_is_the_same_event(
        self, database: Database, start_s: int
    ) -> None:
        """From 30 s before until its end."""
        first, second = sight("cam_01", 600), sight("cam_02", start_s)
        await apply(database, first, second)
        assert await first_of(database, first) is None
        assert await first_of(database, second) == first.incident_id
        async with database.transaction() as unit:
            (found,) = await unit.incidents.duplicates_of([UUID(first.incident_id)])
        assert str(found.id) == second.incident_id

    @pytest.mark.parametrize(
        ("start_s", "changes"),
        [
            (569, {}),
            (701, {}),
            (600, {"place": None}),
            (600, {"place": "tunnel"}),
            (600, {"type": "stopped_vehicle"}),
            (600, {"camera_id": "cam_01", "key": "track:9"}),
        ],
        ids=[
            "long before",
            "after its end",
            "no place",
            "elsewhere",
            "another type",
            "same camera",
        ],
    )
    async def test_anything_else_is_an_event_of_its_own(
        self, database: Database, start_s: int, changes: dict[str, object]
    ) -> None:
        first = sight("cam_01", 600)
        other = sight("cam_02", start_s, **changes)
        await apply(database, first, sight("cam_01", 600, "ended"), other)
        assert await first_of(database, other) is None

    async def test_a_moment_is_seen_twice_although_it_is_over_at_once(
        self, database: Database
    ) -> None:
        over = {"ended_at": format_utc(at(600)), "timestamp": format_utc(at(600))}
        first = sight("cam_01", 600)
        second = sight("cam_02", 601)
        await apply(database, first, sight("cam_01", 600, "ended", **over), second)
        assert await first_of(database, second) == first.incident_id

    async def test_all_are_duplicates_of_the_first(self, database: Database) -> None:
        events = [sight(f"cam_0{n}", 600 + 20 * n) for n in range(1, 5)]
        await apply(database, *events)
        firsts = [await first_of(database, event) for event in events]
        assert firsts == [None] + [events[0].incident_id] * 3

    async def test_of_two_the_closer_one_is_the_same(self, database: Database) -> None:
        early = sight("cam_01", 600, key="track:1")
        late = sight("cam_01", 640, key="track:2")
        other = sight("cam_02", 638, key="track:5")
        await apply(database, early, late, other)
        assert await first_of(database, other) == late.incident_id

    async def test_it_is_decided_once(self, database: Database) -> None:
        second = sight("cam_02", 640)
        await apply(database, second)
        first = sight("cam_01", 600)
        await apply(database, first, sight("cam_02", 640, "ended"))
        assert await first_of(database, second) is None
        assert await first_of(database, first) is None, "it began 40 s before"

    async def test_lists_show_the_first_alone(self, database: Database) -> None:
        first, second = sight("cam_01", 600), sight("cam_02", 610)
        alone = sight("cam_03", 610, place="tunnel")
        await apply(database, first, second, alone)
        assert sorted(await listed(database)) == sorted([first.incident_id, alone.incident_id])
        assert sorted(await listed(database, active_only=True)) == sorted(
            [first.incident_id, alone.incident_id]
        )
        async with database.transaction() as unit:
            assert len(await unit.incidents.list(EventFilter())) == 3

    async def test_what_goes_on_for_another_camera_is_active(self, database: Database) -> None:
        first, second = sight("cam_01", 600), sight("cam_02", 610)
        await apply(database, first, second, sight("cam_01", 600, "ended"))
        assert await listed(database, active_only=True) == [second.incident_id]
        assert await listed(database) == [first.incident_id]
        await apply(database, sight("cam_02", 610, "ended"))
        assert await listed(database, active_only=True) == []

    async def test_who_handles_one_handles_all(self, database: Database) -> None:
        first, second = sight("cam_01", 600), sight("cam_02", 610)
        await apply(database, first, second)
        await handle(database, first.incident_id, Handling.NEW, Handling.ACKNOWLEDGED)
        found = await read_incident(database, second.incident_id)
        assert (found.handling, found.handled_by, found.handled_at) == (
            Handling.ACKNOWLEDGED,
            "olga",
            at(100),
        )
        handled = await handle(
            database, second.incident_id, Handling.ACKNOWLEDGED, Handling.RESOLVED
        )
        assert str(handled.id) == second.incident_id
        assert (await read_incident(database, first.incident_id)).handling is Handling.RESOLVED

    async def test_who_comes_later_finds_it_handled(self, database: Database) -> None:
        first, second = sight("cam_01", 600), sight("cam_02", 610)
        await apply(database, first)
        await handle(database, first.incident_id, Handling.NEW, Handling.IN_PROGRESS)
        await apply(database, second)
        found = await read_incident(database, second.incident_id)
        assert (found.handling, found.handled_by) == (Handling.IN_PROGRESS, "olga")
        with pytest.raises(StaleState):
            await handle(database, second.incident_id, Handling.NEW, Handling.ACKNOWLEDGED)

    async def test_evidence_that_comes_late_changes_nothing_else(self, database: Database) -> None:
        """Who finished it after a restart may not know that the incident has ended."""
        opened = make_incident_event()
        keys = EvidenceKeys(
            snapshot="s3://b/s",
            snapshot_boxes=None,
            clip=None,
            manifest="s3://b/m",
            has_pictures=True,
            complete=True,
        )
        late = make_incident_event(
            "evidence_complete", condition="active", reason=None, ended_at=None, evidence=keys
        )
        await apply(database, opened, make_incident_event("ended"), late)
        found = await read_incident(database, opened.incident_id)
        assert (found.condition, found.ended_at) == (Condition.ENDED, at(60))
        assert (found.evidence.manifest, found.evidence.has_clip) == ("s3://b/m", False)
        assert found.evidence.has_snapshot

    async def test_evidence_of_an_unknown_incident_brings_it(self, database: Database) -> None:
        late = make_incident_event("evidence_complete")
        assert await apply(database, late) == [True]
        assert (await read_incident(database, late.incident_id)).evidence.complete


class SeveralWritersContract:
    """Needs fixtures `database` and `neighbour`: two processes at the same, migrated tables."""

    async def test_of_those_who_store_at_once_one_is_first(
        self, database: Database, neighbour: Database
    ) -> None:
        for place in ("bridge", "tunnel", "north_gate", "south_gate", "harbour"):
            sights = [sight(f"{place}_{n}", 600 + 5 * n, place=place) for n in range(1, 5)]
            writers = (database, neighbour, database, neighbour)
            await asyncio.gather(*map(apply, writers, sights))
            known = {one.incident_id: await first_of(database, one) for one in sights}
            (alone,) = [incident_id for incident_id, first in known.items() if first is None]
            assert {first for first in known.values() if first} == {alone}

    async def test_who_comes_second_waits_for_the_first(
        self, database: Database, neighbour: Database
    ) -> None:
        first, second = sight("cam_01", 600), sight("cam_02", 610)
        async with database.transaction() as unit:
            await unit.incidents.apply(first)
            waiting = asyncio.create_task(apply(neighbour, second))
            for _ in range(8):
                assert await listed(neighbour) == []
            assert not waiting.done()
        await waiting
        assert await listed(neighbour) == [first.incident_id]
        assert await first_of(neighbour, second) == first.incident_id

    async def test_who_is_handled_meanwhile_brings_that_along(
        self, database: Database, neighbour: Database
    ) -> None:
        first, second = sight("cam_01", 600), sight("cam_02", 610)
        await apply(database, first)
        async with database.transaction() as unit:
            await unit.incidents.apply(second)
            handling = asyncio.create_task(
                handle(neighbour, first.incident_id, Handling.NEW, Handling.ACKNOWLEDGED)
            )
            await listed(neighbour)
        await handling
        found = await read_incident(database, second.incident_id)
        assert (found.duplicate_of, found.handling) == (
            UUID(first.incident_id),
            Handling.ACKNOWLEDGED,
        )

"""What every `Incidents` repository promises."""

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import msgspec
import pytest

from sentinel_core.contracts.generated.incident_event import EvidenceKeys, IncidentEvent
from sentinel_core.domain.errors import InvalidInput, NotFound, StaleState
from sentinel_core.domain.incidents import (
    Condition,
    EndReason,
    Evidence,
    Explanation,
    Handling,
    Incident,
    IncidentType,
    Priority,
)
from sentinel_core.domain.media_clock import TICKS_PER_SECOND, format_utc
from sentinel_core.ports.repositories import Database, EventFilter
from sentinel_core.testing.builders import EPOCH, ZONE_ID, at, make_incident_event
from sentinel_core.testing.contracts.cameras import stored_camera


async def apply(database: Database, *events: IncidentEvent) -> list[bool]:
    """Store transitions, each in a transaction of its own."""
    fresh: list[bool] = []
    for event in events:
        async with database.transaction() as unit:
            fresh.append(await unit.incidents.apply(event))
    return fresh


async def read_incident(database: Database, incident_id: str) -> Incident:
    """What the database says of an incident."""
    async with database.transaction() as unit:
        return await unit.incidents.get(UUID(incident_id))


async def handle(
    database: Database, incident_id: str, expected: Handling, handling: Handling
) -> Incident:
    """A person, Olga, changes the handling at noon + 100 s."""
    async with database.transaction() as unit:
        return await unit.incidents.set_handling(
            UUID(incident_id), expected=expected, handling=handling, by="olga", at=at(100)
        )


class IncidentTransitionsContract:
    """Needs fixture `database`, empty and migrated."""

    async def test_opened_incident_comes_back(self, database: Database) -> None:
        event = make_incident_event()
        assert await apply(database, event) == [True]
        assert await read_incident(database, event.incident_id) == Incident(
            id=UUID(event.incident_id),
            camera_key="cam_01",
            type=IncidentType.CONGESTION,
            key=str(ZONE_ID),
            zone_id=ZONE_ID,
            zone_name="Left carriageway",
            rule_version=1,
            zone_version=1,
            stream_epoch=EPOCH,
            start_pts_90k=5 * TICKS_PER_SECOND,
            started_at=at(5),
            alarm_at=at(20),
            severity=6.5,
            priority=Priority.MEDIUM,
            track_ids=(1, 2),
            explain=(
                Explanation(
                    condition="mean speed", measured=0.8, threshold=2.0, unit="m/s", since=at(5)
                ),
            ),
            evidence=Evidence(
                snapshot="s3://sentinel-clips/cam_01/anomalies/1.jpg",
                snapshot_boxes="s3://sentinel-clips/cam_01/anomalies/1-boxes.jpg",
            ),
            model_version="v0",
        )

    async def test_incident_of_a_track_comes_back(self, database: Database) -> None:
        event = make_incident_event(
            type="wrong_way", key="track:7", zone_id=None, zone_name=None, explain=[], track_ids=[7]
        )
        await apply(database, event)
        found = await read_incident(database, event.incident_id)
        assert (found.type, found.key, found.zone_id) == (IncidentType.WRONG_WAY, "track:7", None)
        assert (found.explain, found.track_ids) == ((), (7,))

    async def test_transition_comes_back_word_for_word(self, database: Database) -> None:
        events = [make_incident_event("ended"), make_incident_event()]
        await apply(database, *reversed(events))
        async with database.transaction() as unit:
            assert list(await unit.incidents.transitions(EventFilter())) == events

    async def test_later_transitions_bring_it_up_to_date(self, database: Database) -> None:
        opened = make_incident_event()
        await apply(
            database,
            opened,
            make_incident_event("updated", severity=8.0, track_ids=[1, 2, 3]),
            make_incident_event("ended", severity=8.5),
            make_incident_event(
                "evidence_complete",
                severity=8.5,
                evidence=EvidenceKeys(
                    snapshot="s3://b/s", snapshot_boxes=None, clip="s3://b/c", complete=True
                ),
            ),
        )
        found = await read_incident(database, opened.incident_id)
        assert (found.condition, found.end_reason) == (Condition.ENDED, EndReason.CLEARED)
        assert (found.ended_at, found.severity) == (at(60), 8.5)
        assert found.evidence == Evidence(snapshot="s3://b/s", clip="s3://b/c", complete=True)

    async def test_repeated_transition_changes_nothing(self, database: Database) -> None:
        opened, ended = make_incident_event(), make_incident_event("ended")
        assert await apply(database, opened, ended, opened, ended) == [True, True, False, False]
        assert (await read_incident(database, opened.incident_id)).condition is Condition.ENDED
        async with database.transaction() as unit:
            assert len(await unit.incidents.transitions(EventFilter())) == 2

    async def test_ended_incident_can_go_on(self, database: Database) -> None:
        """A duplicate of one place within 30 s extends the old incident."""
        opened = make_incident_event()
        again = make_incident_event(pts_90k=80 * TICKS_PER_SECOND, timestamp=format_utc(at(80)))
        assert again.incident_id == opened.incident_id
        assert await apply(database, opened, make_incident_event("ended"), again) == [True] * 3
        found = await read_incident(database, opened.incident_id)
        assert (found.condition, found.ended_at, found.end_reason) == (Condition.ACTIVE, None, None)

    async def test_one_of_a_place_is_active(self, database: Database) -> None:
        lost = make_incident_event()
        newer = make_incident_event(
            start_pts_90k=900 * TICKS_PER_SECOND,
            timestamp=format_utc(at(920)),
            alarm_at=format_utc(at(920)),
        )
        await apply(database, lost, newer)
        ended = await read_incident(database, lost.incident_id)
        assert (ended.condition, ended.end_reason) == (Condition.ENDED, EndReason.RESTARTED)
        assert ended.ended_at == at(920)
        async with database.transaction() as unit:
            (active,) = await unit.incidents.list(EventFilter(active_only=True))
        assert str(active.id) == newer.incident_id

    @pytest.mark.parametrize(
        "other", [{"camera_id": "cam_02"}, {"key": "track:9"}, {"type": "stopped_vehicle"}]
    )
    async def test_other_places_stay_active(
        self, database: Database, other: dict[str, str]
    ) -> None:
        await apply(database, make_incident_event(), make_incident_event(**other))
        async with database.transaction() as unit:
            assert len(await unit.incidents.list(EventFilter(active_only=True))) == 2

    async def test_incident_outlives_its_camera(self, database: Database) -> None:
        camera = await stored_camera(database)
        event = make_incident_event()
        await apply(database, event)
        async with database.transaction() as unit:
            await unit.cameras.remove(camera.id)
        assert (await read_incident(database, event.incident_id)).camera_key == camera.key
        assert await apply(database, make_incident_event("ended")) == [True]

    @pytest.mark.parametrize(
        "broken",
        [
            {"event_id": "no uuid"},
            {"incident_id": "no uuid"},
            {"zone_id": "no uuid"},
            {"timestamp": "yesterday"},
            {"alarm_at": "2026-01-10T12:00:00"},
            {"type": "earthquake"},
            {"condition": "maybe"},
            {"reason": "whim"},
            {"priority": "urgent"},
        ],
    )
    async def test_what_cannot_be_read_is_refused(
        self, database: Database, broken: dict[str, str]
    ) -> None:
        event = msgspec.structs.replace(make_incident_event(), **broken)
        with pytest.raises(InvalidInput):
            await apply(database, event)
        async with database.transaction() as unit:
            assert list(await unit.incidents.transitions(EventFilter())) == []

    async def test_unknown_incident_is_not_found(self, database: Database) -> None:
        with pytest.raises(NotFound):
            await read_incident(database, str(uuid4()))


class HandlingContract:
    """Needs fixture `database`, empty and migrated."""

    async def test_new_until_a_person_comes(self, database: Database) -> None:
        event = make_incident_event()
        await apply(database, event)
        found = await read_incident(database, event.incident_id)
        assert (found.handling, found.handled_by, found.handled_at) == (Handling.NEW, None, None)

    async def test_handling_says_who_and_when(self, database: Database) -> None:
        event = make_incident_event()
        await apply(database, event)
        before = await read_incident(database, event.incident_id)
        handled = await handle(database, event.incident_id, Handling.NEW, Handling.ACKNOWLEDGED)
        assert handled == replace(
            before, handling=Handling.ACKNOWLEDGED, handled_by="olga", handled_at=at(100)
        )
        assert await read_incident(database, event.incident_id) == handled

    async def test_slower_person_is_told_the_newer_state(self, database: Database) -> None:
        event = make_incident_event()
        await apply(database, event)
        await handle(database, event.incident_id, Handling.NEW, Handling.RESOLVED)
        with pytest.raises(StaleState) as refused:
            await handle(database, event.incident_id, Handling.NEW, Handling.ACKNOWLEDGED)
        assert refused.value.current == {
            "handling": "resolved",
            "by": "olga",
            "at": format_utc(at(100)),
        }
        found = await read_incident(database, event.incident_id)
        assert found.handling is Handling.RESOLVED

    async def test_one_of_two_people_wins(self, database: Database) -> None:
        event = make_incident_event()
        await apply(database, event)
        results = await asyncio.gather(
            *(
                handle(database, event.incident_id, Handling.NEW, handling)
                for handling in (Handling.ACKNOWLEDGED, Handling.FALSE_ALARM) * 4
            ),
            return_exceptions=True,
        )
        (winner,) = [result for result in results if isinstance(result, Incident)]
        assert await read_incident(database, event.incident_id) == winner
        assert sum(isinstance(result, StaleState) for result in results) == 7

    async def test_rule_never_touches_the_handling(self, database: Database) -> None:
        event = make_incident_event()
        await apply(database, event)
        await handle(database, event.incident_id, Handling.NEW, Handling.FALSE_ALARM)
        await apply(database, make_incident_event("updated"), make_incident_event("ended"))
        found = await read_incident(database, event.incident_id)
        assert (found.handling, found.handled_by) == (Handling.FALSE_ALARM, "olga")
        assert found.condition is Condition.ENDED

    async def test_handling_of_a_missing_incident_is_not_found(self, database: Database) -> None:
        with pytest.raises(NotFound):
            await handle(database, str(uuid4()), Handling.NEW, Handling.ACKNOWLEDGED)

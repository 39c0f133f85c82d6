"""Incidents and their transitions."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sentinel_core.adapters.sql.errors import understood
from sentinel_core.adapters.sql.incident_queries import (
    is_active,
    search_words,
    select_first_sights,
    select_incidents,
    select_transitions,
)
from sentinel_core.adapters.sql.incident_rows import (
    incident_columns,
    to_event,
    to_incident,
    transition_columns,
)
from sentinel_core.adapters.sql.models import (
    CameraRow,
    IncidentRow,
    IncidentTransitionRow,
    IncidentTurnRow,
)
from sentinel_core.adapters.sql.statements import Statements
from sentinel_core.contracts.generated.incident_event import IncidentEvent
from sentinel_core.domain.errors import NotFound, StaleState
from sentinel_core.domain.incidents import (
    Condition,
    EndReason,
    Handling,
    Incident,
    Transition,
    first_sight,
)
from sentinel_core.domain.media_clock import format_utc, parse_utc
from sentinel_core.ports.repositories import EventFilter


class SqlIncidents:
    """`Incidents` in tables."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def apply(self, event: IncidentEvent) -> bool:
        """Store the transition; if it is new, write the rule's columns of the incident."""
        with understood("the incident's transition"):
            transition, incident = transition_columns(event), incident_columns(event)
        insert = self._statements.insert(IncidentTransitionRow).on_conflict_do_nothing()
        if not await self._statements.write(insert.values(transition)):
            return False
        incident_id = transition["incident_id"]
        is_late = Transition(event.transition) is Transition.EVIDENCE_COMPLETE
        # Who finished the evidence may know an older state of the incident than we.
        if is_late and await self._save_evidence(incident_id, incident["evidence"]):
            return True
        if incident["condition"] is Condition.ACTIVE:
            await self._end_others(event)
        await self._save(incident_id, incident, await self._birth(event, incident_id))
        return True

    async def get(self, incident_id: UUID) -> Incident:
        """By id."""
        row = await self._statements.row(
            sa.select(IncidentRow).where(IncidentRow.id == incident_id)
        )
        if row is None:
            raise NotFound(f"there is no incident {incident_id}")
        return to_incident(row)

    async def list(self, wanted: EventFilter) -> Sequence[Incident]:
        """Newest alarm first."""
        query = select_incidents(wanted, await self._cameras_named(wanted.text))
        return [to_incident(row) for row in await self._statements.rows(query)]

    async def transitions(self, wanted: EventFilter) -> Sequence[IncidentEvent]:
        """Newest first."""
        query = select_transitions(wanted, await self._cameras_named(wanted.text))
        return [to_event(row) for row in await self._statements.rows(query)]

    async def duplicates_of(self, incident_ids: Collection[UUID]) -> Sequence[Incident]:
        """By the index on what they are duplicates of."""
        if not incident_ids:
            return []
        query = (
            sa.select(IncidentRow)
            .where(IncidentRow.duplicate_of.in_(sorted(incident_ids)))
            .order_by(IncidentRow.started_at, IncidentRow.id)
        )
        return [to_incident(row) for row in await self._statements.rows(query)]

    async def set_handling(
        self, incident_id: UUID, *, expected: Handling, handling: Handling, by: str, at: datetime
    ) -> Incident:
        """Compare and set in one statement, then the same for the duplicates."""
        handled = {"handling": handling, "handled_by": by, "handled_at": at}
        first_id = (await self.get(incident_id)).duplicate_of or incident_id
        changed = await self._statements.write(
            sa.update(IncidentRow)
            .where(IncidentRow.id == first_id, IncidentRow.handling == expected)
            .values(handled)
        )
        if changed:
            await self._statements.write(
                sa.update(IncidentRow).where(IncidentRow.duplicate_of == first_id).values(handled)
            )
        incident = await self.get(incident_id)
        if not changed:
            raise StaleState(
                f"the incident is {incident.handling.replace('_', ' ')} by now",
                current={
                    "handling": incident.handling.value,
                    "by": incident.handled_by,
                    "at": None if incident.handled_at is None else format_utc(incident.handled_at),
                },
            )
        return incident

    async def _birth(self, event: IncidentEvent, incident_id: UUID) -> Mapping[str, Any]:
        """What is decided once: is it a duplicate, and how far are people with its event."""
        new = {"handling": Handling.NEW}
        if not event.place:
            return new
        if await self._statements.values(
            sa.select(IncidentRow.id).where(IncidentRow.id == incident_id)
        ):
            return new  # it is not born now
        await self._take_turn(event.place, event.type)
        first = await self._first_sight_of(event)
        if first is None:
            return new
        return {
            "duplicate_of": first.id,
            "handling": first.handling,
            "handled_by": first.handled_by,
            "handled_at": first.handled_at,
        }

    async def _first_sight_of(self, event: IncidentEvent) -> IncidentRow | None:
        started_at = parse_utc(event.started_at)
        rows = await self._statements.rows(select_first_sights(event, started_at))
        found = first_sight(map(to_incident, rows), event.camera_id, started_at)
        if found is None:
            return None
        # Locked: who handles the first at this moment waits, and handles this duplicate too.
        return await self._statements.row(
            sa.select(IncidentRow).where(IncidentRow.id == found.id).with_for_update(read=True)
        )

    async def _take_turn(self, place: str, incident_type: str) -> None:
        """Wait until nobody else decides about a place; others wait for the end of this transaction.

        Two transactions that do not see each other's rows would both be the first. A locked
        row is what all databases have for it: what is read after it was written is what the
        others have committed.
        """
        insert = self._statements.insert(IncidentTurnRow)
        await self._statements.write(
            insert.values(place=place, type=incident_type).on_conflict_do_update(
                index_elements=[IncidentTurnRow.place, IncidentTurnRow.type],
                set_={"type": insert.excluded.type},
            )
        )

    async def _save_evidence(self, incident_id: UUID, evidence: Mapping[str, Any]) -> bool:
        """False where the incident is not known."""
        changed = await self._statements.write(
            sa.update(IncidentRow).where(IncidentRow.id == incident_id).values(evidence=evidence)
        )
        return bool(changed)

    async def _save(
        self, incident_id: UUID, columns: Mapping[str, Any], birth: Mapping[str, Any]
    ) -> None:
        insert = self._statements.insert(IncidentRow)
        await self._statements.write(
            insert.values(id=incident_id, **birth, **columns).on_conflict_do_update(
                index_elements=[IncidentRow.id],
                set_={name: insert.excluded[name] for name in columns},
            )
        )

    async def _end_others(self, event: IncidentEvent) -> None:
        """A rule that lost its memory opens anew what it never ended: only one stays active."""
        await self._statements.write(
            sa.update(IncidentRow)
            .where(
                IncidentRow.camera_key == event.camera_id,
                IncidentRow.type == event.type,
                IncidentRow.key == event.key,
                is_active(),
                IncidentRow.id != UUID(event.incident_id),
            )
            .values(
                condition=Condition.ENDED,
                end_reason=EndReason.RESTARTED,
                ended_at=parse_utc(event.timestamp),
            )
        )

    async def _cameras_named(self, text: str | None) -> Sequence[str]:
        """Keys of the cameras whose name holds `text`, however its letters are cased.

        There are hundreds of cameras, and SQLite folds ASCII only: so it is done here.
        """
        words = search_words(text)
        if not words:
            return ()
        names = await self._statements.values(sa.select(CameraRow.key, CameraRow.name))
        return [key for key, name in names if words in name.casefold()]

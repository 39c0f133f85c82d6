"""The questions that `EventFilter` can ask, as SQL."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, aliased

from sentinel_core.adapters.sql.models import IncidentRow, IncidentTransitionRow
from sentinel_core.adapters.sql.types import UtcDateTime
from sentinel_core.contracts.generated.incident_event import IncidentEvent
from sentinel_core.domain.incidents import DUPLICATE_WITHIN_S, Condition
from sentinel_core.ports.repositories import EventFilter

_MOST_FIRST_SIGHTS = 200

Entity = TypeVar("Entity", IncidentRow, IncidentTransitionRow)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where a table keeps what both tables have."""

    camera_key: InstrumentedAttribute[str]
    type: InstrumentedAttribute[str]
    incident_id: InstrumentedAttribute[UUID]
    time: InstrumentedAttribute[datetime]
    id: InstrumentedAttribute[UUID]


_INCIDENTS = _Columns(
    IncidentRow.camera_key, IncidentRow.type, IncidentRow.id, IncidentRow.alarm_at, IncidentRow.id
)
_TRANSITIONS = _Columns(
    IncidentTransitionRow.camera_key,
    IncidentTransitionRow.type,
    IncidentTransitionRow.incident_id,
    IncidentTransitionRow.timestamp,
    IncidentTransitionRow.event_id,
)


def is_active() -> sa.ColumnElement[bool]:
    """Active incidents, in the words of the partial indexes: they answer no bound parameter."""
    return IncidentRow.condition == sa.literal_column(f"'{Condition.ACTIVE}'")


def search_words(text: str | None) -> str:
    """What is looked for: case-folded, with single spaces; empty: anything."""
    return " ".join((text or "").casefold().split())


def select_incidents(wanted: EventFilter, named_cameras: Collection[str]) -> sa.Select[IncidentRow]:
    """Incidents by `alarm_at`.

    Args:
        wanted: The filter.
        named_cameras: Keys of the cameras whose name holds `wanted.text`.
    """
    conditions = _state_conditions(wanted, named_cameras)
    return _page(sa.select(IncidentRow).where(*conditions), _INCIDENTS, wanted)


def select_transitions(
    wanted: EventFilter, named_cameras: Collection[str]
) -> sa.Select[IncidentTransitionRow]:
    """Transitions by `timestamp`; see `select_incidents`."""
    query = sa.select(IncidentTransitionRow)
    conditions = _state_conditions(wanted, named_cameras)
    if conditions:
        query = query.join(IncidentRow, IncidentRow.id == IncidentTransitionRow.incident_id)
    return _page(query.where(*conditions), _TRANSITIONS, wanted)


def select_first_sights(event: IncidentEvent, started_at: datetime) -> sa.Select[IncidentRow]:
    """Incidents that one that began at `started_at` may be a duplicate of, newest first."""
    within = timedelta(seconds=DUPLICATE_WITHIN_S)
    return (
        sa.select(IncidentRow)
        .where(
            IncidentRow.place == event.place,
            IncidentRow.type == event.type,
            IncidentRow.camera_key != event.camera_id,
            IncidentRow.duplicate_of.is_(None),
            IncidentRow.started_at <= started_at + within,
            is_active()
            | (IncidentRow.ended_at >= started_at)
            | (IncidentRow.started_at >= started_at - within),
        )
        .order_by(IncidentRow.started_at.desc(), IncidentRow.id)
        .limit(_MOST_FIRST_SIGHTS)
    )


def _speaks_for_event(wanted: EventFilter) -> sa.ColumnElement[bool]:
    is_first = IncidentRow.duplicate_of.is_(None)
    if not wanted.active_only:
        return is_first
    first = aliased(IncidentRow)
    first_goes_on = sa.exists().where(
        first.id == IncidentRow.duplicate_of, first.condition == Condition.ACTIVE
    )
    return is_first | ~first_goes_on


def _page(query: sa.Select[Entity], columns: _Columns, wanted: EventFilter) -> sa.Select[Entity]:
    return (
        query.where(*_row_conditions(columns, wanted))
        .order_by(columns.time.desc(), columns.id.desc())
        .limit(wanted.limit)
    )


def _row_conditions(columns: _Columns, wanted: EventFilter) -> list[sa.ColumnElement[bool]]:
    """What a row of either table says by itself."""
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.camera_key is not None:
        conditions.append(columns.camera_key == wanted.camera_key)
    if wanted.incident_id is not None:
        conditions.append(columns.incident_id == wanted.incident_id)
    if wanted.types is not None:
        conditions.append(columns.type.in_(sorted(wanted.types)))
    if wanted.start is not None:
        conditions.append(columns.time >= wanted.start)
    if wanted.end is not None:
        conditions.append(columns.time < wanted.end)
    if wanted.before is not None:
        time, row_id = wanted.before
        cursor = sa.tuple_(sa.literal(time, UtcDateTime()), sa.literal(row_id, sa.Uuid()))
        conditions.append(sa.tuple_(columns.time, columns.id) < cursor)
    return conditions


def _state_conditions(
    wanted: EventFilter, named_cameras: Collection[str]
) -> list[sa.ColumnElement[bool]]:
    """What only the incident knows."""
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.handlings is not None:
        conditions.append(IncidentRow.handling.in_(sorted(wanted.handlings)))
    if wanted.active_only:
        conditions.append(is_active())
    if not wanted.duplicates:
        conditions.append(_speaks_for_event(wanted))
    words = search_words(wanted.text)
    if words:
        found = IncidentRow.search_text.contains(words, autoescape=True)
        conditions.append(found | IncidentRow.camera_key.in_(sorted(named_cameras)))
    return conditions

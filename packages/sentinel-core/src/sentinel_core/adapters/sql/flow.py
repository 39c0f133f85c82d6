"""Flow of traffic: minutes as they were sent, and what they teach."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from uuid import UUID

import msgspec
import sqlalchemy as sa

from sentinel_core.adapters.sql.errors import understood
from sentinel_core.adapters.sql.models import FlowMinuteRow, LaneNormalityRow
from sentinel_core.adapters.sql.statements import Statements
from sentinel_core.contracts.generated.flow_event import FlowEvent, ZoneFlow
from sentinel_core.domain.media_clock import parse_utc
from sentinel_core.domain.normality import (
    MIN_COVERAGE,
    LearnedMinute,
    NormalityCell,
    hour_of_week,
)
from sentinel_core.domain.site_time import UTC_NAME, parse_timezone

_CELL_FIELDS = tuple(field.name for field in fields(NormalityCell))
_CELL_KEY = frozenset({"zone_id", "hour"})
_DECODER = msgspec.json.Decoder(FlowEvent)

_Cells = dict[tuple[UUID, int], NormalityCell]


class SqlFlow:
    """`Flow` in tables.

    Args:
        statements: Of the transaction.
        timezone: IANA name of the zone whose hours of the week are learned.
    """

    def __init__(self, statements: Statements, timezone: str = UTC_NAME) -> None:
        self._statements = statements
        self._timezone = timezone

    async def store(self, events: Sequence[FlowEvent]) -> Sequence[FlowEvent]:
        """Insert what is new, and learn from it in the same transaction."""
        with understood("a flow event"):
            by_key = {
                (event.camera_id, parse_utc(event.minute), UUID(event.event_id)): event
                for event in reversed(events)
            }
        new = await self._mark_new(by_key)
        lessons: dict[str, list[FlowEvent]] = {}
        for event in new:
            if event.coverage >= MIN_COVERAGE and not event.is_disturbed:
                lessons.setdefault(event.camera_id, []).append(event)
        for camera_key, taught in lessons.items():
            await self._learn(camera_key, taught)
        return new

    async def minutes(self, camera_key: str, start: datetime, end: datetime) -> Sequence[FlowEvent]:
        """By the primary key; as text, which is read into events at once."""
        rows = await self._statements.values(
            sa.select(sa.cast(FlowMinuteRow.document, sa.Text))
            .where(
                FlowMinuteRow.camera_key == camera_key,
                FlowMinuteRow.minute >= start,
                FlowMinuteRow.minute < end,
            )
            .order_by(FlowMinuteRow.minute, FlowMinuteRow.event_id)
        )
        return [_DECODER.decode(document) for (document,) in rows]

    async def normality(self, camera_key: str) -> Sequence[NormalityCell]:
        """All cells of a camera that were learned in this time zone."""
        cells = (await self._load_cells(camera_key, None)).values()
        return [cell for cell in cells if cell.timezone == self._timezone]

    async def _mark_new(
        self, by_key: dict[tuple[str, datetime, UUID], FlowEvent]
    ) -> list[FlowEvent]:
        """The events that were not stored before, each once, in their order."""
        rows = [
            {
                "camera_key": camera_key,
                "minute": minute,
                "event_id": event_id,
                "document": msgspec.to_builtins(event),
            }
            for (camera_key, minute, event_id), event in by_key.items()
        ]
        if not rows:
            return []
        marked = await self._statements.write_returning(
            self._statements.insert(FlowMinuteRow)
            .on_conflict_do_nothing()
            .returning(FlowMinuteRow.event_id),
            rows,
        )
        new = {event_id for (event_id,) in marked}
        return [event for key, event in reversed(by_key.items()) if key[2] in new]

    async def _learn(self, camera_key: str, events: Sequence[FlowEvent]) -> None:
        zone_of_site = parse_timezone(self._timezone)
        begins = [parse_utc(event.minute).astimezone(zone_of_site) for event in events]
        hours = {hour_of_week(at) for at in begins}
        cells = await self._load_cells(camera_key, hours)
        changed: _Cells = {}
        for event, at in zip(events, begins, strict=True):
            for zone in event.zones:
                key = (UUID(zone.zone_id), hour_of_week(at))
                fresh = NormalityCell(
                    zone_id=key[0], hour=key[1], shape=zone.shape, timezone=self._timezone
                )
                known = changed.get(key) or cells.get(key) or fresh
                changed[key] = (known if _is_alike(known, fresh) else fresh).learn(
                    _lesson(zone, at)
                )
        if changed:
            await self._save_cells(camera_key, changed.values())

    async def _load_cells(self, camera_key: str, hours: Iterable[int] | None) -> _Cells:
        query = sa.select(LaneNormalityRow).where(LaneNormalityRow.camera_key == camera_key)
        if hours is not None:
            query = query.where(LaneNormalityRow.hour.in_(sorted(hours)))
        rows = await self._statements.rows(
            query.order_by(LaneNormalityRow.zone_id, LaneNormalityRow.hour)
        )
        return {(row.zone_id, row.hour): _cell(row) for row in rows}

    async def _save_cells(self, camera_key: str, cells: Iterable[NormalityCell]) -> None:
        insert = self._statements.insert(LaneNormalityRow)
        await self._statements.write(
            insert.on_conflict_do_update(
                index_elements=[
                    LaneNormalityRow.camera_key,
                    LaneNormalityRow.zone_id,
                    LaneNormalityRow.hour,
                ],
                set_={
                    name: insert.excluded[name] for name in _CELL_FIELDS if name not in _CELL_KEY
                },
            ),
            [{"camera_key": camera_key, **asdict(cell)} for cell in cells],
        )


def _is_alike(known: NormalityCell, fresh: NormalityCell) -> bool:
    """What was learned about another shape or in other hours does not go on."""
    return (known.shape, known.timezone) == (fresh.shape, fresh.timezone)


def _lesson(zone: ZoneFlow, at: datetime) -> LearnedMinute:
    return LearnedMinute(
        at=at,
        speed=zone.speed_mean,
        free_speed=zone.speed_p85,
        fullness=zone.covered if zone.density is None else zone.density,
    )


def _cell(row: LaneNormalityRow) -> NormalityCell:
    return NormalityCell(**{name: getattr(row, name) for name in _CELL_FIELDS})

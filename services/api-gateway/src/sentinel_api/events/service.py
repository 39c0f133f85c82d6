"""Use cases of historical events."""

from uuid import UUID

from sentinel_api.cursors import read_cursor, write_cursor
from sentinel_api.events.schemas import EventAnswer, EventPage, EventQuery
from sentinel_core.domain.media_clock import parse_utc
from sentinel_core.ports.repositories import Database, EventFilter


class EventHistory:
    """The stored transitions of incidents."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def find(self, query: EventQuery) -> EventPage:
        """A page, newest first."""
        wanted = EventFilter(
            camera_key=query.camera,
            start=query.start,
            end=query.end,
            types=frozenset(str(word) for word in query.type) if query.type else None,
            incident_id=query.incident,
            before=read_cursor(query.cursor),
            limit=query.limit + 1,
        )
        async with self._database.transaction() as work:
            found = list(await work.incidents.transitions(wanted))
        page = found[: query.limit]
        more = len(found) > query.limit
        return EventPage(
            items=[EventAnswer.of(event) for event in page],
            next=write_cursor(parse_utc(page[-1].timestamp), UUID(page[-1].event_id))
            if more
            else None,
        )

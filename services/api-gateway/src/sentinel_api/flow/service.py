"""Use cases of flow."""

from datetime import UTC, datetime, timedelta

from sentinel_api.flow.schemas import FlowQuery, FlowReport
from sentinel_api.flow.summary import FlowSummary
from sentinel_core.domain.errors import InvalidInput
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.repositories import Database

DEFAULT_SPAN = timedelta(hours=1)

_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2500, 1, 1, tzinfo=UTC)

_PIECE = timedelta(hours=6)
"""Read at a time: a month must neither fill the memory nor hold up everybody else."""


class FlowDesk:
    """Adds up what was stored by minute."""

    def __init__(self, *, clock: Clock, database: Database) -> None:
        self._clock = clock
        self._database = database

    async def report(self, id_or_key: str, query: FlowQuery) -> FlowReport:
        """Figures of a camera in steps.

        Raises:
            NotFound: There is no such camera.
            InvalidInput: The time is empty, or too long for the step.
        """
        start, end = self._span(query)
        summary = FlowSummary(start=start, end=end, step=query.step, zone=query.zone)
        async with self._database.transaction() as work:
            camera = await work.cameras.get(id_or_key)
            begin = start
            while begin < end:
                until = min(begin + _PIECE, end)
                for event in await work.flow.minutes(camera.key, begin, until):
                    summary.add(event)
                begin = until
        return summary.report(camera.key)

    def _span(self, query: FlowQuery) -> tuple[datetime, datetime]:
        end = query.end or self._clock.utc_now()
        if not _EARLIEST < end < _LATEST:
            raise InvalidInput("the time is out of range", field="end")
        start = query.start or end - DEFAULT_SPAN
        if end <= start:
            raise InvalidInput("the end is not after the start", field="end")
        if end - start > query.step.longest:
            days = query.step.longest.days
            raise InvalidInput(
                f"in steps of a {query.step} at most {days} days can be read at once",
                field="start",
            )
        return start, end

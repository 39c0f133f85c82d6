"""Use cases of flow."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import sqrt

from sentinel_api.flow.schemas import FlowQuery, FlowReport, UsualFlow, UsualHour, UsualZone
from sentinel_api.flow.summary import FlowSummary
from sentinel_core.domain.errors import InvalidInput
from sentinel_core.domain.normality import NormalityCell
from sentinel_core.domain.zones import Zone, ZoneSet
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.repositories import Database
from sentinel_vision.flow.lane_normality import LaneNormality
from sentinel_vision.flow.shapes import zone_shape

DEFAULT_SPAN = timedelta(hours=1)

_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2500, 1, 1, tzinfo=UTC)

_PIECE = timedelta(hours=6)
"""Read at a time: a month must neither fill the memory nor hold up everybody else."""


class FlowDesk:
    """Adds up what was stored by minute.

    Args:
        clock: Ends spans that have no end.
        database: Where minutes are.
        timezone: IANA name of the zone that the database learns in.
    """

    def __init__(self, *, clock: Clock, database: Database, timezone: str) -> None:
        self._clock = clock
        self._database = database
        self._timezone = timezone

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

    async def usual(self, id_or_key: str) -> UsualFlow:
        """What was learned about a camera's zones as they are drawn now. Raises NotFound."""
        async with self._database.transaction() as work:
            camera = await work.cameras.get(id_or_key)
            zones = await work.cameras.zones(camera.id)
            cells = await work.flow.normality(camera.key)
        normality = LaneNormality.of(cells, zones)
        return UsualFlow(
            camera_id=camera.key,
            timezone=self._timezone,
            unit="m" if zones.calibration else "BL",
            zones=[
                UsualZone(
                    zone_id=zone.id,
                    name=zone.name,
                    free_flow=_rounded(normality.free_flow(zone.id)),
                    hours=[_show(cell) for cell in known],
                )
                for zone in zones.zones
                if (known := _cells_of(zone, zones, cells))
            ],
        )

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


def _cells_of(
    zone: Zone, zones: ZoneSet, cells: Sequence[NormalityCell]
) -> Sequence[NormalityCell]:
    shape = zone_shape(zone, zones)
    return [cell for cell in cells if cell.zone_id == zone.id and cell.shape == shape]


def _show(cell: NormalityCell) -> UsualHour:
    has_speed = cell.speed_minutes > 0
    return UsualHour(
        hour=cell.hour,
        minutes=cell.minutes,
        days=cell.days,
        speed_mean=_rounded(cell.speed_mean) if has_speed else None,
        speed_spread=_rounded(sqrt(cell.speed_variance)) if has_speed else None,
        fullness_mean=round(cell.fullness_mean, 3),
        fullness_spread=round(sqrt(cell.fullness_variance), 3),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)

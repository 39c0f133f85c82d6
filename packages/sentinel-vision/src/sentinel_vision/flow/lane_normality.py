"""What was learned about the lanes of a camera, ready to be asked by the rules."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from statistics import fmean
from typing import Final, Self
from uuid import UUID

from sentinel_core.domain.normality import MINUTES_PER_HOUR, NormalityCell, hour_of_week
from sentinel_core.domain.site_time import UTC_NAME, parse_timezone
from sentinel_core.domain.zones import ZoneSet
from sentinel_vision.flow.shapes import zone_shape
from sentinel_vision.rules.normality import Usual

MIN_DAYS: Final = 2
"""One day is no habit: a jam that happened once must be news when it happens again."""

FREE_FLOW_MINUTES: Final = 30
"""An hour of the week needs so many minutes with vehicles to be asked for the free flow."""

_WORKING_DAYS: Final = range(5)
_WEEKEND: Final = range(5, 7)


class LaneNormality:
    """Implements `Normality` on learned cells.

    At an hour that was watched in few weeks, the same hour of the other working days, or of the
    other day of the weekend, stands in.

    Args:
        cells: Of one camera, all learned in one time zone.
        shapes: Of its zones as they are now; cells of another shape are left out.
    """

    def __init__(self, cells: Iterable[NormalityCell], shapes: Mapping[UUID, str]) -> None:
        self._cells: dict[UUID, dict[int, NormalityCell]] = {}
        timezone = UTC_NAME
        for cell in cells:
            timezone = cell.timezone
            if shapes.get(cell.zone_id) == cell.shape:
                self._cells.setdefault(cell.zone_id, {})[cell.hour] = cell
        self._timezone = parse_timezone(timezone)
        self._asked: dict[tuple[UUID, int, float], Usual | None] = {}
        self._free_flow = {
            zone_id: max(
                (
                    cell.free_speed_mean
                    for cell in known.values()
                    if cell.speed_minutes >= FREE_FLOW_MINUTES
                ),
                default=None,
            )
            for zone_id, known in self._cells.items()
        }

    @property
    def hours_known(self) -> int:
        """Hours of the week of which anything was learned, of all zones together."""
        return sum(map(len, self._cells.values()))

    @classmethod
    def of(cls, cells: Iterable[NormalityCell], zones: ZoneSet) -> Self:
        """What is known about the zones as they are drawn now."""
        return cls(cells, {zone.id: zone_shape(zone, zones) for zone in zones.zones})

    def usual(self, zone_id: UUID, at: datetime, *, hours: float) -> Usual | None:
        """See `Normality.usual`: the hour of the week, else the hour of like days."""
        key = (zone_id, hour_of_week(at.astimezone(self._timezone)), hours)
        if key not in self._asked:
            self._asked[key] = self._look_up(*key)
        return self._asked[key]

    def free_flow(self, zone_id: UUID) -> float | None:
        """Speed of vehicles that nothing holds up: at the hour of the week when they are fastest."""
        return self._free_flow.get(zone_id)

    def _look_up(self, zone_id: UUID, hour: int, hours: float) -> Usual | None:
        known = self._cells.get(zone_id)
        if not known:
            return None
        own = [known[hour]] if hour in known else []
        day, hour_of_day = divmod(hour, 24)
        alike = _WORKING_DAYS if day in _WORKING_DAYS else _WEEKEND
        like = [known[key] for like_day in alike if (key := like_day * 24 + hour_of_day) in known]
        return _usual(own, hours) or _usual(like, hours)


def _usual(cells: Sequence[NormalityCell], hours: float) -> Usual | None:
    """Each cell counts the same; None where they know too little together."""
    watched_h = sum(cell.minutes for cell in cells) / MINUTES_PER_HOUR
    spoken = [cell for cell in cells if cell.speed_minutes]
    if watched_h < hours or sum(cell.days for cell in cells) < MIN_DAYS or not spoken:
        return None
    return Usual(
        speed=fmean(cell.speed_mean for cell in spoken),
        fullness=fmean(cell.fullness_mean for cell in cells),
        hours=watched_h,
    )

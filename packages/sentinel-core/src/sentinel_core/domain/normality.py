"""What is usual in a zone at an hour of the week: learned minute by minute, forgotten slowly."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sentinel_core.domain.site_time import UTC_NAME

HOURS_PER_WEEK: Final = 168
MINUTES_PER_HOUR: Final = 60

MIN_COVERAGE: Final = 0.8
"""A minute that was watched for less of its time teaches nothing."""

MEMORY_MINUTES: Final = 600
"""From then on a new minute weighs 1/600: at an hour of the week, half is forgotten in 7 weeks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedMinute:
    """What one minute of one zone teaches.

    Attributes:
        at: When it began, in the time zone of the cell.
        speed: Mean over its vehicles, units per second; None where none was seen.
        free_speed: The speed that 85 of 100 vehicles did not exceed; None likewise.
        fullness: Density per kilometre of lane where calibrated, else share under boxes.
    """

    at: datetime
    speed: float | None
    free_speed: float | None
    fullness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalityCell:
    """One zone at one hour of the week.

    Attributes:
        shape: Of the zone and its calibration; another shape is learned from scratch.
        hour: 0..167 of the time zone, 0 is Monday from midnight to one.
        timezone: IANA name; in another time zone it is learned from scratch.
        minutes: How many were learned.
        speed_minutes: Of these, how many had vehicles whose speed was known.
        days: Different days among them.
        last_day: The newest of these.
        free_speed_mean: Mean of `LearnedMinute.free_speed`.
    """

    zone_id: UUID
    shape: str
    hour: int
    minutes: int = 0
    speed_minutes: int = 0
    days: int = 0
    last_day: date = date.min
    speed_mean: float = 0.0
    speed_variance: float = 0.0
    free_speed_mean: float = 0.0
    fullness_mean: float = 0.0
    fullness_variance: float = 0.0
    timezone: str = UTC_NAME

    def learn(self, minute: LearnedMinute) -> "NormalityCell":
        """The cell with one minute more.

        Mean and variance are exact until `MEMORY_MINUTES`, then exponentially weighted.
        """
        day = minute.at.date()
        fullness = _learn(self.fullness_mean, self.fullness_variance, minute.fullness, self.minutes)
        learned = replace(
            self,
            minutes=self.minutes + 1,
            days=self.days + (day != self.last_day),
            last_day=day,
            fullness_mean=fullness[0],
            fullness_variance=fullness[1],
        )
        if minute.speed is None:
            return learned
        speed = _learn(self.speed_mean, self.speed_variance, minute.speed, self.speed_minutes)
        free_speed = minute.speed if minute.free_speed is None else minute.free_speed
        return replace(
            learned,
            speed_minutes=self.speed_minutes + 1,
            speed_mean=speed[0],
            speed_variance=speed[1],
            free_speed_mean=_learn(self.free_speed_mean, 0.0, free_speed, self.speed_minutes)[0],
        )


def hour_of_week(at: datetime) -> int:
    """0..167 in the time zone of `at`; 0 is Monday from midnight to one.

    Where clocks are put back, two hours of that Sunday are one hour of the week; where they are
    put forward, one does not happen. All others stay what they are.
    """
    return at.weekday() * 24 + at.hour


def _learn(mean: float, variance: float, value: float, known: int) -> tuple[float, float]:
    """Welford's update with a lower bound on the weight of the new value."""
    weight = max(1.0 / (known + 1), 1.0 / MEMORY_MINUTES)
    step = value - mean
    return mean + weight * step, (1.0 - weight) * (variance + weight * step * step)

"""Back-tests on the wire."""

from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StrictBool, model_validator

from sentinel_api.schemas import Answer, Body, UtcTime
from sentinel_core.domain.incidents import IncidentType
from sentinel_vision.backtest.plan import MAX_SWEEP

MAX_DAYS = 7.0
MAX_CAMERA_HOURS = 200.0
"""Hours of the span, times the values of the sweep."""
MAX_INCIDENTS = 200
"""So many of each value are told one by one; the number is told in full."""

Name = Annotated[str, Field(min_length=1, max_length=64)]


class Sweep(Body):
    """A parameter that is tried with each of some values."""

    parameter: Name
    values: Annotated[list[float], Field(min_length=1, max_length=MAX_SWEEP)]


class StartBacktest(Body):
    """What to try.

    Attributes:
        camera: UUID or key.
        end: Not included.
        zone: Name of the only zone to try it in; null: all in which the rule looks.
        set: Parameters that differ from those in force.
    """

    camera: Annotated[str, Field(max_length=64, examples=["cam_01"])]
    start: UtcTime
    end: UtcTime
    rule: IncidentType
    zone: Annotated[str, Field(max_length=80)] | None = None
    set: dict[Name, float | StrictBool] = Field(default_factory=dict, max_length=32)
    sweep: Sweep | None = None

    @model_validator(mode="after")
    def _is_bounded(self) -> Self:
        days = (self.end - self.start).total_seconds() / 86_400.0
        if days <= 0.0:
            raise ValueError("end must be after start")
        if days > MAX_DAYS:
            raise ValueError(f"at most {MAX_DAYS:g} days can be tried at once")
        variants = len(self.sweep.values) if self.sweep else 1
        if days * 24.0 * variants > MAX_CAMERA_HOURS:
            raise ValueError(
                f"span and sweep are too much: hours times values may be {MAX_CAMERA_HOURS:g}"
            )
        return self


class BacktestState(StrEnum):
    """Of a run."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Coverage(Answer):
    """How much of the span there are frames of.

    Attributes:
        share: Of the span, 0..1.
    """

    span_s: float
    covered_s: float
    share: float
    frames: int
    first: UtcTime | None
    last: UtcTime | None


class FoundIncident(Answer):
    """An incident that would have been raised; `ended_at` null: it was open at the end."""

    zone_id: UUID | None
    zone: str | None
    started_at: UtcTime
    alarm_at: UtcTime
    ended_at: UtcTime | None
    severity: float
    track_ids: list[int]


class VariantAnswer(Answer):
    """What one value raises.

    Attributes:
        value: Of the swept parameter; null without a sweep.
        alarms_per_day: Predicted from what is covered; null where nothing is.
        incidents: The first ones.
    """

    value: float | None
    alarms: int
    alarms_per_day: float | None
    incidents: list[FoundIncident]


class BacktestAnswer(Answer):
    """A run.

    Attributes:
        progress: 0..1.
        message: Why it failed; null else.
        coverage: Null until it is done, as `usual_hours` and `variants`.
        usual_hours: Hours of the week, of all zones together, whose usual traffic the rules knew:
            congestion tells only what is unusual then. It was learned up to now, from the tested
            span too.
    """

    id: UUID
    camera_id: str
    rule: IncidentType
    parameter: str | None
    start: UtcTime
    end: UtcTime
    state: BacktestState
    progress: float
    message: str | None
    coverage: Coverage | None
    usual_hours: int | None
    variants: list[VariantAnswer] | None

"""Runs a plan over archived frames."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sentinel_core.contracts.generated.detection_event import DetectionEvent
from sentinel_core.domain.incidents import EndReason, Incident
from sentinel_core.domain.normality import NormalityCell
from sentinel_vision.backtest.plan import BacktestPlan
from sentinel_vision.backtest.scenes import scene_of
from sentinel_vision.flow.lane_normality import LaneNormality
from sentinel_vision.rules.engine import RuleEngine
from sentinel_vision.rules.scene import SceneFrame

DAY_S = 86_400.0
GAP_S = 2.0
"""Longer without a frame is not covered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of a span there are frames of.

    Attributes:
        covered_s: Seconds with a frame at least every `GAP_S`.
        first: Capture time of the first frame; None without one, as `last`.
    """

    span_s: float
    covered_s: float = 0.0
    frames: int = 0
    first: datetime | None = None
    last: datetime | None = None

    @property
    def share(self) -> float:
        """Of the span, 0..1."""
        return min(1.0, self.covered_s / self.span_s) if self.span_s else 0.0

    def with_frame(self, at: datetime) -> "Coverage":
        """One frame more."""
        gap_s = 0.0 if self.last is None else (at - self.last).total_seconds()
        return replace(
            self,
            covered_s=self.covered_s + (gap_s if 0.0 < gap_s <= GAP_S else 0.0),
            frames=self.frames + 1,
            first=self.first or at,
            last=at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantResult:
    """What one value of the swept parameter raises.

    Attributes:
        value: None without a sweep.
        incidents: Of the rule, by their start, as they were last.
        alarms_per_day: Over what is covered; None where nothing is.
    """

    value: float | None
    incidents: tuple[Incident, ...]
    alarms_per_day: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestResult:
    """All variants, in the order of the plan.

    Attributes:
        usual_hours: Hours of the week, of all zones together, whose usual traffic the rules knew.
    """

    coverage: Coverage
    usual_hours: int
    variants: tuple[VariantResult, ...]


class Backtest:
    """Feed it the archived frames of the camera in order of time; not thread-safe.

    All rules run, because some hold others back; the plan's rule alone is reported. The tracks
    are those of the archive.

    Args:
        camera_key: The camera's.
        plan: What to try.
        start: Of the span.
        end: Not included.
        learned: What is usual there, as the rules know it when they run live.
    """

    def __init__(
        self,
        camera_key: str,
        plan: BacktestPlan,
        start: datetime,
        end: datetime,
        *,
        learned: Sequence[NormalityCell] = (),
    ) -> None:
        self.camera_key = camera_key
        self._plan = plan
        # Parameters change no shape: it is the same for all variants.
        self._normality = LaneNormality.of(learned, plan.zones)
        self._variants = [
            _Variant(value, RuleEngine(camera_key, zones, "backtest"))
            for value, zones in plan.variants()
        ]
        for variant in self._variants:
            variant.use_normality(self._normality)
        self._coverage = Coverage(span_s=(end - start) / timedelta(seconds=1))

    @property
    def coverage(self) -> Coverage:
        """Up to now."""
        return self._coverage

    def feed(self, events: Iterable[DetectionEvent]) -> None:
        """Take in the next frames."""
        for event in events:
            scene = scene_of(event)
            self._coverage = self._coverage.with_frame(scene.captured_at)
            for variant in self._variants:
                variant.watch(scene, self._plan)

    def result(self) -> BacktestResult:
        """After the last frame; what is still open ends here."""
        last = self._coverage.last
        for variant in self._variants:
            if last is not None:
                variant.end(last, self._plan)
        days = self._coverage.covered_s / DAY_S
        return BacktestResult(
            coverage=self._coverage,
            usual_hours=self._normality.hours_known,
            variants=tuple(
                VariantResult(
                    value=variant.value,
                    incidents=tuple(variant.incidents.values()),
                    alarms_per_day=len(variant.incidents) / days if days else None,
                )
                for variant in self._variants
            ),
        )


class _Variant:
    def __init__(self, value: float | None, engine: RuleEngine) -> None:
        self.value = value
        self.incidents: dict[str, Incident] = {}
        self._engine = engine

    def use_normality(self, normality: LaneNormality) -> None:
        self._engine.use_normality(normality)

    def watch(self, scene: SceneFrame, plan: BacktestPlan) -> None:
        for change in self._engine.update(scene):
            self._note(change.incident, plan)

    def end(self, at: datetime, plan: BacktestPlan) -> None:
        for change in self._engine.close(EndReason.STREAM_LOST, at):
            self._note(change.incident, plan)

    def _note(self, incident: Incident, plan: BacktestPlan) -> None:
        if incident.type is plan.rule and plan.zone_name in (None, incident.zone_name):
            self.incidents[str(incident.id)] = incident

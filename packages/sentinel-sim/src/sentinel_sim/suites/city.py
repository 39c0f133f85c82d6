"""The rules suite on the synthetic city: Q1 and Q3."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from sentinel_core.domain.incidents import IncidentType
from sentinel_sim.city.library import SCENARIOS
from sentinel_sim.city.scenario import Scenario
from sentinel_sim.suites.replays import Replay, replay_scene
from sentinel_sim.suites.scenes import (
    BOX_RULES,
    CONDITIONS,
    QUIET_CONDITIONS,
    SceneResult,
    describe_alarm,
    describe_event,
    run_scene,
)
from sentinel_sim.suites.targets import Cell, Target
from sentinel_vision.metrics.events import Alarm, EventScore, Matching, score_events

LEAST_F1: Final = {"clean": 0.95, "noisy": 0.85}
LATEST_P95_S: Final = 3.0
HOUR_S: Final = 3600.0
LONGEST_REPLAY_S: Final = 240.0

COLUMNS: Final = (
    "rule",
    "seen",
    "events",
    "precision",
    "recall",
    "F1",
    "S4",
    "delay p50 s",
    "delay p95 s",
    "start RMSE s",
    "temporal IoU",
    "false",
    "of these twice",
    "false per hour",
)
REPLAY_COLUMNS: Final = ("seen at", "scenes", "the same", "incidents", "worst shift s")

Results = list[SceneResult] | list[Replay]
Work = Callable[[], Results]


@dataclass(frozen=True, slots=True, kw_only=True)
class CityPlan:
    """Which scenes to run.

    Attributes:
        seeds: For each staged scenario.
        quiet_seeds: For each scenario of normal traffic.
        quiet_s: So long each: three of them are an hour.
        replay_seeds: For the staged scenarios, once more at several rates.
        jobs: Processes side by side; 1 runs all in this one.
    """

    seeds: Sequence[int]
    quiet_seeds: Sequence[int]
    replay_seeds: Sequence[int]
    quiet_s: float = 1200.0
    jobs: int = 1


QUICK: Final = CityPlan(seeds=(1,), quiet_seeds=(), replay_seeds=())
FULL: Final = CityPlan(seeds=(1,), quiet_seeds=(1,), replay_seeds=(1,))


@dataclass(slots=True, kw_only=True)
class CityReport:
    """What was found."""

    scenes: list[SceneResult] = field(default_factory=list)
    replays: list[Replay] = field(default_factory=list)

    def score(self, rule: IncidentType, condition: str) -> EventScore:
        """Of one rule over all scenes, those that were staged for others too."""
        total = Matching()
        for scene in self.scenes:
            if scene.condition == condition:
                total.add(scene.matching.of_type(rule))
        return score_events(total)

    def rows(self) -> Iterator[tuple[Cell, ...]]:
        """Of the table `COLUMNS`."""
        for rule in BOX_RULES:
            for condition in CONDITIONS:
                score = self.score(rule, condition.name)
                yield (
                    rule.value,
                    condition.name,
                    score.events,
                    score.precision,
                    score.recall,
                    score.f1,
                    score.s4,
                    score.delay_p50_s,
                    score.delay_p95_s,
                    score.start_rmse_s,
                    score.temporal_iou,
                    score.false_alarms,
                    score.duplicates,
                    score.false_alarms_per_hour,
                )

    def replay_rows(self) -> Iterator[tuple[Cell, ...]]:
        """Of the table `REPLAY_COLUMNS`."""
        for name in dict.fromkeys(replay.variant.name for replay in self.replays):
            found = [replay for replay in self.replays if replay.variant.name == name]
            yield (
                name,
                len(found),
                sum(replay.is_same for replay in found),
                sum(replay.incidents for replay in found),
                max(replay.worst_shift_s for replay in found),
            )

    def targets(self) -> Iterator[Target]:
        """The lines of Q1 and Q3."""
        for rule in BOX_RULES:
            for condition in CONDITIONS:
                yield from self._rule_targets(rule, condition.name)
        for condition in QUIET_CONDITIONS:
            hours, alarms = self.negatives(condition.name)
            if hours:
                what = f"{condition.name} false alarms in {hours:.1f} h of normal traffic"
                yield Target("Q1", what, alarms, "<=", 0)
        for name, scenes, same, *_ in self.replay_rows():
            if isinstance(scenes, int) and isinstance(same, int):
                yield Target("Q3", f"{name}: scenes with the same incidents", same, ">=", scenes)

    def negatives(self, condition: str) -> tuple[float, int]:
        """Hours of scenes in which nothing was staged, and the false alarms in them."""
        quiet = [
            scene
            for scene in self.scenes
            if scene.condition == condition and _is_quiet(SCENARIOS[scene.scenario])
        ]
        alarms = sum(len(_false(scene)) for scene in quiet)
        return sum(scene.matching.watched_s for scene in quiet) / HOUR_S, alarms

    def failures(self) -> Iterator[str]:
        """Every miss, false alarm and difference, in words."""
        for scene in self.scenes:
            zones = SCENARIOS[scene.scenario].zones
            where = f"{scene.scenario} seed {scene.seed} {scene.condition}"
            for event in scene.matching.missed:
                yield f"{where}: missed {describe_event(event, zones)}"
            for alarm in scene.matching.duplicates:
                yield f"{where}: twice {describe_alarm(alarm, zones)}"
            for alarm in scene.matching.strays:
                yield f"{where}: false {describe_alarm(alarm, zones)}"
        for replay in self.replays:
            yield from _differences(replay)

    def _rule_targets(self, rule: IncidentType, condition: str) -> Iterator[Target]:
        score = self.score(rule, condition)
        if score.f1 is None:
            return
        least = LEAST_F1[condition]
        yield Target("Q1", f"{rule} {condition} F1", score.f1, ">=", least)
        if score.delay_p95_s is not None:
            what = f"{rule} {condition} p95 delay"
            yield Target("Q1", what, score.delay_p95_s, "<=", LATEST_P95_S, "s")


def run_city(
    plan: CityPlan, tell: Callable[[int, int], None] = lambda _done, _all: None
) -> CityReport:
    """Run all scenes of a plan.

    Args:
        plan: What to run.
        tell: Is told how many runs are done, of how many.
    """
    report = CityReport()
    works = _works(plan)
    for done, found in enumerate(_run(works, plan.jobs), start=1):
        for one in found:
            if isinstance(one, Replay):
                report.replays.append(one)
            else:
                report.scenes.append(one)
        tell(done, len(works))
    report.scenes.sort(key=lambda scene: (scene.scenario, scene.seed, scene.condition))
    report.replays.sort(key=lambda replay: (replay.scenario, replay.seed))
    return report


def _works(plan: CityPlan) -> list[Work]:
    """The longest first, so that no process is left with one at the end."""
    works: list[tuple[float, Work]] = []
    for name, scenario in SCENARIOS.items():
        length_s = scenario.duration_s
        if _is_quiet(scenario):
            works += [
                (plan.quiet_s, partial(run_scene, name, seed, QUIET_CONDITIONS, plan.quiet_s))
                for seed in plan.quiet_seeds
            ]
        elif _is_told(scenario):
            works += [(length_s, partial(run_scene, name, seed, CONDITIONS)) for seed in plan.seeds]
        if _is_replayed(scenario):
            works += [
                (5.0 * length_s, partial(replay_scene, name, seed)) for seed in plan.replay_seeds
            ]
    return [work for _, work in sorted(works, key=lambda entry: -entry[0])]


def _is_quiet(scenario: Scenario) -> bool:
    return not scenario.staged and scenario.duration_s >= HOUR_S


def _is_told(scenario: Scenario) -> bool:
    """Boxes tell what was staged, or nothing was."""
    return not scenario.staged or any(kind in BOX_RULES for kind in scenario.staged)


def _is_replayed(scenario: Scenario) -> bool:
    """Something was staged, and it is not too long: each is seen six times."""
    is_staged = bool(scenario.staged) and _is_told(scenario)
    return (
        is_staged and bool(scenario.zones.calibration) and scenario.duration_s <= LONGEST_REPLAY_S
    )


def _run(works: Sequence[Work], jobs: int) -> Iterator[Results]:
    if jobs <= 1:
        yield from (work() for work in works)
        return
    with ProcessPoolExecutor(jobs) as pool:
        for finished in as_completed([pool.submit(work) for work in works]):
            yield finished.result()


def _false(scene: SceneResult) -> list[Alarm]:
    return [*scene.matching.strays, *scene.matching.duplicates]


def _differences(replay: Replay) -> Iterable[str]:
    zones = SCENARIOS[replay.scenario].zones
    where = f"{replay.scenario} seed {replay.seed} at {replay.variant.name}"
    for alarm in replay.missing:
        yield f"{where}: not there: {describe_alarm(alarm, zones)}"
    for alarm in replay.extra:
        yield f"{where}: only there: {describe_alarm(alarm, zones)}"
    if not replay.missing and not replay.extra and not replay.is_same:
        yield f"{where}: begins {replay.worst_shift_s:.1f} s apart"

"""One scene of the synthetic city through the rules: what was seen against what happened."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sentinel_core.domain.incidents import IncidentType
from sentinel_core.domain.zones import Zone, ZoneSet
from sentinel_sim.city.detector import HARSH as HARSH_NOISE
from sentinel_sim.city.detector import PERFECT, USUAL, DetectorModel, Noise
from sentinel_sim.city.frame import CityFrame, drop_frames
from sentinel_sim.city.library import SCENARIOS
from sentinel_sim.city.observing import truth_of
from sentinel_sim.city.scenario import Scenario, play
from sentinel_sim.city.truth import TruthEvent
from sentinel_sim.suites.watching import Look, Watched, watch
from sentinel_vision.metrics.events import Alarm, Matching, TrueEvent, match_events
from sentinel_vision.rules.catalogue import RULES
from sentinel_vision.rules.signals import with_signal

FPS: Final = 5.0

_PARAMETERS: Final = {parameters.rule: parameters for parameters in RULES}
_AT_THE_END: Final = frozenset({IncidentType.ILLEGAL_U_TURN})
_WAIT_FOR_SIGNALS: Final = frozenset({IncidentType.CONGESTION, IncidentType.QUEUE})

BOX_RULES: Final[tuple[IncidentType, ...]] = tuple(
    parameters.rule for parameters in RULES if not parameters.needs_pixels
)
"""The rules that boxes suffice for, in the order of the catalogue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How well the city is seen.

    Attributes:
        loss: Share of the frames that are lost, in runs.
    """

    name: str
    noise: Noise
    loss: float = 0.0


CLEAN: Final = Condition(name="clean", noise=PERFECT)
NOISY: Final = Condition(name="noisy", noise=USUAL, loss=0.1)
HARSH: Final = Condition(name="harsh", noise=HARSH_NOISE, loss=0.2)
CONDITIONS: Final = (CLEAN, NOISY)
QUIET_CONDITIONS: Final = (CLEAN, NOISY, HARSH)
"""Rain, night and a bad network must raise nothing either, though what happens may be missed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneResult:
    """What the rules made of a scene under one condition."""

    scenario: str
    seed: int
    condition: str
    matching: Matching
    frames: int


def run_scene(
    name: str, seed: int, conditions: Sequence[Condition], seconds: float | None = None
) -> list[SceneResult]:
    """Run a scene, or its first `seconds`, once and watch it under each condition.

    Raises:
        KeyError: There is no such scenario.
    """
    scenario = SCENARIOS[name] if seconds is None else SCENARIOS[name].cut(seconds)
    events = true_events(scenario, seed)
    frames = list(play(scenario, seed=seed, fps=FPS))
    results = []
    for condition in conditions:
        watched = see(scenario, seed, frames, condition)
        results.append(
            SceneResult(
                scenario=name,
                seed=seed,
                condition=condition.name,
                matching=match_events(events, watched.alarms, watched_s=watched.watched_s),
                frames=watched.frames,
            )
        )
    return results


def see(
    scenario: Scenario, seed: int, frames: Iterable[CityFrame], condition: Condition
) -> Watched:
    """What the rules say to frames of a scene."""
    if condition.loss:
        frames = drop_frames(frames, condition.loss, seed=seed)
    looks = _looks(frames, DetectorModel(seed, condition.noise))
    return watch(scenario.zones, (scenario.width, scenario.height), looks)


def true_events(scenario: Scenario, seed: int) -> list[TrueEvent]:
    """What a perfect rule would report, of those rules that can see it here."""
    zones = {zone.id: zone for zone in scenario.zones.zones}
    found = []
    for event in truth_of(scenario, seed):
        zone = None if event.zone_id is None else zones.get(event.zone_id)
        due_s = _due_s(event, zone, scenario.zones)
        if due_s is not None:
            found.append(
                TrueEvent(
                    type=event.type,
                    started_s=event.started_s,
                    ended_s=event.ended_s,
                    due_s=due_s,
                    zone_id=event.zone_id,
                    box=event.box,
                    is_ignored=event.is_ignored,
                )
            )
    return found


def describe_alarm(alarm: Alarm, zones: ZoneSet) -> str:
    """For a list of failures."""
    return f"{_named(alarm.type, alarm.zone_id, zones)} at {alarm.at_s:.1f} s"


def describe_event(event: TrueEvent, zones: ZoneSet) -> str:
    """For a list of failures."""
    return f"{_named(event.type, event.zone_id, zones)} from {event.started_s:.1f} s"


def _due_s(event: TruthEvent, zone: Zone | None, zones: ZoneSet) -> float | None:
    """When a perfect rule would raise its alarm; None where the rule is off or cannot see it."""
    rule = _PARAMETERS.get(event.type)
    if rule is None or rule.needs_pixels or (rule.needs_calibration and not zones.calibration):
        return None
    parameters = rule.for_camera(zones) if zone is None else rule.for_zone(zone)
    if parameters is None:
        return None
    if event.type in _AT_THE_END:
        return event.ended_s
    timing = getattr(parameters, "timing", None)
    if timing is None:
        return event.started_s
    if zone is not None and event.type in _WAIT_FOR_SIGNALS:
        timing = with_signal(timing, zone)
    return event.started_s + float(timing.on_s)


def _looks(frames: Iterable[CityFrame], detector: DetectorModel) -> Iterator[Look]:
    return (Look(frame.t_s, detector.detect(frame)) for frame in frames)


def _named(kind: IncidentType, zone_id: object, zones: ZoneSet) -> str:
    names = [zone.name for zone in zones.zones if zone.id == zone_id]
    return kind.replace("_", " ") + (f" in {names[0]}" if names else "")

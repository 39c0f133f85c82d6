"""One scene seen at several rates (Q3): the incidents must be the same, and begin alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sentinel_sim.city.frame import CityFrame, drop_frames
from sentinel_sim.city.library import SCENARIOS
from sentinel_sim.city.scenario import play
from sentinel_sim.suites.scenes import BOX_RULES, CLEAN, see
from sentinel_vision.metrics.events import Alarm

FULL_FPS: Final = 30
SLACK_S: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A way to see a scene: every so many-th frame of `FULL_FPS`, less what is lost.

    Attributes:
        loss: Share of these frames that are lost, in runs.
    """

    name: str
    every: int
    loss: float = 0.0

    @property
    def interval_s(self) -> float:
        """Between two frames."""
        return self.every / FULL_FPS


REFERENCE: Final = Variant(name="30 fps", every=1)
VARIANTS: Final[tuple[Variant, ...]] = (
    Variant(name="10 fps", every=3),
    Variant(name="5 fps", every=6),
    Variant(name="3 fps", every=10),
    Variant(name="10 fps, 20 % lost", every=3, loss=0.2),
    Variant(name="5 fps, 10 % lost", every=6, loss=0.1),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A scene at one rate beside the same scene at 30 fps.

    Attributes:
        incidents: In the scene at 30 fps.
        missing: Those that are not there at this rate.
        extra: Those that are there at this rate alone.
        shifts_s: By how much the starts of the others differ.
    """

    scenario: str
    seed: int
    variant: Variant
    incidents: int
    missing: tuple[Alarm, ...]
    extra: tuple[Alarm, ...]
    shifts_s: tuple[float, ...]

    @property
    def worst_shift_s(self) -> float:
        """Of the starts."""
        return max(map(abs, self.shifts_s), default=0.0)

    @property
    def is_same(self) -> bool:
        """The same incidents, each start within a sample interval and 1 s."""
        within = self.worst_shift_s <= self.variant.interval_s + SLACK_S + 1e-6
        return not self.missing and not self.extra and within


def replay_scene(name: str, seed: int, variants: Sequence[Variant] = VARIANTS) -> list[Replay]:
    """See a scene at 30 fps and in each variant.

    Raises:
        KeyError: There is no such scenario.
    """
    scenario = SCENARIOS[name]
    frames = list(play(scenario, seed=seed, fps=FULL_FPS))
    reference = _alarms(name, seed, frames)
    replays = []
    for variant in variants:
        seen = frames[:: variant.every]
        if variant.loss:
            seen = list(drop_frames(seen, variant.loss, seed=seed))
        replays.append(compare_alarms(name, seed, variant, reference, _alarms(name, seed, seen)))
    return replays


def _alarms(name: str, seed: int, frames: Sequence[CityFrame]) -> list[Alarm]:
    alarms = see(SCENARIOS[name], seed, frames, CLEAN).alarms
    return [alarm for alarm in alarms if alarm.type in BOX_RULES]


def compare_alarms(
    name: str, seed: int, variant: Variant, reference: Sequence[Alarm], seen: Sequence[Alarm]
) -> Replay:
    """Pair each incident with that of the same type and zone which begins nearest."""
    left, missing, shifts = list(seen), [], []
    for alarm in sorted(reference, key=lambda alarm: alarm.started_s):
        same = [one for one in left if (one.type, one.zone_id) == (alarm.type, alarm.zone_id)]
        if not same:
            missing.append(alarm)
            continue
        nearest = min(same, key=lambda one: abs(one.started_s - alarm.started_s))
        left.remove(nearest)
        shifts.append(nearest.started_s - alarm.started_s)
    return Replay(
        scenario=name,
        seed=seed,
        variant=variant,
        incidents=len(reference),
        missing=tuple(missing),
        extra=tuple(left),
        shifts_s=tuple(shifts),
    )

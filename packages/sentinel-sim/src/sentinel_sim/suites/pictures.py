"""Pictures of the city through model, tracker and rules (Q10)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sentinel_core.domain.incidents import IncidentType
from sentinel_sim.city.observing import truth_of
from sentinel_sim.city.truth import TruthBox, TruthEvent
from sentinel_sim.pictures.library import PICTURED, scenario_named
from sentinel_sim.pictures.painter import Look as Appearance
from sentinel_sim.pictures.painter import Painting
from sentinel_sim.pictures.rendering import RenderOptions, paint
from sentinel_sim.pictures.weather import Weather
from sentinel_sim.suites.recordings import ClipDetector
from sentinel_sim.suites.targets import Cell, Target
from sentinel_sim.suites.watching import Look, watch
from sentinel_vision.detection.classes import CLASS_GROUPS
from sentinel_vision.detection.detections import Detections
from sentinel_vision.frames.luma import small_luma

FPS: Final = 5
LEAST_RECALL: Final = 0.9
LEAST_PX: Final = 32.0
"""Longer side of a box in the pixels of the model's input, 640 wide."""

MODEL_WIDTH: Final = 640
CONFIDENCE: Final = 0.25
_UNHIDDEN: Final = 0.95
_IOU: Final = 0.5
_SLACK_S: Final = 5.0
"""An incident may be told so long after its end: it is dated back."""

COLUMNS: Final = ("scenario", "seed", "look", "actors", "found", "recall", "staged", "raised")


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureCase:
    """A scenario and how it is drawn."""

    scenario: str
    look: Appearance = field(default_factory=Appearance)
    seed: int = 1

    @property
    def look_name(self) -> str:
        """For people."""
        extra = ", shaken" * self.look.is_shaken + ", occluded" * self.look.is_occluded
        return f"{self.look.weather}{extra}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureScore:
    """What was found in one case.

    Attributes:
        actors: Unhidden ones of `LEAST_PX` and more, over all looked at pictures.
        found: Of these.
        missed: Types of what happened and was not raised in time.
        raised: Types of all incidents that were raised.
    """

    case: PictureCase
    actors: int
    found: int
    missed: tuple[IncidentType, ...]
    raised: tuple[IncidentType, ...]
    staged: tuple[IncidentType, ...]

    @property
    def recall(self) -> float:
        """1 where there was nobody."""
        return self.found / self.actors if self.actors else 1.0

    def row(self) -> tuple[Cell, ...]:
        """For a table with `COLUMNS`."""
        return (
            self.case.scenario,
            self.case.seed,
            self.case.look_name,
            self.actors,
            self.found,
            self.recall,
            ", ".join(self.staged) or None,
            ", ".join(self.raised) or None,
        )


def picture_cases(seeds: Sequence[int] = (1, 2)) -> tuple[PictureCase, ...]:
    """All staged scenarios by day, and traffic in every weather."""
    staged = [PictureCase(scenario=name, seed=seed) for name in PICTURED for seed in seeds]
    looks = (
        Appearance(weather=Weather.NIGHT),
        Appearance(weather=Weather.RAIN),
        Appearance(is_shaken=True),
        Appearance(is_occluded=True),
    )
    return (*staged, *(PictureCase(scenario="toll_traffic", look=look) for look in looks))


def score_pictures(
    detector: ClipDetector,
    cases: Sequence[PictureCase],
    *,
    seconds: float | None = None,
    on_case: Callable[[PictureScore], None] = lambda _: None,
) -> list[PictureScore]:
    """Paint, detect, track and judge each case at `FPS`.

    Args:
        detector: The model.
        cases: What to paint.
        seconds: Only the beginning of each; None: all of it.
        on_case: Called after each.
    """
    scores = []
    for case in cases:
        score = _score(detector, case, seconds)
        on_case(score)
        scores.append(score)
    return scores


def picture_targets(scores: Sequence[PictureScore]) -> list[Target]:
    """Q10."""
    actors, found = sum(s.actors for s in scores), sum(s.found for s in scores)
    missed = sum(len(score.missed) for score in scores)
    recall = found / actors if actors else 0.0
    return [
        Target("Q10", "recall on unoccluded actors of 32 px", recall, ">=", LEAST_RECALL),
        Target("Q10", "scripted incidents missed", missed, "<=", 0),
    ]


def _score(detector: ClipDetector, case: PictureCase, seconds: float | None) -> PictureScore:
    scenario = scenario_named(case.scenario)
    options = RenderOptions(fps=FPS, seed=case.seed, look=case.look, seconds=seconds)
    counts = [0, 0]

    def looks() -> Iterator[Look]:
        for number, painting in enumerate(paint(scenario, options)):
            height, width = painting.picture.shape[:2]
            detections = detector.detect(painting.picture, (width, height))
            actors, found = count_found(painting, detections)
            counts[0] += actors
            counts[1] += found
            yield Look(number / FPS, detections, small_luma(painting.picture))

    watched = watch(scenario.zones, (scenario.width, scenario.height), looks())
    end_s = min(scenario.duration_s, seconds or scenario.duration_s)
    happened = [
        event
        for event in truth_of(scenario, case.seed)
        if event.type in scenario.staged and not event.is_ignored and event.started_s < end_s
    ]
    raised = [(alarm.type, alarm.at_s) for alarm in watched.alarms]
    return PictureScore(
        case=case,
        actors=counts[0],
        found=counts[1],
        missed=tuple(event.type for event in happened if not _is_told(event, raised)),
        raised=tuple(kind for kind, _ in raised),
        staged=tuple(sorted(scenario.staged)),
    )


def count_found(painting: Painting, detections: Detections) -> tuple[int, int]:
    """How many actors count in a picture, and how many of them were found."""
    height, width = painting.picture.shape[:2]
    true = [box for box in painting.boxes if _counts(box, width, height)]
    strong = detections.select(np.flatnonzero(detections.confidences >= CONFIDENCE))
    taken = np.zeros(len(strong), dtype=np.bool_)
    found = 0
    for actor in true:
        box = np.array(actor.box) * (width, height, width, height)
        overlaps = _iou(box, strong.boxes.astype(np.float64))
        same = CLASS_GROUPS[strong.class_ids] == CLASS_GROUPS[actor.class_id]
        overlaps = np.where(same & ~taken, overlaps, 0.0)
        best = int(overlaps.argmax()) if len(overlaps) else -1
        if best >= 0 and overlaps[best] >= _IOU:
            taken[best] = True
            found += 1
    return len(true), found


def _counts(actor: TruthBox, width: int, height: int) -> bool:
    x1, y1, x2, y2 = actor.box
    side = max((x2 - x1) * MODEL_WIDTH, (y2 - y1) * MODEL_WIDTH * height / width)
    return actor.visibility >= _UNHIDDEN and side >= LEAST_PX


def _iou(box: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    low = np.maximum(box[:2], others[:, :2])
    high = np.minimum(box[2:], others[:, 2:])
    both = np.clip(high - low, 0.0, None).prod(axis=1)
    areas = (others[:, 2:] - others[:, :2]).prod(axis=1) + (box[2:] - box[:2]).prod()
    shares: NDArray[np.float64] = both / np.maximum(areas - both, 1e-9)
    return shares


def _is_told(event: TruthEvent, raised: Sequence[tuple[IncidentType, float]]) -> bool:
    return any(
        kind is event.type and event.started_s - 2.0 <= at_s <= event.ended_s + _SLACK_S
        for kind, at_s in raised
    )

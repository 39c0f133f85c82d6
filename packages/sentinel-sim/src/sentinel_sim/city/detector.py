"""A detector as it is: it misses, shifts, confuses and invents boxes.

Source of the figures of `USUAL`: our measurements of detectors on traffic video. Misses come in
runs, because what hid an actor once hides it a moment later; independent misses would flatter
trackers that coast.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sentinel_sim.city.frame import CityFrame, Floats
from sentinel_vision.detection.classes import BICYCLE, BUS, CAR, CLASS_NAMES, MOTORCYCLE, TRUCK
from sentinel_vision.detection.detections import Detections

_CONFUSIONS: Final = (
    (CAR, TRUCK, 0.3),
    (TRUCK, CAR, 1.0),
    (BUS, TRUCK, 0.7),
    (MOTORCYCLE, BICYCLE, 0.5),
    (BICYCLE, MOTORCYCLE, 0.5),
)
"""One class, what it is taken for, and how often in relation to `Noise.confusion`."""

# Shapes of false boxes: class, height over the picture's height in the foreground, width over
# height.
_FALSE_SHAPES: Final = ((0, 0.25, 0.42), (2, 0.2, 1.4), (5, 0.3, 1.3), (1, 0.18, 0.8))


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """How bad a detector is.

    Attributes:
        found_hidden: Chance that an actor is found of which nothing is visible.
        found_gain: What full visibility adds to it.
        score_hidden: Mean score of what is hardly visible.
        score_gain: What full visibility adds to it.
        score_spread: Standard deviation of the scores.
        jitter: Standard deviation of each edge, in box sides.
        miss_run_s: How long a run of misses is on average.
        false_boxes: Invented boxes per picture, Poisson.
        confusion: Chance per picture that a truck is taken for a car; others: `_CONFUSIONS`.
        least_score: What scores less is not delivered.
        least_visibility: What is less visible is never found.
        least_px: What is lower is never found.
    """

    found_hidden: float = 0.15
    found_gain: float = 0.82
    score_hidden: float = 0.30
    score_gain: float = 0.55
    score_spread: float = 0.12
    jitter: float = 0.04
    miss_run_s: float = 0.4
    false_boxes: float = 0.1
    confusion: float = 0.1
    least_score: float = 0.1
    least_visibility: float = 0.05
    least_px: float = 8.0


PERFECT: Final = Noise(
    found_hidden=1.0,
    found_gain=0.0,
    score_hidden=0.9,
    score_gain=0.0,
    score_spread=0.0,
    jitter=0.0,
    false_boxes=0.0,
    confusion=0.0,
    least_visibility=0.2,
)
"""Finds all that is visible by a fifth, exactly."""

MILD: Final = Noise(
    found_hidden=0.3, found_gain=0.69, jitter=0.02, false_boxes=0.02, confusion=0.03
)
"""A large model in good light."""

USUAL: Final = Noise()
"""A small model by day, as measured."""

HARSH: Final = Noise(
    found_hidden=0.05,
    found_gain=0.8,
    score_hidden=0.22,
    score_gain=0.48,
    score_spread=0.15,
    jitter=0.06,
    miss_run_s=0.8,
    false_boxes=0.4,
    confusion=0.2,
)
"""A small model at night, in rain."""

NOISE_LEVELS: Final = {"perfect": PERFECT, "mild": MILD, "usual": USUAL, "harsh": HARSH}


class DetectorModel:
    """Detects the actors of one camera's frames; hand them in by their time.

    The dice of a frame depend on the seed and the frame's time alone, so that a scene sampled at
    another rate is not another scene; only the runs of misses remember what was.
    """

    def __init__(self, seed: int, noise: Noise = USUAL) -> None:
        self._seed = seed
        self._noise = noise
        self._ids = np.empty(0, dtype=np.int64)
        self._is_missed = np.empty(0, dtype=np.bool_)
        self._last_s: float | None = None

    def detect(self, frame: CityFrame) -> Detections:
        """The boxes that the detector reports, untracked, scores from `Noise.least_score` on."""
        noise = self._noise
        dice = np.random.Generator(
            np.random.Philox(key=self._seed, counter=[frame.pts_90k & (2**63 - 1), 0, 0, 0])
        )
        is_found = self._find(frame, dice)
        scores = dice.normal(
            noise.score_hidden + noise.score_gain * frame.visibility, noise.score_spread
        )
        boxes = self._shift(frame, dice)
        classes = _confuse(frame.class_ids, dice, noise.confusion)
        heights = frame.boxes_px[:, 3] - frame.boxes_px[:, 1]
        rows = is_found & (scores >= noise.least_score) & (heights >= noise.least_px)
        found = (boxes[rows], np.clip(scores[rows], 0.0, 0.99), classes[rows])
        invented = _invent(frame, dice, noise)
        return Detections.from_arrays(
            *(np.concatenate(pair) for pair in zip(found, invented, strict=True))
        )

    def _find(self, frame: CityFrame, dice: np.random.Generator) -> NDArray[np.bool_]:
        """A chain of two states per actor, in continuous time, that is right in the long run."""
        noise = self._noise
        missed = 1.0 - np.clip(noise.found_hidden + noise.found_gain * frame.visibility, 0.0, 1.0)
        elapsed_s = np.inf if self._last_s is None else frame.t_s - self._last_s
        places = self._ids.searchsorted(frame.actor_ids)
        places[places == len(self._ids)] = 0
        if len(self._ids):
            was_there = self._ids[places] == frame.actor_ids
            before = np.where(was_there, self._is_missed[places], missed)
        else:
            before = missed
        found = np.maximum(1.0 - missed, 1e-9)
        memory = np.exp(-elapsed_s / (noise.miss_run_s * found))
        chance = missed + (before - missed) * memory
        is_missed = dice.random(len(frame)) < chance
        self._ids, self._is_missed, self._last_s = frame.actor_ids, is_missed, frame.t_s
        return ~is_missed & (frame.visibility >= noise.least_visibility)

    def _shift(self, frame: CityFrame, dice: np.random.Generator) -> Floats:
        boxes = frame.boxes_px
        sides = boxes[:, 2:] - boxes[:, :2]
        # Both edges of a side move independently; the middle and the size both waver.
        moved = boxes + dice.normal(0.0, 1.0, boxes.shape) * np.tile(sides, 2) * self._noise.jitter
        size = np.array((frame.width, frame.height) * 2, dtype=np.float64)
        ordered = np.concatenate(
            [np.minimum(moved[:, :2], moved[:, 2:]), np.maximum(moved[:, :2], moved[:, 2:])], axis=1
        )
        shifted: Floats = np.clip(ordered, 0.0, size)
        return shifted


def _confuse(
    class_ids: NDArray[np.int64], dice: np.random.Generator, confusion: float
) -> NDArray[np.int64]:
    chances, taken_for = np.zeros(len(CLASS_NAMES)), np.arange(len(CLASS_NAMES))
    for seen, taken, share in _CONFUSIONS:
        chances[seen], taken_for[seen] = share * confusion, taken
    is_wrong = dice.random(len(class_ids)) < chances[class_ids]
    confused: NDArray[np.int64] = np.where(is_wrong, taken_for[class_ids], class_ids)
    return confused


def _invent(
    frame: CityFrame, dice: np.random.Generator, noise: Noise
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """False boxes: small far up in the picture, large in the foreground."""
    count = int(dice.poisson(noise.false_boxes))
    shapes = np.array(_FALSE_SHAPES)[dice.integers(0, len(_FALSE_SHAPES), count)]
    foot_x = dice.random(count) * frame.width
    foot_y = (0.25 + 0.75 * dice.random(count)) * frame.height
    nearness = foot_y / frame.height
    tall = shapes[:, 1] * nearness**2 * frame.height * dice.lognormal(0.0, 0.3, count)
    wide = tall * shapes[:, 2]
    boxes = np.column_stack([foot_x - wide / 2.0, foot_y - tall, foot_x + wide / 2.0, foot_y])
    size = np.array((frame.width, frame.height) * 2, dtype=np.float64)
    scores = np.clip(dice.normal(0.3, 0.12, count), noise.least_score, 0.95)
    return np.clip(boxes, 0.0, size), scores, shapes[:, 0].astype(np.int64)

"""Int8 beside float32 (Q6): the same model in two precisions sees as well, and tells the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from sentinel_sim.suites.clips import CASES, ClipResult, run_clip
from sentinel_sim.suites.detector import GROUPS, run_detector
from sentinel_sim.suites.recordings import ClipDetector
from sentinel_sim.suites.targets import Cell, Target
from sentinel_vision.metrics.detection import DetectionScore

COLUMNS: Final = (
    "precision",
    "mAP50-95, car and truck",
    "mAP50-95, all classes",
    "clips",
    "incidents missed",
    "false",
    "F1",
)
MOST_LOST: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class PrecisionScore:
    """One precision: its accuracy, and what real clips show with it.

    Attributes:
        right: Kinds of incidents by carriageway that were expected and found.
        missed: Expected and not found.
        false: Found and neither expected nor allowed.
    """

    name: str
    accuracy: DetectionScore
    clips: int
    right: int
    missed: int
    false: int

    @property
    def vehicles(self) -> float:
        """Mean of car and truck."""
        return float(np.mean([self.accuracy.ap.get(name, 0.0) for name in GROUPS]))

    @property
    def f1(self) -> float:
        """Of the incidents."""
        return 2 * self.right / max(1, 2 * self.right + self.missed + self.false)

    def row(self) -> tuple[Cell, ...]:
        """Of the table `COLUMNS`."""
        return (
            self.name,
            self.vehicles,
            self.accuracy.mean_ap,
            self.clips,
            self.missed,
            self.false,
            self.f1,
        )


def score_precision(
    name: str,
    detector: ClipDetector,
    data_dir: Path,
    *,
    cache: Path | None,
    tell: Callable[[int, int], None] = lambda _done, _total: None,
) -> PrecisionScore:
    """Look at the labelled pictures and at the real clips that are there.

    Raises:
        FileNotFoundError: There are no labelled pictures.
    """
    accuracy = run_detector(detector, data_dir, tell=tell)
    ran = [run_clip(case, data_dir, detector, cache) for case in CASES]
    return count_incidents(name, accuracy, [result for result in ran if result is not None])


def count_incidents(
    name: str, accuracy: DetectionScore, results: Sequence[ClipResult]
) -> PrecisionScore:
    """A score of what was found in clips."""
    return PrecisionScore(
        name=name,
        accuracy=accuracy,
        clips=len(results),
        right=sum(len(one.case.expected & one.found) for one in results),
        missed=sum(len(one.case.expected - one.found) for one in results),
        false=sum(len(one.found - one.case.expected - one.case.allowed) for one in results),
    )


def precision_targets(reference: PrecisionScore, reduced: PrecisionScore) -> list[Target]:
    """The lines of Q6: what `reduced` loses of `reference`."""
    return [
        Target(
            "Q6",
            f"mAP50-95 that {reduced.name} loses, {what}",
            round(before - after, 4),
            "<=",
            MOST_LOST,
        )
        for what, before, after in (
            ("car and truck", reference.vehicles, reduced.vehicles),
            ("all classes", reference.accuracy.mean_ap, reduced.accuracy.mean_ap),
        )
    ] + [
        Target(
            "Q6",
            f"F1 of the incidents of real clips that {reduced.name} loses",
            round(reference.f1 - reduced.f1, 4),
            "<=",
            0.0,
        )
    ]

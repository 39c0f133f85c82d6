"""The tracker suite: quality on sequences with hand-made tracks (P7, without its timings)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sentinel_sim.suites.sequences import (
    SOURCES,
    TARGET_SEQUENCE,
    Sequence,
    Source,
    labelled,
    load,
)
from sentinel_sim.suites.targets import Cell, Target
from sentinel_vision.detection.detections import Detections
from sentinel_vision.metrics.tracking import TrackingScore, score_tracks
from sentinel_vision.tracking.settings import TrackerSettings
from sentinel_vision.tracking.tracker import Tracker

# The thresholds that suit the detectors of these files.
SETTINGS: Final = TrackerSettings(high_confidence=0.6, new_confidence=0.7)

COLUMNS: Final = ("sequence", "det/frame", "HOTA", "DetA", "AssA", "MOTA", "IDF1", "switches")
FOLDER: Final = "mot"


@dataclass(slots=True)
class TrackerReport:
    """Score by name of the sequence."""

    scores: dict[str, tuple[float, TrackingScore]] = field(default_factory=dict)

    def rows(self) -> list[tuple[Cell, ...]]:
        """Of the table `COLUMNS`; percent."""
        return [
            (
                name,
                density,
                100.0 * score.hota,
                100.0 * score.deta,
                100.0 * score.assa,
                100.0 * score.mota,
                100.0 * score.idf1,
                score.switches,
            )
            for name, (density, score) in self.scores.items()
        ]

    def targets(self) -> list[Target]:
        """The lines of P7 that are no timings."""
        if TARGET_SEQUENCE not in self.scores:
            return []
        _, score = self.scores[TARGET_SEQUENCE]
        on = f"on {TARGET_SEQUENCE}"
        return [
            Target("P7", f"HOTA {on}", 100.0 * score.hota, ">=", 72.0),
            Target("P7", f"IDF1 {on}", 100.0 * score.idf1, ">=", 86.0),
            Target("P7", f"identity switches {on}", score.switches, "<=", 12),
        ]


def run_tracker(
    data_dir: Path,
    *,
    sources: Iterable[Source] = SOURCES,
    tell: Callable[[int, int], None] = lambda _done, _all: None,
) -> TrackerReport:
    """Track and score the sequences of the reference data.

    Raises:
        FileNotFoundError: They are not there.
    """
    report = TrackerReport()
    chosen = list(sources)
    for done, source in enumerate(chosen, start=1):
        sequence = load(source, data_dir)
        score = score_tracks(*labelled(sequence, track(sequence)))
        report.scores[source.name] = (sequence.detections_per_frame, score)
        tell(done, len(chosen))
    return report


def track(sequence: Sequence) -> list[Detections]:
    """The product's tracker over a sequence."""
    tracker = Tracker(SETTINGS)
    return [
        tracker.update(frame, index / sequence.rate_hz)
        for index, frame in enumerate(sequence.frames)
    ]

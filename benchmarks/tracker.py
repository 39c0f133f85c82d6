"""How well and how fast the tracker is, beside BoT-SORT of the `trackers` package.

Both see the same detections with the same confidence thresholds and are scored by the same scorer.
The time is that of `update` alone on one thread: for each frame the best of several passes, in
turn with the other tracker's, so that what else the machine does weighs on neither; then the mean
over the frames.
"""

import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import supervision
from mot_sequences import Score, score
from numpy.typing import NDArray
from report import Report, Table, Target, argument_parser, skip
from trackers import BoTSORTTracker

from sentinel_sim.suites.sequences import (
    CROWDED_SEQUENCE,
    SOURCES,
    TARGET_SEQUENCE,
    Sequence,
    labelled,
    load,
)
from sentinel_vision.detection.detections import Detections
from sentinel_vision.metrics.tracking import score_tracks
from sentinel_vision.tracking.settings import TrackerSettings
from sentinel_vision.tracking.tracker import Tracker

NAME = "tracker"
OURS, REFERENCE = "sentinel", "BoT-SORT"

# The thresholds that suit the detectors of these files; BoT-SORT has them as its defaults.
HIGH_CONFIDENCE = 0.6
NEW_CONFIDENCE = 0.7

TIMED_SEQUENCES = (TARGET_SEQUENCE, CROWDED_SEQUENCE)

COLUMNS = ("sequence", "det/frame", "tracker", "HOTA", "MOTA", "IDF1", "switches", "µs/frame")

Frame = TypeVar("Frame")
Tracked = TypeVar("Tracked")


@dataclass(frozen=True, slots=True)
class Pass:
    """One run of a tracker over a sequence: what it gave and how long each frame took."""

    output: list[Detections]
    durations_s: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a tracker reached on a sequence; `us_per_frame` is None where it was not timed."""

    score: Score
    us_per_frame: float | None


def track(sequence: Sequence) -> Pass:
    """Run the product's tracker."""
    settings = TrackerSettings(high_confidence=HIGH_CONFIDENCE, new_confidence=NEW_CONFIDENCE)
    tracker = Tracker(settings)
    return Pass(*_timed(tracker.update, sequence.frames, sequence.rate_hz))


def track_by_reference(sequence: Sequence) -> Pass:
    """Run BoT-SORT without camera motion compensation, which a fixed camera does not need."""
    tracker = BoTSORTTracker(
        enable_cmc=False,
        frame_rate=sequence.rate_hz,
        high_conf_det_threshold=HIGH_CONFIDENCE,
        track_activation_threshold=NEW_CONFIDENCE,
    )
    frames = [
        supervision.Detections(
            xyxy=frame.boxes.astype(np.float64),
            confidence=frame.confidences,
            class_id=frame.class_ids,
        )
        for frame in sequence.frames
    ]

    def update(frame: supervision.Detections, time_s: float) -> supervision.Detections:
        return tracker.update(frame, timestamp=time_s)

    found, durations_s = _timed(update, frames, sequence.rate_hz)
    return Pass([_as_detections(rows) for rows in found], durations_s)


TRACKERS: dict[str, Callable[[Sequence], Pass]] = {OURS: track, REFERENCE: track_by_reference}


def measure(sequence: Sequence, repeats: int) -> dict[str, Outcome]:
    """Score each tracker, and time it if the sequence is one of those that are timed."""
    is_timed = sequence.name in TIMED_SEQUENCES
    passes: dict[str, list[Pass]] = {name: [] for name in TRACKERS}
    for _ in range(repeats if is_timed else 1):
        for name, run in TRACKERS.items():
            passes[name].append(run(sequence))
    return {
        name: Outcome(
            score(sequence, runs[0].output),
            _best_us_per_frame(runs) if is_timed else None,
        )
        for name, runs in passes.items()
    }


def verdict(outcomes: dict[str, dict[str, Outcome]]) -> list[Target]:
    """The lines of P7."""
    ours, reference = outcomes[TARGET_SEQUENCE][OURS], outcomes[TARGET_SEQUENCE][REFERENCE]
    ours_us = outcomes[CROWDED_SEQUENCE][OURS].us_per_frame or float("nan")
    reference_us = outcomes[CROWDED_SEQUENCE][REFERENCE].us_per_frame or float("nan")
    on, crowd = TARGET_SEQUENCE, CROWDED_SEQUENCE
    behind = reference.score.hota - ours.score.hota
    return [
        Target("P7", f"HOTA on {on}", ours.score.hota, ">=", 72.0),
        Target("P7", f"IDF1 on {on}", ours.score.idf1, ">=", 86.0),
        Target("P7", f"identity switches on {on}", ours.score.switches, "<=", 12),
        Target("P7", f"HOTA behind {REFERENCE} on {on}", behind, "<=", 0.5),
        Target("P7", f"time a frame on {crowd}", ours_us / 1000.0, "<=", 0.3, "ms"),
        Target(
            "P7", f"time over that of {REFERENCE} on {crowd}", ours_us / reference_us, "<=", 0.5
        ),
    ]


def compare_scorers(data_dir: Path) -> Target:
    """The product's own scorer, which `sentinel score tracker` uses, beside that of `trackers`."""
    furthest = 0.0
    for source in SOURCES:
        sequence = load(source, data_dir)
        output = track(sequence).output
        theirs, ours = score(sequence, output), score_tracks(*labelled(sequence, output))
        furthest = max(
            furthest,
            abs(theirs.hota - 100.0 * ours.hota),
            abs(theirs.mota - 100.0 * ours.mota),
            abs(theirs.idf1 - 100.0 * ours.idf1),
            abs(theirs.switches - ours.switches),
        )
    return Target("P7", "own scorer beside that of trackers, furthest apart", furthest, "<=", 1e-3)


def main() -> int:
    """Run the benchmark; gives the exit status."""
    parser = argument_parser(__doc__ or NAME)
    parser.add_argument("--repeats", type=int, default=9, help="passes over a timed sequence")
    arguments = parser.parse_args()
    data_dir: Path = arguments.data
    if not (data_dir / "mot").is_dir():
        return skip(NAME, f"no reference data in {data_dir}")
    # The reference warns of things that are deprecated inside itself.
    warnings.simplefilter("ignore")
    table = Table("Tracker beside BoT-SORT without camera motion compensation", COLUMNS)
    outcomes: dict[str, dict[str, Outcome]] = {}
    for source in SOURCES:
        sequence = load(source, data_dir)
        outcomes[sequence.name] = measure(sequence, arguments.repeats)
        for name, outcome in outcomes[sequence.name].items():
            table.add(*_row(sequence, name, outcome))
    report = Report(NAME, [table], [*verdict(outcomes), compare_scorers(data_dir)])
    return report.finish(arguments.results, strict=arguments.strict)


def _timed(
    update: Callable[[Frame, float], Tracked], frames: list[Frame], rate_hz: float
) -> tuple[list[Tracked], NDArray[np.float64]]:
    output = []
    durations_s = np.empty(len(frames))
    for i, frame in enumerate(frames):
        began = time.perf_counter()
        output.append(update(frame, i / rate_hz))
        durations_s[i] = time.perf_counter() - began
    return output, durations_s


def _best_us_per_frame(runs: list[Pass]) -> float:
    best = np.min([run.durations_s for run in runs], axis=0)
    return 1e6 * float(best.mean())


def _as_detections(rows: supervision.Detections) -> Detections:
    untracked = Detections.from_arrays(rows.xyxy, np.ones(len(rows)), np.zeros(len(rows)))
    return untracked.with_tracks(rows.tracker_id.astype(np.int64), untracked.class_ids)


def _row(sequence: Sequence, name: str, outcome: Outcome) -> tuple[str | float | None, ...]:
    found = outcome.score
    rounded = [round(value, 1) for value in (found.hota, found.mota, found.idf1)]
    time_us = None if outcome.us_per_frame is None else round(outcome.us_per_frame)
    density = round(sequence.detections_per_frame, 1)
    return (sequence.name, density, name, *rounded, found.switches, time_us)


if __name__ == "__main__":
    sys.exit(main())

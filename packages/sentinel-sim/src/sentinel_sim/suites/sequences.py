"""Sequences in the MOTChallenge text format: detections to feed a tracker, truth to score it with.

The rules of scoring are those of the data's README: which truth counts, which predictions lie in
regions that nobody annotated, and how a frame rate is lowered (every k-th frame is kept).
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.detection.classes import CAR, PERSON
from sentinel_vision.detection.detections import Detections
from sentinel_vision.metrics.tracking import LabelledBoxes
from sentinel_vision.tracking.association import assign

# Columns of the MOT text format; after loading, 4 and 5 hold right and bottom.
FRAME, ID, LEFT, TOP, RIGHT, BOTTOM, SCORE, CLASS = range(8)
BOX = slice(LEFT, SCORE)

Rows = NDArray[np.float64]
Mask = NDArray[np.bool_]
Filter = Callable[[Rows, Rows], Mask]


@dataclass(frozen=True, slots=True)
class Sequence:
    """Detections and truth at one frame rate.

    Attributes:
        name: `aicity yolo3 @5` and the like.
        rate_hz: frames a second after thinning.
        frames: the detections of each frame, frame 1 first.
        truth: MOT rows that count.
        drop: mask of the predictions (of one frame) that are not scored, from the frame's
            predictions and the whole truth of that frame.
        whole_truth: MOT rows with the ones that do not count.
    """

    name: str
    rate_hz: float
    frames: list[Detections]
    truth: Rows
    drop: Filter
    whole_truth: Rows

    @property
    def detections_per_frame(self) -> float:
        """Mean over the frames."""
        return sum(len(frame) for frame in self.frames) / len(self.frames)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a sequence lies and how it is read."""

    name: str
    folder: str
    detections: str
    full_rate_hz: float
    keep_every: int
    class_id: int
    counts: Callable[[Rows], Mask]
    drop: Filter
    score_is_margin: bool = False


# Parked, masked by the region of interest or heavily occluded; README of the data.
AICITY_IGNORED_IDS = (2, 3, 5, 6, 7, 9)
AICITY_CAR = 3
MOT17_DISTRACTORS = (2, 7, 8, 12)
MATCH_IOU = 0.5


def overlap(a: Rows, b: Rows) -> tuple[Rows, Rows]:
    """Intersection over union and intersection over the area of `a`, each of shape (a, b)."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=2)
    area_a = np.prod(a[:, 2:] - a[:, :2], axis=1)[:, None]
    area_b = np.prod(b[:, 2:] - b[:, :2], axis=1)[None, :]
    return shared / np.maximum(area_a + area_b - shared, 1e-9), shared / np.maximum(area_a, 1e-9)


def load(source: Source, data_dir: Path) -> Sequence:
    """Read a sequence and thin it to its rate.

    Raises:
        FileNotFoundError: the data are not there.
    """
    folder = data_dir / "mot" / source.folder
    whole_truth = _thin(_read(folder / "gt" / "gt.txt"), source.keep_every)
    found = _thin(_read(folder / "det" / source.detections), source.keep_every)
    if source.score_is_margin:
        found[:, SCORE] = 1.0 / (1.0 + np.exp(-2.0 * found[:, SCORE]))
    n_frames = int(max(whole_truth[:, FRAME].max(), found[:, FRAME].max()))
    frames = []
    for frame in range(1, n_frames + 1):
        rows = found[found[:, FRAME] == frame]
        classes = np.full(len(rows), source.class_id)
        frames.append(Detections.from_arrays(rows[:, BOX], rows[:, SCORE], classes))
    return Sequence(
        name=source.name,
        rate_hz=source.full_rate_hz / source.keep_every,
        frames=frames,
        truth=whole_truth[source.counts(whole_truth)],
        drop=source.drop,
        whole_truth=whole_truth,
    )


def labelled(
    sequence: Sequence, tracked: list[Detections]
) -> tuple[list[LabelledBoxes], list[LabelledBoxes]]:
    """Truth and output of a tracker, one `Detections` for each frame, as they are scored."""
    truth, output = [], []
    for frame, found in enumerate(tracked, start=1):
        truth.append(_labels(sequence.truth[sequence.truth[:, FRAME] == frame]))
        output.append(_labels(kept_rows(sequence, frame, found)))
    return truth, output


def _labels(rows: Rows) -> LabelledBoxes:
    return LabelledBoxes(rows[:, ID].astype(np.int64), rows[:, BOX])


def kept_rows(sequence: Sequence, frame: int, detections: Detections) -> Rows:
    """MOT rows of the tracks of frame `frame` (from 1) that are scored."""
    found = detections.select(detections.track_ids >= 0)
    rows = np.zeros((len(found), 8))
    rows[:, FRAME] = frame
    rows[:, ID] = found.track_ids
    rows[:, BOX] = found.boxes
    rows[:, SCORE] = 1.0
    rows[:, CLASS] = 1.0
    truth = sequence.whole_truth[sequence.whole_truth[:, FRAME] == frame]
    return rows if not len(rows) else rows[~sequence.drop(rows, truth)]


def _aicity_counts(truth: Rows) -> Mask:
    counts: Mask = (truth[:, CLASS] == AICITY_CAR) & ~np.isin(truth[:, ID], AICITY_IGNORED_IDS)
    return counts


def _in_ignored_region(predictions: Rows, truth: Rows) -> Mask:
    counts = _aicity_counts(truth)
    _, inside = overlap(predictions[:, BOX], truth[~counts][:, BOX])
    iou, _ = overlap(predictions[:, BOX], truth[counts][:, BOX])
    matches_truth: Mask = iou.max(axis=1, initial=0.0) >= MATCH_IOU
    is_inside: Mask = inside.max(axis=1, initial=0.0) >= MATCH_IOU
    return is_inside & ~matches_truth


def _pedestrian_counts(truth: Rows) -> Mask:
    counts: Mask = (truth[:, CLASS] == 1) & (truth[:, SCORE] == 1)
    return counts


def _on_distractor(predictions: Rows, truth: Rows) -> Mask:
    iou, _ = overlap(predictions[:, BOX], truth[:, BOX])
    rows, columns = (iou >= MATCH_IOU).nonzero()
    chosen = assign(rows, columns, iou[rows, columns]) if len(rows) else rows
    rows, columns = rows[chosen], columns[chosen]
    on = np.isin(truth[columns, CLASS], MOT17_DISTRACTORS)
    dropped = np.zeros(len(predictions), dtype=bool)
    dropped[rows[on]] = True
    return dropped


def _all_count(truth: Rows) -> Mask:
    return np.ones(len(truth), dtype=bool)


def _none_dropped(predictions: Rows, _truth: Rows) -> Mask:
    return np.zeros(len(predictions), dtype=bool)


def _aicity(name: str, detector: str, keep_every: int) -> Source:
    return Source(
        name=name,
        folder="aicity-s03-c010",
        detections=f"det_{detector}.txt",
        full_rate_hz=10.0,
        keep_every=keep_every,
        class_id=CAR,
        counts=_aicity_counts,
        drop=_in_ignored_region,
    )


def _mot17(name: str, keep_every: int) -> Source:
    return Source(
        name=name,
        folder="mot17-04-dpm",
        detections="det.txt",
        full_rate_hz=30.0,
        keep_every=keep_every,
        class_id=PERSON,
        counts=_pedestrian_counts,
        drop=_on_distractor,
        score_is_margin=True,
    )


def _tud(name: str) -> Source:
    return Source(
        name=name,
        folder=name,
        detections="det.txt",
        full_rate_hz=25.0,
        keep_every=1,
        class_id=PERSON,
        counts=_all_count,
        drop=_none_dropped,
    )


TARGET_SEQUENCE = "aicity yolo3 @5"
CROWDED_SEQUENCE = "mot17-04 dpm @5"

SOURCES = (
    _aicity(TARGET_SEQUENCE, "yolo3", 2),
    _aicity("aicity yolo3 @10", "yolo3", 1),
    _aicity("aicity yolo3 @2.5", "yolo3", 4),
    _aicity("aicity mask_rcnn @5", "mask_rcnn", 2),
    _aicity("aicity ssd512 @5", "ssd512", 2),
    _mot17(CROWDED_SEQUENCE, 6),
    _mot17("mot17-04 dpm @10", 3),
    _mot17("mot17-04 dpm @30", 1),
    _tud("tud-campus"),
    _tud("tud-stadtmitte"),
)


def _read(path: Path) -> Rows:
    rows: Rows = np.loadtxt(path, delimiter=",", ndmin=2)[:, :8]
    rows[:, RIGHT] += rows[:, LEFT]
    rows[:, BOTTOM] += rows[:, TOP]
    return rows


def _thin(rows: Rows, keep_every: int) -> Rows:
    kept: Rows = rows[(rows[:, FRAME] - 1) % keep_every == 0]
    kept[:, FRAME] = (kept[:, FRAME] - 1) // keep_every + 1
    return kept

"""Scores of a tracker: HOTA, CLEAR and identity.

Sources of the formulas: Luiten et al., HOTA (IJCV 2021); Bernardin and Stiefelhagen, CLEAR MOT
(2008); Ristani et al., identity measures (ECCVW 2016). Where they leave something open it is done
as TrackEval does it, so that the figures can be compared with published ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.tracking.association import assign, overlaps

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

MATCH_IOU = 0.5
ALPHAS: Floats = np.arange(0.05, 0.99, 0.05)
_EPS = np.finfo(np.float64).eps
# Beyond any overlap: who was matched in the frame before stays matched.
_STICKINESS = 1000.0
_NOBODY = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class LabelledBoxes:
    """The boxes of one frame with the identities of what is in them.

    Attributes:
        ids: int64, shape (n,), each once.
        boxes: float64, shape (n, 4), x1, y1, x2, y2.
    """

    ids: NDArray[np.int64]
    boxes: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingScore:
    """All but `switches` in 0..1 (MOTA may be below 0).

    Attributes:
        hota: Mean over the overlaps 0.05 .. 0.95 of sqrt(`deta` * `assa`).
        switches: How often a true object changed its track, by CLEAR.
    """

    hota: float
    deta: float
    assa: float
    mota: float
    idf1: float
    switches: int


@dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    """Truth and output of one frame, identities as 0..n-1 over the whole sequence."""

    truth: Indices
    output: Indices
    overlap: Floats


def score_tracks(truth: Sequence[LabelledBoxes], output: Sequence[LabelledBoxes]) -> TrackingScore:
    """Score the output of a tracker, frame by frame beside the truth.

    Raises:
        ValueError: They have not the same number of frames.
    """
    frames, n_truth, n_output = _prepare(truth, output)
    hota, deta, assa = _hota(frames, n_truth, n_output)
    mota, switches = _clear(frames, n_truth)
    return TrackingScore(
        hota=hota,
        deta=deta,
        assa=assa,
        mota=mota,
        idf1=_idf1(frames, n_truth, n_output),
        switches=switches,
    )


def _prepare(
    truth: Sequence[LabelledBoxes], output: Sequence[LabelledBoxes]
) -> tuple[list[_Frame], int, int]:
    true_ids = np.unique(np.concatenate([frame.ids for frame in truth] or [_NOBODY]))
    output_ids = np.unique(np.concatenate([frame.ids for frame in output] or [_NOBODY]))
    frames = [
        _Frame(
            np.searchsorted(true_ids, true.ids),
            np.searchsorted(output_ids, found.ids),
            overlaps(true.boxes.T, found.boxes.T),
        )
        for true, found in zip(truth, output, strict=True)
    ]
    return frames, len(true_ids), len(output_ids)


def _hota(frames: list[_Frame], n_truth: int, n_output: int) -> tuple[float, float, float]:
    alignment, seen_truth, seen_output = _align(frames, n_truth, n_output)
    matched = np.zeros((len(ALPHAS), n_truth, n_output))
    for frame in frames:
        rows, columns = _pair(alignment[np.ix_(frame.truth, frame.output)] * frame.overlap)
        is_hit = frame.overlap[rows, columns] >= ALPHAS[:, None] - _EPS
        matched[:, frame.truth[rows], frame.output[columns]] += is_hit
    hits = matched.sum(axis=(1, 2))
    # Every true box is a hit or a miss, every box of the output a hit or a false one.
    deta = hits / np.maximum(1.0, seen_truth.sum() + seen_output.sum() - hits)
    union = seen_truth[:, None] + seen_output[None, :] - matched
    assa = (matched * matched / np.maximum(1.0, union)).sum(axis=(1, 2)) / np.maximum(1.0, hits)
    return float(np.sqrt(deta * assa).mean()), float(deta.mean()), float(assa.mean())


def _align(frames: list[_Frame], n_truth: int, n_output: int) -> tuple[Floats, Floats, Floats]:
    """How well each pair of identities fits over the whole sequence, and how often each is seen."""
    shared = np.zeros((n_truth, n_output))
    seen_truth, seen_output = np.zeros(n_truth), np.zeros(n_output)
    for frame in frames:
        overlap = frame.overlap
        union = overlap.sum(axis=0)[None, :] + overlap.sum(axis=1)[:, None] - overlap
        share = np.divide(overlap, union, out=np.zeros_like(overlap), where=union > _EPS)
        shared[np.ix_(frame.truth, frame.output)] += share
        seen_truth[frame.truth] += 1
        seen_output[frame.output] += 1
    return shared / (seen_truth[:, None] + seen_output[None, :] - shared), seen_truth, seen_output


def _clear(frames: list[_Frame], n_truth: int) -> tuple[float, int]:
    nobody = -1
    last, just_now = np.full(n_truth, nobody), np.full(n_truth, nobody)
    hits = misses = false_boxes = switches = 0
    for frame in frames:
        stays = just_now[frame.truth][:, None] == frame.output[None, :]
        fits = np.where(frame.overlap >= MATCH_IOU - _EPS, frame.overlap + _STICKINESS * stays, 0.0)
        rows, columns = _pair(fits)
        who, track = frame.truth[rows], frame.output[columns]
        switches += int(np.count_nonzero((last[who] != nobody) & (last[who] != track)))
        just_now[:] = nobody
        just_now[who] = last[who] = track
        hits += len(rows)
        misses += len(frame.truth) - len(rows)
        false_boxes += len(frame.output) - len(rows)
    return (hits - false_boxes - switches) / max(1, hits + misses), switches


def _idf1(frames: list[_Frame], n_truth: int, n_output: int) -> float:
    together = np.zeros((n_truth, n_output))
    boxes = 0
    for frame in frames:
        together[np.ix_(frame.truth, frame.output)] += frame.overlap >= MATCH_IOU
        boxes += len(frame.truth) + len(frame.output)
    rows, columns = _pair(together)
    return float(2.0 * together[rows, columns].sum() / max(1, boxes))


def _pair(score: Floats) -> tuple[Indices, Indices]:
    """One to one, so that the sum of the scores is greatest; nothing with a score of 0."""
    rows, columns = score.nonzero()
    chosen = assign(rows, columns, score[rows, columns]) if len(rows) else rows
    return rows[chosen], columns[chosen]

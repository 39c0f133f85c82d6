"""The scorer of the `trackers` package, beside which the product's own is held."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from trackers.eval import evaluate_mot_sequence

from sentinel_sim.suites.sequences import (
    BOTTOM,
    FRAME,
    ID,
    LEFT,
    RIGHT,
    SCORE,
    TOP,
    Rows,
    Sequence,
    kept_rows,
)
from sentinel_vision.detection.detections import Detections


@dataclass(frozen=True, slots=True)
class Score:
    """Percent, but for the switches, which are counted."""

    hota: float
    mota: float
    idf1: float
    switches: int


def score(sequence: Sequence, tracked: list[Detections]) -> Score:
    """Score the output of a tracker, one `Detections` for each frame, by HOTA, CLEAR and identity.

    Only rows with a track count as output.
    """
    kept = [kept_rows(sequence, frame, rows) for frame, rows in enumerate(tracked, start=1)]
    with tempfile.TemporaryDirectory() as folder:
        truth_path, output_path = Path(folder, "gt.txt"), Path(folder, "out.txt")
        _write(truth_path, sequence.truth)
        _write(output_path, np.concatenate(kept))
        result = evaluate_mot_sequence(
            truth_path, output_path, metrics=["CLEAR", "HOTA", "Identity"]
        )
    return Score(
        hota=100.0 * result.HOTA.HOTA,
        mota=100.0 * result.CLEAR.MOTA,
        idf1=100.0 * result.Identity.IDF1,
        switches=int(result.CLEAR.IDSW),
    )


def _write(path: Path, rows: Rows) -> None:
    out = rows.copy()
    out[:, RIGHT] -= out[:, LEFT]
    out[:, BOTTOM] -= out[:, TOP]
    out[:, SCORE:] = 1.0
    order = np.lexsort((out[:, ID], out[:, FRAME]))
    lines = [
        f"{int(row[FRAME])},{int(row[ID])}," + ",".join(f"{value:.3f}" for value in row[LEFT:SCORE])
        for row in out[order]
    ]
    path.write_text("\n".join(f"{line},1,1,1" for line in lines) + "\n", encoding="utf-8")

"""The detector suite: average precision on labelled street pictures (Q5)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sentinel_sim.suites.targets import Cell, Target
from sentinel_vision.frames.frame import analysis_size
from sentinel_vision.metrics.detection import (
    BoxFinder,
    DetectionScore,
    TrueBoxes,
    evaluate_detector,
)

COLUMNS: Final = ("class", "boxes", "mAP50-95", "mAP50")
FOLDER: Final = "traffic"
LEAST_CAR_AND_TRUCK: Final = 0.50
GROUPS: Final = ("car", "truck")

Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class LabelledPictures:
    """A split of a data set in the YOLO layout: `images/SPLIT/*.jpg`, `labels/SPLIT/*.txt`."""

    folder: Path
    split: str

    def paths(self) -> list[Path]:
        """The pictures, by name; none where the folder is not there."""
        return sorted((self.folder / "images" / self.split).glob("*.jpg"))

    def pictures(self) -> Iterator[NDArray[np.uint8]]:
        """As `Frame.rgb`: uint8, shape (h, w, 3), longer side 640."""
        for path in self.paths():
            with Image.open(path) as image:
                yield np.asarray(image.convert("RGB").resize(analysis_size(*image.size)))

    def labels(self) -> Iterator[TrueBoxes]:
        """In pixels of `pictures`."""
        for path in self.paths():
            with Image.open(path) as image:
                size = analysis_size(*image.size)
            yield read_labels(self.folder / "labels" / self.split / f"{path.stem}.txt", size)


def read_labels(path: Path, size: tuple[int, int]) -> TrueBoxes:
    """A label file: in each line class, centre and size, normalised. No file: nothing is there."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    rows = np.array([line.split() for line in text.splitlines() if line], dtype=np.float64)
    rows = rows.reshape(-1, 5)
    centre, half = rows[:, 1:3], rows[:, 3:5] / 2.0
    return TrueBoxes(
        np.hstack([centre - half, centre + half]) * np.tile(np.array(size, dtype=np.float64), 2),
        rows[:, 0].astype(np.int64),
    )


def run_detector(
    detector: BoxFinder, data_dir: Path, *, split: str = "test", tell: Told = lambda _a, _b: None
) -> DetectionScore:
    """Score a detector on a split of the street pictures.

    Raises:
        FileNotFoundError: They are not there.
    """
    pictures = LabelledPictures(data_dir / FOLDER, split)
    total = len(pictures.paths())
    if not total:
        raise FileNotFoundError(f"no pictures in {pictures.folder / 'images' / split}")
    return evaluate_detector(detector, _told(pictures.pictures(), total, tell), pictures.labels())


def rows(score: DetectionScore) -> list[tuple[Cell, ...]]:
    """Of the table `COLUMNS`."""
    found: list[tuple[Cell, ...]] = [
        (name, score.boxes[name], score.ap[name], score.ap50[name]) for name in score.ap
    ]
    return [*found, ("mean", sum(score.boxes.values()), score.mean_ap, score.mean_ap50)]


def targets(score: DetectionScore) -> list[Target]:
    """The line of Q5 that is about vehicles."""
    mean = float(np.mean([score.ap.get(name, 0.0) for name in GROUPS]))
    return [Target("Q5", "mAP50-95, mean of car and truck", mean, ">=", LEAST_CAR_AND_TRUCK)]


def _told(
    pictures: Iterator[NDArray[np.uint8]], total: int, tell: Told
) -> Iterator[NDArray[np.uint8]]:
    for done, picture in enumerate(pictures, start=1):
        yield picture
        tell(done, total)

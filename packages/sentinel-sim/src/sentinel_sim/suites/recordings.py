"""What a detector sees in a clip, frame by frame: kept in a folder, because looking takes long."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import av
import numpy as np
from numpy.typing import NDArray

from sentinel_sim.suites.watching import Look
from sentinel_vision.detection.detections import Detections
from sentinel_vision.frames.frame import analysis_size

CACHE_DIR = Path("~/.cache/sentinel/detections")
_FORMAT = 1


class ClipDetector(Protocol):
    """The part of a `Detector` that a recording needs."""

    @property
    def model_sha256(self) -> str:
        """Hex digest of the model file."""
        ...

    def detect(self, rgb: NDArray[np.uint8], source: tuple[int, int]) -> Detections:
        """See `Detector.detect`."""
        ...


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Recording:
    """A clip as a detector saw it.

    Attributes:
        width: Pixels of the clip, as `height`.
        looks: By time, the first near 0.
    """

    width: int
    height: int
    looks: Sequence[Look]

    @property
    def duration_s(self) -> float:
        """Of the clip, as far as it was looked at."""
        return self.looks[-1].t_s - self.looks[0].t_s

    def backwards(self) -> "Recording":
        """The same clip, played from its end."""
        last_s = self.looks[-1].t_s
        return Recording(
            width=self.width,
            height=self.height,
            looks=[Look(last_s - one.t_s, one.detections) for one in reversed(self.looks)],
        )


def record(clip: Path, detector: ClipDetector, *, fps: int, cache: Path | None) -> Recording:
    """Look at a clip, or read from the folder `cache` what an earlier run saw in it.

    Raises:
        OSError: The clip cannot be read.
    """
    if cache is None:
        return _look(clip, detector, fps)
    content = sha256(clip.read_bytes()).hexdigest()
    key = sha256(f"{_FORMAT}/{detector.model_sha256}/{content}/{fps}".encode()).hexdigest()
    path = cache.expanduser() / f"{clip.stem}-{key[:16]}.npz"
    if path.exists():
        return _load(path)
    recording = _look(clip, detector, fps)
    path.parent.mkdir(parents=True, exist_ok=True)
    _save(recording, path)
    return recording


def pictures(clip: Path, fps: int) -> Iterator[tuple[float, NDArray[np.uint8], tuple[int, int]]]:
    """Time, picture (as `Frame.rgb`) and size of the source, of the frames nearest after each due."""
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        size = (stream.width, stream.height)
        width, height = analysis_size(*size)
        due_s = Fraction(0)
        for frame in container.decode(stream):
            if frame.pts is None or stream.time_base is None:
                continue
            time_s = frame.pts * stream.time_base
            if time_s < due_s:
                continue
            due_s += Fraction(1, fps)
            rgb = frame.to_ndarray(format="rgb24", width=width, height=height)
            yield float(time_s), rgb.astype(np.uint8, copy=False), size


def _look(clip: Path, detector: ClipDetector, fps: int) -> Recording:
    width, height = 0, 0
    looks = []
    for time_s, rgb, (width, height) in pictures(clip, fps):
        looks.append(Look(time_s, detector.detect(rgb, (width, height))))
    if not looks:
        raise OSError(f"{clip} shows nothing")
    return Recording(width=width, height=height, looks=looks)


def _save(recording: Recording, path: Path) -> None:
    found = [look.detections for look in recording.looks]
    columns: dict[str, Any] = {
        "size": np.array([recording.width, recording.height]),
        "times_s": np.array([look.t_s for look in recording.looks]),
        "counts": np.array([len(one) for one in found]),
        "boxes": np.concatenate([one.boxes for one in found]),
        "confidences": np.concatenate([one.confidences for one in found]),
        "class_ids": np.concatenate([one.class_ids for one in found]),
    }
    written = path.with_suffix(".part")
    with written.open("wb") as file:
        np.savez_compressed(file, **columns)
    written.replace(path)


def _load(path: Path) -> Recording:
    with np.load(path) as stored:
        width, height = stored["size"].tolist()
        rows = Detections.from_arrays(stored["boxes"], stored["confidences"], stored["class_ids"])
        times, ends = stored["times_s"].tolist(), np.cumsum(stored["counts"])
    starts = np.concatenate([[0], ends[:-1]])
    return Recording(
        width=width,
        height=height,
        looks=[
            Look(time_s, rows.select(np.arange(first, end)))
            for time_s, first, end in zip(times, starts, ends, strict=True)
        ],
    )

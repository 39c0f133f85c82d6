"""`sentinel detect` on files beside the bare network (P1), and its tracks beside human ones.

The bare loop calls `session.run` on ready tensors of the same frames: same session, same number
of threads side by side. What the product adds on top is decoding, scaling, letterbox, suppression,
tracking, rules and writing the events.
"""

import csv
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from mot_sequences import Score, score
from numpy.typing import NDArray
from report import Report, Table, Target, argument_parser, skip

from sentinel_allinone.footage import FootageAnalysis
from sentinel_camera.sources.files import describe, read_frames
from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.domain.zones import ZoneSet
from sentinel_core.runtime.assets import asset
from sentinel_core.runtime.settings import InferenceSettings
from sentinel_inference import reporting_thresholds
from sentinel_inference.detector import SHIPPED_MODEL, count_threads
from sentinel_inference.pipeline.camera_pipeline import CameraPipeline
from sentinel_sim.suites.sequences import Rows
from sentinel_sim.suites.sequences import Sequence as MotSequence
from sentinel_vision.detection.classes import VEHICLE_CLASSES
from sentinel_vision.detection.detections import Detections
from sentinel_vision.detection.letterbox import Letterbox
from sentinel_vision.detection.model import load_model
from sentinel_vision.detection.onnx_engine import OnnxDetector
from sentinel_vision.frames.frame import Frame, analysis_size

FPS = 5.0
ROUNDS = 3
TARGET_RATIO = 0.85
SMALLEST_BOX_PX = 24
"""Cars beyond the crest are 10 to 30 px in the 960 px clip and mostly missed by any detector."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A video, with its zones and its human tracks where there are any."""

    path: Path
    zones: Path | None = None
    truth: Path | None = None


@dataclass(frozen=True, slots=True)
class Speeds:
    """Frames per second, best of `ROUNDS`."""

    whole: float
    bare: float


def main() -> int:
    """Measure every clip that is there."""
    arguments = argument_parser(__doc__.splitlines()[0]).parse_args()
    clips = [clip for clip in _clips(arguments.data) if clip.path.exists()]
    if not clips:
        return skip("pipeline", "no clips")
    settings = InferenceSettings()
    threads = count_threads(settings)
    detector = OnnxDetector(load_model(asset(SHIPPED_MODEL)), threads=1)
    report = Report("pipeline")
    speeds = Table(
        f"Frames/s at {FPS:g} fps of media time, {threads} threads, YOLOv8n fp32",
        ("clip", "whole pipeline", "bare session.run", "ratio"),
    )
    quality = Table(
        "Tracks beside human tracks: vehicles at least 24 px wide",
        ("clip", "HOTA", "MOTA", "IDF1", "switches"),
    )
    for clip in clips:
        measured = _measure(clip, detector, threads, settings)
        ratio = measured.whole / measured.bare
        speeds.add(clip.path.name, measured.whole, measured.bare, ratio)
        report.targets.append(
            Target("P1", f"{clip.path.stem} of the bare loop", ratio, ">=", TARGET_RATIO)
        )
        if clip.truth:
            found = _score_tracks(clip, clip.truth, detector, threads, settings)
            quality.add(clip.path.name, found.hota, found.mota, found.idf1, found.switches)
    report.tables.extend([speeds, quality] if quality.rows else [speeds])
    report.notes.append(
        "The comparison with ultralytics' `model.track` needs torch; it comes with the training "
        "environment."
    )
    return report.finish(arguments.results, strict=arguments.strict)


def _clips(data: Path) -> list[Clip]:
    demo = asset("data/demo")
    video = data / "video"
    return [
        Clip(demo / "toll_congestion.mp4", demo / "zones" / "toll_congestion.json"),
        Clip(video / "sf_street.mp4", truth=video / "sf_street.gt.csv"),
    ]


def _measure(
    clip: Clip, detector: OnnxDetector, threads: int, settings: InferenceSettings
) -> Speeds:
    info = describe(str(clip.path), FPS)
    width, height = analysis_size(info.width, info.height)
    detector.warm_up((height, width))
    whole, bare = [], []
    for _ in range(ROUNDS):  # in turn, so that a busy machine slows both
        whole.append(_whole_rate(clip, detector, threads, settings))
        bare.append(_bare_rate(clip, detector, threads))
    return Speeds(max(whole), max(bare))


def _whole_rate(
    clip: Clip, detector: OnnxDetector, threads: int, settings: InferenceSettings
) -> float:
    clock = SystemClock()
    started_s = clock.monotonic()
    with tempfile.TemporaryFile() as lines:
        frames = 0
        for analysed in _analysis(clip, detector, threads, settings).run(_frames(clip)):
            lines.write(msgspec.json.encode(analysed.event) + b"\n")
            frames += 1
    return frames / (clock.monotonic() - started_s)


def _bare_rate(clip: Clip, detector: OnnxDetector, threads: int) -> float:
    tensors = [_tensor(frame) for frame in _frames(clip)]
    clock = SystemClock()
    with ThreadPoolExecutor(threads) as workers:
        started_s = clock.monotonic()
        list(workers.map(detector.run, tensors))
        return len(tensors) / (clock.monotonic() - started_s)


def _tensor(frame: Frame) -> NDArray[np.float32]:
    picture = (frame.rgb.shape[1], frame.rgb.shape[0])
    letterbox = Letterbox(picture, picture)
    tensor = letterbox.blank_tensor()
    letterbox.fill(tensor, frame.rgb)
    return tensor


def _frames(clip: Clip) -> Iterator[Frame]:
    return read_frames(str(clip.path), FPS, SystemClock().utc_now())


def _analysis(
    clip: Clip, detector: OnnxDetector, threads: int, settings: InferenceSettings
) -> FootageAnalysis:
    zones = ZoneSet.model_validate_json(clip.zones.read_bytes()) if clip.zones else ZoneSet()
    pipeline = CameraPipeline(
        "bench",
        zones=zones,
        model_version=detector.model_version,
        thresholds=reporting_thresholds(settings),
    )
    return FootageAnalysis(detector, pipeline, SystemClock(), threads=threads)


def _score_tracks(
    clip: Clip, truth: Path, detector: OnnxDetector, threads: int, settings: InferenceSettings
) -> Score:
    analysed = list(_analysis(clip, detector, threads, settings).run(_frames(clip)))
    indices = {item.frame.index: number for number, item in enumerate(analysed, start=1)}
    whole = _read_truth(truth, indices)
    counted = whole[:, 7] == 1
    sequence = MotSequence(
        name=clip.path.stem,
        rate_hz=FPS,
        frames=[],
        truth=whole[counted],
        drop=_is_small,
        whole_truth=whole,
    )
    vehicles = np.array(sorted(VEHICLE_CLASSES))
    tracked = [item.judged.reported for item in analysed]
    return score(sequence, [_of_classes(found, vehicles) for found in tracked])


def _read_truth(path: Path, indices: dict[int, int]) -> Rows:
    """MOT rows of the sampled frames; class 1: a vehicle large enough to count."""
    rows = []
    with path.open(encoding="utf-8", newline="") as file:
        for entry in csv.DictReader(file):
            number = indices.get(int(entry["frame"]))
            if number is None or entry["class"] == "pedestrian":
                continue
            x, y, w, h = (float(entry[name]) for name in ("x", "y", "w", "h"))
            counts = w >= SMALLEST_BOX_PX and entry["class"] in ("car", "truck", "bus")
            rows.append((number, int(entry["track_id"]), x, y, x + w, y + h, 1, 1 if counts else 2))
    return np.array(rows, dtype=np.float64)


def _is_small(predictions: Rows, truth: Rows) -> NDArray[np.bool_]:
    """Predictions that are too small to count, or lie on truth that does not count (a tram)."""
    small = predictions[:, 4] - predictions[:, 2] < SMALLEST_BOX_PX
    uncounted = truth[truth[:, 7] == 2][:, 2:6]
    dropped: NDArray[np.bool_] = small | np.array(
        [_overlaps(box, uncounted) for box in predictions[:, 2:6]], dtype=bool
    )
    return dropped


def _overlaps(box: Rows, others: Rows) -> bool:
    sides = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    inside = np.prod(np.clip(sides, 0, None), axis=1)
    return bool((inside > 0.5 * np.prod(box[2:] - box[:2])).any())


def _of_classes(detections: Detections, classes: NDArray[np.int64]) -> Detections:
    return detections.select(np.isin(detections.class_ids, classes))


if __name__ == "__main__":
    sys.exit(main())

"""Engines and precisions side by side: time per picture, accuracy, incidents (Q6).

The bare session is ONNX Runtime, float32, one thread, called on ready tensors. Every engine runs
in turn with it, so that a busy machine slows both. Accuracy is that of the whole detector on the
labelled test pictures; incidents are those of the real clips (Q2).
"""

import statistics
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image
from report import Report, Table, Target, argument_parser

from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.runtime.assets import asset
from sentinel_core.runtime.processors import available_cores, has_int8_instructions
from sentinel_inference.detector import SHIPPED_MODEL
from sentinel_sim.suites.clips import CASES, run_clip
from sentinel_sim.suites.recordings import CACHE_DIR
from sentinel_vision.detection.detections import Detections
from sentinel_vision.detection.detector import YoloDetector
from sentinel_vision.detection.engine import Engine
from sentinel_vision.detection.head import YoloHead
from sentinel_vision.detection.letterbox import Letterbox
from sentinel_vision.detection.model import ModelFile, Precision, load_model, read_manifest
from sentinel_vision.detection.onnx_engine import OnnxEngine
from sentinel_vision.metrics.detection import DetectionScore, TrueBoxes, evaluate_detector

SHAPE = (384, 640)
ROUNDS = 3
CALLS = 10
MAX_LOSS = 0.01
LEAST_CONFIDENCE = 0.001
CLASSES = ("car", "truck")


@dataclass(frozen=True, slots=True)
class Subject:
    """An engine with a model."""

    label: str
    model: ModelFile
    engine: Engine


@dataclass(frozen=True, slots=True)
class Times:
    """Of one engine: milliseconds a picture on one thread, and frames/s on all cores."""

    alone_ms: float
    together_per_s: float


class ExactEngine:
    """ONNX Runtime without any optimisation: int8 computed step by step, as VNNI does at once.

    On processors with AVX2 alone the fast path loses what exceeds 16 bits.
    """

    name = f"onnxruntime {onnxruntime.__version__}, step by step"
    provider = "CPU"
    batch_sizes = (1,)

    def __init__(self, content: bytes) -> None:
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(content, options)
        self.signature = OnnxEngine(content).signature

    def run(self, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine.run`."""
        name = self.signature.inputs[0].name
        output: NDArray[np.float32] = self._session.run(None, {name: tensor})[0]
        return output


class ScoredDetector:
    """A detector that also reports the weakest boxes, as mean average precision wants them."""

    def __init__(self, subject: Subject) -> None:
        signature = subject.engine.signature
        self._engine = subject.engine
        self._head = YoloHead.inspect(signature.inputs, signature.outputs, signature.metadata)
        self._thresholds = np.full(6, LEAST_CONFIDENCE, dtype=np.float32)

    def detect(self, rgb: NDArray[np.uint8], source: tuple[int, int]) -> Detections:
        """See `Detector.detect`."""
        letterbox = Letterbox((rgb.shape[1], rgb.shape[0]), source)
        tensor = letterbox.blank_tensor()
        letterbox.fill(tensor, rgb)
        return self._head.decode(self._engine.run(tensor), letterbox, self._thresholds)


def main() -> int:
    """Measure what is installed and what is there."""
    arguments = argument_parser(__doc__.splitlines()[0]).parse_args()
    report = Report("engines")
    subjects = list(_subjects())
    _compare_speed(report, subjects)
    floats = subjects[0]
    int8s = [subject for subject in subjects if subject.model.precision is Precision.INT8]
    exact = [
        Subject("onnxruntime int8, step by step", one.model, ExactEngine(one.model.content))
        for one in int8s[:1]
        if not has_int8_instructions()
    ]
    _compare_accuracy(report, arguments.data / "traffic", floats, [*int8s, *exact])
    _compare_incidents(report, arguments.data, floats, [*int8s, *exact])
    if find_spec("openvino") is None:
        report.notes.append("OpenVINO is not installed here; it is in .venv-bench.")
    return report.finish(arguments.results, strict=arguments.strict)


def _subjects() -> Iterator[Subject]:
    """The first is the float model on ONNX Runtime."""
    folder = asset(SHIPPED_MODEL)
    precisions = [Precision.FLOAT32]
    if read_manifest(folder).int8 is not None:
        precisions.append(Precision.INT8)
    for name, open_engine in _engines():
        for precision in precisions:
            model = load_model(folder, precision)
            yield Subject(f"{name} {precision}", model, open_engine(model.content))


def _engines() -> Iterator[tuple[str, Callable[[bytes], Engine]]]:
    yield "onnxruntime", OnnxEngine
    if find_spec("openvino") is not None:
        from sentinel_vision.detection.openvino_engine import OpenvinoEngine

        yield "openvino", lambda content: OpenvinoEngine(content, lanes=available_cores())


def _compare_speed(report: Report, subjects: Sequence[Subject]) -> None:
    cores = available_cores()
    table = Table(
        f"Pictures of {SHAPE[0]}x{SHAPE[1]}, YOLOv8n; side by side: {cores} threads",
        ("engine", "ms, one thread", "bare session / engine", "pictures/s side by side"),
    )
    tensors = list(np.random.default_rng(1).random((4, 1, 3, *SHAPE), dtype=np.float32))
    bare = _bare_session(subjects[0].model)
    for subject in subjects:
        measured, reference = _time_in_turn(subject.engine.run, bare, tensors, cores)
        ratio = reference.alone_ms / measured.alone_ms
        table.add(subject.label, measured.alone_ms, ratio, measured.together_per_s)
    report.tables.append(table)


def _bare_session(model: ModelFile) -> Callable[[NDArray[np.float32]], object]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    for name, size in zip(("batch", "height", "width"), (1, *SHAPE), strict=True):
        options.add_free_dimension_override_by_name(name, size)
    session = onnxruntime.InferenceSession(model.content, options)
    name = session.get_inputs()[0].name
    return lambda tensor: session.run(None, {name: tensor})


def _time_in_turn(
    run: Callable[[NDArray[np.float32]], object],
    bare: Callable[[NDArray[np.float32]], object],
    tensors: Sequence[NDArray[np.float32]],
    cores: int,
) -> tuple[Times, Times]:
    for warm_up in (run, bare):
        warm_up(tensors[0])
    rounds = [[_time(one, tensors, cores) for one in (run, bare)] for _ in range(ROUNDS)]
    ours, theirs = zip(*rounds, strict=True)
    return _best(ours), _best(theirs)


def _time(
    run: Callable[[NDArray[np.float32]], object], tensors: Sequence[NDArray[np.float32]], cores: int
) -> Times:
    clock = SystemClock()
    alone = []
    for call in range(CALLS):
        started_s = clock.monotonic()
        run(tensors[call % len(tensors)])
        alone.append(clock.monotonic() - started_s)
    with ThreadPoolExecutor(cores) as workers:
        started_s = clock.monotonic()
        list(workers.map(run, [tensors[call % len(tensors)] for call in range(CALLS * cores)]))
        together_s = clock.monotonic() - started_s
    return Times(statistics.median(alone) * 1000, CALLS * cores / together_s)


def _best(rounds: Sequence[Times]) -> Times:
    return Times(min(one.alone_ms for one in rounds), max(one.together_per_s for one in rounds))


def _compare_accuracy(
    report: Report, data: Path, floats: Subject, int8s: Sequence[Subject]
) -> None:
    if not data.exists() or not int8s:
        report.notes.append("Accuracy was left out: no labelled pictures, or no int8 model.")
        return
    table = Table(
        "mAP50-95 on traffic/test",
        ("engine", *CLASSES, "mean of both", "all classes", "mAP50, mean of both"),
    )
    reference = _score(floats, data)
    _add_score(table, floats.label, reference)
    for subject in int8s:
        score = _score(subject, data)
        _add_score(table, subject.label, score)
        for what, before, after in (
            ("car and truck", _mean(reference.ap), _mean(score.ap)),
            ("all classes", reference.mean_ap, score.mean_ap),
        ):
            words = f"mAP50-95 that {subject.label} loses, {what}:"
            report.targets.append(Target("Q6", words, before - after, "<=", MAX_LOSS))
    report.tables.append(table)


def _add_score(table: Table, label: str, score: DetectionScore) -> None:
    each = [score.ap[name] for name in CLASSES]
    table.add(label, *each, _mean(score.ap), score.mean_ap, _mean(score.ap50))


def _mean(ap: Mapping[str, float]) -> float:
    return statistics.mean(ap[name] for name in CLASSES)


def _score(subject: Subject, data: Path) -> DetectionScore:
    paths = sorted((data / "images" / "test").glob("*.jpg"))
    return evaluate_detector(ScoredDetector(subject), _images(paths), map(_labels, paths))


def _images(paths: Iterable[Path]) -> Iterator[NDArray[np.uint8]]:
    for path in paths:
        with Image.open(path) as picture:
            yield np.asarray(picture.convert("RGB"))


def _labels(image: Path) -> TrueBoxes:
    with Image.open(image) as picture:
        width, height = picture.size
    path = image.parents[2] / "labels" / image.parent.name / f"{image.stem}.txt"
    lines = path.read_text(encoding="ascii").split()
    rows = np.array(lines, dtype=np.float64).reshape(-1, 5)
    centres, sides = rows[:, 1:3], rows[:, 3:5]
    corners = np.concatenate([centres - sides / 2, centres + sides / 2], axis=1)
    return TrueBoxes(corners * [width, height, width, height], rows[:, 0].astype(np.int64))


def _compare_incidents(
    report: Report, data: Path, floats: Subject, int8s: Sequence[Subject]
) -> None:
    table = Table("Real clips (Q2) found as expected", ("engine", "clips", "as expected"))
    reference = _clips_found(floats, data)
    for subject in (floats, *int8s):
        found = reference if subject is floats else _clips_found(subject, data)
        table.add(subject.label, len(found), sum(found.values()))
        if subject is not floats:
            lost = sum(reference[name] and not right for name, right in found.items())
            words = f"clips that {subject.label} gets wrong and float32 right:"
            report.targets.append(Target("Q6", words, lost, "<=", 0))
    report.tables.append(table)


def _clips_found(subject: Subject, data: Path) -> dict[str, bool]:
    # What is kept is kept by the model's hash; another engine is another model there.
    sha256 = subject.model.sha256
    if not isinstance(subject.engine, OnnxEngine):
        sha256 = f"{sha256}-{subject.engine.name}".replace(" ", "-").replace(",", "")
    model = subject.model.model_copy(update={"sha256": sha256})
    detector = YoloDetector(model, subject.engine)
    results = [run_clip(case, data, detector, CACHE_DIR.expanduser()) for case in CASES]
    return {result.case.name: result.is_right for result in results if result is not None}


if __name__ == "__main__":
    sys.exit(main())

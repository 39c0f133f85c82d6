"""ONNX Runtime behind the engine port."""

import threading
from collections.abc import Mapping

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from sentinel_core.domain.errors import ModelRefused
from sentinel_vision.detection.classes import CLASS_NAMES
from sentinel_vision.detection.detections import Detections
from sentinel_vision.detection.head import YoloHead, anchor_count
from sentinel_vision.detection.letterbox import Letterbox
from sentinel_vision.detection.model import ModelFile

CANDIDATE_CONFIDENCE = 0.1
"""The tracker's second stage lives on weak boxes, so the engine hands over more than is reported."""


class OnnxDetector:
    """One session per input shape: a static shape lets the runtime plan its memory once.

    Args:
        model: Checked here; a head that is not understood is refused.
        threads: Threads of one call. Calls from several threads run side by side.
        class_confidence: Lowest confidence by class name, at least `CANDIDATE_CONFIDENCE`.

    Raises:
        ModelRefused: The file is no ONNX model, or no YOLOv8 detection model.
    """

    def __init__(
        self,
        model: ModelFile,
        *,
        threads: int,
        class_confidence: Mapping[str, float] | None = None,
    ) -> None:
        self.model_version = model.version
        self.model_sha256 = model.sha256
        self.name = f"onnxruntime {onnxruntime.__version__} CPU"
        self._content = model.content
        self._threads = threads
        self._lock = threading.Lock()
        self._sessions: dict[tuple[int, int], onnxruntime.InferenceSession] = {}
        self._tensors = threading.local()
        floor = class_confidence or {}
        self._thresholds = np.array(
            [max(CANDIDATE_CONFIDENCE, floor.get(name, 0.0)) for name in CLASS_NAMES],
            dtype=np.float32,
        )
        self._head = self._inspect()

    def detect(self, rgb: NDArray[np.uint8], source: tuple[int, int]) -> Detections:
        """See `Detector.detect`."""
        letterbox = Letterbox((rgb.shape[1], rgb.shape[0]), source)
        tensor = self._tensor(letterbox)
        letterbox.fill(tensor, rgb)
        return self._head.decode(self.run(tensor), letterbox, self._thresholds)

    def run(self, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        """The bare network: float32 (1, 3, h, w) to (1, 4 + classes, anchors)."""
        session = self._session((tensor.shape[2], tensor.shape[3]))
        output: NDArray[np.float32] = session.run(
            [self._head.output_name], {self._head.input_name: tensor}
        )[0]
        return output

    def warm_up(self, rgb_shape: tuple[int, int]) -> None:
        """Load and run once for pictures of (height, width), so that the first frame is fast."""
        self.detect(np.zeros((*rgb_shape, 3), dtype=np.uint8), (rgb_shape[1], rgb_shape[0]))

    def _inspect(self) -> YoloHead:
        shape = (384, 640)
        session = _open(self._content, self._threads, shape)
        metadata = session.get_modelmeta().custom_metadata_map
        head = YoloHead.inspect(session.get_inputs(), session.get_outputs(), metadata)
        fixed = session.get_inputs()[0].shape[2:]
        if all(isinstance(side, int) for side in fixed) and tuple(fixed) != shape:
            raise ModelRefused(
                f"the input is fixed to {fixed[0]}x{fixed[1]}; export with dynamic=True"
            )
        output = session.run([head.output_name], {head.input_name: np.zeros((1, 3, *shape), "f4")})
        if output[0].shape[2] != anchor_count(*shape):
            raise ModelRefused(
                f"the output has {output[0].shape[2]} anchors, a YOLOv8 head has "
                f"{anchor_count(*shape)} for {shape[0]}x{shape[1]}"
            )
        self._sessions[shape] = session
        return head

    def _session(self, shape: tuple[int, int]) -> onnxruntime.InferenceSession:
        with self._lock:
            if shape not in self._sessions:
                self._sessions[shape] = _open(self._content, self._threads, shape)
            return self._sessions[shape]

    def _tensor(self, letterbox: Letterbox) -> NDArray[np.float32]:
        """The calling thread's tensor of this geometry; its grey border is written once."""
        tensors: dict[Letterbox, NDArray[np.float32]] | None = getattr(
            self._tensors, "by_shape", None
        )
        if tensors is None:
            tensors = self._tensors.by_shape = {}
        # The source's size does not touch the tensor.
        key = Letterbox(letterbox.picture, letterbox.picture)
        if key not in tensors:
            tensors[key] = key.blank_tensor()
        return tensors[key]


def _open(content: bytes, threads: int, shape: tuple[int, int]) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Idle workers must not spin: decoding and the browser share the cores.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    for name, size in zip(("batch", "height", "width"), (1, *shape), strict=True):
        options.add_free_dimension_override_by_name(name, size)
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ModelRefused(f"ONNX Runtime cannot load the model: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]

"""ONNX Runtime behind the engine port."""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from sentinel_core.domain.errors import InvalidInput, ModelRefused
from sentinel_vision.detection.detector import INSPECTION_SHAPE, YoloDetector
from sentinel_vision.detection.engine import Signature, TensorInfo
from sentinel_vision.detection.model import ModelFile

PROVIDERS: Final = {
    "tensorrt": ("TensorRT", "TensorrtExecutionProvider"),
    "cuda": ("CUDA", "CUDAExecutionProvider"),
    "cpu": ("CPU", "CPUExecutionProvider"),
}
"""By the name in the settings, fastest first: name for people, name in ONNX Runtime."""

GPU_BATCH_SIZES: Final = (1, 2, 4, 8)


def choose_providers(wanted: Sequence[str], available: Sequence[str]) -> list[str]:
    """The providers to be tried, in this order.

    Args:
        wanted: Keys of `PROVIDERS`, best first; empty: all that are there, fastest first.
        available: What ONNX Runtime was built with, in its own names.

    Raises:
        InvalidInput: One that is wanted is not there.
    """
    there = [name for name, (_, provider) in PROVIDERS.items() if provider in available]
    for name in wanted:
        if name not in there:
            raise InvalidInput(
                f"this ONNX Runtime has no provider {name}; it has {', '.join(there)}",
                field="inference.providers",
            )
    return list(wanted) or there


class OnnxEngine:
    """One session per shape: a static shape lets the runtime plan its memory once. See `Engine`.

    Args:
        threads: Threads of one call, on the processor.
        providers: See `choose_providers`. One that cannot be used after all (a driver or a library
            is missing) gives way to the next.
        cache: Folder in which TensorRT keeps what it compiled; None: compiled at each start.

    Raises:
        ModelRefused: The file is no ONNX model that ONNX Runtime can run.
        InvalidInput: See `choose_providers`.
    """

    def __init__(
        self,
        content: bytes,
        *,
        threads: int = 1,
        providers: Sequence[str] = ("cpu",),
        cache: Path | None = None,
    ) -> None:
        self.name = f"onnxruntime {onnxruntime.__version__}"
        self._content = content
        self._threads = threads
        self._cache = cache
        self._lock = threading.Lock()
        self._sessions: dict[tuple[int, ...], onnxruntime.InferenceSession] = {}
        chosen = choose_providers(providers, onnxruntime.get_available_providers())
        self._provider, first = self._open_first(chosen)
        self._sessions[1, *INSPECTION_SHAPE] = first
        self.provider = PROVIDERS[self._provider][0]
        self.signature = Signature(
            [_info(tensor) for tensor in first.get_inputs()],
            [_info(tensor) for tensor in first.get_outputs()],
            first.get_modelmeta().custom_metadata_map,
        )
        self.batch_sizes = self._choose_batch_sizes()

    def run(self, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine.run`."""
        session = self._session((tensor.shape[0], *tensor.shape[2:]))
        output: NDArray[np.float32] = session.run(
            [self.signature.outputs[0].name], {self.signature.inputs[0].name: tensor}
        )[0]
        return output

    def _choose_batch_sizes(self) -> tuple[int, ...]:
        """On the processor batches save nothing: 43.5 ms a picture in fours, 42.5 alone."""
        if self._provider == "cpu":
            return (1,)
        largest = self._session((GPU_BATCH_SIZES[-1], *INSPECTION_SHAPE))
        # A model that was exported for single pictures stays at one.
        is_dynamic = largest.get_inputs()[0].shape[0] == GPU_BATCH_SIZES[-1]
        return GPU_BATCH_SIZES if is_dynamic else (1,)

    def _session(self, shape: tuple[int, ...]) -> onnxruntime.InferenceSession:
        with self._lock:
            if shape not in self._sessions:
                self._sessions[shape] = self._open(self._provider, shape)
            return self._sessions[shape]

    def _open_first(self, providers: Sequence[str]) -> tuple[str, onnxruntime.InferenceSession]:
        """The first provider that really takes the model, and its session."""
        for name in providers[:-1]:
            try:
                session = self._open(name, (1, *INSPECTION_SHAPE))
            except ModelRefused:
                continue
            if session.get_providers()[0] == PROVIDERS[name][1]:
                return name, session
        return providers[-1], self._open(providers[-1], (1, *INSPECTION_SHAPE))

    def _open(self, provider: str, shape: Sequence[int]) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Idle workers must not spin: decoding and the browser share the cores.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # Without VNNI the fast product of signed and unsigned bytes overflows; this one does not.
        options.add_session_config_entry("session.x64quantprecision", "1")
        for name, size in zip(("batch", "height", "width"), shape, strict=True):
            options.add_free_dimension_override_by_name(name, size)
        try:
            return onnxruntime.InferenceSession(
                self._content, options, providers=self._with_options(provider), enable_fallback=0
            )
        except Exception as error:
            raise ModelRefused(
                f"ONNX Runtime cannot load the model: {_first_line(error)}"
            ) from error

    def _with_options(self, provider: str) -> list[str | tuple[str, Mapping[str, Any]]]:
        name = PROVIDERS[provider][1]
        if provider == "cpu":
            return [name]
        options: dict[str, Any] = {}
        if provider == "tensorrt" and self._cache is not None:
            self._cache.mkdir(parents=True, exist_ok=True)
            options = {"trt_engine_cache_enable": True, "trt_engine_cache_path": str(self._cache)}
        return [(name, options), PROVIDERS["cpu"][1]]


class OnnxDetector(YoloDetector):
    """A model on ONNX Runtime and the processor: what others are compared with.

    Args:
        model: Checked here; a head that is not understood is refused.
        threads: Threads of one call. Calls from several threads run side by side.
        class_confidence: As `YoloDetector`.

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
        engine = OnnxEngine(model.content, threads=threads)
        super().__init__(model, engine, class_confidence=class_confidence)


def _info(tensor: Any) -> TensorInfo:
    return TensorInfo(tensor.name, tensor.type, tuple(tensor.shape))


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]

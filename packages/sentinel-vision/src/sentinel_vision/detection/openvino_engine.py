"""OpenVINO behind the engine port; needs the extra `openvino` of sentinel-vision."""

import threading
from typing import Any, Final

import numpy as np
import openvino
from numpy.typing import NDArray

from sentinel_core.domain.errors import ModelRefused
from sentinel_vision.detection.engine import Signature, TensorInfo

_DEVICE: Final = "CPU"
_FLOAT: Final = "tensor(float)"


class OpenvinoEngine:
    """One compiled network per shape, on the processor. See `Engine`.

    Args:
        lanes: Calls side by side; each gets a stream with a thread of its own.

    Raises:
        ModelRefused: The file is no ONNX model that OpenVINO can run.
    """

    batch_sizes = (1,)
    provider = _DEVICE

    def __init__(self, content: bytes, *, lanes: int) -> None:
        self.name = f"openvino {openvino.__version__.partition('-')[0]}"
        self._content = content
        self._lanes = lanes
        self._core = openvino.Core()
        self._lock = threading.Lock()
        self._networks: dict[tuple[int, ...], Any] = {}
        self._requests = threading.local()
        self.signature = _read_signature(self._read())

    def run(self, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine.run`."""
        request = self._request(tensor.shape)
        request.infer({0: tensor}, share_inputs=True)
        # The request writes its next answer into the same memory.
        output: NDArray[np.float32] = request.get_output_tensor(0).data.copy()
        return output

    def _request(self, shape: tuple[int, ...]) -> Any:
        """The calling thread's own request: two calls in one would wait for each other."""
        requests: dict[tuple[int, ...], Any] | None = getattr(self._requests, "by_shape", None)
        if requests is None:
            requests = self._requests.by_shape = {}
        if shape not in requests:
            requests[shape] = self._network(shape).create_infer_request()
        return requests[shape]

    def _network(self, shape: tuple[int, ...]) -> Any:
        with self._lock:
            if shape not in self._networks:
                self._networks[shape] = self._compile(shape)
            return self._networks[shape]

    def _compile(self, shape: tuple[int, ...]) -> Any:
        network = self._read()
        options = {
            # Some processors would take bfloat16 by themselves.
            "INFERENCE_PRECISION_HINT": "f32",
            "NUM_STREAMS": self._lanes,
            "INFERENCE_NUM_THREADS": self._lanes,
            # Decoding and the browser share the cores.
            "ENABLE_CPU_PINNING": False,
        }
        try:
            network.reshape({network.input(0): list(shape)})
            return self._core.compile_model(network, _DEVICE, options)
        except RuntimeError as error:
            raise ModelRefused(f"OpenVINO cannot run the model: {_reason(error)}") from error

    def _read(self) -> Any:
        try:
            return self._core.read_model(self._content, b"")
        except RuntimeError as error:
            raise ModelRefused(f"OpenVINO cannot load the model: {_reason(error)}") from error


def _read_signature(network: Any) -> Signature:
    return Signature(
        [_info(tensor) for tensor in network.inputs],
        [_info(tensor) for tensor in network.outputs],
        _read_metadata(network),
    )


def _read_metadata(network: Any) -> dict[str, str]:
    """OpenVINO keeps the metadata of an ONNX file as what it knows of the framework."""
    if not network.has_rt_info(["framework"]):
        return {}
    return {key: str(value) for key, value in network.get_rt_info(["framework"]).value.items()}


def _info(tensor: Any) -> TensorInfo:
    kind = _FLOAT if tensor.element_type == openvino.Type.f32 else str(tensor.element_type)
    sides = [side.get_length() if side.is_static else None for side in tensor.partial_shape]
    return TensorInfo(tensor.any_name, kind, sides)


def _reason(error: RuntimeError) -> str:
    """The last line that is not empty: those before it say where in OpenVINO."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1][:200] if lines else "it does not say why"

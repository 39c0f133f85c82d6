"""A network on another machine: any server of the Open Inference Protocol behind the engine port."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

import grpc
import numpy as np
from numpy.typing import NDArray

from sentinel_core.contracts.generated import open_inference_pb2 as messages
from sentinel_core.contracts.generated import open_inference_pb2_grpc as rpc
from sentinel_core.domain.errors import DependencyUnavailable, ModelRefused
from sentinel_vision.detection.engine import Signature, TensorInfo

_FLOAT: Final = "FP32"
_MAX_MESSAGE_BYTES = 128 * 1024 * 1024
_OPTIONS = (
    ("grpc.max_send_message_length", _MAX_MESSAGE_BYTES),
    ("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES),
    ("grpc.enable_http_proxy", 0),
    ("grpc.max_reconnect_backoff_ms", 2_000),
)
_REFUSALS = {
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.UNIMPLEMENTED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteModel:
    """A model on a server.

    Attributes:
        address: `host:port` of its gRPC.
        model: Its name there.
        version: Empty: the one that the server chooses.
        class_names: In the order of the network's rows: the protocol does not tell them.
        batch_size: Pictures that one call may hold, where the model takes more than one.
        timeout_s: Of one call.
    """

    address: str
    model: str
    version: str = ""
    class_names: Sequence[str]
    batch_size: int = 1
    timeout_s: float = 2.0


class RemoteEngine:
    """See `Engine`. The channel connects again by itself when the server comes back.

    Raises:
        DependencyUnavailable: The server does not answer.
        ModelRefused: It has no such model, or one that takes no pictures.
    """

    def __init__(self, remote: RemoteModel) -> None:
        self._remote = remote
        channel = grpc.insecure_channel(remote.address, options=_OPTIONS)
        self._stub = rpc.GRPCInferenceServiceStub(channel)
        self.name = f"open inference at {remote.address}"
        metadata = self._ask_metadata()
        self.provider = metadata.platform or "remote"
        self.version = metadata.versions[0] if metadata.versions else remote.version
        self.signature = Signature(
            [_info(tensor) for tensor in metadata.inputs],
            [_info(tensor) for tensor in metadata.outputs],
            {"names": repr(dict(enumerate(remote.class_names)))},
        )
        self.batch_sizes = self._choose_batch_sizes()

    def run(self, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine.run`. An inference changes nothing, but a late one is of no use: no retry."""
        request = messages.ModelInferRequest(
            model_name=self._remote.model,
            model_version=self._remote.version,
            inputs=[
                messages.ModelInferRequest.InferInputTensor(
                    name=self.signature.inputs[0].name, datatype=_FLOAT, shape=tensor.shape
                )
            ],
            raw_input_contents=[np.ascontiguousarray(tensor, dtype="<f4").tobytes()],
        )
        try:
            answer = self._stub.ModelInfer(request, timeout=self._remote.timeout_s)
        except grpc.RpcError as error:
            raise self._understand(error) from error
        return self._read(answer)

    def _read(self, answer: messages.ModelInferResponse) -> NDArray[np.float32]:
        wanted = self.signature.outputs[0].name
        for index, output in enumerate(answer.outputs):
            if output.name != wanted:
                continue
            values: NDArray[np.float32] = (
                np.frombuffer(answer.raw_output_contents[index], dtype="<f4")
                if answer.raw_output_contents
                else np.array(output.contents.fp32_contents, dtype=np.float32)
            )
            if values.size == np.prod(output.shape):
                return values.reshape(tuple(output.shape))
        raise ModelRefused(f"{self.name} gives no {wanted} that can be read")

    def _ask_metadata(self) -> messages.ModelMetadataResponse:
        request = messages.ModelMetadataRequest(
            name=self._remote.model, version=self._remote.version
        )
        try:
            return self._stub.ModelMetadata(request, timeout=self._remote.timeout_s)
        except grpc.RpcError as error:
            raise self._understand(error) from error

    def _understand(self, error: grpc.RpcError) -> DependencyUnavailable | ModelRefused:
        # What is raised is the call as well, which the types do not say.
        call = cast("grpc.Call", error)
        code, detail = call.code(), call.details()
        if code in _REFUSALS:
            return ModelRefused(f"{self.name} refuses: {(detail or '')[:200]}")
        return DependencyUnavailable(f"{self.name} does not answer ({code.name.lower()})")

    def _choose_batch_sizes(self) -> tuple[int, ...]:
        shape = self.signature.inputs[0].shape if self.signature.inputs else ()
        if not shape or shape[0] is not None:
            return (1,)
        sizes, size = [1], 2
        while size <= self._remote.batch_size:
            sizes.append(size)
            size *= 2
        return tuple(sizes)


def _info(tensor: messages.ModelMetadataResponse.TensorMetadata) -> TensorInfo:
    kind = "tensor(float)" if tensor.datatype == _FLOAT else tensor.datatype
    return TensorInfo(tensor.name, kind, [None if side < 0 else side for side in tensor.shape])

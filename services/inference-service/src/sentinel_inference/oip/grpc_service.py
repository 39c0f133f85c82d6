"""`inference.GRPCInferenceService`."""

from collections.abc import Awaitable, Callable, Sequence
from functools import wraps
from typing import Any, TypeVar

import grpc
from grpc import aio

from sentinel_core.contracts.generated import open_inference_pb2 as messages
from sentinel_core.contracts.generated import open_inference_pb2_grpc as rpc
from sentinel_core.domain.errors import InvalidInput, NotFound, SentinelError
from sentinel_inference.oip.models import ModelShelf, ServedModel
from sentinel_inference.oip.server_facts import SERVER_NAME, Readiness, server_version
from sentinel_inference.oip.tensors import Tensor, TensorSpec, from_list, from_raw, to_raw

_STATUS = {InvalidInput: grpc.StatusCode.INVALID_ARGUMENT, NotFound: grpc.StatusCode.NOT_FOUND}
_CONTENT_FIELDS = (
    ("BOOL", "bool_contents"),
    ("INT8 INT16 INT32", "int_contents"),
    ("INT64", "int64_contents"),
    ("UINT8 UINT16 UINT32", "uint_contents"),
    ("UINT64", "uint64_contents"),
    ("FP32", "fp32_contents"),
    ("FP64", "fp64_contents"),
    ("BYTES", "bytes_contents"),
)
_FIELD_OF = {name: field for names, field in _CONTENT_FIELDS for name in names.split()}

Context = aio.ServicerContext[Any, Any]
Request = TypeVar("Request")
Answer = TypeVar("Answer")
Call = Callable[["OpenInferenceService", Request, Context], Awaitable[Answer]]


def _designed(call: Call[Request, Answer]) -> Call[Request, Answer]:
    """Tell errors of the product as a status of gRPC."""

    @wraps(call)
    async def wrapped(self: "OpenInferenceService", request: Request, context: Context) -> Answer:
        try:
            return await call(self, request, context)
        except SentinelError as error:
            code = _STATUS.get(type(error), grpc.StatusCode.UNAVAILABLE)
            await context.abort(code, error.message)

    return wrapped


class OpenInferenceService(rpc.GRPCInferenceServiceServicer):
    """Serves a shelf of models."""

    def __init__(self, shelf: ModelShelf, is_ready: Readiness) -> None:
        self._shelf = shelf
        self._is_ready = is_ready

    def register(self, server: aio.Server) -> None:
        """Add this service to a server."""
        rpc.add_GRPCInferenceServiceServicer_to_server(self, server)

    async def ServerLive(  # noqa: N802 - the name in the standard
        self, request: messages.ServerLiveRequest, context: Context
    ) -> messages.ServerLiveResponse:
        """It answers."""
        del request, context
        return messages.ServerLiveResponse(live=True)

    async def ServerReady(  # noqa: N802
        self, request: messages.ServerReadyRequest, context: Context
    ) -> messages.ServerReadyResponse:
        """As `/readyz`."""
        del request, context
        return messages.ServerReadyResponse(ready=await self._is_ready())

    async def ServerMetadata(  # noqa: N802
        self, request: messages.ServerMetadataRequest, context: Context
    ) -> messages.ServerMetadataResponse:
        """Who this is."""
        del request, context
        return messages.ServerMetadataResponse(name=SERVER_NAME, version=server_version())

    @_designed
    async def ModelReady(  # noqa: N802
        self, request: messages.ModelReadyRequest, context: Context
    ) -> messages.ModelReadyResponse:
        """Whether the model is the one that is served."""
        del context
        self._shelf.find(request.name, request.version)
        return messages.ModelReadyResponse(ready=True)

    @_designed
    async def ModelMetadata(  # noqa: N802
        self, request: messages.ModelMetadataRequest, context: Context
    ) -> messages.ModelMetadataResponse:
        """Inputs and outputs."""
        del context
        model = self._shelf.find(request.name, request.version)
        return messages.ModelMetadataResponse(
            name=model.name,
            versions=[model.version],
            platform=model.platform,
            inputs=[_metadata(spec) for spec in model.inputs],
            outputs=[_metadata(spec) for spec in model.outputs],
        )

    @_designed
    async def ModelInfer(  # noqa: N802
        self, request: messages.ModelInferRequest, context: Context
    ) -> messages.ModelInferResponse:
        """One inference; the answer's tensors are raw bytes."""
        del context
        model = self._shelf.find(request.model_name, request.model_version)
        wanted = [output.name for output in request.outputs]
        outputs = await self._shelf.infer(model, _read_inputs(request), wanted)
        return _answer(model, request.id, outputs)


def _metadata(spec: TensorSpec) -> messages.ModelMetadataResponse.TensorMetadata:
    return messages.ModelMetadataResponse.TensorMetadata(
        name=spec.name, datatype=spec.datatype, shape=spec.shape
    )


def _read_inputs(request: messages.ModelInferRequest) -> list[Tensor]:
    raw = request.raw_input_contents
    if raw and len(raw) != len(request.inputs):
        raise InvalidInput(
            f"there are {len(request.inputs)} inputs and {len(raw)} raw contents", field="inputs"
        )
    if raw:
        return [
            from_raw(given.name, given.datatype, given.shape, content)
            for given, content in zip(request.inputs, raw, strict=True)
        ]
    return [_read_contents(given) for given in request.inputs]


def _read_contents(given: messages.ModelInferRequest.InferInputTensor) -> Tensor:
    field = _FIELD_OF.get(given.datatype)
    if field is None:
        raise InvalidInput(
            f"{given.name}: contents of datatype {given.datatype[:32]} must be raw",
            field=given.name,
        )
    return from_list(given.name, given.datatype, given.shape, getattr(given.contents, field))


def _answer(
    model: ServedModel, request_id: str, outputs: Sequence[Tensor]
) -> messages.ModelInferResponse:
    return messages.ModelInferResponse(
        model_name=model.name,
        model_version=model.version,
        id=request_id,
        outputs=[
            messages.ModelInferResponse.InferOutputTensor(
                name=tensor.name, datatype=tensor.datatype, shape=tensor.values.shape
            )
            for tensor in outputs
        ],
        raw_output_contents=[to_raw(tensor) for tensor in outputs],
    )

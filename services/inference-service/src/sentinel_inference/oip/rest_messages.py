"""Bodies of the protocol over HTTP: JSON, and JSON followed by raw tensors (binary extension)."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

import msgspec

from sentinel_core.domain.errors import InvalidInput
from sentinel_inference.oip.models import ServedModel
from sentinel_inference.oip.tensors import (
    Tensor,
    TensorSpec,
    check_shape,
    from_list,
    from_raw,
    to_list,
    to_raw,
)

BINARY_SIZE = "binary_data_size"
BINARY_WANTED = "binary_data"
ALL_BINARY_WANTED = "binary_data_output"
CONTENT_TYPE = "content_type"
"""Of an input: `base64` puts bytes into JSON, as MLServer has it."""

Parameters = dict[str, bool | int | float | str]


class InputTensor(msgspec.Struct):
    """One input; its values are in `data`, or behind the JSON with their size in `parameters`."""

    name: str
    datatype: str
    shape: list[int]
    data: list[Any] | None = None
    parameters: Parameters = {}


class WantedOutput(msgspec.Struct):
    """An output that is asked for."""

    name: str
    parameters: Parameters = {}


class InferenceBody(msgspec.Struct):
    """What `POST …/infer` takes."""

    inputs: list[InputTensor]
    outputs: list[WantedOutput] = []
    id: str = ""
    parameters: Parameters = {}

    def wants_binary(self, output: str) -> bool:
        """Whether an output is to be sent as raw bytes."""
        chosen = self.parameters.get(ALL_BINARY_WANTED, False)
        for wanted in self.outputs:
            if wanted.name == output:
                chosen = wanted.parameters.get(BINARY_WANTED, chosen)
        return bool(chosen)


def read_body(body: bytes, json_length: int | None) -> tuple[InferenceBody, list[Tensor]]:
    """The request and its tensors.

    Args:
        body: As it came.
        json_length: Bytes of JSON in front of raw tensors; None: it is all JSON.

    Raises:
        InvalidInput: It is no such request.
    """
    length = len(body) if json_length is None else json_length
    if not 0 < length <= len(body):
        raise InvalidInput(f"{length} bytes of JSON, {len(body)} came")
    try:
        request = msgspec.json.decode(body[:length], type=InferenceBody)
    except msgspec.DecodeError as error:
        raise InvalidInput(f"no inference request: {error}") from None
    tensors, at = [], length
    for given in request.inputs:
        size = _binary_size(given)
        if size is None:
            tensors.append(_from_data(given))
        else:
            raw = body[at : at + size]
            tensors.append(from_raw(given.name, given.datatype, given.shape, raw))
            at += size
    if at != len(body):
        raise InvalidInput(f"{len(body) - at} bytes belong to no input")
    return request, tensors


def write_answer(
    model: ServedModel, request: InferenceBody, outputs: Sequence[Tensor]
) -> tuple[bytes, bytes]:
    """JSON, and the raw tensors that follow it."""
    entries: list[dict[str, Any]] = []
    tail = []
    for tensor in outputs:
        entry: dict[str, Any] = {
            "name": tensor.name,
            "datatype": tensor.datatype,
            "shape": list(tensor.values.shape),
        }
        if request.wants_binary(tensor.name):
            raw = to_raw(tensor)
            entry["parameters"] = {BINARY_SIZE: len(raw)}
            tail.append(raw)
        else:
            entry["data"] = to_list(tensor)
        entries.append(entry)
    answer = {"model_name": model.name, "model_version": model.version, "outputs": entries}
    if request.id:
        answer["id"] = request.id
    return msgspec.json.encode(answer), b"".join(tail)


def describe(model: ServedModel) -> dict[str, Any]:
    """Metadata of a model."""
    return {
        "name": model.name,
        "versions": [model.version],
        "platform": model.platform,
        "inputs": [_tensor_metadata(spec) for spec in model.inputs],
        "outputs": [_tensor_metadata(spec) for spec in model.outputs],
    }


def _tensor_metadata(spec: TensorSpec) -> dict[str, Any]:
    return {"name": spec.name, "datatype": spec.datatype, "shape": list(spec.shape)}


def _binary_size(given: InputTensor) -> int | None:
    size = given.parameters.get(BINARY_SIZE)
    if size is None:
        return None
    if not isinstance(size, int) or size < 0:
        raise InvalidInput(f"{given.name}: {BINARY_SIZE} is no size", field=given.name)
    return size


def _from_data(given: InputTensor) -> Tensor:
    if given.data is None:
        raise InvalidInput(f"{given.name} has no data", field=given.name)
    check_shape(given.name, given.shape)
    data = given.data
    if given.parameters.get(CONTENT_TYPE) == "base64":
        data = [_from_base64(given.name, item) for item in data]
    return from_list(given.name, given.datatype, given.shape, data)


def _from_base64(name: str, item: object) -> bytes:
    try:
        return base64.b64decode(str(item), validate=True)
    except binascii.Error:
        raise InvalidInput(f"{name} is no base64", field=name) from None

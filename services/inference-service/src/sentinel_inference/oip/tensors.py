"""Tensors of the Open Inference Protocol: datatypes, shapes, and their bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sentinel_core.domain.errors import InvalidInput

Values = NDArray[Any]

BYTES: Final = "BYTES"
MAX_ELEMENTS: Final = 4 * 3 * 1280 * 1280
"""Four pictures of 1280 x 1280: more than one call of a camera's model ever needs."""

_MAX_DIMENSIONS = 8
_DTYPES: Final = {
    "BOOL": np.dtype("bool"),
    "UINT8": np.dtype("<u1"),
    "UINT16": np.dtype("<u2"),
    "UINT32": np.dtype("<u4"),
    "UINT64": np.dtype("<u8"),
    "INT8": np.dtype("<i1"),
    "INT16": np.dtype("<i2"),
    "INT32": np.dtype("<i4"),
    "INT64": np.dtype("<i8"),
    "FP16": np.dtype("<f2"),
    "FP32": np.dtype("<f4"),
    "FP64": np.dtype("<f8"),
    BYTES: np.dtype(object),
}
_LENGTH = np.dtype("<u4")


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """An input or output of a model; -1 in `shape`: any size."""

    name: str
    datatype: str
    shape: tuple[int, ...]

    def check(self, datatype: str, shape: Sequence[int]) -> None:
        """Refuse a tensor that does not fit.

        Raises:
            InvalidInput: Another datatype, or another shape.
        """
        if datatype != self.datatype:
            raise InvalidInput(f"{self.name} is {self.datatype}, not {datatype}", field=self.name)
        fits = len(shape) == len(self.shape) and all(
            want in (-1, size) for want, size in zip(self.shape, shape, strict=True)
        )
        if not fits:
            raise InvalidInput(
                f"{self.name} has the shape {list(self.shape)}, not {list(shape)}", field=self.name
            )


@dataclass(frozen=True, slots=True, eq=False)
class Tensor:
    """A named tensor.

    Attributes:
        values: In the tensor's shape; of `bytes` where the datatype is BYTES.
    """

    name: str
    datatype: str
    values: Values


def check_shape(name: str, shape: Sequence[int]) -> tuple[int, ...]:
    """The shape, if a tensor of it may be taken in.

    Raises:
        InvalidInput: Too many dimensions or elements, or a negative one.
    """
    if len(shape) > _MAX_DIMENSIONS or any(size < 0 for size in shape):
        raise InvalidInput(f"{name} has the shape {list(shape)}", field=name)
    if prod(shape) > MAX_ELEMENTS:
        raise InvalidInput(
            f"{name} has {prod(shape)} elements, more than {MAX_ELEMENTS}", field=name
        )
    return tuple(shape)


def from_raw(name: str, datatype: str, shape: Sequence[int], raw: bytes) -> Tensor:
    """A tensor from its bytes: little-endian, row by row; BYTES elements after their length.

    Raises:
        InvalidInput: No such datatype, or the bytes are not those of the shape.
    """
    wanted = check_shape(name, shape)
    dtype = _dtype(name, datatype)
    if datatype == BYTES:
        return Tensor(name, datatype, _objects(name, _split(name, raw), wanted))
    if len(raw) != prod(wanted) * dtype.itemsize:
        raise InvalidInput(
            f"{name} needs {prod(wanted) * dtype.itemsize} bytes, {len(raw)} came", field=name
        )
    return Tensor(name, datatype, np.frombuffer(raw, dtype=dtype).reshape(wanted))


def from_list(name: str, datatype: str, shape: Sequence[int], data: Sequence[Any]) -> Tensor:
    """A tensor from plain values, nested or not.

    Raises:
        InvalidInput: No such datatype, or the values are not those of the shape.
    """
    wanted = check_shape(name, shape)
    dtype = _dtype(name, datatype)
    if datatype == BYTES:
        elements = [item.encode() if isinstance(item, str) else item for item in data]
        return Tensor(name, datatype, _objects(name, elements, wanted))
    try:
        values = np.asarray(data, dtype=dtype)
    except (TypeError, ValueError, OverflowError):
        raise InvalidInput(f"{name} holds what is no {datatype}", field=name) from None
    if values.size != prod(wanted):
        raise InvalidInput(f"{name} needs {prod(wanted)} elements, {values.size} came", field=name)
    return Tensor(name, datatype, values.reshape(wanted))


def to_raw(tensor: Tensor) -> bytes:
    """The inverse of `from_raw`."""
    if tensor.datatype == BYTES:
        return b"".join(
            len(item).to_bytes(4, "little") + item for item in tensor.values.ravel().tolist()
        )
    return np.ascontiguousarray(tensor.values, dtype=_DTYPES[tensor.datatype]).tobytes()


def to_list(tensor: Tensor) -> list[Any]:
    """Plain values, row by row."""
    values: list[Any] = tensor.values.ravel().tolist()
    if tensor.datatype == BYTES:
        return [item.decode("utf-8", "replace") for item in values]
    return values


def _dtype(name: str, datatype: str) -> np.dtype[Any]:
    try:
        return _DTYPES[datatype]
    except KeyError:
        raise InvalidInput(f"{name}: there is no datatype {datatype[:32]}", field=name) from None


def _objects(name: str, elements: Sequence[Any], shape: tuple[int, ...]) -> Values:
    if len(elements) != prod(shape) or not all(isinstance(item, bytes) for item in elements):
        raise InvalidInput(f"{name} needs {prod(shape)} elements of bytes", field=name)
    values = np.empty(len(elements), dtype=object)
    values[:] = elements
    return values.reshape(shape)


def _split(name: str, raw: bytes) -> list[bytes]:
    elements, at = [], 0
    while at < len(raw):
        end = at + _LENGTH.itemsize + int.from_bytes(raw[at : at + _LENGTH.itemsize], "little")
        if at + _LENGTH.itemsize > len(raw) or end > len(raw):
            raise InvalidInput(f"{name} ends in the middle of an element", field=name)
        elements.append(raw[at + _LENGTH.itemsize : end])
        at = end
    return elements

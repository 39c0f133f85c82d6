"""The product's errors over gRPC: a status for proxies, the product's own word in the trailers."""

from typing import Any, NoReturn

import grpc
from grpc import aio

from sentinel_core.domain.cameras import SourceReason
from sentinel_core.domain.errors import (
    AccessDenied,
    Conflict,
    DependencyUnavailable,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    SentinelError,
    SourceFailed,
    StorageFull,
)

_WORD = "sentinel-error"
_DETAIL = "sentinel-detail"
"""The reason of a source that failed, the field of an input that is wrong."""

_STATUS: dict[type[SentinelError], grpc.StatusCode] = {
    InvalidInput: grpc.StatusCode.INVALID_ARGUMENT,
    NotAuthenticated: grpc.StatusCode.UNAUTHENTICATED,
    AccessDenied: grpc.StatusCode.PERMISSION_DENIED,
    NotFound: grpc.StatusCode.NOT_FOUND,
    Conflict: grpc.StatusCode.ABORTED,
    DependencyUnavailable: grpc.StatusCode.UNAVAILABLE,
    StorageFull: grpc.StatusCode.RESOURCE_EXHAUSTED,
    SourceFailed: grpc.StatusCode.FAILED_PRECONDITION,
}
_PLAIN = {kind.code: kind for kind in _STATUS if kind not in (InvalidInput, SourceFailed)}


async def abort_with(context: "aio.ServicerContext[Any, Any]", error: SentinelError) -> NoReturn:
    """End a call as failed for this reason."""
    status = _STATUS.get(type(error), grpc.StatusCode.UNKNOWN)
    trailers = [(_WORD, error.code)]
    if isinstance(error, SourceFailed):
        trailers.append((_DETAIL, error.reason.value))
    elif isinstance(error, InvalidInput) and error.field is not None:
        trailers.append((_DETAIL, error.field))
    await context.abort(status, error.message, tuple(trailers))


def error_of(failed: aio.AioRpcError, whom: str) -> SentinelError:
    """What a failed call stands for; where the other side said nothing, `whom` is away."""
    trailers = {str(key): str(value) for key, value in failed.trailing_metadata() or ()}
    word, detail = trailers.get(_WORD), trailers.get(_DETAIL)
    message = failed.details() or ""
    if word is None:
        return DependencyUnavailable(f"{whom} does not answer ({failed.code().name.lower()})")
    if word == SourceFailed.code and detail in SourceReason.__members__.values():
        return SourceFailed(message, reason=SourceReason(str(detail)))
    if word == InvalidInput.code:
        return InvalidInput(message, field=detail)
    return _PLAIN.get(word, SentinelError)(message)

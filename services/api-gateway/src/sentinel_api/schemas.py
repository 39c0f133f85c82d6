"""What the features' schemas share."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    PlainSerializer,
    WithJsonSchema,
)

from sentinel_core.domain.media_clock import format_utc


class Body(BaseModel):
    """A request: unknown members and infinite numbers are refused."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, str_strip_whitespace=True)


class Answer(BaseModel):
    """A response."""

    model_config = ConfigDict(frozen=True)


def _to_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("the time is out of range") from error


UtcTime = Annotated[
    AwareDatetime,
    AfterValidator(_to_utc),
    PlainSerializer(format_utc, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""ISO 8601 with an offset in, UTC with milliseconds and `Z` out."""


class FieldError(Answer):
    """One thing that is wrong with the input."""

    field: str
    reason: str


class Problem(Answer):
    """RFC 9457 problem. `code` is the stable word for a program.

    Attributes:
        errors: On 422: which fields, and why.
        current: On 409 `stale-state`: the newer state.
        reason: On 422 `source-failed`: why the source cannot be read.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str | None
    code: str
    errors: list[FieldError] | None = None
    current: dict[str, Any] | None = None
    reason: str | None = None


_WHEN: dict[int, str] = {
    400: "The body cannot be read",
    401: "Sign-in is missing, wrong or expired",
    403: "Not allowed",
    404: "Unknown id",
    409: "Clashes with the present state; `current` where somebody was faster",
    413: "The body is too large",
    422: "The input cannot be accepted",
    429: "Too many tries; `Retry-After` says when the next one may succeed",
    507: "No room left to store the change",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses`: the problems it answers with, besides 401, 403 and 503."""
    return {status: {"model": Problem, "description": _WHEN[status]} for status in statuses}


BODY_PROBLEMS = (400, 413, 422)
"""What any route with a body may answer."""

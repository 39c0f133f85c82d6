"""What the list routes' query strings share."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from sentinel_api.cursors import MAX_CURSOR_CHARS
from sentinel_api.schemas import Body, UtcTime
from sentinel_core.domain.cameras import CAMERA_KEY_PATTERN
from sentinel_core.domain.incidents import IncidentType


def split_words(value: Any) -> Any:
    """`a,b` or repeated parameters, as one list."""
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list):
        return given
    return [word for item in given for word in str(item).split(",") if word]


Types = Annotated[
    frozenset[IncidentType] | None,
    BeforeValidator(split_words),
    Field(description="One or more types, repeated or separated by commas."),
]


class PageQuery(Body):
    """A window on rows that come newest first.

    Attributes:
        camera: The camera's key.
        start: Only rows at or after this time.
        end: Only rows before this time.
        cursor: `next` of the page before.
    """

    camera: str | None = Field(default=None, pattern=CAMERA_KEY_PATTERN)
    start: UtcTime | None = None
    end: UtcTime | None = None
    type: Types = None
    cursor: str | None = Field(default=None, max_length=MAX_CURSOR_CHARS)
    limit: int = Field(default=100, ge=1, le=500)

"""Keyset cursors: opaque to the client, (time, id) of the last row it got."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from uuid import UUID

from sentinel_core.domain.errors import InvalidInput
from sentinel_core.domain.media_clock import parse_utc

MAX_CURSOR_CHARS = 200


def write_cursor(moment: datetime, row_id: UUID) -> str:
    """The cursor that goes on after this row."""
    text = f"{moment.astimezone(UTC).isoformat()}|{row_id}"
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str | None) -> tuple[datetime, UUID] | None:
    """The inverse of `write_cursor`.

    Raises:
        InvalidInput: It was not made by `write_cursor`.
    """
    if cursor is None:
        return None
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        moment, _, row_id = text.partition("|")
        return parse_utc(moment), UUID(row_id)
    except (ValueError, OverflowError, binascii.Error) as error:
        raise InvalidInput("the cursor is not one of ours", field="cursor") from error

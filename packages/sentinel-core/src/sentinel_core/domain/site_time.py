"""The time zone a site lives in: its working days and its rush hours."""

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

UTC_NAME = "UTC"


def parse_timezone(name: str) -> tzinfo:
    """The time zone of an IANA name, for example `Europe/Helsinki`.

    Raises:
        ValueError: There is no such zone, or this machine has no time zone data at all.
    """
    if name == UTC_NAME:
        return UTC  # known everywhere, data or not
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(
            f"{name!r} is no time zone that this machine knows: an IANA name is needed, for"
            " example Europe/Helsinki, and the system's package tzdata"
        ) from error

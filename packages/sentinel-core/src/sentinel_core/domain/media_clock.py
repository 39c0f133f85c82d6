"""The one media clock: 90,000 ticks a second, 64 bits, monotonic for a camera.

A stream epoch is one uninterrupted run of a source. Each epoch has an anchor that maps its ticks
to UTC; ticks go on over epochs, so that a player never starts again.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ulid import ULID

TICKS_PER_SECOND = 90_000


@dataclass(frozen=True, slots=True)
class ClockAnchor:
    """In stream epoch `epoch`, tick `pts_90k` was captured at `utc`."""

    epoch: str
    pts_90k: int
    utc: datetime

    def to_utc(self, pts_90k: int) -> datetime:
        """Capture time of a tick of the same epoch."""
        return self.utc + timedelta(seconds=(pts_90k - self.pts_90k) / TICKS_PER_SECOND)


def new_epoch(started_at: datetime) -> str:
    """A new stream epoch: a ULID, so that epochs sort by their start."""
    return str(ULID.from_datetime(started_at))


def format_utc(moment: datetime) -> str:
    """ISO 8601 with milliseconds and `Z`, as all contracts write time."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_utc(text: str) -> datetime:
    """The inverse of `format_utc`; takes any ISO 8601 time with an offset.

    Raises:
        ValueError: `text` is no ISO 8601 time or has no offset.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no UTC offset")
    return moment.astimezone(UTC)

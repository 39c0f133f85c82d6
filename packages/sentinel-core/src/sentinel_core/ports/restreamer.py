"""A media server that brings live video to many viewers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class MediaPath:
    """A place where one publisher may publish and many may read.

    Attributes:
        name: A camera's key.
        is_current: False: it was opened with other settings than today's.
    """

    name: str
    is_current: bool = True


class Restreamer(Protocol):
    """Paths of a media server, which may forget them at any time by starting again.

    All raise DependencyUnavailable where the server is away or refuses. Paths that others made
    are neither listed nor touched.
    """

    async def paths(self) -> Sequence[MediaPath]:
        """Those that were opened here, by this process or another one."""
        ...

    async def open_path(self, name: str) -> None:
        """Let a camera be published and read; brings an older one up to date."""
        ...

    async def close_path(self, name: str) -> None:
        """End its publisher and its readers. Fine where there is none."""
        ...

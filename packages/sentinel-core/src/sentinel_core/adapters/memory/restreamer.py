"""Paths of a media server that is not there."""

from collections.abc import Sequence

from sentinel_core.domain.errors import DependencyUnavailable
from sentinel_core.ports.restreamer import MediaPath


class MemoryRestreamer:
    """`Restreamer` that only remembers."""

    def __init__(self) -> None:
        self._paths: dict[str, MediaPath] = {}
        self.is_away = False
        """All calls fail."""

    async def paths(self) -> Sequence[MediaPath]:
        """Opened paths, by name."""
        self._look()
        return sorted(self._paths.values(), key=lambda path: path.name)

    async def open_path(self, name: str) -> None:
        """Remember a path."""
        self._look()
        self._paths[name] = MediaPath(name)

    async def close_path(self, name: str) -> None:
        """Forget a path."""
        self._look()
        self._paths.pop(name, None)

    def restart(self, *remaining: MediaPath) -> None:
        """Forget all paths but these, as a server does that starts again."""
        self._paths = {path.name: path for path in remaining}

    def _look(self) -> None:
        if self.is_away:
            raise DependencyUnavailable("The media server is away.")

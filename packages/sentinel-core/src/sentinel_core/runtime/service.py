"""The life cycle of a service."""

from collections.abc import Mapping
from typing import Protocol


class Service(Protocol):
    """Built by `build(settings, ports)`, run by its own `main.py` or by the embedded mode."""

    @property
    def name(self) -> str:
        """Short name for logs and `/readyz`."""
        ...

    async def start(self) -> None:
        """Start all background work and return. Raises where it cannot start at all."""
        ...

    async def stop(self) -> None:
        """Stop within 10 s and lose nothing. Fine to call twice, or after a failed start."""
        ...

    async def health(self) -> Mapping[str, str | None]:
        """By dependency: None where it is fine, else one sentence."""
        ...

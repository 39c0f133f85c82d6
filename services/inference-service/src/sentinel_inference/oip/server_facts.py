"""What both forms of the protocol say of this server."""

from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import Final

SERVER_NAME: Final = "smart-city-sentinel"

Readiness = Callable[[], Awaitable[bool]]


def server_version() -> str:
    """Of the installed service."""
    return version("sentinel-inference")

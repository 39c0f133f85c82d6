"""Reads cameras and hands on packets and sampled frames."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sentinel_camera.service import CameraPorts, CameraService, build

__all__ = ["CameraPorts", "CameraService", "build"]


def __getattr__(name: str) -> object:
    """Import the service when it is asked for: workers import this package and never need it."""
    if name not in __all__:
        raise AttributeError(name)
    from sentinel_camera import service

    return getattr(service, name)

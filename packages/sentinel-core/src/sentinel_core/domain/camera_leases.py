"""Which camera-service reads which camera, where there are several."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraInstance:
    """A running camera-service.

    Attributes:
        instance_id: Another one each time the process starts.
        address: `host:port` of its gRPC server, as other services reach it.
        heartbeat_at: By its own clock. Others look only at whether it changes.
    """

    instance_id: str
    address: str
    started_at: datetime
    heartbeat_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraLease:
    """The right to read a camera.

    Attributes:
        instance_id: Who holds it; None: it was given back.
        fence: Grows by one with each change of the holder.
        expires_at: By the holder's clock. Others look only at whether it changes.
        resume_90k: Media time that the next holder begins with: the present one stays before it.
    """

    camera_id: UUID
    instance_id: str | None
    fence: int
    expires_at: datetime
    resume_90k: int

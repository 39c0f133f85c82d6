"""Live video over WebRTC straight from the process that reads the camera (WHEP, RFC 9725)."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PeerSession:
    """A viewer who was let in: the answer to the offer, and what ends the session."""

    id: str
    answer_sdp: str


class PeerVideo(Protocol):
    """Implemented by camera-service, where `cameras.embedded_whep` is on."""

    async def open(self, camera_key: str, offer_sdp: str) -> PeerSession:
        """Answer an offer; the video begins with the next keyframe.

        The RTP timestamp of a picture is its `pts_90k`, modulo 2**32.

        Raises:
            NotFound: No such camera is being read.
            InvalidInput: No session description with H.264 video, or the camera's video cannot be
                sent like this (H.265, B-frames): says why.
            RateLimited: As many watch as may.
            DependencyUnavailable: The camera has sent no picture yet.
        """
        ...

    async def close(self, camera_key: str, session_id: str) -> None:
        """End a session. Raises NotFound where there is none."""
        ...

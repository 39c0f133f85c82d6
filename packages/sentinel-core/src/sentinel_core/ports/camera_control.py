"""What the API and the command line ask of camera-service."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sentinel_core.domain.cameras import CameraState
from sentinel_core.domain.frames import FrameCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeReport:
    """What was seen of a source.

    Attributes:
        codec: As FFmpeg names it, for example `h264`.
        fps: As announced, or else as measured; None where neither is known.
        measured_fps: Of a live source, in its own time.
        clock_rate: Seconds that pass in the video of a live source in one second of ours; None
            where too little was seen.
        clock_jumps: How often the clock of a live source leapt meanwhile.
        advice: Sentences for a person, for example that B-frames delay the picture.
        snapshot_jpeg: First picture.
    """

    codec: str
    profile: str | None
    width: int
    height: int
    fps: float | None
    has_b_frames: bool
    keyframe_interval_s: float | None
    duration_s: float | None
    took_s: float
    measured_fps: float | None = None
    bitrate_kbps: int | None = None
    clock_rate: float | None = None
    clock_jumps: int = 0
    advice: tuple[str, ...] = ()
    snapshot_jpeg: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipCut:
    """A clip cut out of a camera's newest video.

    Attributes:
        epoch: Stream epoch of its first picture.
        codec: `h264` or `hevc`.
        from_pts_90k: Its first picture: the keyframe at or before the begin that was asked for.
        to_pts_90k: The end of its last picture.
        started_at: When the first picture was captured.
        coverage: Share of the time asked for in which there are pictures, 0..1.
        mp4: The file; its index stands in front.
    """

    camera_key: str
    epoch: str
    codec: str
    width: int
    height: int
    from_pts_90k: int
    to_pts_90k: int
    started_at: datetime
    coverage: float
    mp4: bytes = field(repr=False)


class CameraControl(Protocol):
    """Implemented by camera-service."""

    async def probe(self, source_url: str) -> ProbeReport:
        """Open the source, look for at most 10 s, close it.

        Raises:
            SourceFailed: With the reason.
            InvalidInput: The URL is of no supported kind or not allowed here.
        """
        ...

    async def snapshot(self, camera_key: str) -> bytes:
        """The newest sampled picture as JPEG.

        Raises:
            NotFound: No such camera is being read.
            DependencyUnavailable: The camera has not shown a picture yet.
        """
        ...

    async def cut_clip(
        self, camera_key: str, *, epoch: str, from_pts_90k: int, to_pts_90k: int
    ) -> ClipCut:
        """Cut a clip, without encoding it anew; waits for an end that is still to come.

        Raises:
            NotFound: No such camera is being read, or nothing of that time is kept any more.
            InvalidInput: It ends before it begins, or is longer than what is ever kept.
        """
        ...

    def states(self) -> Mapping[str, CameraState]:
        """Present state by camera key."""
        ...

    def frame_counts(self) -> Mapping[str, FrameCounts]:
        """Frame accounting by camera key, since the service started."""
        ...

"""Clips of incidents: which seconds are wanted, and how camera-service is asked for them."""

import asyncio
from dataclasses import dataclass

from sentinel_core.domain.errors import SentinelError
from sentinel_core.domain.media_clock import TICKS_PER_SECOND, format_utc
from sentinel_core.evidence.manifest import ClipFacts
from sentinel_core.ports.camera_control import CameraControl, ClipCut
from sentinel_core.runtime.settings import Settings

KEPT_MARGIN_S = 5.0
"""So much of what cameras keep is not asked for: it may be gone until the clip is cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipTimes:
    """Seconds of a clip: before the condition began, after the alarm, and in all."""

    before_s: float
    after_s: float
    longest_s: float

    @classmethod
    def of(cls, settings: Settings) -> "ClipTimes":
        """As set, within what cameras keep."""
        return cls(
            before_s=settings.inference.clip_before_s,
            after_s=settings.inference.clip_after_s,
            longest_s=settings.cameras.clip_seconds - KEPT_MARGIN_S,
        )

    def span_90k(self, started_90k: int, alarm_90k: int) -> tuple[int, int] | None:
        """Begin and end; None where cameras keep too little for any clip.

        A condition that began long before its alarm is shown as far back as cameras keep it.
        """
        end = alarm_90k + _ticks(self.after_s)
        begin = max(
            min(started_90k, alarm_90k) - _ticks(self.before_s), end - _ticks(self.longest_s)
        )
        return (begin, end) if begin < alarm_90k else None


@dataclass(frozen=True, slots=True)
class NoClip:
    """There is no clip, and why, in a sentence."""

    reason: str


class ClipCutter:
    """Asks camera-service; one clip of a camera at a time, so that few are in memory."""

    def __init__(self, control: CameraControl | None) -> None:
        self._control = control
        self._turns: dict[str, asyncio.Lock] = {}

    async def cut(self, camera_key: str, epoch: str, span_90k: tuple[int, int]) -> ClipCut | NoClip:
        """A clip of that time, or of what is kept of it."""
        if self._control is None:
            return NoClip("No camera-service is connected.")
        from_90k, to_90k = span_90k
        async with self._turns.setdefault(camera_key, asyncio.Lock()):
            try:
                return await self._control.cut_clip(
                    camera_key, epoch=epoch, from_pts_90k=from_90k, to_pts_90k=to_90k
                )
            except SentinelError as error:
                return NoClip(error.message)
            except (OSError, ValueError) as error:  # of FFmpeg, which writes the file
                return NoClip(f"The clip could not be written: {error}")


def clip_facts(cut: ClipCut) -> ClipFacts:
    """What a manifest says of a clip."""
    return ClipFacts(
        codec=cut.codec,
        width=cut.width,
        height=cut.height,
        epoch=cut.epoch,
        from_pts_90k=cut.from_pts_90k,
        to_pts_90k=cut.to_pts_90k,
        started_at=format_utc(cut.started_at),
        coverage=round(cut.coverage, 4),
    )


def _ticks(seconds: float) -> int:
    return round(seconds * TICKS_PER_SECOND)

"""Cuts clips out of what is kept of a camera."""

import asyncio

from sentinel_camera.clips.movies import write_movie
from sentinel_camera.clips.ring import ClipRing, Footage
from sentinel_core.domain.errors import InvalidInput, NotFound
from sentinel_core.domain.media_clock import TICKS_PER_SECOND
from sentinel_core.ports.camera_control import ClipCut
from sentinel_core.ports.clock import Clock

_LATE_S = 3.0
"""How long the end of a clip is waited for beyond its due time."""
_LOOK_S = 0.2


async def cut_clip(
    ring: ClipRing, clock: Clock, camera_key: str, epoch: str, span_90k: tuple[int, int]
) -> ClipCut:
    """See `CameraControl.cut_clip`; `span_90k` is its begin and its end."""
    from_90k, to_90k = span_90k
    if to_90k <= from_90k:
        raise InvalidInput("a clip ends after it begins", field="to_pts_90k")
    await _wait_for_end(ring, clock, to_90k)
    footage = ring.cut(epoch, from_90k, to_90k)
    if footage is None:
        raise NotFound(f"No video of that time is kept of {camera_key}.")
    mp4 = await asyncio.to_thread(write_movie, footage)
    return _describe(footage, camera_key, span_90k, mp4)


async def _wait_for_end(ring: ClipRing, clock: Clock, to_90k: int) -> None:
    """Return when the last picture is there, or will not come."""
    complete_90k = ring.complete_90k
    if complete_90k is None:
        return
    deadline_s = clock.monotonic() + (to_90k - complete_90k) / TICKS_PER_SECOND + _LATE_S
    while (ring.complete_90k or 0) < to_90k and clock.monotonic() < deadline_s:
        await clock.sleep(_LOOK_S)


def _describe(footage: Footage, camera_key: str, span_90k: tuple[int, int], mp4: bytes) -> ClipCut:
    from_90k, to_90k = span_90k
    units = footage.units
    shown_90k = sum(
        max(0, min(unit.pts_90k + unit.duration_90k, to_90k) - max(unit.pts_90k, from_90k))
        for unit in units
    )
    first = min(units, key=lambda unit: unit.pts_90k)
    return ClipCut(
        camera_key=camera_key,
        epoch=first.epoch,
        codec=footage.configuration.codec,
        width=footage.configuration.width,
        height=footage.configuration.height,
        from_pts_90k=first.pts_90k,
        to_pts_90k=max(unit.pts_90k + unit.duration_90k for unit in units),
        started_at=first.captured_at,
        coverage=min(1.0, shown_90k / (to_90k - from_90k)),
        mp4=mp4,
    )

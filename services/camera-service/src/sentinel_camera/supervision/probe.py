"""Looks at a source before it becomes a camera, in a process of its own."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from sentinel_camera.sources.addresses import check_source
from sentinel_camera.supervision.nursery import Nursery, Worker
from sentinel_camera.worker.channel import ChannelClosed, close_descriptor
from sentinel_camera.worker.messages import Failed, Probed, ProbeJob
from sentinel_core.domain.cameras import PrivacyMask, SourceReason
from sentinel_core.domain.errors import SourceFailed
from sentinel_core.ports.camera_control import ProbeReport
from sentinel_core.ports.clock import Clock
from sentinel_core.runtime.settings import CameraSettings

_LOOK_SHARE = 0.6
"""Of the time limit; the rest is for connecting and for the answer."""
_LATE_KEYFRAMES_S = 4.0
_LARGE_PX = 1920 * 1088
_NOT_FOR_BROWSERS = ("High 10", "High 4:2:2", "High 4:4:4")


class SourceProbe:
    """Each probe takes `probe_timeout_s` at most, whatever the source does."""

    def __init__(
        self, nursery: Nursery, clock: Clock, settings: CameraSettings, file_roots: Sequence[Path]
    ) -> None:
        self._nursery = nursery
        self._clock = clock
        self._settings = settings
        self._file_roots = file_roots

    async def probe(self, source_url: str, masks: Sequence[PrivacyMask] = ()) -> ProbeReport:
        """See `CameraControl.probe`; the snapshot shows nothing of what `masks` cover."""
        check_source(source_url, self._file_roots)
        started_s = self._clock.monotonic()
        limit_s = self._settings.probe_timeout_s
        worker = await self._nursery.start_worker(self._job(source_url, masks, limit_s))
        try:
            async with asyncio.timeout(limit_s):
                message, descriptor = await _answer(worker)
        except TimeoutError:
            raise SourceFailed(
                f"The source has shown no picture within {limit_s:.0f} s.",
                reason=SourceReason.UNREACHABLE,
            ) from None
        finally:
            worker.kill()
        if not isinstance(message, Probed) or descriptor is None:
            close_descriptor(descriptor)
            raise _failure(message)
        jpeg = _read(descriptor, message.jpeg_size)
        return _report(message, jpeg, self._clock.monotonic() - started_s)

    def _job(self, source_url: str, masks: Sequence[PrivacyMask], limit_s: float) -> ProbeJob:
        return ProbeJob(
            source_url=source_url,
            connect_timeout_s=min(self._settings.connect_timeout_s, limit_s),
            stall_timeout_s=min(self._settings.stall_timeout_s, limit_s),
            look_s=limit_s * _LOOK_SHARE,
            masks=tuple(mask.points for mask in masks),
            allow_private_addresses=self._settings.allow_private_addresses,
            verify_certificates=self._settings.verify_certificates,
        )


async def _answer(worker: Worker) -> tuple[object, int | None]:
    """The worker's only message; None where it died without one."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    descriptor = worker.channel.fileno()
    loop.add_reader(descriptor, readable.set)
    try:
        while True:
            await readable.wait()
            readable.clear()
            received = worker.channel.receive()
            if received is not None:
                return received
    except (ChannelClosed, msgspec.DecodeError):
        return None, None
    finally:
        loop.remove_reader(descriptor)


def _read(descriptor: int, size: int) -> bytes:
    try:
        return os.pread(descriptor, size, 0)
    finally:
        os.close(descriptor)


def _failure(message: object) -> SourceFailed:
    if isinstance(message, Failed):
        return SourceFailed(message.detail, reason=message.reason)
    return SourceFailed("The process that looked at it has died.", reason=SourceReason.CRASHED)


def _report(message: Probed, jpeg: bytes, took_s: float) -> ProbeReport:
    return ProbeReport(
        codec=message.codec,
        profile=message.profile,
        width=message.width,
        height=message.height,
        fps=message.fps,
        has_b_frames=message.has_b_frames,
        keyframe_interval_s=message.keyframe_interval_s,
        duration_s=message.duration_s,
        took_s=round(took_s, 3),
        advice=tuple(_advice(message)),
        snapshot_jpeg=jpeg,
    )


def _advice(message: Probed) -> list[str]:
    advice = []
    interval_s = message.keyframe_interval_s
    if message.has_b_frames:
        advice.append("The video has B-frames: the live picture comes some frames later.")
    if interval_s is None or interval_s > _LATE_KEYFRAMES_S:
        apart = "far" if interval_s is None else f"{interval_s:.1f} s"
        advice.append(
            f"Keyframes are {apart} apart: the picture comes back late after a gap. "
            "Set the camera to one keyframe every 1 to 2 seconds."
        )
    if message.width * message.height > _LARGE_PX:
        advice.append("The picture is large: a smaller substream needs far less computing.")
    if message.profile is not None and message.profile.startswith(_NOT_FOR_BROWSERS):
        advice.append(f"Most browsers cannot play the H.264 profile {message.profile}.")
    return advice

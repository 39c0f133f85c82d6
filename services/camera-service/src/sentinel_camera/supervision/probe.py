"""Looks at a source before it becomes a camera, in a process of its own."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from sentinel_camera.sources.addresses import check_source
from sentinel_camera.supervision.advice import advise
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
_WAIT_SHARE = 0.9
"""Of the time limit, for a source that shows no picture yet."""


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
            wait_s=limit_s * _WAIT_SHARE,
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
        measured_fps=message.measured_fps,
        bitrate_kbps=message.bitrate_kbps,
        clock_rate=None if message.clock_rate is None else round(message.clock_rate, 3),
        clock_jumps=message.clock_jumps,
        has_b_frames=message.has_b_frames,
        keyframe_interval_s=message.keyframe_interval_s,
        duration_s=message.duration_s,
        took_s=round(took_s, 3),
        advice=tuple(advise(message)),
        snapshot_jpeg=jpeg,
    )

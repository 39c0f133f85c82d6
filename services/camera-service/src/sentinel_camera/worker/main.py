"""A worker's life: one job, then its end."""

import socket
import sys
import traceback

import msgspec

from sentinel_camera.worker.channel import Channel, ChannelClosed
from sentinel_camera.worker.messages import Failed, Job, ReadJob, ToWorker
from sentinel_camera.worker.outbox import Outbox
from sentinel_camera.worker.probing import probe_source
from sentinel_camera.worker.reading import read_camera
from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.domain.cameras import SourceReason
from sentinel_core.domain.errors import SourceFailed


def run_worker(job: Job, descriptor: int) -> int:
    """Do the job and say how it ended; the exit code."""
    channel: Channel[ToWorker] = Channel(
        socket.socket(fileno=descriptor), msgspec.msgpack.Decoder(ToWorker)
    )
    try:
        failure = _work(job, channel)
        if failure is not None:
            channel.send(failure)
    except ChannelClosed:
        return 0
    return 0 if failure is None else 1


def _work(job: Job, channel: Channel[ToWorker]) -> Failed | None:
    clock = SystemClock()
    try:
        if isinstance(job, ReadJob):
            read_camera(job, Outbox(channel, clock, job.hang_up_after_s), clock)
        else:
            probe_source(job, channel, clock)
    except SourceFailed as failure:
        return Failed(failure.reason, failure.message)
    except ChannelClosed:
        raise
    except Exception as error:  # noqa: BLE001 - the outermost loop: the parent must learn of it
        # Without its message: FFmpeg's hold the URL, and that the password.
        print(*traceback.format_tb(error.__traceback__), file=sys.stderr)  # noqa: T201
        return Failed(SourceReason.CRASHED, f"The reader failed: {type(error).__name__}.")
    return None

"""Reads one camera in a child process: packets and due pictures go to the parent."""

from sentinel_camera.sampling.pictures import PictureScaler
from sentinel_camera.sources.access import PlayTime, SourceAccess
from sentinel_camera.sources.opened import require_supported
from sentinel_camera.sources.opening import open_source
from sentinel_camera.sources.pacing import Pacer
from sentinel_camera.worker.messages import ReadJob
from sentinel_camera.worker.outbox import Outbox
from sentinel_camera.worker.picture_output import PictureOutput
from sentinel_camera.worker.source_run import SourceRun
from sentinel_camera.worker.video_output import UnitCounter, VideoOutputs
from sentinel_core.domain.cameras import SourceReason, is_live_source
from sentinel_core.domain.errors import SourceFailed
from sentinel_core.ports.clock import Clock

_LIVE_PATIENCE_S = 0.5
"""So long a camera is not read while the parent is busy; they send ahead for longer than that."""


def read_camera(job: ReadJob, outbox: Outbox, clock: Clock) -> None:
    """Read until the source fails; a file is played in real time, again and again.

    Raises:
        SourceFailed: Why it ended.
        ChannelClosed: The parent is gone.
    """
    counter = UnitCounter()
    scaler = PictureScaler()
    videos = VideoOutputs(job, outbox, counter, scaler)
    pictures = PictureOutput(job, outbox, scaler)
    is_live = is_live_source(job.source_url)
    outbox.patience_s = _LIVE_PATIENCE_S if is_live else None
    time = PlayTime(clock, outbox.wait_until)
    pacer = Pacer(time)
    while True:
        with open_source(job.source_url, _access(job), time) as opened:
            require_supported(opened)
            run = SourceRun(opened, videos.of(opened), pictures, is_live=is_live)
            run.read(pacer if opened.is_ahead else None, clock)
        if is_live:
            raise SourceFailed("The camera has ended the stream.", reason=SourceReason.ENDED)
        if run.decoded == 0:
            raise SourceFailed(
                "No picture of this file can be decoded.", reason=SourceReason.UNREADABLE
            )
        if not job.loops:
            raise SourceFailed("The file has been played to its end.", reason=SourceReason.ENDED)
        counter.run += 1
        pacer.start_again(run.frame_interval_90k)


def _access(job: ReadJob) -> SourceAccess:
    return SourceAccess(
        connect_s=job.connect_timeout_s,
        read_s=job.stall_timeout_s,
        rtsp_transport=job.rtsp_transport,
        verify_certificates=job.verify_certificates,
        allow_private=job.allow_private_addresses,
    )

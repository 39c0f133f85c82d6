"""Which decoded pictures are handed to the parent to be inferred."""

from sentinel_camera.sampling.gating import MotionGate
from sentinel_camera.sampling.pictures import PictureScaler
from sentinel_camera.sampling.sampler import MediaSampler
from sentinel_camera.worker.messages import ReadJob
from sentinel_camera.worker.outbox import Outbox
from sentinel_camera.worker.video_output import ShownPicture
from sentinel_core.domain.frames import DropReason


class PictureOutput:
    """Samples by media time; each picture that was due is sent or dropped with its reason."""

    def __init__(self, job: ReadJob, outbox: Outbox, scaler: PictureScaler) -> None:
        self._outbox = outbox
        self._scaler = scaler
        self._sampler = MediaSampler(job.sample_fps)
        self._gate = MotionGate(job.forced_sample_s) if job.motion_gating else None
        self._may_drop = job.may_drop

    def restart(self, frame_interval_90k: int) -> None:
        """The next picture is the first of a run: it is due."""
        self._sampler.restart(frame_interval_90k)

    def take(self, shown: ShownPicture) -> None:
        """The next picture in order of presentation."""
        if not self._is_due(shown.pts_90k):
            return
        if shown.picture is None or shown.flaw is not None:
            self._outbox.drop(shown.flaw or DropReason.CORRUPT)
            return
        picture = self._scaler.to_420(shown.picture)
        if self._gate is not None:
            luma = self._scaler.planes(picture).y
            if not self._gate.passes(luma, shown.pts_90k):
                self._outbox.drop(DropReason.MOTION_GATED)
                return
        self._outbox.send_picture(shown.unit, picture, shown.ready_s, may_drop=self._may_drop)

    def drop_if_due(self, pts_90k: int | None, reason: DropReason) -> None:
        """There is no picture at this time, and why."""
        if pts_90k is not None and self._is_due(pts_90k):
            self._outbox.drop(reason)

    def _is_due(self, pts_90k: int) -> bool:
        if self._outbox.wanted_fps is not None:
            self._sampler.set_rate(self._outbox.wanted_fps)
        return self._sampler.is_due(pts_90k)

"""The values of `CameraControl` as messages, and back."""

from datetime import UTC, datetime, timedelta

from sentinel_core.contracts.generated import camera_control_pb2 as messages
from sentinel_core.domain.cameras import (
    CameraHealth,
    CameraState,
    HealthGrade,
    SourceReason,
    SourceState,
)
from sentinel_core.domain.frames import DropReason, FrameCounts
from sentinel_core.ports.camera_control import ClipCut, ProbeReport

_ORIGIN = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def encode_probe(report: ProbeReport) -> messages.ProbeResponse:
    """What was seen of a source."""
    return messages.ProbeResponse(
        codec=report.codec,
        profile=report.profile,
        width=report.width,
        height=report.height,
        fps=report.fps,
        has_b_frames=report.has_b_frames,
        keyframe_interval_s=report.keyframe_interval_s,
        duration_s=report.duration_s,
        took_s=report.took_s,
        measured_fps=report.measured_fps,
        bitrate_kbps=report.bitrate_kbps,
        clock_rate=report.clock_rate,
        clock_jumps=report.clock_jumps,
        advice=report.advice,
        snapshot_jpeg=report.snapshot_jpeg,
    )


def decode_probe(message: messages.ProbeResponse) -> ProbeReport:
    """The inverse of `encode_probe`."""
    known = message.HasField
    return ProbeReport(
        codec=message.codec,
        profile=message.profile if known("profile") else None,
        width=message.width,
        height=message.height,
        fps=message.fps if known("fps") else None,
        has_b_frames=message.has_b_frames,
        keyframe_interval_s=(message.keyframe_interval_s if known("keyframe_interval_s") else None),
        duration_s=message.duration_s if known("duration_s") else None,
        took_s=message.took_s,
        measured_fps=message.measured_fps if known("measured_fps") else None,
        bitrate_kbps=message.bitrate_kbps if known("bitrate_kbps") else None,
        clock_rate=message.clock_rate if known("clock_rate") else None,
        clock_jumps=message.clock_jumps,
        advice=tuple(message.advice),
        snapshot_jpeg=message.snapshot_jpeg,
    )


def encode_clip(cut: ClipCut) -> messages.ClipDescription:
    """What a clip shows; its bytes go by themselves."""
    return messages.ClipDescription(
        camera_key=cut.camera_key,
        stream_epoch=cut.epoch,
        codec=cut.codec,
        width=cut.width,
        height=cut.height,
        from_pts_90k=cut.from_pts_90k,
        to_pts_90k=cut.to_pts_90k,
        started_at_us=_to_us(cut.started_at),
        coverage=cut.coverage,
    )


def decode_clip(message: messages.ClipDescription, mp4: bytes) -> ClipCut:
    """The inverse of `encode_clip`."""
    return ClipCut(
        camera_key=message.camera_key,
        epoch=message.stream_epoch,
        codec=message.codec,
        width=message.width,
        height=message.height,
        from_pts_90k=message.from_pts_90k,
        to_pts_90k=message.to_pts_90k,
        started_at=_from_us(message.started_at_us),
        coverage=message.coverage,
        mp4=mp4,
    )


def encode_status(state: CameraState, counts: FrameCounts | None) -> messages.CameraStatus:
    """State and, where the camera is read, frame accounting."""
    status = messages.CameraStatus(
        camera_key=state.camera_key,
        state=state.state,
        reason=state.reason,
        stream_epoch=state.epoch,
        since_us=_to_us(state.since),
        fps=state.fps,
        detail=state.detail,
        health=None if state.health is None else _encode_health(state.health),
        sampled_fps=state.sampled_fps,
    )
    if counts is not None:
        status.captured, status.inferred = counts.captured, counts.inferred
        status.in_flight = counts.in_flight
        status.dropped.update({reason.value: n for reason, n in counts.dropped.items()})
    return status


def decode_status(message: messages.CameraStatus) -> tuple[CameraState, FrameCounts]:
    """The inverse of `encode_status`.

    Raises:
        ValueError: A word is none of ours.
    """
    known = message.HasField
    state = CameraState(
        camera_key=message.camera_key,
        state=SourceState(message.state),
        reason=SourceReason(message.reason) if known("reason") else None,
        epoch=message.stream_epoch if known("stream_epoch") else None,
        since=_from_us(message.since_us),
        fps=message.fps if known("fps") else None,
        detail=message.detail if known("detail") else None,
        health=_decode_health(message.health) if known("health") else None,
        sampled_fps=message.sampled_fps if known("sampled_fps") else None,
    )
    dropped = {DropReason(reason): count for reason, count in message.dropped.items()}
    return state, FrameCounts(message.captured, message.inferred, message.in_flight, dropped)


def _encode_health(health: CameraHealth) -> messages.CameraHealth:
    return messages.CameraHealth(
        grade=health.grade,
        reasons=health.reasons,
        fps_share=health.fps_share,
        stalls_per_h=health.stalls_per_h,
        reconnects_per_h=health.reconnects_per_h,
        corrupt_share=health.corrupt_share,
        latency_p95_ms=health.latency_p95_ms,
    )


def _decode_health(message: messages.CameraHealth) -> CameraHealth:
    known = message.HasField
    return CameraHealth(
        grade=HealthGrade(message.grade),
        reasons=tuple(message.reasons),
        fps_share=message.fps_share if known("fps_share") else None,
        stalls_per_h=message.stalls_per_h,
        reconnects_per_h=message.reconnects_per_h,
        corrupt_share=message.corrupt_share,
        latency_p95_ms=message.latency_p95_ms if known("latency_p95_ms") else None,
    )


def _to_us(moment: datetime) -> int:
    return (moment - _ORIGIN) // _MICROSECOND


def _from_us(microseconds: int) -> datetime:
    return _ORIGIN + timedelta(microseconds=microseconds)

"""What every `CameraControl` promises."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from sentinel_core.domain.cameras import SourceReason, SourceState
from sentinel_core.domain.errors import InvalidInput, NotFound, SourceFailed
from sentinel_core.ports.camera_control import CameraControl


@dataclass(frozen=True, slots=True)
class ControlledCameras:
    """A running camera-service and how to ask it.

    Attributes:
        camera_key: Of a camera that is online and has been sampled.
        source_url: Of a source that can be read, H.264.
        missing_url: Of one that is not there.
        refresh: Returns once `states` and `frame_counts` are as new as they get.
    """

    control: CameraControl
    camera_key: str
    source_url: str
    missing_url: str
    refresh: Callable[[], Awaitable[None]]


class CameraControlContract:
    """Needs fixture `cameras`."""

    async def test_probe_tells_what_it_saw(self, cameras: ControlledCameras) -> None:
        report = await cameras.control.probe(cameras.source_url)
        assert report.codec == "h264"
        assert min(report.width, report.height) > 0
        assert report.snapshot_jpeg.startswith(b"\xff\xd8")

    async def test_source_that_is_missing_fails_with_its_reason(
        self, cameras: ControlledCameras
    ) -> None:
        with pytest.raises(SourceFailed) as failure:
            await cameras.control.probe(cameras.missing_url)
        assert isinstance(failure.value.reason, SourceReason)
        assert failure.value.message

    async def test_address_of_no_kind_we_know_is_refused(self, cameras: ControlledCameras) -> None:
        with pytest.raises(InvalidInput):
            await cameras.control.probe("gopher://example.org/1")

    async def test_snapshot_is_a_jpeg_file(self, cameras: ControlledCameras) -> None:
        jpeg = await cameras.control.snapshot(cameras.camera_key)
        assert jpeg.startswith(b"\xff\xd8")

    async def test_unknown_camera_has_no_snapshot(self, cameras: ControlledCameras) -> None:
        with pytest.raises(NotFound):
            await cameras.control.snapshot("no_such_camera")

    async def test_clip_is_an_mp4_file_of_the_time_asked_for(
        self, cameras: ControlledCameras
    ) -> None:
        await cameras.refresh()
        epoch = cameras.control.states()[cameras.camera_key].epoch
        assert epoch is not None
        cut = await cameras.control.cut_clip(
            cameras.camera_key, epoch=epoch, from_pts_90k=0, to_pts_90k=90_000
        )
        assert cut.mp4[4:8] == b"ftyp"
        assert cut.camera_key == cameras.camera_key
        # The camera may be a file that loops: its first picture is of an earlier epoch then.
        assert cut.epoch <= epoch
        assert cut.from_pts_90k <= 0 < cut.to_pts_90k
        assert 0 < cut.coverage <= 1

    async def test_clip_of_an_unknown_camera_is_not_found(self, cameras: ControlledCameras) -> None:
        with pytest.raises(NotFound):
            await cameras.control.cut_clip(
                "no_such_camera", epoch="01JH7Z0000000000000000000", from_pts_90k=0, to_pts_90k=1
            )

    async def test_clip_that_ends_before_it_begins_is_refused(
        self, cameras: ControlledCameras
    ) -> None:
        with pytest.raises(InvalidInput):
            await cameras.control.cut_clip(
                cameras.camera_key,
                epoch="01JH7Z0000000000000000000",
                from_pts_90k=90_000,
                to_pts_90k=0,
            )

    async def test_states_are_told(self, cameras: ControlledCameras) -> None:
        await cameras.refresh()
        state = cameras.control.states()[cameras.camera_key]
        assert state.state is SourceState.ONLINE
        assert state.epoch
        assert state.since.tzinfo is not None

    async def test_frames_are_accounted_for(self, cameras: ControlledCameras) -> None:
        await cameras.refresh()
        counts = cameras.control.frame_counts()[cameras.camera_key]
        assert counts.captured > 0
        assert counts.is_balanced

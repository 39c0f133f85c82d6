from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from sentinel_camera.sources.files import describe, read_frames
from sentinel_camera.testing.clips import ClipSpec, picture_number, write_clip
from sentinel_core.domain.cameras import SourceReason
from sentinel_core.domain.errors import SourceFailed
from sentinel_vision.testing.transport import planes

START = datetime(2026, 1, 10, 12, tzinfo=UTC)


def test_frames_are_sampled_by_media_time(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", ClipSpec(fps=10, frames=30))
    frames = list(read_frames(str(clip), 5, START))
    assert [frame.index for frame in frames] == list(range(0, 30, 2))
    assert [frame.pts_90k for frame in frames] == [18_000 * n for n in range(15)]
    assert [picture_number(planes(frame).y.mean()) for frame in frames] == list(range(0, 30, 2))
    assert frames[-1].captured_at.isoformat() == "2026-01-10T12:00:02.800000+00:00"
    assert not frames[0].is_live


def test_the_long_side_is_scaled_for_the_model(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", ClipSpec(width=96, height=160, frames=1))
    (frame,) = read_frames(str(clip), 5, START)
    assert frame.rgb.shape == (640, 384, 3)
    assert frame.rgb.flags.c_contiguous
    assert (frame.picture.width, frame.picture.height) == (96, 160)


def test_b_frames_come_in_order_with_the_index_of_their_access_unit(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", ClipSpec(fps=10, frames=20, b_frames=2))
    frames = list(read_frames(str(clip), 10, START))
    assert [picture_number(planes(frame).y.mean()) for frame in frames] == list(range(20))
    assert [frame.pts_90k for frame in frames] == [9_000 * n for n in range(20)]
    indexes = [frame.index for frame in frames]
    assert sorted(indexes) == list(range(20))
    assert indexes != sorted(indexes)


def test_the_same_footage_has_the_same_epoch(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", ClipSpec(frames=1))
    first, second = (next(iter(read_frames(str(clip), 5, START))) for _ in range(2))
    assert first.stream_epoch == second.stream_epoch


def test_other_codecs_are_read_too(tmp_path: Path) -> None:
    clip = write_clip(
        tmp_path / "clip.avi", ClipSpec(codec="mjpeg", fps=10, pix_fmt="yuvj420p", frames=5)
    )
    frames = list(read_frames(clip.as_uri(), 10, START))
    assert len(frames) == 5
    assert planes(frames[0]).full_range


def test_a_folder_of_images_is_read_by_name(tmp_path: Path) -> None:
    for number in range(3):
        Image.new("RGB", (64, 48), (80 * number,) * 3).save(tmp_path / f"{number}.png")
    (tmp_path / "1.5.png").write_bytes(b"no picture")
    (tmp_path / "notes.txt").write_text("not an image")
    frames = list(read_frames(str(tmp_path), 4, START))
    assert [frame.pts_90k for frame in frames] == [0, 45_000, 67_500]
    assert frames[-1].rgb.mean() == pytest.approx(160, abs=3)
    assert describe(str(tmp_path), 4).sampled_frames == 4


def test_describe_estimates_the_work(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", ClipSpec(fps=10, frames=30))
    info = describe(str(clip), 5)
    assert (info.width, info.height, info.fps) == (160, 96, 10)
    assert info.duration_s == pytest.approx(3.0)
    assert info.sampled_frames == 15


def test_a_truncated_file_gives_what_is_there(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", ClipSpec(fps=10, frames=60))
    data = clip.read_bytes()
    clip.write_bytes(data[: len(data) * 3 // 4])
    frames = list(read_frames(str(clip), 10, START))
    assert 0 < len(frames) < 60


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "unreadable"), (b"", "unreadable"), (b"text" * 99, "unreadable")]
)
def test_bad_files_say_why(tmp_path: Path, content: bytes | None, reason: str) -> None:
    path = tmp_path / "clip.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SourceFailed) as caught:
        list(read_frames(str(path), 5, START))
    assert caught.value.reason == SourceReason(reason)


def test_a_file_without_video_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceFailed) as caught:
        list(read_frames(str(tmp_path), 5, START))
    assert caught.value.reason is SourceReason.NO_VIDEO


def test_a_password_is_in_no_message() -> None:
    with pytest.raises(SourceFailed) as caught:
        list(read_frames("rtsp://user:secret@127.0.0.1:1/stream", 5, START))
    assert "secret" not in str(caught.value)
    assert caught.value.reason is SourceReason.REFUSED

"""The file of a recording: written beside the event loop, whole as far as it goes."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from sentinel_camera.clips.movies import finish_movie
from sentinel_camera.clips.recorder import Film, Recorder
from sentinel_camera.restream.sinks import CodedUnit, VideoConfiguration
from sentinel_core.testing.builders import at

RECORD = bytes.fromhex("0142001effe1000467420000010002") + b"\x68\x00"


def configuration(width: int = 160) -> VideoConfiguration:
    return VideoConfiguration("h264", RECORD, width, 96)


def unit(number: int, *, gop: int = 10, size: int = 1_000) -> CodedUnit:
    ticks = 900_000 + number * 4_500
    return CodedUnit(ticks, ticks, 4_500, number % gop == 0, bytes(size), "E1", at(number / 20))


def recorder_with(numbers: range) -> Recorder:
    recorder = Recorder()
    recorder.configure(configuration())
    for number in numbers:
        recorder.take(unit(number))
    return recorder


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    if mount is None:
        pytest.skip("needs the program mount")
    command = [mount, "-t", "tmpfs", "-o", "size=1024k", "tmpfs", str(disk)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  (fixed words)
    if mounted.returncode != 0:
        pytest.skip(f"needs the right to mount a small tmpfs: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)  # noqa: S603, S607  (fixed words)


def test_a_recording_begins_with_the_keyframe_before_it_was_asked_for(tmp_path: Path) -> None:
    recorder = recorder_with(range(17))
    film = Film(tmp_path / "a.part")
    recorder.begin(uuid4(), film)
    assert film.from_pts_90k == unit(10).pts_90k
    assert film.to_pts_90k == unit(17).pts_90k
    film.close()


def test_what_came_before_the_source_was_lost_is_not_recorded(tmp_path: Path) -> None:
    recorder = recorder_with(range(17))
    recorder.pause()
    film = Film(tmp_path / "a.part")
    recorder.begin(uuid4(), film)
    assert film.size_bytes == 0
    recorder.take(unit(40))
    assert film.from_pts_90k == unit(40).pts_90k
    film.close()


def test_another_size_ends_a_film(tmp_path: Path) -> None:
    recorder = recorder_with(range(12))
    film = Film(tmp_path / "a.part")
    recorder.begin(uuid4(), film)
    recorder.configure(configuration(width=320))
    recorder.take(unit(20))
    assert film.end == "The video has changed its size or its coding."
    assert film.to_pts_90k == unit(12).pts_90k
    film.close()


def test_a_full_disk_ends_a_film_and_nothing_else(small_disk: Path, tmp_path: Path) -> None:
    recorder = recorder_with(range(1))
    full, other = Film(small_disk / "a.part"), Film(tmp_path / "b.part")
    recorder.begin(uuid4(), full)
    recorder.begin(uuid4(), other)
    for number in range(1, 100):
        recorder.take(unit(number, size=20_000))
        full.flush()
        other.flush()
    full.close()
    other.close()
    assert full.end is not None
    assert "No space left" in full.end
    assert other.end is None
    assert other.path.stat().st_size == other.size_bytes


def test_a_film_ends_before_the_disk_is_full(small_disk: Path) -> None:
    film = Film(small_disk / "a.part", reserve_bytes=200_000)
    recorder = recorder_with(range(1))
    recorder.begin(uuid4(), film)
    for number in range(1, 100):
        recorder.take(unit(number, size=20_000))
        film.flush()
    film.close()
    assert film.end == "The disk is nearly full."
    assert shutil.disk_usage(small_disk).free >= 200_000 + film.path.stat().st_size


def test_a_disk_that_does_not_keep_up_ends_a_film(tmp_path: Path) -> None:
    film = Film(tmp_path / "a.part")
    recorder = recorder_with(range(1))
    recorder.begin(uuid4(), film)
    for number in range(1, 50):
        recorder.take(unit(number, size=1 << 20))
    assert film.end == "The disk does not keep up with the video."
    film.close()


def test_a_film_without_a_picture_is_no_movie(tmp_path: Path) -> None:
    film = Film(tmp_path / "a.part")
    film.close()
    with pytest.raises(ValueError, match="no picture"):
        finish_movie(film.path, tmp_path / "a.mp4")

"""Reads recorded video as fast as it can be worked on: files, folders of images, URLs.

For looking at footage from the command line; cameras are read by `sentinel_camera.supervision`.
"""

from __future__ import annotations  # `Packet` is generic in its stubs only

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

import av
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from ulid import ULID

from sentinel_camera.sampling.pictures import PictureScaler
from sentinel_camera.sampling.sampler import MediaSampler
from sentinel_camera.sources.access import SourceAccess
from sentinel_camera.sources.addresses import file_path
from sentinel_camera.sources.opened import OpenSource
from sentinel_camera.sources.opening import open_source
from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.domain.cameras import SourceReason, is_live_source
from sentinel_core.domain.errors import SourceFailed
from sentinel_core.domain.media_clock import TICKS_PER_SECOND, ClockAnchor
from sentinel_vision.frames.frame import Frame

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})

_ACCESS = SourceAccess(connect_s=10.0, read_s=10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FootageInfo:
    """What is known before reading.

    Attributes:
        fps: Announced rate; None for images and where the source does not say.
        duration_s: None where the source does not say.
        sampled_frames: Estimate of how many frames reading will give, for a progress bar.
    """

    width: int
    height: int
    fps: float | None
    duration_s: float | None
    sampled_frames: int | None


def describe(source: str, fps: float) -> FootageInfo:
    """Look at a source without reading it.

    Raises:
        SourceFailed: It cannot be opened.
    """
    images = _images_in(source)
    with open_source(str(images[0]) if images else source, _ACCESS) as opened:
        width, height = opened.context.width, opened.context.height
        if images:
            return FootageInfo(
                width=width,
                height=height,
                fps=None,
                duration_s=len(images) / fps,
                sampled_frames=len(images),
            )
        sampled = _sample_count(opened, fps)
        return FootageInfo(
            width=width,
            height=height,
            fps=opened.fps,
            duration_s=opened.duration_s,
            sampled_frames=sampled,
        )


def read_frames(
    source: str, fps: float, start_time: datetime, *, camera_key: str = "file"
) -> Iterator[Frame]:
    """Decode a source and yield the frames that are due, in order of presentation.

    Nothing is dropped but pictures that cannot be decoded. Of a folder every image is due and
    images are 1 / `fps` apart. The epoch is made of `start_time` and the source's name, so that
    two runs over the same footage give the same ids.

    Args:
        source: Path, `file://`, `rtsp://` or `rtsps://` URL, or a folder of images.
        fps: Frames per second of media time.
        start_time: Capture time of the first picture, timezone-aware.
        camera_key: What the frames call their camera.

    Raises:
        SourceFailed: It cannot be opened, or holds no picture that can be decoded.
    """
    images = _images_in(source)
    builder = _FrameBuilder(camera_key, _epoch(source, start_time), start_time)
    pictures = _decode_images(images, fps) if images else _decode_video(source, fps)
    count = 0
    for index, pts_90k, picture in pictures:
        yield builder.build(index, pts_90k, picture)
        count += 1
    if count == 0:
        raise SourceFailed(
            "No picture of this source can be decoded.", reason=SourceReason.UNREADABLE
        )


_Decoded = tuple[int, int, VideoFrame]
"""Index of the access unit, tick from the start of the footage, picture."""


class _FrameBuilder:
    def __init__(self, camera_key: str, epoch: str, start_time: datetime) -> None:
        self._camera_key = camera_key
        self._anchor = ClockAnchor(epoch, 0, start_time)
        self._scaler = PictureScaler()
        self._clock = SystemClock()

    def build(self, index: int, pts_90k: int, picture: VideoFrame) -> Frame:
        return Frame(
            camera_key=self._camera_key,
            stream_epoch=self._anchor.epoch,
            index=index,
            pts_90k=pts_90k,
            captured_at=self._anchor.to_utc(pts_90k),
            arrived_monotonic_s=self._clock.monotonic(),
            is_live=False,
            rgb=self._scaler.scale(picture),
            picture=self._scaler.planes(picture),
        )


def _decode_video(source: str, fps: float) -> Iterator[_Decoded]:
    with open_source(source, _ACCESS) as opened:
        sampler = MediaSampler(fps, opened.frame_interval_90k)
        origin: int | None = None
        for picture in _pictures(opened):
            if picture.pts is None:
                continue
            pts_90k = opened.to_90k(picture.pts)
            origin = pts_90k if origin is None else origin
            if sampler.is_due(pts_90k):
                yield cast("int", picture.opaque), pts_90k - origin, picture


def _decode_images(images: list[Path], fps: float) -> Iterator[_Decoded]:
    for index, path in enumerate(images):
        pts_90k = round(index * TICKS_PER_SECOND / fps)
        try:
            with open_source(str(path), _ACCESS) as opened:
                pictures = list(_pictures(opened))
        except SourceFailed:
            continue
        if pictures:
            yield index, pts_90k, pictures[0]


def _pictures(opened: OpenSource) -> Iterator[VideoFrame]:
    """Pictures until the source ends or breaks off; each carries the index of its packet."""
    try:
        for index, packet in enumerate(opened.packets()):
            packet.opaque = index
            yield from _decode(opened, packet)
    except (av.error.FFmpegError, OSError):
        # A file that was cut off: what came before was good.
        return


def _decode(opened: OpenSource, packet: Packet[VideoStream]) -> list[VideoFrame]:
    try:
        return opened.decode(packet)
    except av.error.InvalidDataError:
        return []


def _images_in(source: str) -> list[Path]:
    if is_live_source(source) or not file_path(source).is_dir():
        return []
    paths = sorted(file_path(source).iterdir())
    images = [path for path in paths if path.suffix.lower() in IMAGE_SUFFIXES]
    if not images:
        raise SourceFailed("There is no image in this folder.", reason=SourceReason.NO_VIDEO)
    return images


def _sample_count(opened: OpenSource, fps: float) -> int | None:
    if opened.duration_s is None:
        return None
    rate = min(fps, opened.fps) if opened.fps else fps
    return max(1, round(opened.duration_s * rate))


def _epoch(source: str, start_time: datetime) -> str:
    name = source if is_live_source(source) else file_path(source).name
    moment = ULID.from_datetime(start_time).bytes[:6]
    return str(ULID.from_bytes(moment + hashlib.sha256(name.encode()).digest()[:10]))

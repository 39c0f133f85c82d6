"""Coded video as MP4 files; nothing is encoded anew."""

import errno
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

import av
from av.video.stream import VideoStream

from sentinel_camera.clips.ring import Footage
from sentinel_camera.restream.fmp4 import fragment, init_segment
from sentinel_camera.restream.sinks import CodedUnit
from sentinel_core.domain.errors import StorageFull

_INDEX_FIRST = {"movflags": "faststart"}
"""A browser can begin to play before it has all."""


def write_movie(footage: Footage) -> bytes:
    """An MP4 file whose first picture is shown at its very beginning."""
    # FFmpeg moves the index to the front by opening the file again, so it must have a name.
    with NamedTemporaryFile(suffix=".mp4") as target:
        _remux(BytesIO(b"".join(_fragments(footage))), target.name)
        return Path(target.name).read_bytes()


def finish_movie(fragmented: Path, finished: Path) -> None:
    """Make an ordinary MP4 file of a fragmented one, even of one that was broken off.

    Raises:
        ValueError: There is no whole picture in it.
        StorageFull: No room for the other file.
    """
    try:
        with fragmented.open("rb") as source:
            _remux(source, str(finished))
    except (av.error.FFmpegError, IndexError, OSError) as error:
        if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
            finished.unlink(missing_ok=True)
            raise StorageFull("there is no room to finish the recording") from error
        raise ValueError("there is no picture in this recording") from error


def shift(units: Sequence[CodedUnit]) -> Iterator[CodedUnit]:
    """The same units, the first of them decoded at 0."""
    start_90k = units[0].dts_90k
    for unit in units:
        yield replace(unit, dts_90k=unit.dts_90k - start_90k, pts_90k=unit.pts_90k - start_90k)


def _fragments(footage: Footage) -> Iterator[bytes]:
    yield init_segment(footage.configuration)
    for number, unit in enumerate(shift(footage.units), start=1):
        yield fragment(number, unit)


def _remux(source: BinaryIO, target: str) -> None:
    with (
        av.open(source, "r") as fragments,
        av.open(target, "w", format="mp4", options=_INDEX_FIRST) as movie,
    ):
        video = fragments.streams.video[0]
        track = movie.add_stream_from_template(video)
        assert isinstance(track, VideoStream)  # noqa: S101 - a video stream's copy is one
        # A film that was broken off ends in the middle of a picture: what is whole counts.
        with suppress(av.error.InvalidDataError, EOFError):
            for packet in fragments.demux(video):
                if packet.size:
                    packet.stream = track
                    movie.mux(packet)

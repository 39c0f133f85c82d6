"""Writes the coded video of one camera into files while somebody wants it kept."""

import os
import shutil
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from sentinel_camera.restream.fmp4 import fragment, init_segment
from sentinel_camera.restream.newest_groups import NewestGroups
from sentinel_camera.restream.sinks import CodedUnit, VideoConfiguration

OTHER_CODING = "The video has changed its size or its coding."
NO_ROOM = "The file cannot be written any more: {}."
DISK_NEARLY_FULL = "The disk is nearly full."
DISK_TOO_SLOW = "The disk does not keep up with the video."
CAMERA_GONE = "The camera is not read here any more."
OTHER_MASKS = "The camera was given other masks."

_MAX_PENDING_BYTES = 32 << 20
_COPIES = 2
"""Of a film when it is stored, beside itself: the finished movie and the object."""


class Film:
    """A fragmented MP4 file that can be played even where it was broken off.

    `take` only notes what is to be written, since it runs in the event loop; `flush` writes.

    Attributes:
        size_bytes: Of all that was taken.
        epoch: Of the first picture; None while there is none.
        from_pts_90k: First picture, on the camera's media clock.
        to_pts_90k: End of the newest picture.
        end: Why nothing is taken any more; None while it goes on.
    """

    def __init__(self, path: Path, reserve_bytes: int = 0) -> None:
        """Make the file; it ends before less than `reserve_bytes` of the disk are free.

        Raises:
            OSError: It cannot be made.
        """
        self.path = path
        self.size_bytes = 0
        self.epoch: str | None = None
        self.from_pts_90k: int | None = None
        self.to_pts_90k: int | None = None
        self.end: str | None = None
        self._reserve_bytes = reserve_bytes
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        self._is_open = True
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self._configuration: VideoConfiguration | None = None
        self._start_90k = 0
        self._sequence = 0

    def take(self, configuration: VideoConfiguration, unit: CodedUnit) -> None:
        """Note a unit to be written; from the first keyframe on."""
        if self.end is not None:
            return
        if self._configuration is None:
            if not unit.is_key:
                return
            self._begin(configuration, unit)
        elif configuration != self._configuration:
            self.finish(OTHER_CODING)
            return
        self._sequence += 1
        self._note(fragment(self._sequence, self._shifted(unit)))
        self.to_pts_90k = max(self.to_pts_90k or 0, unit.pts_90k + unit.duration_90k)
        if self._pending_bytes > _MAX_PENDING_BYTES:
            self.finish(DISK_TOO_SLOW)

    def finish(self, reason: str) -> None:
        """Take nothing any more; the first reason counts."""
        self.end = self.end or reason

    def flush(self) -> None:
        """Write what was noted; where that cannot be, the film ends. Blocks, never raises."""
        pending, self._pending = self._pending, []
        try:
            if pending and self._is_open:
                if shutil.disk_usage(self.path.parent).free < self._needed_bytes():
                    self.finish(DISK_NEARLY_FULL)
                    return
                self._write(b"".join(pending))
        except OSError as error:
            self.finish(NO_ROOM.format(error.strerror))
        finally:
            self._pending_bytes = sum(map(len, self._pending))

    def close(self) -> None:
        """Write the rest, down to the disk, and close the file; fine to call twice. Blocks."""
        if not self._is_open:
            return
        self.flush()
        self._is_open = False
        try:
            os.fsync(self._file)
        except OSError as error:
            self.finish(NO_ROOM.format(error.strerror))
        finally:
            os.close(self._file)

    def _begin(self, configuration: VideoConfiguration, unit: CodedUnit) -> None:
        self._configuration = configuration
        self._start_90k = unit.dts_90k
        self.epoch, self.from_pts_90k = unit.epoch, unit.pts_90k
        self._note(init_segment(configuration))

    def _shifted(self, unit: CodedUnit) -> CodedUnit:
        return replace(
            unit,
            dts_90k=unit.dts_90k - self._start_90k,
            pts_90k=unit.pts_90k - self._start_90k,
        )

    def _needed_bytes(self) -> int:
        return self._reserve_bytes + _COPIES * self.size_bytes if self._reserve_bytes else 0

    def _note(self, data: bytes) -> None:
        self._pending.append(data)
        self._pending_bytes += len(data)
        self.size_bytes += len(data)

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._file, view) :]


class Recorder:
    """A `PacketSink` with as many films as people want of this camera."""

    def __init__(self) -> None:
        self._configuration: VideoConfiguration | None = None
        self._group = NewestGroups()
        self._films: dict[UUID, Film] = {}

    def begin(self, recording_id: UUID, film: Film) -> None:
        """Write into `film` from the newest keyframe on, which came already."""
        self._films[recording_id] = film
        if self._configuration is not None:
            for unit in self._group.units:
                film.take(self._configuration, unit)

    def end(self, recording_id: UUID) -> None:
        """Let a film go."""
        self._films.pop(recording_id, None)

    def configure(self, configuration: VideoConfiguration) -> None:
        """The next units are coded like this."""
        if configuration != self._configuration:
            self._configuration = configuration
            self._group.clear()

    def take(self, unit: CodedUnit) -> None:
        """Hand it to each film."""
        if self._configuration is None:
            return
        self._group.take(unit)
        for film in self._films.values():
            film.take(self._configuration, unit)

    def pause(self) -> None:
        """The films go on when the source comes back; a new one waits for it."""
        self._group.clear()

    def forget(self) -> None:
        """Other masks hold: what was kept on purpose stays, and ends here."""
        self._group.clear()
        self._finish_all(OTHER_MASKS)

    def close(self) -> None:
        """The camera is gone: the films end."""
        self._group.clear()
        self._finish_all(CAMERA_GONE)

    def _finish_all(self, reason: str) -> None:
        for film in self._films.values():
            film.finish(reason)
        self._films.clear()

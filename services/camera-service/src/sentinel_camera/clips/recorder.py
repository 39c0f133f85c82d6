"""Writes the coded video of one camera into files while somebody wants it kept."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

from sentinel_camera.restream.fmp4 import fragment, init_segment
from sentinel_camera.restream.sinks import CodedUnit, VideoConfiguration

OTHER_CODING = "The video has changed its size or its coding."
NO_ROOM = "The file cannot be written any more: {}."
CAMERA_GONE = "The camera is not read here any more."


class Film:
    """A fragmented MP4 file that can be played even where it was broken off.

    Attributes:
        size_bytes: Written so far.
        epoch: Of the first picture; None while there is none.
        from_pts_90k: First picture, on the camera's media clock.
        to_pts_90k: End of the newest picture.
        end: Why nothing is written any more; None while it goes on.
    """

    def __init__(self, path: Path) -> None:
        """Make the file.

        Raises:
            OSError: It cannot be made.
        """
        self.path = path
        self.size_bytes = 0
        self.epoch: str | None = None
        self.from_pts_90k: int | None = None
        self.to_pts_90k: int | None = None
        self.end: str | None = None
        self._file = path.open("wb")
        self._configuration: VideoConfiguration | None = None
        self._start_90k = 0
        self._sequence = 0

    def take(self, configuration: VideoConfiguration, unit: CodedUnit) -> None:
        """Write a unit; from the first keyframe on."""
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
        self._write(fragment(self._sequence, self._shifted(unit)))
        self.to_pts_90k = max(self.to_pts_90k or 0, unit.pts_90k + unit.duration_90k)

    def finish(self, reason: str) -> None:
        """Write nothing any more; the first reason counts."""
        if self.end is None:
            self.end = reason
            self._file.close()

    def _begin(self, configuration: VideoConfiguration, unit: CodedUnit) -> None:
        self._configuration = configuration
        self._start_90k = unit.dts_90k
        self.epoch, self.from_pts_90k = unit.epoch, unit.pts_90k
        self._write(init_segment(configuration))

    def _shifted(self, unit: CodedUnit) -> CodedUnit:
        return replace(
            unit,
            dts_90k=unit.dts_90k - self._start_90k,
            pts_90k=unit.pts_90k - self._start_90k,
        )

    def _write(self, data: bytes) -> None:
        if self.end is not None:
            return
        try:
            self._file.write(data)
        except OSError as error:
            self.finish(NO_ROOM.format(error.strerror))
        else:
            self.size_bytes += len(data)


class Recorder:
    """A `PacketSink` with as many films as people want of this camera."""

    def __init__(self) -> None:
        self._configuration: VideoConfiguration | None = None
        self._films: dict[UUID, Film] = {}

    def begin(self, recording_id: UUID, film: Film) -> None:
        """Write into `film` from the next keyframe on."""
        self._films[recording_id] = film

    def end(self, recording_id: UUID) -> None:
        """Let a film go."""
        self._films.pop(recording_id, None)

    def configure(self, configuration: VideoConfiguration) -> None:
        """The next units are coded like this."""
        self._configuration = configuration

    def take(self, unit: CodedUnit) -> None:
        """Write it into each film."""
        if self._configuration is not None:
            for film in self._films.values():
                film.take(self._configuration, unit)

    def pause(self) -> None:
        """The films go on when the source comes back."""

    def forget(self) -> None:
        """Other masks hold: what was kept on purpose stays, and ends here."""
        self._finish_all("The camera was given other masks.")

    def close(self) -> None:
        """The camera is gone: the films end."""
        self._finish_all(CAMERA_GONE)

    def _finish_all(self, reason: str) -> None:
        for film in self._films.values():
            film.finish(reason)
        self._films.clear()

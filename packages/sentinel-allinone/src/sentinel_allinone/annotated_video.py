"""An MP4 of the sampled frames with their boxes, for `sentinel detect --video`."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.stream import VideoStream

from sentinel_core.domain.errors import InvalidInput, StorageFull
from sentinel_core.domain.media_clock import TICKS_PER_SECOND
from sentinel_inference.pipeline.camera_pipeline import JudgedFrame
from sentinel_vision.detection.detections import Detections
from sentinel_vision.frames.annotation import annotate_rgb
from sentinel_vision.frames.frame import Frame


class AnnotatedVideo:
    """Frames are written at their places on the media clock, at analysis size."""

    def __init__(self, container: av.container.OutputContainer, fps: float) -> None:
        self._container = container
        self._fps = fps
        self._stream: VideoStream | None = None

    def add(self, frame: Frame, judged: JudgedFrame) -> None:
        """Draw and encode one frame."""
        rows, columns = frame.rgb.shape[0] // 2 * 2, frame.rgb.shape[1] // 2 * 2
        stream = self._stream or self._open_stream(columns, rows)
        highlighted = {track for incident in judged.active for track in incident.track_ids}
        boxes = _scaled(judged.reported, columns / frame.picture.width)
        picture = annotate_rgb(frame.rgb[:rows, :columns], boxes, highlighted)
        encoded = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
        encoded.pts = frame.pts_90k
        encoded.time_base = Fraction(1, TICKS_PER_SECOND)
        self._container.mux(stream.encode(encoded))

    def finish(self) -> None:
        """Write what the encoder still holds."""
        if self._stream is not None:
            self._container.mux(self._stream.encode(None))

    def _open_stream(self, width: int, height: int) -> VideoStream:
        stream = self._container.add_stream(
            "libx264", rate=Fraction(self._fps).limit_denominator(1000)
        )
        stream.width, stream.height = width, height
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, TICKS_PER_SECOND)
        stream.options = {"preset": "veryfast", "crf": "23"}
        self._stream = stream
        return stream


@contextmanager
def annotated_video(path: Path, fps: float) -> Iterator[AnnotatedVideo]:
    """Write an MP4 to `path`; it appears there when the block ends well, else not at all.

    Raises:
        InvalidInput: The folder cannot be written to.
        StorageFull: No room.
    """
    partial = path.with_name(f".{path.name}.partial.mp4")
    try:
        with av.open(str(partial), "w") as container:
            video = AnnotatedVideo(container, fps)
            yield video
            video.finish()
        partial.replace(path)
    except av.error.OSError as error:
        if "No space" in str(error):
            raise StorageFull(f"no room left to write {path}") from error
        raise InvalidInput(f"{path} cannot be written: {error.strerror}") from error
    finally:
        partial.unlink(missing_ok=True)


def _scaled(detections: Detections, factor: float) -> Detections:
    return Detections(
        detections.boxes * np.float32(factor),
        detections.confidences,
        detections.class_ids,
        detections.track_ids,
    )

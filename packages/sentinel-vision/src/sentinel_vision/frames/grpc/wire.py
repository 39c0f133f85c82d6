"""Frames as messages, and back. ADR 0020 says why a frame travels in this form."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from sentinel_core.contracts.generated import inference_stream_pb2 as messages
from sentinel_core.domain.cameras import is_camera_key
from sentinel_core.domain.frames import DropReason
from sentinel_vision.frames.frame import Frame, Picture, RemotePicture, analysis_size
from sentinel_vision.frames.jpeg import encode_picture, enlarge
from sentinel_vision.frames.transport import INFERRED, FrameOutcome

PICTURE_QUALITY = 88
"""Snapshots of incidents are stored as they came."""
ANALYSIS_QUALITY = 90
_MAX_SIDE_PX = 16_384
_MICROSECOND = timedelta(microseconds=1)
_ORIGIN = datetime(1970, 1, 1, tzinfo=UTC)

_FATES = {reason: messages.FrameFate.Value(f"FRAME_FATE_{reason.name}") for reason in DropReason}
_REASONS = {fate: reason for reason, fate in _FATES.items()}


class FrameEncoding(StrEnum):
    """How the picture that the model looks at travels."""

    RAW = "raw"
    JPEG = "jpeg"


class UnreadableFrame(Exception):
    """A message that holds no frame: it was damaged, or somebody else made it."""


def encode_frame(frame: Frame, encoding: FrameEncoding) -> messages.InferRequest:
    """The message, but for what is known only when it is sent; holds copies. Takes milliseconds."""
    picture = frame.picture
    request = messages.InferRequest()
    message = request.frame
    message.camera_key = frame.camera_key
    message.stream_epoch = frame.stream_epoch
    message.index = frame.index
    message.pts_90k = frame.pts_90k
    message.captured_at_us = (frame.captured_at - _ORIGIN) // _MICROSECOND
    message.is_live = frame.is_live
    message.fence = frame.fence
    message.width, message.height = picture.width, picture.height
    analysis = message.analysis
    analysis.height, analysis.width = frame.rgb.shape[:2]
    if encoding is FrameEncoding.RAW:
        analysis.encoding = messages.PICTURE_ENCODING_RGB24
        analysis.data = frame.rgb.tobytes()
    else:
        analysis.encoding = messages.PICTURE_ENCODING_JPEG
        analysis.data = simplejpeg.encode_jpeg(
            np.ascontiguousarray(frame.rgb), quality=ANALYSIS_QUALITY, colorsubsampling="420"
        )
    return request


def encode_source_picture(picture: Picture | RemotePicture) -> bytes:
    """The source's picture as it is sent where it is asked for. Takes milliseconds."""
    return encode_picture(picture, PICTURE_QUALITY)


def decode_frame(message: messages.Frame, received_s: float, ask: Callable[[], bytes]) -> Frame:
    """The frame of a message. Takes milliseconds.

    Args:
        message: Of anybody.
        received_s: `Clock.monotonic()` when it came.
        ask: Brings the source's picture from the sender, or raises TimeoutError.

    Raises:
        UnreadableFrame: It holds none.
    """
    if not is_camera_key(message.camera_key):
        raise UnreadableFrame("no camera's key")
    if not (0 < message.width <= _MAX_SIDE_PX and 0 < message.height <= _MAX_SIDE_PX):
        raise UnreadableFrame("no picture's size")
    try:
        captured_at = _ORIGIN + timedelta(microseconds=message.captured_at_us)
        rgb = _decode_analysis(message)
    except (ValueError, OverflowError) as error:
        raise UnreadableFrame(str(error)) from error
    return Frame(
        camera_key=message.camera_key,
        stream_epoch=message.stream_epoch,
        index=message.index,
        pts_90k=message.pts_90k,
        captured_at=captured_at,
        arrived_monotonic_s=received_s - message.age_us / 1e6,
        is_live=message.is_live,
        fence=message.fence,
        rgb=rgb,
        picture=_remote_picture(message, rgb, ask),
    )


def encode_fate(outcome: FrameOutcome) -> "messages.FrameFate.ValueType":
    """What became of a frame, for a message."""
    if outcome.dropped is None:
        return messages.FRAME_FATE_INFERRED
    return _FATES[outcome.dropped]


def decode_fate(fate: "messages.FrameFate.ValueType") -> FrameOutcome:
    """What became of a frame; what a newer receiver says and we do not know is an error of its."""
    if fate == messages.FRAME_FATE_INFERRED:
        return INFERRED
    return FrameOutcome(_REASONS.get(fate, DropReason.INFERENCE_ERROR))


def _remote_picture(
    message: messages.Frame, rgb: NDArray[np.uint8], ask: Callable[[], bytes]
) -> RemotePicture:
    width, height = message.width, message.height

    def fetch() -> bytes:
        """A snapshot that is not sharp is better than none."""
        try:
            jpeg = ask()
            if simplejpeg.decode_jpeg_header(jpeg)[:2] == (height, width):
                return jpeg
        except (TimeoutError, ValueError):
            pass
        return enlarge(rgb, width, height, PICTURE_QUALITY)

    return RemotePicture(width, height, fetch)


def _decode_analysis(message: messages.Frame) -> NDArray[np.uint8]:
    wanted = analysis_size(message.width, message.height)
    analysis = message.analysis
    if (analysis.width, analysis.height) != wanted:
        raise ValueError("the picture for the model has another size than it must have")
    if analysis.encoding == messages.PICTURE_ENCODING_JPEG:
        return _decode_jpeg(analysis.data, wanted)
    if analysis.encoding != messages.PICTURE_ENCODING_RGB24:
        raise ValueError("the picture for the model is coded in an unknown way")
    return np.frombuffer(analysis.data, np.uint8).reshape(wanted[1], wanted[0], 3)


def _decode_jpeg(data: bytes, wanted: tuple[int, int]) -> NDArray[np.uint8]:
    height, width, *_ = simplejpeg.decode_jpeg_header(data)
    if (width, height) != wanted:
        raise ValueError("a JPEG has another size than the message says")
    rgb: NDArray[np.uint8] = simplejpeg.decode_jpeg(data, colorspace="RGB")
    return rgb

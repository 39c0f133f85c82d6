"""Detection events as a Parquet table and back: a row for each detection, a bare one without any.

Any tool that reads Parquet can query the files: `class` is null in the row of a frame in which
nothing was seen.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Final

import arro3.core as arrow
from arro3.io import read_parquet, write_parquet

from sentinel_core.contracts.generated.detection_event import (
    DetectedObject,
    DetectionEvent,
    FrameSize,
)
from sentinel_core.domain.errors import DependencyUnavailable, InvalidInput
from sentinel_core.domain.identifiers import detection_event_id
from sentinel_core.domain.media_clock import format_utc, parse_utc

DECIMALS: Final = 5

_MAGIC: Final = b"PAR1"
_MIN_BYTES: Final = 12
_BATCH_ROWS: Final = 16_384

_Type = arrow.DataType
_MOMENT: Final = _Type.timestamp("ms", tz="UTC")
_COLUMNS: Final[dict[str, arrow.DataType]] = {
    "timestamp": _MOMENT,
    "camera_id": _Type.utf8(),
    "stream_epoch": _Type.utf8(),
    "frame_id": _Type.utf8(),
    "pts_90k": _Type.int64(),
    "frame_width": _Type.int64(),
    "frame_height": _Type.int64(),
    "class": _Type.utf8(),
    "confidence": _Type.float32(),
    "x": _Type.float32(),
    "y": _Type.float32(),
    "w": _Type.float32(),
    "h": _Type.float32(),
    "track_id": _Type.int64(),
    "model_version": _Type.utf8(),
    "inferred_at": _MOMENT,
}
_FRAME_COLUMNS: Final = 7
"""So many of the columns say the same in all rows of a frame, as the last two do."""

_Row = tuple[Any, ...]


def encode_events(events: Sequence[DetectionEvent]) -> bytes:
    """A Parquet file of events, in their order.

    Raises:
        InvalidInput: A number does not fit into 64 bits, a time cannot be read.
    """
    try:
        columns = zip(*(row for event in events for row in _rows(event)), strict=True)
        table = arrow.Table(
            {
                name: _array(values, kind)
                for (name, kind), values in zip(_COLUMNS.items(), columns, strict=True)
            }
        )
    except (ValueError, OverflowError, TypeError) as error:
        raise InvalidInput(f"a detection event cannot be archived: {error}") from error
    file = io.BytesIO()
    write_parquet(table, file, compression="zstd(3)")
    return file.getvalue()


def decode_events(content: bytes, name: str) -> list[DetectionEvent]:
    """The events of a file.

    Raises:
        DependencyUnavailable: It is no file of ours; says its `name`.
    """
    if not _is_whole(content):
        raise DependencyUnavailable(f"{name} is spoilt: no Parquet file")
    try:
        rows = list(_read_rows(content))
    # A footer that is spoilt ends arro3 with a Rust panic, which is no Exception.
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, SystemExit, MemoryError)):
            raise
        raise DependencyUnavailable(f"{name} is spoilt: {error}") from error
    return [_event(frame, list(found)) for frame, found in groupby(rows, _frame_of)]


def _rows(event: DetectionEvent) -> Iterator[_Row]:
    frame = (
        _milliseconds(event.timestamp),
        event.camera_id,
        event.stream_epoch,
        event.frame_id,
        event.pts_90k,
        event.frame.width,
        event.frame.height,
    )
    rest = (event.model_version, _milliseconds(event.inferred_at))
    for found in event.detections:
        yield (*frame, found.class_, found.confidence, *found.bbox, found.track_id, *rest)
    if not event.detections:
        yield (*frame, None, None, None, None, None, None, None, *rest)


def _array(values: Iterable[Any], kind: arrow.DataType) -> arrow.Array:
    if kind is _MOMENT:
        return arrow.Array(list(values), _Type.int64()).cast(kind)
    return arrow.Array(list(values), kind)


def _is_whole(content: bytes) -> bool:
    if len(content) < _MIN_BYTES or content[:4] != _MAGIC or content[-4:] != _MAGIC:
        return False
    return int.from_bytes(content[-8:-4], "little") <= len(content) - _MIN_BYTES


def _read_rows(content: bytes) -> Iterator[_Row]:
    for batch in read_parquet(content, batch_size=_BATCH_ROWS):
        columns = [_values(batch.column(name), kind) for name, kind in _COLUMNS.items()]
        yield from zip(*columns, strict=True)


def _values(column: arrow.Array, kind: arrow.DataType) -> Iterable[Any]:
    if kind is _MOMENT:
        column = column.cast(_Type.int64())
    values: Iterable[Any] = column.to_pylist()
    return values


def _frame_of(row: _Row) -> _Row:
    return (*row[:_FRAME_COLUMNS], *row[-2:])


def _event(frame: _Row, rows: Sequence[_Row]) -> DetectionEvent:
    timestamp, camera, epoch, frame_id, pts_90k, width, height, model, inferred_at = frame
    return DetectionEvent(
        schema_version=1,
        event_id=str(detection_event_id(camera, epoch, frame_id, model)),
        timestamp=_text(timestamp),
        camera_id=camera,
        frame_id=frame_id,
        stream_epoch=epoch,
        pts_90k=pts_90k,
        frame=FrameSize(width=width, height=height),
        detections=[
            _object(row[_FRAME_COLUMNS:-2]) for row in rows if row[_FRAME_COLUMNS] is not None
        ],
        anomaly_type=None,
        incident_id=None,
        image_url=None,
        clip_url=None,
        incidents=[],
        model_version=model,
        inferred_at=_text(inferred_at),
    )


def _object(values: _Row) -> DetectedObject:
    name, confidence, *box, track_id = values
    return DetectedObject(
        class_=name,
        confidence=round(confidence, DECIMALS),
        bbox=[round(value, DECIMALS) for value in box],
        track_id=track_id,
    )


def _milliseconds(text: str) -> int:
    return round(parse_utc(text).timestamp() * 1000)


def _text(milliseconds: int) -> str:
    return format_utc(datetime.fromtimestamp(milliseconds / 1000, tz=UTC))

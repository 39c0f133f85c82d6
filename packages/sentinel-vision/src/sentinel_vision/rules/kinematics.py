"""How the tracks of a camera move, from their boxes alone.

A track's position is the middle of its box's bottom edge. Distances are metres where the camera
is calibrated, else body lengths: BL = sqrt(width x height) of the same box.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.detection.detections import NO_TRACK, Detections
from sentinel_vision.rules.geometry import Flags, Floats, GroundPlane
from sentinel_vision.rules.scene import Instant, SceneFrame

MATURE_AGE_S = 1.0
MATURE_HITS = 3
SMOOTHING_S = 1.0
DISPLACEMENT_S = 3.0
FORGET_AFTER_S = 3.0

_MIN_SAMPLES = 3
_TOLERANCE_S = 0.01
_EDGE_SHARE = 0.01
_CAPACITY = 160
_CHANNELS = 5
_X, _LENGTH, _EAST, _NORTH = 0, 2, 3, 4


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """The tracked rows of a frame in the order of their track ids; unknown values are NaN.

    Attributes:
        boxes: float64, shape (n, 4), pixels.
        anchors: Bottom centres, normalised to the frame, shape (n, 2).
        unit: `m` or `BL`, the unit of everything below.
        velocity_px_s: Shape (n, 2), in the picture.
        speed: Units per second, shape (n,).
        displacement: Way between now and `DISPLACEMENT_S` ago, shape (n,).
        position: Smoothed, shape (n, 2): metres, or pixels where the unit is BL.
        length: What one unit is in `position`: 1 for metres, the body length in pixels for BL.
        mature: The track counts: it was seen for 1 s and in 3 frames.
    """

    track_ids: NDArray[np.int64]
    class_ids: NDArray[np.int64]
    boxes: Floats
    anchors: Floats
    unit: str
    velocity_px_s: Floats
    speed: Floats
    displacement: Floats
    position: Floats
    length: Floats
    mature: Flags

    def __len__(self) -> int:
        return len(self.track_ids)


class Kinematics:
    """History of the tracks of one camera, as a table: one row a track, one column a frame."""

    def __init__(self, ground: GroundPlane | None) -> None:
        self._ground = ground
        self.unit = "BL" if ground is None else "m"
        self.reset()

    def reset(self) -> None:
        """Forget all tracks: the stream was interrupted."""
        self._slots: dict[int, int] = {}
        self._began_s = 0.0
        self._instants: list[Instant] = []
        self._head = 0
        self._times = np.zeros(2 * _CAPACITY)
        self._allocate(64)

    def watched_s(self, now: Instant) -> float:
        """How long the tracks have been followed without an interruption."""
        return now.observed_s - self._began_s if self._instants else 0.0

    def instant_before(self, now: Instant, seconds: float) -> Instant:
        """The sample `seconds` ago, or the oldest that is remembered."""
        since = now.observed_s - seconds - _TOLERANCE_S
        return next((past for past in self._instants if past.observed_s >= since), now)

    def observe(self, scene: SceneFrame, now: Instant) -> Motion:
        """Take in a frame and say how its tracks move."""
        rows = _tracked_rows(scene.detections)
        boxes = rows.boxes.astype(np.float64)
        anchors = np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2.0, boxes[:, 3]])
        anchors /= (scene.width, scene.height)
        if not self._instants:
            self._began_s = now.observed_s
        self._open_column(now)
        slots = self._find_slots(rows.track_ids, now)
        located = ~_is_truncated(boxes, scene.width, scene.height)
        self._samples[slots[located], self._head] = self._measure(
            boxes[located], anchors[located], scene
        )
        self._hits[slots] += 1
        self._last_s[slots] = now.observed_s
        self._smooth(now)
        return self._describe(rows, boxes, anchors, slots, now)

    def _allocate(self, size: int) -> None:
        table = (size, 2 * _CAPACITY, _CHANNELS)
        self._samples = np.full(table, np.nan)
        self._medians = np.full(table, np.nan)
        self._first_s = np.zeros(size)
        self._last_s = np.zeros(size)
        self._hits = np.zeros(size, dtype=np.int64)

    def _grow(self) -> None:
        tables = (self._samples, self._medians, self._first_s, self._last_s, self._hits)
        used = len(self._hits)
        self._allocate(2 * used)
        larger = (self._samples, self._medians, self._first_s, self._last_s, self._hits)
        for table, old in zip(larger, tables, strict=True):
            table[:used] = old

    def _open_column(self, now: Instant) -> None:
        if self._instants:
            self._head += 1
        if self._head == 2 * _CAPACITY:
            for table in (self._samples, self._medians):
                table[:, :_CAPACITY] = table[:, _CAPACITY:]
                table[:, _CAPACITY:] = np.nan
            self._times[:_CAPACITY] = self._times[_CAPACITY:]
            self._head = _CAPACITY
        self._times[self._head] = now.observed_s
        self._instants.append(now)
        oldest = now.observed_s - DISPLACEMENT_S - SMOOTHING_S
        while self._instants[0].observed_s < oldest:
            self._instants.pop(0)

    def _find_slots(self, track_ids: NDArray[np.int64], now: Instant) -> NDArray[np.intp]:
        self._forget(now)
        for track_id in track_ids.tolist():
            if track_id not in self._slots:
                self._occupy(track_id, now)
        return np.array([self._slots[track_id] for track_id in track_ids.tolist()], dtype=np.intp)

    def _occupy(self, track_id: int, now: Instant) -> None:
        slot = len(self._slots)
        if slot == len(self._hits):
            self._grow()
        self._samples[slot] = self._medians[slot] = np.nan
        self._first_s[slot], self._hits[slot] = now.observed_s, 0
        self._slots[track_id] = slot

    def _forget(self, now: Instant) -> None:
        used = len(self._slots)
        kept = np.flatnonzero(self._last_s[:used] >= now.observed_s - FORGET_AFTER_S)
        if len(kept) == used:
            return
        for table in (self._samples, self._medians, self._first_s, self._last_s, self._hits):
            table[: len(kept)] = table[kept]
        track_ids = list(self._slots)
        self._slots = {track_ids[old]: new for new, old in enumerate(kept.tolist())}

    def _measure(self, boxes: Floats, anchors: Floats, scene: SceneFrame) -> Floats:
        measured = np.empty((len(boxes), _CHANNELS))
        measured[:, :_LENGTH] = anchors * (scene.width, scene.height)
        measured[:, _LENGTH] = np.sqrt((boxes[:, 2:] - boxes[:, :2]).prod(axis=1))
        if self._ground is None:
            measured[:, _EAST:] = 0.0
        else:
            measured[:, _EAST:] = self._ground.to_metres(anchors)
        return measured

    def _window(self, seconds: float, now: Instant) -> slice:
        """Columns of the last `seconds`, at least three where there are so many."""
        since = now.observed_s - seconds - _TOLERANCE_S
        first = int(np.searchsorted(self._times[: self._head + 1], since))
        return slice(max(0, min(first, self._head + 1 - _MIN_SAMPLES)), self._head + 1)

    def _smooth(self, now: Instant) -> None:
        used = len(self._slots)
        recent = self._samples[:used, self._window(SMOOTHING_S, now)]
        self._medians[:used, self._head] = _median(recent)

    def _describe(
        self,
        rows: Detections,
        boxes: Floats,
        anchors: Floats,
        slots: NDArray[np.intp],
        now: Instant,
    ) -> Motion:
        window = self._window(SMOOTHING_S, now)
        recent = self._medians[slots, window]
        rates = _slopes(self._times[window], recent)
        current = self._medians[slots, self._head]
        before = self._medians_before(slots, now)
        length = current[:, _LENGTH] if self._ground is None else np.ones(len(slots))
        axes = slice(_X, _LENGTH) if self._ground is None else slice(_EAST, _NORTH + 1)
        way = current[:, axes] - before[:, axes]
        age = now.observed_s - self._first_s[slots]
        mature = (age >= MATURE_AGE_S - _TOLERANCE_S) & (self._hits[slots] >= MATURE_HITS)
        return Motion(
            track_ids=rows.track_ids,
            class_ids=rows.class_ids,
            boxes=boxes,
            anchors=anchors,
            unit=self.unit,
            velocity_px_s=rates[:, _X:_LENGTH],
            speed=np.hypot(*rates[:, axes].T) / length,
            displacement=np.hypot(*way.T) / length,
            position=current[:, axes],
            length=length,
            mature=mature,
        )

    def _medians_before(self, slots: NDArray[np.intp], now: Instant) -> Floats:
        until = now.observed_s - DISPLACEMENT_S + _TOLERANCE_S
        column = int(np.searchsorted(self._times[: self._head + 1], until)) - 1
        if column < 0:
            return np.full((len(slots), _CHANNELS), np.nan)
        medians: Floats = self._medians[slots, column]
        return medians


def _tracked_rows(detections: Detections) -> Detections:
    """Rows with a track, by track id; of rows that share one the most confident."""
    tracked = detections.select(detections.track_ids != NO_TRACK)
    keys = (*tracked.boxes.T, -tracked.confidences, tracked.track_ids)
    ordered = tracked.select(np.lexsort(keys))
    is_first = np.ones(len(ordered), dtype=np.bool_)
    is_first[1:] = ordered.track_ids[1:] != ordered.track_ids[:-1]
    return ordered if is_first.all() else ordered.select(is_first)


def _is_truncated(boxes: Floats, width: int, height: int) -> Flags:
    """Boxes cut by the frame's left, right or lower edge: their bottom centre says nothing."""
    margin_x, margin_y = _EDGE_SHARE * width, _EDGE_SHARE * height
    truncated: Flags = (
        (boxes[:, 0] < margin_x)
        | (boxes[:, 2] > width - margin_x)
        | (boxes[:, 3] > height - margin_y)
    )
    return truncated


def _median(samples: Floats) -> Floats:
    """Median over axis 1 of shape (n, k, channels), NaN left out."""
    ordered = np.sort(samples, axis=1)
    known = np.count_nonzero(~np.isnan(samples[:, :, :1]), axis=1)[:, :, None]
    lower = np.take_along_axis(ordered, np.maximum(known - 1, 0) // 2, axis=1)
    upper = np.take_along_axis(ordered, known // 2, axis=1)
    middle: Floats = (lower[:, 0] + upper[:, 0]) / 2.0
    return middle


def _slopes(times: Floats, values: Floats) -> Floats:
    """Least-squares slope over axis 1 of shape (n, k, channels); NaN with fewer than 2 samples."""
    known = ~np.isnan(values[:, :, 0])
    count = known.sum(axis=1)
    weight = known / np.maximum(count, 1)[:, None]
    centred = np.where(known, times - (weight @ times)[:, None], 0.0)
    spread = (centred**2).sum(axis=1)
    spread[count < 2] = np.nan
    rises = np.einsum("nk,nkc->nc", centred, np.where(known[:, :, None], values, 0.0))
    slopes: Floats = rises / spread[:, None]
    return slopes

"""How the tracks of a camera move, from their boxes alone.

A track's position is the middle of its box's bottom edge. Distances are metres where the camera
is calibrated, else body lengths: BL = sqrt(width x height) of the same box.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.detection.detections import NO_TRACK, Detections
from sentinel_vision.rules.agile import MIN_SPREAD_S2, Agile, fit_agile
from sentinel_vision.rules.geometry import Flags, Floats
from sentinel_vision.rules.ground import GroundPlane
from sentinel_vision.rules.scene import Instant, SceneFrame

MATURE_AGE_S = 1.0
MATURE_HITS = 3
SMOOTHING_S = 1.0
DISPLACEMENT_S = 3.0
AGILE_S = 0.8
"""`Motion.agile` looks back so far: more nervous than the speed, and half as late."""

FORGET_AFTER_S = 3.0

_MIN_SAMPLES = 3
_TOLERANCE_S = 0.01
_EDGE_SHARE = 0.01
_CAPACITY = 160

# Channels of the tables: x and y, with a calibration east and north, then these two.
_LENGTH, _TIME = -2, -1


@dataclass(frozen=True, eq=False)
class Motion:
    """The tracked rows of a frame in the order of their track ids; unknown values are NaN.

    Attributes:
        boxes: float64, shape (n, 4), pixels.
        anchors: Bottom centres, normalised to the frame, shape (n, 2).
        unit: `m` or `BL`, the unit of everything below.
        velocity_px_s: Shape (n, 2), in the picture.
        velocity: Shape (n, 2), of `position`.
        speed: Units per second, shape (n,).
        displacement: Way between now and `DISPLACEMENT_S` ago, shape (n,).
        position: Smoothed, shape (n, 2): metres, or pixels where the unit is BL.
        length: What one unit is in `position`: 1 for metres, the body length in pixels for BL.
        mature: The track counts: it was seen for 1 s and in 3 frames.
        slots: A small number that is the track's own while it is remembered, shape (n,).
        look_back: Works out `agile` and `agile_before`.
        recall: Works out `samples`.
    """

    track_ids: NDArray[np.int64]
    class_ids: NDArray[np.int64]
    boxes: Floats
    anchors: Floats
    unit: str
    velocity_px_s: Floats
    velocity: Floats
    speed: Floats
    displacement: Floats
    position: Floats
    length: Floats
    mature: Flags
    slots: NDArray[np.intp]
    look_back: Callable[[NDArray[np.intp], float], Agile]
    recall: Callable[[NDArray[np.intp], float, float], tuple[Floats, Floats]]

    def __len__(self) -> int:
        return len(self.track_ids)

    @cached_property
    def agile(self) -> Agile:
        """For what is over in a second. To be asked for before the next frame."""
        return self.look_back(self.slots, 0.0)

    def agile_before(self, rows: NDArray[np.intp], ago_s: float) -> Agile:
        """The same for some rows as it was up to 3 s ago."""
        return self.look_back(self.slots[rows], ago_s)

    def samples(
        self, rows: NDArray[np.intp], seconds: float, ago_s: float = 0.0
    ) -> tuple[Floats, Floats]:
        """Where some rows were seen in the `seconds` up to `ago_s` ago, as it was measured.

        To be asked for before the next frame; up to 4 s are remembered.

        Returns:
            Seconds from now, not above 0, shape (k, rows), and places as `position`, shape
            (k, rows, 2); NaN where a track was not seen.
        """
        return self.recall(self.slots[rows], seconds, ago_s)


class Kinematics:
    """History of the tracks of one camera, as tables: a frame is a row, a track a column."""

    def __init__(self, ground: GroundPlane | None) -> None:
        self._ground = ground
        self.unit = "BL" if ground is None else "m"
        self._channels = 4 if ground is None else 6
        self._axes = slice(0, 2) if ground is None else slice(2, 4)
        self.reset()

    def reset(self) -> None:
        """Forget all tracks: the stream was interrupted."""
        self._slots: dict[int, int] = {}
        self._free: list[int] = []
        # The tracks of the last frame: most often this one has the same.
        self._wanted: list[int] = []
        self._wanted_slots = np.empty(0, dtype=np.intp)
        self._used = 0
        self._began_s = 0.0
        self._instants: deque[Instant] = deque()
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
        size = np.array((scene.width, scene.height), dtype=np.float64)
        feet = np.empty((len(boxes), 2))
        feet[:, 0] = (boxes[:, 0] + boxes[:, 2]) / 2.0
        feet[:, 1] = boxes[:, 3]
        anchors = feet / size
        self._open_row(now)
        slots = self._find_slots(rows.track_ids, now)
        measured = self._measure(boxes, feet, anchors)
        measured[:, _TIME] = now.observed_s
        unknown = _is_truncated(boxes, size)
        if self._ground is not None:
            unknown |= np.isnan(measured[:, 2])
        measured[unknown] = np.nan
        self._samples[self._head, slots] = measured
        self._hits[slots] += 1
        self._last_s[slots] = now.observed_s
        window = self._window(SMOOTHING_S, now)
        used = slice(self._used)
        self._medians[self._head, used] = _median(self._samples[window, used])
        return self._describe(rows, boxes, anchors, slots, now)

    def _allocate(self, size: int) -> None:
        table = (2 * _CAPACITY, size, self._channels)
        self._samples = np.full(table, np.nan)
        self._medians = np.full(table, np.nan)
        self._first_s = np.zeros(size)
        self._last_s = np.zeros(size)
        self._hits = np.zeros(size, dtype=np.int64)

    def _grow(self) -> None:
        samples, medians = self._samples, self._medians
        first_s, last_s, hits = self._first_s, self._last_s, self._hits
        used = len(hits)
        self._allocate(2 * used)
        self._samples[:, :used], self._medians[:, :used] = samples, medians
        self._first_s[:used], self._last_s[:used], self._hits[:used] = first_s, last_s, hits

    def _open_row(self, now: Instant) -> None:
        if self._instants:
            self._head += 1
        else:
            self._began_s = now.observed_s
        if self._head == 2 * _CAPACITY:
            for table in (self._samples, self._medians):
                table[:_CAPACITY] = table[_CAPACITY:]
                table[_CAPACITY:] = np.nan
            self._times[:_CAPACITY] = self._times[_CAPACITY:]
            self._head = _CAPACITY
        self._times[self._head] = now.observed_s
        self._instants.append(now)
        oldest = now.observed_s - DISPLACEMENT_S - SMOOTHING_S
        while self._instants[0].observed_s < oldest:
            self._instants.popleft()

    def _find_slots(self, track_ids: NDArray[np.int64], now: Instant) -> NDArray[np.intp]:
        self._forget(now)
        wanted = track_ids.tolist()
        if wanted == self._wanted:
            return self._wanted_slots
        for track_id in wanted:
            if track_id not in self._slots:
                self._occupy(track_id, now)
        slots = np.array([self._slots[track_id] for track_id in wanted], dtype=np.intp)
        self._wanted, self._wanted_slots = wanted, slots
        return slots

    def _occupy(self, track_id: int, now: Instant) -> None:
        if self._free:
            slot = self._free.pop()
        else:
            slot, self._used = self._used, self._used + 1
            if slot == len(self._hits):
                self._grow()
        self._samples[:, slot] = self._medians[:, slot] = np.nan
        self._first_s[slot], self._hits[slot] = now.observed_s, 0
        self._slots[track_id] = slot

    def _forget(self, now: Instant) -> None:
        oldest_s = now.observed_s - FORGET_AFTER_S
        if (self._last_s[: self._used] >= oldest_s).all():
            return
        for track_id, slot in list(self._slots.items()):
            if self._last_s[slot] < oldest_s:
                del self._slots[track_id]
                self._free.append(slot)
                self._last_s[slot] = np.inf

    def _measure(self, boxes: Floats, feet: Floats, anchors: Floats) -> Floats:
        measured = np.empty((len(boxes), self._channels))
        measured[:, :2] = feet
        sides = boxes[:, 2:] - boxes[:, :2]
        measured[:, _LENGTH] = np.sqrt(sides[:, 0] * sides[:, 1])
        if self._ground is not None:
            measured[:, 2:4] = self._ground.to_metres(anchors)
        return measured

    def _window(self, seconds: float, now: Instant, ago_s: float = 0.0) -> slice:
        """Rows of the last `seconds` up to `ago_s`, at least three where there are so many."""
        times = self._times[: self._head + 1]
        end = self._head + 1
        if ago_s:
            end = max(1, int(times.searchsorted(now.observed_s - ago_s + _TOLERANCE_S)))
        first = int(times.searchsorted(now.observed_s - ago_s - seconds - _TOLERANCE_S))
        return slice(max(0, min(first, end - _MIN_SAMPLES)), end)

    def _describe(
        self,
        rows: Detections,
        boxes: Floats,
        anchors: Floats,
        slots: NDArray[np.intp],
        now: Instant,
    ) -> Motion:
        window = self._window(SMOOTHING_S, now)
        recent = self._medians[window, slots]
        rates = _slopes(recent[:, :, _TIME] - now.observed_s, recent[:, :, :_LENGTH])
        current = recent[-1]
        length = current[:, _LENGTH] if self._ground is None else np.ones(len(slots))
        position = current[:, self._axes]
        way = position - self._medians_before(slots, now)[:, self._axes]
        pace = rates[:, self._axes]
        age = now.observed_s - self._first_s[slots]
        mature = (age >= MATURE_AGE_S - _TOLERANCE_S) & (self._hits[slots] >= MATURE_HITS)
        return Motion(
            track_ids=rows.track_ids,
            class_ids=rows.class_ids,
            boxes=boxes,
            anchors=anchors,
            unit=self.unit,
            velocity_px_s=rates[:, :2],
            velocity=pace,
            speed=np.hypot(pace[:, 0], pace[:, 1]) / length,
            displacement=np.hypot(way[:, 0], way[:, 1]) / length,
            position=position,
            length=length,
            mature=mature,
            slots=slots,
            look_back=partial(self._look_back, now),
            recall=partial(self._recall, now),
        )

    def _look_back(self, now: Instant, slots: NDArray[np.intp], ago_s: float) -> Agile:
        recent = self._samples[self._window(AGILE_S, now, ago_s), slots]
        times = recent[:, :, _TIME] - (now.observed_s - ago_s)
        return fit_agile(times, recent[:, :, self._axes])

    def _recall(
        self, now: Instant, slots: NDArray[np.intp], seconds: float, ago_s: float
    ) -> tuple[Floats, Floats]:
        seen = self._samples[self._window(seconds, now, ago_s), slots]
        return seen[:, :, _TIME] - now.observed_s, seen[:, :, self._axes]

    def _medians_before(self, slots: NDArray[np.intp], now: Instant) -> Floats:
        until = now.observed_s - DISPLACEMENT_S + _TOLERANCE_S
        row = int(self._times[: self._head + 1].searchsorted(until)) - 1
        if row < 0:
            return np.full((len(slots), self._channels), np.nan)
        medians: Floats = self._medians[row, slots]
        return medians


def _tracked_rows(detections: Detections) -> Detections:
    """Rows with a track, by track id; of rows that share one the most confident."""
    rows = np.flatnonzero(detections.track_ids != NO_TRACK)
    rows = rows[detections.track_ids[rows].argsort(kind="stable")]
    track_ids = detections.track_ids[rows]
    is_first = np.ones(len(rows), dtype=np.bool_)
    np.not_equal(track_ids[1:], track_ids[:-1], out=is_first[1:])
    if is_first.all():
        return detections.select(rows)
    keys = (*detections.boxes[rows].T, -detections.confidences[rows], track_ids)
    return detections.select(rows[np.lexsort(keys)][is_first])


def _is_truncated(boxes: Floats, size: Floats) -> Flags:
    """Boxes cut by the frame's left, right or lower edge: their bottom centre says nothing."""
    margin = _EDGE_SHARE * size
    truncated: Flags = boxes[:, 0] < margin[0]
    truncated |= boxes[:, 2] > size[0] - margin[0]
    truncated |= boxes[:, 3] > size[1] - margin[1]
    return truncated


def _median(samples: Floats) -> Floats:
    """Median over the first axis of shape (k, n, channels), NaN left out: (n, channels)."""
    ordered = np.sort(samples, axis=0)
    known = (~np.isnan(samples[:, :, 0])).sum(axis=0)
    columns = np.arange(samples.shape[1])
    lower = ordered[np.maximum(known - 1, 0) // 2, columns]
    middle: Floats = (lower + ordered[known // 2, columns]) / 2.0
    return middle


def _slopes(times: Floats, values: Floats) -> Floats:
    """Least-squares slope over the first axis: (n, channels).

    The times are medians like the values, so that the short windows of a young track and the
    uneven ones of a bad stream do not falsify the slope.

    Args:
        times: (k, n), NaN where the values are.
        values: (k, n, channels).

    Returns:
        NaN where fewer than two samples are known.
    """
    missing = np.isnan(times)
    if missing.any():
        count = np.maximum(len(times) - missing.sum(axis=0), 1)
        times = np.where(missing, 0.0, times)
        centred = times - times.sum(axis=0) / count
        centred[missing] = 0.0
        values = np.where(missing[:, :, None], 0.0, values)
    else:
        centred = times - times.sum(axis=0) / len(times)
    spread = (centred * centred).sum(axis=0)
    spread[spread < MIN_SPREAD_S2] = np.nan
    slopes: Floats = (centred[:, :, None] * values).sum(axis=0) / spread[:, None]
    return slopes

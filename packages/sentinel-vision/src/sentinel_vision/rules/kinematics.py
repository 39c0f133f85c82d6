"""How the tracks of a camera move, from their boxes alone.

A track's position is the middle of its box's bottom edge. Distances are metres where the camera
is calibrated, else body lengths: BL = sqrt(width x height) of the same box.
"""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.detection.detections import NO_TRACK, Detections
from sentinel_vision.rules.agile import Agile, fit_agile
from sentinel_vision.rules.geometry import Flags, Floats
from sentinel_vision.rules.ground import GroundPlane
from sentinel_vision.rules.scene import Instant, SceneFrame
from sentinel_vision.rules.trends import slopes_over, window_medians

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

# Channels of the tables: x and y, with a calibration east and north, without one the body's
# length, and at last the time.
_LENGTH, _TIME = 2, -1


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
    """History of the tracks of one camera, as tables: a frame is a row, a track a column.

    A frame costs some fifty operations on small arrays whatever is in it, so that each is counted:
    a channel is contiguous, and rows are taken out of the tables once for all channels.
    """

    def __init__(self, ground: GroundPlane | None) -> None:
        self._ground = ground
        self.unit = "BL" if ground is None else "m"
        self._channels = 4 if ground is None else 5
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
        self._oldest_s = -np.inf
        # One for each row of the tables.
        self._instants: list[Instant] = []
        self._times: list[float] = []
        self._allocate(64)

    def watched_s(self, now: Instant) -> float:
        """How long the tracks have been followed without an interruption."""
        return now.observed_s - self._began_s if self._instants else 0.0

    def instant_before(self, now: Instant, seconds: float) -> Instant:
        """The sample `seconds` ago, or the oldest that is remembered."""
        row = bisect_left(self._times, now.observed_s - seconds - _TOLERANCE_S)
        return self._instants[row] if row < len(self._instants) else now

    def observe(self, scene: SceneFrame, now: Instant) -> Motion:
        """Take in a frame and say how its tracks move."""
        now_s = now.observed_s
        rows = _tracked_rows(scene.detections)
        row = self._open_row(now, now_s)
        slots = self._find_slots(rows.track_ids, now_s)
        anchors, measured = self._measure(rows.boxes, (scene.width, scene.height), now_s)
        self._samples[row][:, slots] = measured
        hits = self._hits.take(slots) + 1
        self._hits[slots] = hits
        self._last_s[slots] = now_s
        window = self._window(SMOOTHING_S, now_s)
        used = slice(self._used)
        self._medians[row, :, used] = window_medians(self._samples[window, :, used])
        return self._describe(rows, anchors, slots, hits, window, now)

    def _allocate(self, size: int) -> None:
        table = (2 * _CAPACITY, self._channels, size)
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
        self._samples[:, :, :used], self._medians[:, :, :used] = samples, medians
        self._first_s[:used], self._last_s[:used], self._hits[:used] = first_s, last_s, hits

    def _open_row(self, now: Instant, now_s: float) -> int:
        if not self._instants:
            self._began_s = now_s
        if len(self._times) == 2 * _CAPACITY:
            for table in (self._samples, self._medians):
                table[:_CAPACITY] = table[_CAPACITY:]
                table[_CAPACITY:] = np.nan
            del self._times[:_CAPACITY]
            del self._instants[:_CAPACITY]
        self._times.append(now_s)
        self._instants.append(now)
        return len(self._times) - 1

    def _find_slots(self, track_ids: NDArray[np.int64], now_s: float) -> NDArray[np.intp]:
        self._forget(now_s)
        wanted = track_ids.tolist()
        if wanted == self._wanted:
            return self._wanted_slots
        for track_id in wanted:
            if track_id not in self._slots:
                self._occupy(track_id, now_s)
        slots = np.array([self._slots[track_id] for track_id in wanted], dtype=np.intp)
        self._wanted, self._wanted_slots = wanted, slots
        return slots

    def _occupy(self, track_id: int, now_s: float) -> None:
        if self._free:
            slot = self._free.pop()
        else:
            slot, self._used = self._used, self._used + 1
            if slot == len(self._hits):
                self._grow()
        # Rows before these are not asked any more.
        oldest = bisect_left(self._times, now_s - DISPLACEMENT_S - SMOOTHING_S) - _MIN_SAMPLES
        rows = slice(max(0, oldest), None)
        self._samples[rows, :, slot] = self._medians[rows, :, slot] = np.nan
        self._first_s[slot], self._hits[slot] = now_s, 0
        self._slots[track_id] = slot

    def _forget(self, now_s: float) -> None:
        before_s = now_s - FORGET_AFTER_S
        if self._oldest_s >= before_s:
            return
        last_s = self._last_s[: self._used]
        if np.count_nonzero(last_s < before_s):
            for track_id, slot in list(self._slots.items()):
                if last_s[slot] < before_s:
                    del self._slots[track_id]
                    self._free.append(slot)
                    last_s[slot] = np.inf
        # Whatever is seen later is younger: no need to look before this is too old.
        self._oldest_s = float(last_s.min(initial=now_s))

    def _measure(self, boxes: Floats, size: tuple[int, int], now_s: float) -> tuple[Floats, Floats]:
        """Anchors, shape (n, 2), and a row for the tables, shape (channels, n)."""
        measured = np.empty((self._channels, len(boxes)))
        x1, y1, x2, y2 = boxes.T
        feet = measured[:2]
        np.add(x1, x2, out=feet[0])
        feet[0] *= 0.5
        feet[1] = y2
        anchors: Floats = (feet / np.array(size, dtype=np.float64)[:, None]).T
        # The bottom centre of a box cut by the frame's left, right or lower edge says nothing.
        width, height = size
        unknown = x1 < _EDGE_SHARE * width
        unknown |= x2 > width - _EDGE_SHARE * width
        unknown |= y2 > height - _EDGE_SHARE * height
        if self._ground is None:
            np.sqrt((x2 - x1) * (y2 - y1), out=measured[_LENGTH])
            # In units of nothing nothing can be said.
            unknown |= measured[_LENGTH] == 0.0
        else:
            measured[2:4] = self._ground.to_metres(anchors).T
            unknown |= np.isnan(measured[2])
        measured[_TIME] = now_s
        if np.count_nonzero(unknown):
            measured[:, unknown] = np.nan
        return anchors, measured

    def _window(self, seconds: float, now_s: float, ago_s: float = 0.0) -> slice:
        """Rows of the last `seconds` up to `ago_s`, at least three where there are so many."""
        times = self._times
        end = len(times)
        if ago_s:
            end = max(1, bisect_left(times, now_s - ago_s + _TOLERANCE_S))
        first = bisect_left(times, now_s - ago_s - seconds - _TOLERANCE_S)
        return slice(max(0, min(first, end - _MIN_SAMPLES)), end)

    def _describe(
        self,
        rows: "_Rows",
        anchors: Floats,
        slots: NDArray[np.intp],
        hits: NDArray[np.int64],
        window: slice,
        now: Instant,
    ) -> Motion:
        now_s = now.observed_s
        recent = self._medians[window].take(slots, axis=2)
        current = recent[-1].copy()
        rates = slopes_over(recent[:, _TIME] - now_s, recent[:, :_TIME])
        position, pace = current[self._axes], rates[self._axes]
        speed = np.hypot(pace[0], pace[1])
        way = position - self._places_before(slots, now_s)
        displacement = np.hypot(way[0], way[1])
        if self._ground is None:
            length = current[_LENGTH]
            speed /= length
            displacement /= length
        else:
            length = np.ones(len(slots))
        mature = now_s - self._first_s.take(slots) >= MATURE_AGE_S - _TOLERANCE_S
        mature &= hits >= MATURE_HITS
        return Motion(
            track_ids=rows.track_ids,
            class_ids=rows.class_ids,
            boxes=rows.boxes,
            anchors=anchors,
            unit=self.unit,
            velocity_px_s=rates[:2].T,
            velocity=pace.T,
            speed=speed,
            displacement=displacement,
            position=position.T,
            length=length,
            mature=mature,
            slots=slots,
            look_back=partial(self._look_back, now_s),
            recall=partial(self._recall, now_s),
        )

    def _look_back(self, now_s: float, slots: NDArray[np.intp], ago_s: float) -> Agile:
        times, places = self._recall(now_s, slots, AGILE_S, ago_s)
        times += ago_s
        return fit_agile(times, places)

    def _recall(
        self, now_s: float, slots: NDArray[np.intp], seconds: float, ago_s: float
    ) -> tuple[Floats, Floats]:
        seen = self._samples[self._window(seconds, now_s, ago_s)].take(slots, axis=2)
        return seen[:, _TIME] - now_s, seen[:, self._axes].transpose(0, 2, 1)

    def _places_before(self, slots: NDArray[np.intp], now_s: float) -> Floats:
        """Where the tracks were `DISPLACEMENT_S` ago, shape (2, n)."""
        row = bisect_left(self._times, now_s - DISPLACEMENT_S + _TOLERANCE_S) - 1
        if row < 0:
            return np.full((2, len(slots)), np.nan)
        return self._medians[row, self._axes].take(slots, axis=1)


class _Rows(NamedTuple):
    """What a track is known by in one frame; boxes float64, shape (n, 4)."""

    track_ids: NDArray[np.int64]
    class_ids: NDArray[np.int64]
    boxes: Floats


def _tracked_rows(detections: Detections) -> _Rows:
    """Rows with a track, by track id; of rows that share one the most confident."""
    order = detections.track_ids.argsort(kind="stable")
    track_ids = detections.track_ids.take(order)
    untracked = int(track_ids.searchsorted(NO_TRACK, side="right"))
    if untracked:
        order, track_ids = order[untracked:], track_ids[untracked:]
    if np.count_nonzero(track_ids[1:] == track_ids[:-1]):
        keys = (*detections.boxes[order].T, -detections.confidences[order], track_ids)
        is_first = np.append(True, track_ids[1:] != track_ids[:-1])
        order = order[np.lexsort(keys)][is_first]
        track_ids = track_ids[is_first]
    boxes = detections.boxes.take(order, axis=0).astype(np.float64)
    return _Rows(track_ids, detections.class_ids.take(order), boxes)

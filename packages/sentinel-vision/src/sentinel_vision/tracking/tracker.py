"""The same object over the frames of one camera."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.detection.classes import CLASS_GROUPS, CLASS_NAMES
from sentinel_vision.detection.detections import NO_TRACK, Detections
from sentinel_vision.tracking.association import NONE, Mask, Pairing, Rows, overlapping_pairs
from sentinel_vision.tracking.kalman import BOX, HEIGHT, SPEED, STATE_SIZE, BoxFilter, to_corners
from sentinel_vision.tracking.settings import TrackerSettings
from sentinel_vision.tracking.tracks import Tracks, no_tracks


@dataclass(frozen=True, slots=True)
class _Sighting:
    """The detections of one frame, as the tracker works on them.

    Attributes:
        corners: float64, shape (4, m), x1, y1, x2, y2 in pixels.
        boxes: float64, shape (4, m), centre x, centre y, width, height in pixels.
        confidences: float32, shape (m,).
        class_ids: int64, shape (m,).
        groups: int64, shape (m,).
    """

    corners: NDArray[np.float64]
    boxes: NDArray[np.float64]
    confidences: NDArray[np.float32]
    class_ids: NDArray[np.int64]
    groups: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.confidences)


@dataclass(slots=True)
class Tracker:
    """Joins the detections of one camera to tracks, by overlap with where a track should be now.

    First the confident detections look for any confirmed track, then the unconfident ones for a
    track that was seen in the frame before (a car that fades behind a pole goes on, but noise
    begins nothing), then the confident rest for new tracks; what is left and confident begins one.
    A track never changes its class group; its class is the one most seen, weighted by confidence.

    Frames may come at any rate and with gaps, everything is measured in seconds of the media
    clock. The same frames give the same tracks, whatever the order of the rows in a frame. One
    tracker serves one camera and one thread.

    Attributes:
        settings: thresholds and noise.
        next_id: id of the next track; ids are positive, ascend and are never given twice.
    """

    settings: TrackerSettings = field(default_factory=TrackerSettings)
    next_id: int = 1
    _filter: BoxFilter = field(init=False)
    _least_overlap: float = field(init=False)
    _tracks: Tracks = field(init=False)
    _time_s: float | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        settings = self.settings
        self._filter = BoxFilter(settings)
        self._least_overlap = min(
            settings.match_overlap, settings.low_match_overlap, settings.tentative_overlap
        )
        self._tracks = no_tracks(STATE_SIZE)

    def reset(self) -> None:
        """End all tracks, for a new stream epoch; the time may start anew, the ids go on."""
        self._tracks = no_tracks(STATE_SIZE)
        self._time_s = None

    def update(self, detections: Detections, time_s: float) -> Detections:
        """Track the detections of one frame.

        Args:
            detections: finite boxes with confidences from `settings.low_confidence` on; those
                below are passed through. An empty frame must be handed in too.
            time_s: media time of the frame in seconds.

        Returns:
            The same rows in the same order. `track_ids` is the track's id from its second hit on
            (`settings.confirm_hits`), else `NO_TRACK`; `class_ids` is the class voted by the
            track, for a row in no confirmed track the detector's.

        Raises:
            ValueError: `time_s` lies before the last frame's.
        """
        previous_s = self._time_s
        if previous_s is not None:
            self._advance(time_s, time_s - previous_s)
        self._time_s = time_s
        order = _canonical_order(detections)
        sighting = _sighting(detections, order)
        track_of_row = self._associate(sighting, previous_s)
        track_ids, class_ids = self._correct(sighting, track_of_row, time_s)
        self._begin(sighting, track_of_row == NONE, time_s)
        return _in_order_of(detections, order, track_ids, class_ids)

    def _advance(self, time_s: float, elapsed_s: float) -> None:
        """Move the tracks to `time_s`, without those that have ended.

        These are the tracks unseen for too long; and the unconfirmed ones that missed the last
        frame, which were false alarms of the detector.
        """
        if elapsed_s < 0.0:
            raise ValueError(f"time goes back by {-elapsed_s} s; call reset at a new epoch")
        tracks = self._tracks
        is_alive = self._is_remembered(tracks, time_s)
        is_alive &= (tracks.hits >= self.settings.confirm_hits) | (tracks.seen_s == self._time_s)
        if not is_alive.all():
            self._tracks = tracks = tracks.select(is_alive)
        self._filter.predict(tracks.state, elapsed_s)

    def _is_remembered(self, tracks: Tracks, time_s: float) -> Mask:
        """Which tracks were seen lately, shape (n,)."""
        settings = self.settings
        is_recent: Mask = tracks.seen_s >= time_s - settings.lost_s
        if not is_recent.all():
            speed_x, speed_y = tracks.state[SPEED][:2]
            stands = np.hypot(speed_x, speed_y) < settings.standing_speed * tracks.state[HEIGHT]
            is_recent |= stands & (tracks.seen_s >= time_s - settings.standing_lost_s)
        return is_recent

    def _associate(self, sighting: _Sighting, previous_s: float | None) -> Rows:
        """Index of the track that each row continues, or `NONE`."""
        settings, tracks = self.settings, self._tracks
        if not len(tracks) or not len(sighting):
            return np.full(len(sighting), NONE, dtype=np.intp)
        expected = to_corners(tracks.state[BOX])
        pairs = overlapping_pairs(expected, sighting.corners, self._least_overlap)
        confidence = sighting.confidences.take(pairs.boxes)
        pairing = Pairing(pairs, pairs.overlap * confidence, (len(tracks), len(sighting)))
        of_group = tracks.groups.take(pairs.tracks) == sighting.groups.take(pairs.boxes)
        is_confirmed = (tracks.hits >= settings.confirm_hits).take(pairs.tracks)
        is_high = (confidence >= settings.high_confidence) & of_group
        is_low = (confidence >= settings.low_confidence) & of_group & ~is_high
        pairing.pair(is_high & is_confirmed & (pairs.overlap >= settings.match_overlap))
        was_seen = is_confirmed & (tracks.seen_s == previous_s).take(pairs.tracks)
        fading = is_low & was_seen & (pairs.overlap >= settings.low_match_overlap)
        beginning = is_high & ~is_confirmed & (pairs.overlap >= settings.tentative_overlap)
        # These two share neither tracks nor boxes, so one assignment serves both.
        pairing.pair(fading | beginning)
        return pairing.track_of_box

    def _correct(
        self, sighting: _Sighting, track_of_row: Rows, time_s: float
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Teach the tracks what was seen; gives the rows' track ids and classes."""
        tracks = self._tracks
        track_ids = np.full(len(sighting), NO_TRACK, dtype=np.int64)
        class_ids = sighting.class_ids.copy()
        (rows,) = (track_of_row != NONE).nonzero()
        if not len(rows):
            return track_ids, class_ids
        seen = track_of_row.take(rows)
        state = tracks.state.take(seen, axis=1)
        self._filter.correct(state, sighting.boxes.take(rows, axis=1))
        tracks.state[:, seen] = state
        tracks.seen_s[seen] = time_s
        tracks.hits[seen] += 1
        tracks.votes[seen, class_ids.take(rows)] += sighting.confidences.take(rows)
        is_confirmed = tracks.hits.take(seen) >= self.settings.confirm_hits
        rows, seen = rows[is_confirmed], seen[is_confirmed]
        track_ids[rows] = tracks.ids.take(seen)
        class_ids[rows] = tracks.votes.take(seen, axis=0).argmax(axis=1)
        return track_ids, class_ids

    def _begin(self, sighting: _Sighting, is_left: Mask, time_s: float) -> None:
        """Begin a track for each confident row that is left."""
        is_left &= sighting.confidences >= self.settings.new_confidence
        (rows,) = is_left.nonzero()
        if not len(rows):
            return
        count = len(rows)
        votes = np.zeros((count, len(CLASS_NAMES)))
        votes[np.arange(count), sighting.class_ids[rows]] = sighting.confidences[rows]
        begun = Tracks(
            ids=np.arange(self.next_id, self.next_id + count),
            groups=sighting.groups[rows],
            hits=np.ones(count, dtype=np.int64),
            seen_s=np.full(count, time_s),
            state=self._filter.start(sighting.boxes[:, rows]),
            votes=votes,
        )
        self.next_id += count
        self._tracks = self._tracks.joined(begun)


def _canonical_order(detections: Detections) -> Rows:
    """An order of the rows that depends on their content alone."""
    return np.lexsort((detections.class_ids, detections.confidences, *detections.boxes.T))


def _sighting(detections: Detections, order: Rows) -> _Sighting:
    corners = detections.boxes.T.take(order, axis=1).astype(np.float64)
    low, high = corners[:2], corners[2:]
    boxes = np.concatenate(((low + high) * 0.5, high - low))
    class_ids = detections.class_ids.take(order)
    return _Sighting(
        corners=corners,
        boxes=boxes,
        confidences=detections.confidences.take(order),
        class_ids=class_ids,
        groups=CLASS_GROUPS.take(class_ids),
    )


def _in_order_of(
    detections: Detections,
    order: Rows,
    track_ids: NDArray[np.int64],
    class_ids: NDArray[np.int64],
) -> Detections:
    """The detections as they came, with the results of the rows in canonical order."""
    ids, classes = np.empty_like(track_ids), np.empty_like(class_ids)
    ids[order] = track_ids
    classes[order] = class_ids
    return detections.with_tracks(ids, classes)

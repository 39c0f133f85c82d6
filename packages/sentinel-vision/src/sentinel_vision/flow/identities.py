"""Who is who over changes of the track id, so that nobody is counted twice.

A track that ends and another of the same kind that begins where the first would be by now are the
same road user.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.detection.classes import CLASS_GROUPS
from sentinel_vision.rules.geometry import Flags, Floats
from sentinel_vision.rules.view import View

JOIN_WITHIN_S: Final = 1.5
"""A track that begins later than this after another has ended is somebody else."""

JOIN_REACH_BL: Final = 1.0
"""So many body lengths may lie between where a track should be and where the next one begins."""

GONE_AFTER_S: Final = 2.5
"""Longer than the tracker keeps what it lost."""

_MAX_GROWTH = 2.0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Walk:
    """The rows of a frame by who they are, in the order of `Motion`.

    Attributes:
        identities: int64, shape (n,).
        before_px: Where each was in the frame before that showed it; NaN: it is new. (n, 2).
        now_px: Bottom centre of its box, shape (n, 2).
        length_px: Body length, shape (n,).
        is_confirmed: A track of it was seen for long enough to count, shape (n,).
        gone: Identities that will not come back.
    """

    identities: NDArray[np.int64]
    before_px: Floats
    now_px: Floats
    length_px: Floats
    is_confirmed: Flags
    gone: Sequence[int]


@dataclass(slots=True)
class _Somebody:
    """One road user.

    Attributes:
        foot_px: Where it was last seen.
        pace_px_s: How it moved then.
    """

    identity: int
    group: int
    foot_px: tuple[float, float]
    pace_px_s: tuple[float, float]
    length_px: float
    seen_s: float
    is_confirmed: bool = False


class _Offer(NamedTuple):
    """A track that begins, and one that ended which it may go on."""

    distance_bl: float
    track_id: int
    predecessor: int


class Identities:
    """Of the tracks of one camera."""

    def __init__(self) -> None:
        self._by_track: dict[int, _Somebody] = {}
        self._next = 0

    def finish(self) -> list[int]:
        """Nobody comes back: all identities there are."""
        gone = [person.identity for person in self._by_track.values()]
        self._by_track.clear()
        return gone

    def follow(self, view: View) -> Walk:
        """Take in one frame."""
        motion, now_s = view.motion, view.now.observed_s
        feet = motion.anchors * (view.scene.width, view.scene.height)
        sides = motion.boxes[:, 2:] - motion.boxes[:, :2]
        lengths = np.sqrt(sides[:, 0] * sides[:, 1])
        pace = np.where(np.isnan(motion.velocity_px_s), 0.0, motion.velocity_px_s)
        found = [
            _Somebody(-1, group, (x, y), (vx, vy), length, now_s, is_mature)
            for group, (x, y), (vx, vy), length, is_mature in zip(
                CLASS_GROUPS[motion.class_ids].tolist(),
                feet.tolist(),
                pace.tolist(),
                lengths.tolist(),
                motion.mature.tolist(),
                strict=True,
            )
        ]
        seen = dict(zip(motion.track_ids.tolist(), found, strict=True))
        self._join(seen, now_s)
        before = [self._take_over(track_id, person) for track_id, person in seen.items()]
        gone = self._forget(now_s)
        return Walk(
            identities=np.array([person.identity for person in found], dtype=np.int64),
            before_px=np.array(before).reshape(-1, 2),
            now_px=feet,
            length_px=lengths,
            is_confirmed=np.array([person.is_confirmed for person in found], dtype=np.bool_),
            gone=gone,
        )

    def _take_over(self, track_id: int, person: _Somebody) -> tuple[float, float]:
        """Make it the newest sighting of the track; where it was before."""
        known = self._by_track.get(track_id)
        self._by_track[track_id] = person
        if known is None:
            person.identity, self._next = self._next, self._next + 1
            return (np.nan, np.nan)
        person.identity = known.identity
        person.is_confirmed = person.is_confirmed or known.is_confirmed
        return known.foot_px

    def _join(self, seen: dict[int, _Somebody], now_s: float) -> None:
        """Let tracks that begin go on for tracks that ended, the nearest first."""
        fresh = [track_id for track_id in seen if track_id not in self._by_track]
        if not fresh:
            return
        ended = [
            track_id
            for track_id, person in self._by_track.items()
            if track_id not in seen and now_s - person.seen_s <= JOIN_WITHIN_S
        ]
        offers = [
            _Offer(distance, track_id, predecessor)
            for track_id in fresh
            for predecessor in ended
            if (distance := _distance_bl(self._by_track[predecessor], seen[track_id])) is not None
        ]
        taken: set[int] = set()
        for offer in sorted(offers):
            if offer.track_id in self._by_track or offer.predecessor in taken:
                continue
            taken.add(offer.predecessor)
            self._by_track[offer.track_id] = self._by_track.pop(offer.predecessor)

    def _forget(self, now_s: float) -> list[int]:
        old = [
            track_id
            for track_id, person in self._by_track.items()
            if now_s - person.seen_s > GONE_AFTER_S
        ]
        return [self._by_track.pop(track_id).identity for track_id in old]


def _distance_bl(ended: _Somebody, begun: _Somebody) -> float | None:
    """Body lengths between where one should be by now and the other; None: somebody else."""
    if ended.group != begun.group:
        return None
    smaller, larger = sorted((ended.length_px, begun.length_px))
    if larger > _MAX_GROWTH * smaller:
        return None
    passed_s = begun.seen_s - ended.seen_s
    (x, y), (vx, vy) = ended.foot_px, ended.pace_px_s
    missed = np.hypot(x + vx * passed_s - begun.foot_px[0], y + vy * passed_s - begun.foot_px[1])
    distance = float(missed) / larger if larger else np.inf
    return distance if distance <= JOIN_REACH_BL else None

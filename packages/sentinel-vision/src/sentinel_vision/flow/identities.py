"""Who is who over changes of the track id, so that nobody is counted twice.

A track that ends and another of the same kind that begins where the first would be by now are the
same road user.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.detection.classes import CLASS_GROUPS
from sentinel_vision.flow.unclaimed import Course, Unclaimed
from sentinel_vision.rules.geometry import Flags, Floats
from sentinel_vision.rules.view import View

JOIN_WITHIN_S: Final = 1.5
"""A track that begins later than this after another has ended is somebody else."""

JOIN_REACH_BL: Final = 1.0
"""So many body lengths may lie between where a track should be and where the next one begins."""

ORIGIN_FRAMES: Final = 2.0
"""A track is known from its second sighting on, and one that moves fast not from its first: where
it was so many frames before is where it came from."""

ORIGIN_AFTER_S: Final = 0.3
"""How long a track must have been seen before its speed says where it came from."""

ORIGIN_BL_S: Final = 1.0
"""Who is slower came into the picture where it was seen first."""

GONE_AFTER_S: Final = 4.5
"""Longer than the tracker keeps what it lost."""

_MAX_GROWTH = 2.0
_NOWHERE = (np.nan, np.nan)


class Stray(NamedTuple):
    """One who has no track at the moment, and yet a box."""

    identity: int
    before_px: tuple[float, float]
    now_px: tuple[float, float]
    length_px: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Walk:
    """The rows of a frame by who they are, in the order of `Motion`.

    Attributes:
        identities: int64, shape (n,).
        before_px: Where each was in the frame before that showed it; NaN: it is new. (n, 2).
        now_px: Bottom centre of its box, shape (n, 2).
        length_px: Body length, shape (n,).
        origin_px: Where those who are young but fast came from before they were seen; NaN: others,
            and the same at any other time. (n, 2).
        first_px: Where these were seen first; NaN likewise. (n, 2).
        is_confirmed: A track of it was seen for long enough to count, shape (n,).
        strays: Those who went on over boxes that are in no track; in no row.
        gone: Identities that will not come back.
    """

    identities: NDArray[np.int64]
    before_px: Floats
    now_px: Floats
    length_px: Floats
    origin_px: Floats
    first_px: Floats
    is_confirmed: Flags
    strays: Sequence[Stray]
    gone: Sequence[int]


@dataclass(slots=True)
class _Somebody:
    """One road user.

    Attributes:
        seen: Where it was last.
        born: Where it was first in a track, until its origin is known.
        unseen_s: For how long it may have been in the picture before.
    """

    identity: int
    seen: Course
    is_confirmed: bool = False
    born: Course | None = None
    unseen_s: float = 0.0


class _Offer(NamedTuple):
    """A track that begins, and one that ended which it may go on."""

    distance_bl: float
    track_id: int
    predecessor: int


class Identities:
    """Of the tracks of one camera."""

    def __init__(self) -> None:
        self._by_track: dict[int, _Somebody] = {}
        self._unclaimed = Unclaimed()
        self._next = 0

    def finish(self) -> list[int]:
        """Nobody comes back: all identities there are."""
        gone = [person.identity for person in self._by_track.values()]
        self._by_track.clear()
        self._unclaimed.clear()
        return gone

    def follow(self, view: View) -> Walk:
        """Take in one frame."""
        motion, now_s = view.motion, view.now.observed_s
        feet = motion.anchors * (view.scene.width, view.scene.height)
        sides = motion.boxes[:, 2:] - motion.boxes[:, :2]
        lengths = np.sqrt(sides[:, 0] * sides[:, 1])
        pace = np.where(np.isnan(motion.velocity_px_s), 0.0, motion.velocity_px_s)
        found = [
            _Somebody(-1, Course(group, (x, y), (vx, vy), length, now_s), is_mature)
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
        unseen_s = ORIGIN_FRAMES * view.elapsed_s if view.is_warm else 0.0
        before = [self._take_over(track_id, one, unseen_s) for track_id, one in seen.items()]
        self._unclaimed.note(view)
        ways = [self._find_origin(one) for one in found]
        strays = self._follow_strays(seen)
        gone = self._forget(now_s)
        return Walk(
            identities=np.array([person.identity for person in found], dtype=np.int64),
            before_px=np.array(before).reshape(-1, 2),
            now_px=feet,
            length_px=lengths,
            origin_px=np.array([origin for origin, _ in ways]).reshape(-1, 2),
            first_px=np.array([first for _, first in ways]).reshape(-1, 2),
            is_confirmed=np.array([person.is_confirmed for person in found], dtype=np.bool_),
            strays=strays,
            gone=gone,
        )

    def _take_over(self, track_id: int, person: _Somebody, unseen_s: float) -> tuple[float, float]:
        """Make it the newest sighting of the track; where it was before."""
        known = self._by_track.get(track_id)
        self._by_track[track_id] = person
        if known is None:
            person.identity, self._next = self._next, self._next + 1
            person.born, person.unseen_s = person.seen, unseen_s
            return _NOWHERE
        person.identity = known.identity
        person.is_confirmed = person.is_confirmed or known.is_confirmed
        person.born, person.unseen_s = known.born, known.unseen_s
        return known.seen.foot_px

    def _find_origin(self, one: _Somebody) -> tuple[tuple[float, float], tuple[float, float]]:
        """Where it came from and where its track began: once, when its speed is known."""
        born, seen = one.born, one.seen
        if born is None or seen.at_s - born.at_s < ORIGIN_AFTER_S:
            return _NOWHERE, _NOWHERE
        one.born = None
        pace = _pace(born, seen)
        if np.hypot(*pace) < ORIGIN_BL_S * seen.length_px:
            return _NOWHERE, _NOWHERE
        first = self._unclaimed.trace(born._replace(pace_px_s=pace))
        unseen_s = max(0.0, one.unseen_s - (born.at_s - first.at_s))
        (x, y), (vx, vy) = first.foot_px, first.pace_px_s
        return (x - vx * unseen_s, y - vy * unseen_s), born.foot_px

    def _follow_strays(self, seen: Mapping[int, _Somebody]) -> list[Stray]:
        """Those whose tracks have ended or pause, where their boxes go on."""
        courses = {
            track_id: person.seen
            for track_id, person in self._by_track.items()
            if track_id not in seen
        }
        strays = []
        for track_id, course in self._unclaimed.follow(courses).items():
            person = self._by_track[track_id]
            before, person.seen = person.seen, course
            strays.append(Stray(person.identity, before.foot_px, course.foot_px, course.length_px))
        return strays

    def _join(self, seen: dict[int, _Somebody], now_s: float) -> None:
        """Let tracks that begin go on for tracks that ended, the nearest first."""
        fresh = [track_id for track_id in seen if track_id not in self._by_track]
        if not fresh:
            return
        ended = [
            track_id
            for track_id, person in self._by_track.items()
            if track_id not in seen and now_s - person.seen.at_s <= JOIN_WITHIN_S
        ]
        offers = [
            _Offer(distance, track_id, predecessor)
            for track_id in fresh
            for predecessor in ended
            if (distance := _distance_bl(self._by_track[predecessor].seen, seen[track_id].seen))
            is not None
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
            if now_s - person.seen.at_s > GONE_AFTER_S
        ]
        return [self._by_track.pop(track_id).identity for track_id in old]


def _pace(born: Course, seen: Course) -> tuple[float, float]:
    passed_s = seen.at_s - born.at_s
    (x, y), (now_x, now_y) = born.foot_px, seen.foot_px
    return ((now_x - x) / passed_s, (now_y - y) / passed_s)


def _distance_bl(ended: Course, begun: Course) -> float | None:
    """Body lengths between where one should be by now and the other; None: somebody else."""
    if ended.group != begun.group:
        return None
    smaller, larger = sorted((ended.length_px, begun.length_px))
    if larger > _MAX_GROWTH * smaller:
        return None
    passed_s = begun.at_s - ended.at_s
    (x, y), (vx, vy) = ended.foot_px, ended.pace_px_s
    missed = np.hypot(x + vx * passed_s - begun.foot_px[0], y + vy * passed_s - begun.foot_px[1])
    distance = float(missed) / larger if larger else np.inf
    return distance if distance <= JOIN_REACH_BL else None

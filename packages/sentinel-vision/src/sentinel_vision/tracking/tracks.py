"""The tracks of one camera, a struct of arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.detection.classes import CLASS_NAMES

Mask = NDArray[np.bool_]


@dataclass(slots=True, eq=False)
class Tracks:
    """n tracks in the order of their ids.

    Attributes:
        ids: int64, shape (n,).
        groups: int64, shape (n,), of `classes.CLASS_GROUPS`.
        hits: int64, shape (n,), frames in which the track was seen.
        seen_s: float64, shape (n,), media time at which it was last seen.
        state: float64, shape (kalman.STATE_SIZE, n).
        votes: float64, shape (n, classes), sum of the confidences by class.
    """

    ids: NDArray[np.int64]
    groups: NDArray[np.int64]
    hits: NDArray[np.int64]
    seen_s: NDArray[np.float64]
    state: NDArray[np.float64]
    votes: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.ids)

    def select(self, rows: Mask) -> "Tracks":
        """The tracks of a mask."""
        return Tracks(
            self.ids[rows],
            self.groups[rows],
            self.hits[rows],
            self.seen_s[rows],
            self.state[:, rows],
            self.votes[rows],
        )

    def joined(self, other: "Tracks") -> "Tracks":
        """These tracks, then the others."""
        return Tracks(
            np.concatenate((self.ids, other.ids)),
            np.concatenate((self.groups, other.groups)),
            np.concatenate((self.hits, other.hits)),
            np.concatenate((self.seen_s, other.seen_s)),
            np.concatenate((self.state, other.state), axis=1),
            np.concatenate((self.votes, other.votes)),
        )


def no_tracks(state_size: int) -> Tracks:
    """An empty table."""
    whole = np.empty(0, dtype=np.int64)
    return Tracks(
        whole,
        whole,
        whole,
        np.empty(0),
        np.empty((state_size, 0)),
        np.empty((0, len(CLASS_NAMES))),
    )

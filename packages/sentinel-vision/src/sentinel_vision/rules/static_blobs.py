"""Parts of a picture that are new and stand still, found once a second in the camera's luma.

No class of the detector is a bag: what was not there before and does not move is all that tells.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.rules.geometry import Flags
from sentinel_vision.rules.picture import Luma, Picture

LEARN_LOOKS: Final = 20
"""The background is the median of so many looks."""

CANDIDATE_S: Final = 5.0
"""What stands for so long is a blob."""

_CONTRAST: Final = 18.0
"""Levels by which a new thing differs from the background at least."""

_SAME: Final = 12.0
"""Levels within which a pixel still shows the same."""

_FADE: Final = 2.0
"""What hides a blob for a second takes so many seconds of its age."""

_ADAPT_SHARE: Final = 0.02
"""Of the difference, a second: the background follows the light within a minute."""

_MOST_OF_PICTURE: Final = 0.2
"""More that is new than this is another picture: the background is learned anew."""

_MAX_PIXELS: Final = 800

Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Blob:
    """Connected pixels that are new and stand still.

    Attributes:
        pixels: Flat indices into the luma.
        box: x1, y1, x2, y2 in pixels of the luma; the last ones not included.
        age_s: How long it has stood.
        edge: Mean step of brightness at its outline in the picture, less that of the background:
            above 0 for a thing that came, below for what a thing that went has left.
    """

    pixels: Indices
    box: tuple[int, int, int, int]
    age_s: float
    edge: float


class _Memory:
    """A background, and for each pixel how long it has shown something else that stands still.

    Attributes:
        background: Levels, as all but the last two.
        picture: The newest one.
        shown: What each pixel has shown since it began to differ.
        age_s: For how long.
        stays: Where that is still so.
    """

    def __init__(self, background: Picture) -> None:
        self.background = background
        self.picture = background.copy()
        self.shown = background.copy()
        self.age_s: Picture = np.zeros_like(background)
        self.stays: Flags = np.zeros(background.shape, dtype=np.bool_)

    def update(self, luma: Luma, elapsed_s: float) -> bool:
        """Take in a picture; False where it is another one altogether."""
        picture = luma.astype(np.float32)
        difference = picture - self.background
        # Light changes everywhere at once.
        difference -= np.float32(np.median(difference[::3, ::3]))
        is_new = np.abs(difference) > _CONTRAST
        if is_new.mean() > _MOST_OF_PICTURE:
            return False
        self.stays = is_new & (np.abs(picture - self.shown) < _SAME)
        aged = np.where(self.stays, elapsed_s, -_FADE * elapsed_s).astype(np.float32)
        self.age_s = np.maximum(self.age_s + aged, np.float32(0.0))
        is_over = self.age_s == 0.0
        self.shown[is_over] = picture[is_over]
        share = np.float32(min(1.0, _ADAPT_SHARE * elapsed_s))
        self.background += np.where(is_new, np.float32(0.0), share * difference)
        self.picture = picture
        return True

    def absorb(self, pixels: Indices) -> None:
        """What these pixels show is background from now on."""
        self.background.ravel()[pixels] = self.picture.ravel()[pixels]
        self.age_s.ravel()[pixels] = 0.0

    def describe(self, pixels: Indices) -> Blob:
        """These connected pixels as a blob."""
        rows, columns = np.divmod(pixels, self.age_s.shape[1])
        box = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
        age_s = float(np.median(self.age_s.ravel()[pixels]))
        return Blob(pixels=pixels, box=box, age_s=age_s, edge=self._measure_edge(pixels, box))

    def _measure_edge(self, pixels: Indices, box: tuple[int, int, int, int]) -> float:
        """Over the steps between pixels of the blob and their neighbours outside it."""
        left, top, right, bottom = box
        mask = np.zeros(self.age_s.shape, dtype=np.int8)
        mask.ravel()[pixels] = 1
        window = np.s_[max(0, top - 1) : bottom + 1, max(0, left - 1) : right + 1]
        total, steps = 0.0, 0
        for axis in (0, 1):
            is_border = np.diff(mask[window], axis=axis) != 0
            now, before = (
                np.abs(np.diff(picture[window], axis=axis))[is_border]
                for picture in (self.picture, self.background)
            )
            total += float((now - before).sum())
            steps += len(now)
        return total / max(1, steps)


class StaticBlobs:
    """Learns the background of one camera, and finds what stands before it."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Learn the background anew."""
        self._learned: list[Luma] = []
        self._memory: _Memory | None = None

    def update(self, luma: Luma, elapsed_s: float) -> None:
        """Take in a picture; `elapsed_s` is watched time since the last one."""
        memory = self._memory
        if memory is None:
            self._learn(luma)
        elif memory.age_s.shape != luma.shape or not memory.update(luma, elapsed_s):
            self.reset()

    def find(self, explained: Sequence[tuple[int, int, int, int]]) -> list[Blob]:
        """All blobs, from the top; none where there are too many pixels to be things.

        Args:
            explained: Boxes x1, y1, x2, y2 in pixels of the luma; what is in them is no news.
        """
        memory = self._memory
        if memory is None:
            return []
        is_old = memory.age_s >= CANDIDATE_S
        for left, top, right, bottom in explained:
            is_old[top:bottom, left:right] = False
        pixels = np.flatnonzero(is_old)
        if len(pixels) > _MAX_PIXELS:
            return []
        return [memory.describe(part) for part in _connected(pixels, memory.age_s.shape[1])]

    def share_there(self, pixels: Indices) -> float:
        """Share of these pixels that still show what they showed."""
        return 0.0 if self._memory is None else float(self._memory.stays.ravel()[pixels].mean())

    def absorb(self, pixels: Indices) -> None:
        """What these pixels show is background from now on."""
        if self._memory is not None:
            self._memory.absorb(pixels)

    def _learn(self, luma: Luma) -> None:
        if self._learned and self._learned[0].shape != luma.shape:
            self.reset()
        self._learned.append(luma)
        if len(self._learned) >= LEARN_LOOKS:
            self._memory = _Memory(np.median(np.stack(self._learned), axis=0).astype(np.float32))
            self._learned = []


def _connected(pixels: Indices, width: int) -> list[Indices]:
    """The parts of a set of pixels that touch each other, also over corners."""
    todo = set(pixels.tolist())
    parts = []
    for seed in pixels.tolist():
        if seed not in todo:
            continue
        todo.discard(seed)
        part, frontier = [seed], [seed]
        while frontier:
            place = frontier.pop()
            column = place % width
            for step in (-width, 0, width):
                for side in (-1, 0, 1):
                    near = place + step + side
                    if near in todo and 0 <= column + side < width:
                        todo.discard(near)
                        part.append(near)
                        frontier.append(near)
        parts.append(np.array(sorted(part), dtype=np.intp))
    return parts

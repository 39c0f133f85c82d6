"""Whether a camera still sees what it saw when its zones were drawn, measured once a second."""

from dataclasses import dataclass
from math import exp
from typing import Final

import numpy as np

from sentinel_vision.rules.picture import (
    MIN_SIDE_PX,
    Blocks,
    Luma,
    Match,
    Picture,
    Spectrum,
    ViewReference,
    halve,
    mean_difference,
    measure_contrast,
    measure_sharpness,
)
from sentinel_vision.rules.scene import Instant, seconds_between

REFERENCE_LOOKS: Final = 10
"""A reference is the median of so many looks, so that traffic is not in it."""

ADAPT_S: Final = 120.0
"""Time constant with which the view follows the light of the day, while it is where it was."""

FOLLOW_EVERY_S: Final = 5.0
"""Often enough, and a third of the cost of a look."""

SHARPNESS_S: Final = 3600.0
"""Time constant of the usual sharpness."""

FLASH_S: Final = 2.0
FLASH_SHARE, FLASH_LEVELS = 0.8, 25.0
"""A flash: so much of the picture jumps by so many levels; what follows so long says nothing."""

CHANCE_PEAK: Final = 0.12
"""A lower peak is chance, also where it is at home."""

_KNOWN_SHARPNESS: Final = 0.5
"""After a restart, at night say, the usual sharpness is not below this share of the reference's."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the picture.

    Attributes:
        brightness: Mean, in levels 0..255.
        contrast: Standard deviation, in levels.
        change: Mean difference to the picture since which it stands still, in levels.
        sharpness_share: Sharpness against what is usual; None before that is known.
        match: How the view lies over the reference; None before there is one.
        kept: Contrast that the best blocks have kept of the view's, 0..1.
        hidden_share: Share of the view's blocks that show nothing any more.
        coarse: Likeness of the brightness of the view's blocks, -1..1; 1 where the match is trusted.
    """

    brightness: float
    contrast: float
    change: float
    sharpness_share: float | None
    match: Match | None
    kept: float
    hidden_share: float
    coarse: float


class KnownView:
    """What the camera should see: as it was when the reference was taken, and as it is lately."""

    def __init__(self, picture: Picture) -> None:
        self._original = Spectrum(picture)
        self._show(picture)

    @property
    def shape(self) -> tuple[int, int]:
        """Of the pictures that can be compared."""
        return self._original.shape

    def match(self, now: Spectrum, trusted_peak: float) -> Match:
        """How a picture lies over the view.

        By the reference where it is like enough, so that a camera that sinks a little each day is
        found out; else by the view as it is lately.
        """
        original = self._original.match(now)
        return original if original.peak >= trusted_peak else self._lately.match(now)

    def follow(self, picture: Picture, elapsed_s: float) -> None:
        """The light of the day changes."""
        share = np.float32(1.0 - exp(-elapsed_s / ADAPT_S))
        self._show(self._picture + share * (picture - self._picture))

    def _show(self, picture: Picture) -> None:
        self._picture = picture
        self._lately, self.blocks = Spectrum(picture), Blocks.of(picture)


class ViewWatch:
    """Looks at one camera's luma; holds the reference of its view.

    Attributes:
        reference: None until it was given or taken.
    """

    def __init__(self, reference: ViewReference | None) -> None:
        self._flash: Instant | None = None
        self._blocks: Blocks | None = None
        self._still: Luma | None = None
        self.begin(reference)

    def begin(self, reference: ViewReference | None) -> None:
        """Compare with this reference from now on; None: take one."""
        self.reference = reference
        self._view = None if reference is None else KnownView(reference.picture.astype(np.float32))
        self._collected: list[Picture] = []
        self._sharpness: list[float] = []
        self._usual_sharpness: float | None = None
        self._learned: Instant | None = None
        self._followed: Instant | None = None

    def look(
        self, luma: Luma, now: Instant, *, trusted_peak: float, still_levels: float
    ) -> Look | None:
        """Measure a picture; None right after a flash, or where it is too small to tell.

        Args:
            luma: Kept until a later picture differs from it.
            now: Later than before.
            trusted_peak: See `KnownView.match`.
            still_levels: A picture with less change stands still.
        """
        if min(luma.shape) < MIN_SIDE_PX:
            return None
        picture = halve(luma)
        if self._view is not None and self._view.shape != picture.shape:
            # The camera sends another size by now: nothing can be compared.
            self.begin(None)
        blocks = Blocks.of(picture)
        if self._is_flash(blocks, now):
            return None
        self._picture = picture
        self._spectrum = Spectrum(picture)
        self._sharpness_now = measure_sharpness(luma)
        view, usual = self._view, self._usual_sharpness
        kept, hidden_share = (1.0, 0.0) if view is None else view.blocks.kept(blocks)
        match = None if view is None else view.match(self._spectrum, trusted_peak)
        is_trusted = match is None or match.peak >= trusted_peak
        return Look(
            brightness=float(blocks.means.mean()),
            contrast=measure_contrast(picture),
            change=self._measure_change(luma, still_levels),
            sharpness_share=None if usual is None else self._sharpness_now / usual,
            match=match,
            kept=kept,
            hidden_share=hidden_share,
            coarse=1.0 if view is None or is_trusted else view.blocks.coarse_likeness(blocks),
        )

    def learn(self, match: Match | None, now: Instant) -> None:
        """The last look found nothing wrong: follow the light, or get on with the reference."""
        elapsed_s = seconds_between(self._learned, now) if self._learned else 0.0
        self._learned = now
        if self._view is None:
            self._collect()
        elif match is not None and match.is_home and match.peak >= CHANCE_PEAK:
            self._follow(now)
        self._learn_sharpness(elapsed_s)

    def _follow(self, now: Instant) -> None:
        if self._followed is None:
            self._followed = now
        elapsed_s = seconds_between(self._followed, now)
        if self._view is not None and elapsed_s >= FOLLOW_EVERY_S:
            self._view.follow(self._picture, elapsed_s)
            self._followed = now

    def _is_flash(self, blocks: Blocks, now: Instant) -> bool:
        before, self._blocks = self._blocks, blocks
        if before is not None and blocks.jumped_share(before, FLASH_LEVELS) >= FLASH_SHARE:
            self._flash = self._flash or now
        if self._flash is not None and seconds_between(self._flash, now) >= FLASH_S:
            self._flash = None
        return self._flash is not None

    def _measure_change(self, luma: Luma, still_levels: float) -> float:
        """To the picture since which it stands still."""
        if self._still is None or self._still.shape != luma.shape:
            self._still = luma
            return np.inf
        change = mean_difference(luma, self._still)
        if change >= still_levels:
            self._still = luma
        return change

    def _collect(self) -> None:
        self._collected.append(self._picture)
        if len(self._collected) >= REFERENCE_LOOKS and len(self._sharpness) >= REFERENCE_LOOKS:
            picture = np.median(np.stack(self._collected), axis=0).astype(np.uint8)
            sharpness = float(np.median(self._sharpness))
            self.reference = ViewReference(picture, max(sharpness, 1e-6))
            self._view = KnownView(picture.astype(np.float32))
            self._collected = []

    def _learn_sharpness(self, elapsed_s: float) -> None:
        if self._usual_sharpness is not None:
            share = 1.0 - exp(-elapsed_s / SHARPNESS_S)
            self._usual_sharpness += share * (self._sharpness_now - self._usual_sharpness)
            return
        self._sharpness.append(self._sharpness_now)
        if len(self._sharpness) >= REFERENCE_LOOKS:
            known = _KNOWN_SHARPNESS * self.reference.sharpness if self.reference else 0.0
            self._usual_sharpness = max(float(np.median(self._sharpness)), known, 1e-6)

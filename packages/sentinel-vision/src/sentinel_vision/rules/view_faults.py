"""What can be wrong with what a camera shows, told from one look at its picture."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from sentinel_core.domain.incidents import IncidentType
from sentinel_core.domain.zones import ZoneType
from sentinel_vision.rules.case import Measurement
from sentinel_vision.rules.hysteresis import Timing
from sentinel_vision.rules.parameters import RuleParameters, parameter
from sentinel_vision.rules.picture import Match
from sentinel_vision.rules.view_watch import CHANCE_PEAK, Look

_SAME_THROUGH_MATT_GLASS: Final = 0.75
"""From this coarse likeness on a view is there, though without its details."""

_FADED: Final = 0.5
"""Another view with so little of the usual contrast is something close before the lens."""

_EXIT_SHARE: Final = 0.6
"""A view is back when its shift is below this share of the threshold."""

_SHARP_AGAIN: Final = 1.3
"""A picture is sharp again from so many times the threshold on."""

_BRIGHT_AGAIN: Final = 1.2


class CameraFault(StrEnum):
    """What can be wrong with a camera; the key of the incident."""

    COVERED = "covered"
    BLINDED = "blinded"
    MOVED = "moved"
    BLURRED = "blurred"
    FROZEN = "frozen"
    LOST = "lost"


SUSPENDING: Final = frozenset(CameraFault) - {CameraFault.LOST}
"""While one of these is open, all other rules of the camera are suspended."""

SEVERITIES: Mapping[CameraFault, float] = {
    CameraFault.COVERED: 8.0,
    CameraFault.BLINDED: 8.0,
    CameraFault.MOVED: 8.0,
    CameraFault.BLURRED: 6.0,
    CameraFault.FROZEN: 7.0,
    CameraFault.LOST: 7.0,
}


class CameraTamperParameters(RuleParameters):
    """A camera that is covered, blinded, moved, blurred, frozen or lost."""

    rule: ClassVar[IncidentType] = IncidentType.CAMERA_TAMPER
    zone_types: ClassVar[frozenset[ZoneType]] = frozenset()
    needs_pixels: ClassVar[bool] = True

    on_s: float = parameter(8.0, "s", (3.0, 600.0), "A fault must last for so long.")
    off_s: float = parameter(10.0, "s", (2.0, 600.0), "The view must be right for so long.")
    shift: float = parameter(
        0.04, "of picture", (0.02, 0.5), "Moved: the view is shifted by more than this."
    )
    likeness: float = parameter(
        0.2, "", (0.1, 0.9), "Moved, covered: a view that is less like the reference is another."
    )
    hidden_share: float = parameter(
        0.6, "of view", (0.2, 1.0), "Covered: more than this of the view shows nothing any more."
    )
    dark_level: float = parameter(
        20.0, "levels", (0.0, 100.0), "Covered: the picture is darker, and without contrast."
    )
    bright_level: float = parameter(
        235.0, "levels", (150.0, 255.0), "Blinded: the picture is brighter, and without contrast."
    )
    contrast: float = parameter(
        10.0, "levels", (1.0, 50.0), "Covered, blinded: the standard deviation is below this."
    )
    sharp_share: float = parameter(
        0.3, "of usual", (0.05, 0.9), "Blurred: the picture is less sharp than this."
    )
    frozen_s: float = parameter(30.0, "s", (5.0, 600.0), "Frozen: no change for so long.")
    frozen_level: float = parameter(
        0.1, "levels", (0.0, 5.0), "Frozen: the picture changes by less than this on average."
    )
    lost_s: float = parameter(
        60.0, "s", (10.0, 3600.0), "Lost: no picture has come for so long, though one should."
    )

    def timing_of(self, fault: CameraFault) -> Timing:
        """What the state machine of a fault needs."""
        on_s = {CameraFault.FROZEN: self.frozen_s, CameraFault.LOST: 0.0}.get(fault, self.on_s)
        return Timing(on_s=on_s, off_s=self.off_s, cooldown_s=self.cooldown_s)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look means.

    Attributes:
        fault: Of the view; the gravest one.
        is_frozen: The picture stands still, whatever it shows.
        is_view_right: By the looser measure of the exit: it shows what it should show.
        is_sharp: By the looser measure of the exit.
    """

    fault: CameraFault | None
    is_frozen: bool
    is_view_right: bool
    is_sharp: bool

    @property
    def is_calm(self) -> bool:
        """Nothing is wrong, by the looser measures too."""
        is_right = self.is_view_right and self.is_sharp and not self.is_frozen
        return is_right and self.fault is None

    def has(self, fault: CameraFault) -> bool:
        """Whether it is this fault."""
        return self.is_frozen if fault is CameraFault.FROZEN else self.fault is fault

    def is_over(self, fault: CameraFault) -> bool:
        """Whether this fault is over."""
        if fault is CameraFault.FROZEN:
            return not self.is_frozen
        if fault is CameraFault.BLURRED:
            return self.is_sharp and self.is_view_right
        return fault is CameraFault.LOST or self.is_view_right


def judge_look(look: Look, chosen: CameraTamperParameters) -> Verdict:
    """What a look means."""
    fault = _find_plain(look, chosen) or _find_other_view(look, chosen)
    sharp = look.sharpness_share
    if fault is None and sharp is not None and sharp < chosen.sharp_share:
        fault = CameraFault.BLURRED
    return Verdict(
        fault=fault,
        is_frozen=look.change < chosen.frozen_level,
        is_view_right=_is_lit(look, chosen) and _is_back(look.match, chosen),
        is_sharp=sharp is None or sharp > _SHARP_AGAIN * chosen.sharp_share,
    )


def explain_fault(
    fault: CameraFault, look: Look, chosen: CameraTamperParameters, lasted_s: float
) -> tuple[Measurement, ...]:
    """What was measured of a fault, each against its threshold."""
    match = look.match or Match(peak=1.0, shift=0.0, is_home=True)
    likeness = ("likeness to the view", match.peak, chosen.likeness, "")
    on_s = chosen.timing_of(fault).on_s
    entries: Mapping[CameraFault, tuple[tuple[str, float, float, str], ...]] = {
        CameraFault.COVERED: (
            ("share of the view that is hidden", look.hidden_share, chosen.hidden_share, ""),
            likeness,
            ("mean brightness", look.brightness, chosen.dark_level, "levels"),
            ("contrast", look.contrast, chosen.contrast, "levels"),
        ),
        CameraFault.BLINDED: (
            ("mean brightness", look.brightness, chosen.bright_level, "levels"),
            ("contrast", look.contrast, chosen.contrast, "levels"),
        ),
        CameraFault.MOVED: (
            ("shift of the view", match.shift, chosen.shift, "of picture"),
            likeness,
        ),
        CameraFault.BLURRED: (
            ("sharpness", look.sharpness_share or 0.0, chosen.sharp_share, "of usual"),
        ),
        CameraFault.FROZEN: (
            ("change of the picture", look.change, chosen.frozen_level, "levels"),
        ),
        CameraFault.LOST: (),
    }
    measured = (*entries[fault], (f"{fault} for", lasted_s, on_s, "s"))
    return tuple(
        Measurement(condition=name, measured=value, threshold=threshold, unit=unit)
        for name, value, threshold, unit in measured
    )


def _find_plain(look: Look, chosen: CameraTamperParameters) -> CameraFault | None:
    if look.contrast >= chosen.contrast:
        return None
    if look.brightness < chosen.dark_level:
        return CameraFault.COVERED
    return CameraFault.BLINDED if look.brightness > chosen.bright_level else None


def _find_other_view(look: Look, chosen: CameraTamperParameters) -> CameraFault | None:
    match = look.match
    if match is None:
        return None
    if look.hidden_share > chosen.hidden_share:
        return CameraFault.COVERED
    if match.peak >= chosen.likeness:
        return CameraFault.MOVED if match.shift > chosen.shift else None
    if _is_known(match, chosen) or look.coarse >= _SAME_THROUGH_MATT_GLASS:
        return None
    return CameraFault.COVERED if look.kept < _FADED else CameraFault.MOVED


def _is_known(match: Match, chosen: CameraTamperParameters) -> bool:
    return match.peak >= chosen.likeness or (match.is_home and match.peak >= CHANCE_PEAK)


def _is_back(match: Match | None, chosen: CameraTamperParameters) -> bool:
    return match is None or (_is_known(match, chosen) and match.shift < _EXIT_SHARE * chosen.shift)


def _is_lit(look: Look, chosen: CameraTamperParameters) -> bool:
    if look.contrast >= _BRIGHT_AGAIN * chosen.contrast:
        return True
    return _BRIGHT_AGAIN * chosen.dark_level < look.brightness < chosen.bright_level / _BRIGHT_AGAIN

"""What happens to cameras, as a list: who reads it knows what is tried."""

from dataclasses import dataclass
from enum import Enum

from sentinel_core.domain.cameras import SourceReason, SourceState
from sentinel_core.domain.media_clock import TICKS_PER_SECOND
from sentinel_sim.faults.script import Fault, Login

_HOUR_90K = 3_600 * TICKS_PER_SECOND


class Cut(Enum):
    """What happens to the way to the camera."""

    RESET = "reset"
    VANISH = "vanish"
    SWALLOW = "swallow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that goes wrong, and how the product has to take it.

    Attributes:
        reason: What the camera's state has to say; None: nothing.
        state: With the reason.
        first_clip: What the camera shows before.
        fault: Of the camera itself.
        cut: Of the way to it.
        from_the_start: The camera has never been well before.
        jump_90k: The camera's clock jumps.
        clip: The camera goes on with another one.
        begins_epoch: Whether pictures after it are of another stream epoch.
    """

    name: str
    reason: SourceReason | None = None
    state: SourceState = SourceState.OFFLINE
    first_clip: str = "plain.mp4"
    fault: Fault = Fault.NONE
    cut: Cut | None = None
    from_the_start: bool = False
    jump_90k: int = 0
    clip: str | None = None
    begins_epoch: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Peculiarity:
    """What cameras do for as long as they run, and what must not disturb anybody."""

    name: str
    clip: str = "plain.mp4"
    login: Login | None = None
    report_offset_s: float | None = None


TROUBLES = (
    Trouble(
        name="wrong password, then the right one",
        fault=Fault.UNAUTHORISED,
        from_the_start=True,
        reason=SourceReason.UNAUTHORISED,
    ),
    Trouble(
        name="no such stream",
        fault=Fault.UNKNOWN_PATH,
        from_the_start=True,
        reason=SourceReason.NO_VIDEO,
    ),
    Trouble(
        name="description without video",
        fault=Fault.NO_VIDEO,
        from_the_start=True,
        reason=SourceReason.NO_VIDEO,
    ),
    Trouble(
        name="wrong codec",
        fault=Fault.FOREIGN_CODEC,
        from_the_start=True,
        reason=SourceReason.UNSUPPORTED_CODEC,
    ),
    Trouble(
        name="broken description",
        fault=Fault.BROKEN_DESCRIPTION,
        from_the_start=True,
        reason=SourceReason.NO_VIDEO,
    ),
    Trouble(
        name="accepts and never answers",
        fault=Fault.NEVER_ANSWERS,
        from_the_start=True,
        reason=SourceReason.UNREACHABLE,
    ),
    Trouble(
        name="speaks another protocol",
        fault=Fault.BABBLES,
        from_the_start=True,
        reason=SourceReason.UNREACHABLE,
    ),
    Trouble(
        name="no parameter sets",
        fault=Fault.NO_PARAMETER_SETS,
        from_the_start=True,
        reason=SourceReason.CORRUPT,
    ),
    Trouble(name="TCP reset", cut=Cut.RESET, reason=SourceReason.ENDED),
    Trouble(name="nothing listens", cut=Cut.VANISH, reason=SourceReason.REFUSED),
    Trouble(name="half-open connection", cut=Cut.SWALLOW, reason=SourceReason.STALLED),
    Trouble(name="freeze", fault=Fault.FROZEN, reason=SourceReason.STALLED),
    Trouble(
        name="trickle, no picture is ever whole",
        first_clip="noise.mp4",
        fault=Fault.TRICKLE,
        reason=SourceReason.STALLED,
    ),
    Trouble(
        name="trickle of small pictures",
        fault=Fault.TRICKLE,
        reason=SourceReason.SLOW_CLOCK,
        state=SourceState.ONLINE,
        begins_epoch=False,
    ),
    Trouble(
        name="damaged pictures",
        fault=Fault.DAMAGED,
        reason=SourceReason.CORRUPT,
        state=SourceState.ONLINE,
        begins_epoch=False,
    ),
    Trouble(name="clock jumps back", jump_90k=-_HOUR_90K),
    Trouble(name="clock jumps ahead", jump_90k=_HOUR_90K),
    Trouble(name="clock starts again", jump_90k=-60 * TICKS_PER_SECOND),
    Trouble(name="another size in the stream", clip="large.mp4", begins_epoch=False),
)

PECULIARITIES = (
    Peculiarity(name="B-frames", clip="reordered.mp4"),
    Peculiarity(name="H.265", clip="hevc.mp4"),
    Peculiarity(name="basic login", login=Login.BASIC),
    Peculiarity(name="digest login", login=Login.DIGEST),
    Peculiarity(name="sender reports an hour late", report_offset_s=-3_600.0),
    Peculiarity(name="sender reports an hour early", report_offset_s=3_600.0),
)

"""What goes wrong with a camera, as data: a list of steps reads like a story."""

from dataclasses import dataclass
from enum import Enum


class Fault(Enum):
    """What is wrong with the camera. Those up to BABBLES meet who asks, the others who watches."""

    NONE = "none"
    UNAUTHORISED = "unauthorised"
    UNKNOWN_PATH = "unknown_path"
    NO_VIDEO = "no_video"
    FOREIGN_CODEC = "foreign_codec"
    BROKEN_DESCRIPTION = "broken_description"
    NEVER_ANSWERS = "never_answers"
    BABBLES = "babbles"
    FROZEN = "frozen"
    TRICKLE = "trickle"
    DAMAGED = "damaged"
    NO_PARAMETER_SETS = "no_parameter_sets"


class Login(Enum):
    """How the camera wants to know who asks."""

    BASIC = "Basic"
    DIGEST = "Digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a story. It ends after `units` access units, or after `seconds`.

    Attributes:
        fault: What is wrong meanwhile.
        hangs_up: All connections are reset as it begins.
        jump_90k: By so much the camera's clock jumps as it begins.
        units: Access units that are sent, over all connections.
        seconds: Where nothing is sent.
    """

    fault: Fault = Fault.NONE
    hangs_up: bool = False
    jump_90k: int = 0
    units: int = 0
    seconds: float = 0.0

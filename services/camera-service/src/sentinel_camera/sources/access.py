"""How a source is asked, and how its time passes."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from sentinel_core.domain.cameras import RtspTransport
from sentinel_core.ports.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceAccess:
    """How a network source is asked.

    Attributes:
        connect_s: Longest silence until it is open.
        read_s: Longest silence between two packets.
        verify_certificates: Whether the certificate of an RTSPS or HTTPS source has to be valid.
        allow_private: Whether its address may be in a private network.
    """

    connect_s: float
    read_s: float
    rtsp_transport: RtspTransport = RtspTransport.TCP
    verify_certificates: bool = False
    allow_private: bool = True


@dataclass(frozen=True, slots=True)
class PlayTime:
    """Time as a reader spends it.

    Attributes:
        wait_until: Returns when a monotonic time has come.
    """

    clock: Clock
    wait_until: Callable[[float], None]


def wall_time(clock: Clock) -> PlayTime:
    """Time that is waited for by doing nothing."""

    def wait_until(moment_s: float) -> None:
        threading.Event().wait(max(0.0, moment_s - clock.monotonic()))

    return PlayTime(clock, wait_until)

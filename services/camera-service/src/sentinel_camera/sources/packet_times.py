"""Times of packets in ticks of 90 kHz, completed where a source leaves them out."""

from __future__ import annotations  # `Packet` is generic in its stubs only

from dataclasses import dataclass

from av.packet import Packet
from av.video.stream import VideoStream

from sentinel_camera.sources.opened import OpenSource
from sentinel_core.domain.media_clock import TICKS_PER_SECOND

_UNKNOWN_INTERVAL_90K = TICKS_PER_SECOND // 25


@dataclass(frozen=True, slots=True)
class Times:
    """When an access unit is shown and decoded, and for how long it is shown; 90 kHz."""

    pts: int
    dts: int
    duration: int


class PacketTimes:
    """Of one run of a source, packet by packet in the order of decoding."""

    def __init__(self, opened: OpenSource) -> None:
        self._opened = opened
        self._last_dts: int | None = None
        self.frame_interval_90k = opened.frame_interval_90k or _UNKNOWN_INTERVAL_90K
        """Ticks between two frames, as well as it is known."""

    def complete(self, packet: Packet[VideoStream]) -> Times | None:
        """The packet's times; None where nothing is known. Writes the time into the packet."""
        opened = self._opened
        if packet.duration:
            self.frame_interval_90k = opened.to_90k(packet.duration)
        if packet.pts is None:
            # FFmpeg counts RTP time from the first access unit, and then leaves that one out.
            if self._last_dts is not None:
                return None
            packet.pts = 0
        pts = opened.to_90k(packet.pts)
        dts = self._guess_dts(pts) if packet.dts is None else opened.to_90k(packet.dts)
        self._last_dts = dts
        return Times(pts, dts, self.frame_interval_90k)

    def _guess_dts(self, pts: int) -> int:
        if self._last_dts is not None:
            return self._last_dts + self.frame_interval_90k
        depth = self._opened.context.reorder_depth
        return pts - depth * self.frame_interval_90k

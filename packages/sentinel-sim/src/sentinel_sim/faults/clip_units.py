"""Access units of a clip, as a camera would send them."""

import re
from dataclasses import dataclass
from pathlib import Path

import av
from av.bitstream import BitStreamFilterContext

from sentinel_core.domain.media_clock import TICKS_PER_SECOND

_START_CODE = re.compile(rb"\x00*\x00\x00\x01")


@dataclass(frozen=True, slots=True)
class ClipUnit:
    """An access unit; NAL units have neither start codes nor lengths."""

    dts_90k: int
    pts_90k: int
    nal_units: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ClipUnits:
    """All access units of a clip, in the order of decoding.

    Attributes:
        codec: `h264` or `hevc`.
    """

    codec: str
    units: tuple[ClipUnit, ...]


def load_units(clip: Path) -> ClipUnits:
    """Read a clip; its container has parameter sets of its own, which go before the keyframes."""
    units = []
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        codec = stream.codec_context.name
        start_codes = BitStreamFilterContext(f"{codec}_mp4toannexb", stream)
        for packet in container.demux(stream):
            for piece in start_codes.filter(packet):
                if piece.dts is None or piece.pts is None or piece.time_base is None:
                    continue
                scale = piece.time_base * TICKS_PER_SECOND
                nal_units = tuple(filter(None, _START_CODE.split(bytes(piece))))
                units.append(
                    ClipUnit(round(piece.dts * scale), round(piece.pts * scale), nal_units)
                )
    return ClipUnits(codec, tuple(units))

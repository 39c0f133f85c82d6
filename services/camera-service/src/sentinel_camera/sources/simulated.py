"""Simulated cameras: a test card whose clock shows the time of day."""

from __future__ import annotations  # `Packet` is generic in its stubs only

from collections.abc import Iterator
from fractions import Fraction
from typing import cast

import av
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from sentinel_camera.sources.opened import OpenSource, prepare_decoder
from sentinel_core.domain.media_clock import TICKS_PER_SECOND
from sentinel_core.ports.clock import Clock
from sentinel_sim.test_card.encoding import encode_units
from sentinel_sim.test_card.specification import CardSpec

_TIME_BASE = Fraction(1, TICKS_PER_SECOND)


def open_simulated(source_url: str, clock: Clock) -> OpenSource:
    """Begin a test card; its clock shows milliseconds of UTC, the low 32 bits of them.

    Raises:
        InvalidInput: There is no such camera.
    """
    spec = CardSpec.from_url(source_url)
    decoder = av.CodecContext.create(spec.codec, "r")
    assert isinstance(decoder, VideoCodecContext)  # noqa: S101 (all its codecs are of video)
    prepare_decoder(decoder)
    return OpenSource(
        packets=lambda: _packets(spec, clock),
        context=decoder,
        time_base=_TIME_BASE,
        fps=float(spec.fps),
        is_ahead=True,
    )


def _packets(spec: CardSpec, clock: Clock) -> Iterator[Packet[VideoStream]]:
    origin_ms = int(clock.utc_now().timestamp() * 1000)
    for unit in encode_units(spec, origin_ms=origin_ms):
        packet = cast("Packet[VideoStream]", av.Packet(unit.data))
        packet.pts, packet.dts = unit.pts_90k, unit.dts_90k
        packet.duration = TICKS_PER_SECOND // spec.fps
        packet.time_base = _TIME_BASE
        packet.is_keyframe = unit.is_key
        yield packet

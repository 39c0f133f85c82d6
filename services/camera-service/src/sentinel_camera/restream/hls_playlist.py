"""The playlist of low-latency HLS (RFC 8216bis), as text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sentinel_core.domain.media_clock import TICKS_PER_SECOND, format_utc

TARGET_DURATION_S = 6
"""No segment is longer; told to players, for whom it must never change."""

_SEGMENTS_WITH_PARTS = 3
_PARTS_HELD_BACK = 3
"""The least that the standard allows."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some pictures; `is_independent` where they begin with a keyframe.

    Parts are numbered over segments: which part comes next is known before it is known whether
    a new segment begins with it.
    """

    number: int
    data: bytes
    duration_90k: int
    is_independent: bool


@dataclass(slots=True)
class Segment:
    """Parts that follow each other.

    Attributes:
        init: Number of the init segment it is decoded with.
        started_at: When its first picture was captured.
        is_discontinuous: Its times do not go on from the segment before.
        start_90k: Decode time of its first picture.
        duration_90k: Until the next segment, or as far as it goes.
    """

    number: int
    init: int
    started_at: datetime
    is_discontinuous: bool
    start_90k: int
    parts: list[Part] = field(default_factory=list)
    duration_90k: int = 0
    is_complete: bool = False


def render_playlist(
    segments: Sequence[Segment], discontinuities_before: int, part_target_90k: int, next_part: int
) -> str:
    """The media playlist; `segments` are not empty, the last one may be incomplete.

    Args:
        segments: What can be fetched.
        discontinuities_before: How many discontinuous segments have left the playlist.
        part_target_90k: No part is longer.
        next_part: Number of the part that is to come.
    """
    part_target_s = part_target_90k / TICKS_PER_SECOND
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:9",
        f"#EXT-X-TARGETDURATION:{TARGET_DURATION_S}",
        f"#EXT-X-PART-INF:PART-TARGET={part_target_s:.5f}",
        "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,"
        f"PART-HOLD-BACK={_PARTS_HELD_BACK * part_target_s:.5f}",
        f"#EXT-X-MEDIA-SEQUENCE:{segments[0].number}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{discontinuities_before}",
    ]
    init = None
    for index, segment in enumerate(segments):
        # The first one's discontinuity counts as one that has left already.
        if index and segment.is_discontinuous:
            lines.append("#EXT-X-DISCONTINUITY")
        if segment.init != init:
            init = segment.init
            lines.append(f'#EXT-X-MAP:URI="init-{init}.mp4"')
        lines.extend(
            _segment_lines(segment, with_parts=index >= len(segments) - _SEGMENTS_WITH_PARTS)
        )
    lines.append(f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part-{next_part}.mp4"')
    return "\n".join(lines) + "\n"


def _segment_lines(segment: Segment, *, with_parts: bool) -> Iterator[str]:
    yield f"#EXT-X-PROGRAM-DATE-TIME:{format_utc(segment.started_at)}"
    if with_parts:
        for part in segment.parts:
            yield (
                f"#EXT-X-PART:DURATION={part.duration_90k / TICKS_PER_SECOND:.5f},"
                f'URI="part-{part.number}.mp4"'
                + (",INDEPENDENT=YES" if part.is_independent else "")
            )
    if segment.is_complete:
        yield f"#EXTINF:{segment.duration_90k / TICKS_PER_SECOND:.5f},"
        yield f"segment-{segment.number}.mp4"

"""Low-latency HLS (RFC 8216bis) of one camera, from the same fragments as all live video."""

import asyncio
from collections import deque
from collections.abc import Callable

from sentinel_camera.restream.fmp4 import fragment, init_segment
from sentinel_camera.restream.hls_playlist import TARGET_DURATION_S, Part, Segment, render_playlist
from sentinel_camera.restream.sinks import CodedUnit, VideoConfiguration
from sentinel_core.domain.errors import DependencyUnavailable, InvalidInput, NotFound
from sentinel_core.domain.media_clock import TICKS_PER_SECOND
from sentinel_core.ports.clock import Clock

_MIN_SEGMENT_90K = TICKS_PER_SECOND
_MAX_SEGMENT_90K = TARGET_DURATION_S * TICKS_PER_SECOND
_PART_90K = TICKS_PER_SECOND // 4
_SEGMENTS = 7
_IDLE_S = 20.0
"""So long after the last request nothing is packaged any more."""
_PATIENCE_S = 10.0


class HlsPackager:
    """A `PacketSink` that packages only while somebody asks for the playlist.

    A segment begins with a keyframe and holds at least a second, at most `TARGET_DURATION_S`;
    a part holds as many pictures as fit into a quarter of a second.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._configuration: VideoConfiguration | None = None
        self._inits: dict[int, bytes] = {}
        self._init = 0
        self._segments: deque[Segment] = deque()
        self._next_number = 0
        self._left_discontinuities = 0
        self._fragments: list[bytes] = []
        self._fragments_90k = 0
        self._part_is_independent = False
        self._longest_90k = _PART_90K
        self._sequence = 0
        self._expected_90k: int | None = None
        self._asked_s = -_IDLE_S
        self._changed = asyncio.Event()
        self._closed = False

    @property
    def is_packaging(self) -> bool:
        """Whether anybody has asked lately."""
        return self._clock.monotonic() - self._asked_s < _IDLE_S

    def configure(self, configuration: VideoConfiguration) -> None:
        """The next units are coded like this."""
        if configuration != self._configuration:
            self._configuration = configuration
            self._end_segment()
            self._expected_90k = None

    def take(self, unit: CodedUnit) -> None:
        """Add a unit, where anybody wants it."""
        if self._configuration is None or not self.is_packaging:
            self._drop_all()
            return
        if self._is_cut_before(unit):
            self._end_segment()
            if not unit.is_key and self._expected_90k is None:
                return
            self._begin_segment(unit, self._configuration)
        self._add(unit)

    def pause(self) -> None:
        """What was seen stays in the playlist; the next picture begins a new run."""
        self._end_segment()
        self._expected_90k = None

    def forget(self) -> None:
        """Nothing that was packaged may be fetched any more."""
        self._drop_all()

    def close(self) -> None:
        """Whoever waits is told that the camera is gone."""
        self._closed = True
        self._drop_all()
        self._wake()

    async def playlist(self, *, number: int | None = None, part: int | None = None) -> str:
        """The media playlist; waits until it has the given segment, or its part.

        Raises:
            InvalidInput: That segment is too far in the future.
            DependencyUnavailable: The camera has sent no picture in time.
            NotFound: The camera is gone.
        """
        self._asked_s = self._clock.monotonic()
        if number is not None and number > self._next_number + 1:
            raise InvalidInput("that segment is too far in the future", field="_HLS_msn")
        wanted = (0, 0) if number is None else (number, part if part is not None else -1)
        await self._wait(lambda: self._has(*wanted))
        return render_playlist(self._segments, self._left_discontinuities, self._longest_90k)

    async def piece(self, name: str) -> bytes:
        """An init segment, a segment, or a part, by its name in the playlist.

        A part that is announced and not there yet is waited for.

        Raises:
            NotFound: It is not in the playlist (any more).
            DependencyUnavailable: The camera has not sent it in time.
        """
        self._asked_s = self._clock.monotonic()
        kind, *numbers = name.removesuffix(".mp4").split("-")
        if not numbers or not all(text.isascii() and text.isdigit() for text in numbers):
            raise NotFound(f"There is no {name} in this playlist.")
        first, *rest = map(int, numbers)
        if kind == "init" and not rest and first in self._inits:
            return self._inits[first]
        if kind == "segment" and not rest:
            return b"".join(part.data for part in self._complete(first).parts)
        if kind == "part" and len(rest) == 1:
            return await self._part(first, rest[0])
        raise NotFound(f"There is no {name} in this playlist.")

    def _complete(self, number: int) -> Segment:
        for segment in self._segments:
            if segment.number == number and segment.is_complete:
                return segment
        raise NotFound(f"Segment {number} is not there.")

    async def _part(self, number: int, index: int) -> bytes:
        newest = self._segments[-1] if self._segments else None
        is_next = newest is not None and (number, index) in {
            (newest.number, len(newest.parts)),
            (newest.number + 1, 0),
        }
        if is_next:
            await self._wait(lambda: self._has(number, index))
        for segment in self._segments:
            if segment.number == number and index < len(segment.parts):
                return segment.parts[index].data
        raise NotFound(f"Part {index} of segment {number} is not there.")

    def _is_cut_before(self, unit: CodedUnit) -> bool:
        if self._expected_90k is None or not self._segments or self._segments[-1].is_complete:
            return True
        length_90k = self._segments[-1].duration_90k + self._fragments_90k
        is_full = length_90k + unit.duration_90k > _MAX_SEGMENT_90K
        return is_full or (unit.is_key and length_90k >= _MIN_SEGMENT_90K)

    def _begin_segment(self, unit: CodedUnit, configuration: VideoConfiguration) -> None:
        init = init_segment(configuration)
        is_new_coding = self._inits.get(self._init) != init
        if is_new_coding:
            self._init += 1
            self._inits[self._init] = init
        is_gap = self._expected_90k is None and self._next_number > 0
        self._segments.append(
            Segment(self._next_number, self._init, unit.captured_at, is_gap or is_new_coding)
        )
        self._next_number += 1
        while len(self._segments) > _SEGMENTS:
            self._segments.popleft()
            # What a playlist's first segment begins has begun before the playlist.
            self._left_discontinuities += self._segments[0].is_discontinuous
        in_use = {segment.init for segment in self._segments}
        self._inits = {number: data for number, data in self._inits.items() if number in in_use}

    def _add(self, unit: CodedUnit) -> None:
        self._sequence += 1
        if not self._fragments:
            self._part_is_independent = unit.is_key
        self._fragments.append(fragment(self._sequence, unit))
        self._fragments_90k += unit.duration_90k
        self._expected_90k = unit.dts_90k + unit.duration_90k
        self._longest_90k = max(self._longest_90k, unit.duration_90k)
        if self._fragments_90k + unit.duration_90k > self._longest_90k:
            self._end_part()

    def _end_part(self) -> None:
        if not self._fragments:
            return
        self._segments[-1].parts.append(
            Part(b"".join(self._fragments), self._fragments_90k, self._part_is_independent)
        )
        self._fragments.clear()
        self._fragments_90k = 0
        self._wake()

    def _end_segment(self) -> None:
        if self._segments and not self._segments[-1].is_complete:
            self._end_part()
            self._segments[-1].is_complete = True
            self._wake()

    def _drop_all(self) -> None:
        self._segments.clear()
        self._inits.clear()
        self._fragments.clear()
        self._fragments_90k = 0
        self._expected_90k = None

    def _has(self, number: int, part: int) -> bool:
        """Whether the playlist goes as far; part -1 is the whole segment."""
        if not self._segments:
            return False
        newest = self._segments[-1]
        if newest.number != number:
            return newest.number > number
        return newest.is_complete if part < 0 else part < len(newest.parts)

    async def _wait(self, condition: Callable[[], bool]) -> None:
        deadline = asyncio.create_task(self._clock.sleep(_PATIENCE_S))
        try:
            while not condition():
                if self._closed:
                    raise NotFound("The camera is gone.")
                if deadline.done():
                    raise DependencyUnavailable("The camera sends no pictures.")
                changed = asyncio.create_task(self._changed.wait())
                await asyncio.wait([changed, deadline], return_when=asyncio.FIRST_COMPLETED)
                changed.cancel()
        finally:
            deadline.cancel()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

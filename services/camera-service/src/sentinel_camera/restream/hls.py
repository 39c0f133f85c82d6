"""Low-latency HLS (RFC 8216bis) of one camera, from the same fragments as all live video."""

import asyncio
import re
from collections import deque
from collections.abc import Callable
from statistics import median_low

from sentinel_camera.restream.fmp4 import fragment, init_segment
from sentinel_camera.restream.hls_playlist import TARGET_DURATION_S, Part, Segment, render_playlist
from sentinel_camera.restream.newest_groups import NewestGroups
from sentinel_camera.restream.sinks import CodedUnit, VideoConfiguration
from sentinel_core.domain.errors import DependencyUnavailable, InvalidInput, NotFound
from sentinel_core.domain.media_clock import TICKS_PER_SECOND
from sentinel_core.ports.clock import Clock

_MIN_SEGMENT_90K = TICKS_PER_SECOND
_MAX_SEGMENT_90K = TARGET_DURATION_S * TICKS_PER_SECOND
_PART_90K = TICKS_PER_SECOND // 4
_GAP_90K = TICKS_PER_SECOND
"""A source that was silent for longer begins a new run at its next keyframe."""
_SEGMENTS = 7
_PARTS_PER_SEGMENT = 1_000
"""More than a segment ever has, so that numbers of parts rise over restarts too."""
_NAME = re.compile(r"(init|segment|part)-([0-9]{1,18})\.mp4")
_GROUPS_AT_FIRST = 3
"""Players want whole segments to begin with."""
_IDLE_S = 20.0
"""So long after the last request nothing is packaged any more."""
_PATIENCE_S = 10.0


class HlsPackager:
    """A `PacketSink` that packages only while somebody asks for the playlist.

    It begins with the newest keyframes, which came before the first request. A segment begins with
    a keyframe and holds at least a second, at most `TARGET_DURATION_S`; a part holds as many
    pictures as fit into a quarter of a second. How long they are is told by decode times: what a
    source says of the length of a picture is often a guess.
    """

    def __init__(self, clock: Clock, first_number: int = 0) -> None:
        """Make one for a camera.

        Args:
            clock: For waiting, and to know when nobody asks any more.
            first_number: Of the first segment. Players take a number that falls for an error, so
                a process that starts again must begin higher than the one before.
        """
        self._clock = clock
        self._configuration: VideoConfiguration | None = None
        self._groups = NewestGroups(_GROUPS_AT_FIRST)
        self._inits: dict[int, bytes] = {}
        self._init = 0
        self._segments: deque[Segment] = deque()
        self._next_number = first_number
        self._next_part = first_number * _PARTS_PER_SEGMENT
        self._is_first = True
        self._left_discontinuities = 0
        self._fragments: list[bytes] = []
        self._part_start_90k = 0
        self._part_is_independent = False
        self._part_target_90k = 0
        self._sequence = 0
        self._last: CodedUnit | None = None
        self._interval_90k = 0
        self._intervals_90k: deque[int] = deque(maxlen=5)
        self._asked_s = clock.monotonic() - _IDLE_S
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
            self._end_run()

    def take(self, unit: CodedUnit) -> None:
        """Add a unit, where anybody wants it."""
        if self._configuration is None:
            return
        self._groups.take(unit)
        if self.is_packaging:
            self._package(unit, self._configuration)
        else:
            self._drop_all()

    def pause(self) -> None:
        """What was seen stays in the playlist; the next picture begins a new run."""
        self._end_run()

    def forget(self) -> None:
        """Nothing that was packaged may be fetched any more."""
        self._groups.clear()
        self._drop_all()

    def close(self) -> None:
        """Whoever waits is told that the camera is gone."""
        self._closed = True
        self.forget()
        self._wake()

    async def playlist(self, *, number: int | None = None, part: int | None = None) -> str:
        """The media playlist; waits until it has the given segment, or its part.

        Raises:
            InvalidInput: That segment is too far in the future.
            DependencyUnavailable: The camera has sent no picture in time.
            NotFound: The camera is gone.
        """
        self._asked_s = self._clock.monotonic()
        self._catch_up()
        if number is None:
            await self._wait(lambda: any(segment.parts for segment in self._segments))
        elif number > self._next_number + 1:
            raise InvalidInput("that segment is too far in the future", field="_HLS_msn")
        else:
            await self._wait(lambda: self._has(number, -1 if part is None else part))
        return render_playlist(
            self._segments, self._left_discontinuities, self._part_target_90k, self._next_part
        )

    async def piece(self, name: str) -> bytes:
        """An init segment, a segment, or a part, by its name in the playlist.

        A part that is announced and not there yet is waited for.

        Raises:
            NotFound: It is not in the playlist (any more).
            DependencyUnavailable: The camera has not sent it in time.
        """
        self._asked_s = self._clock.monotonic()
        found = _NAME.fullmatch(name)
        kind, number = (found[1], int(found[2])) if found else ("", 0)
        if kind == "init" and number in self._inits:
            return self._inits[number]
        if kind == "segment":
            return b"".join(part.data for part in self._complete(number).parts)
        if kind == "part":
            return await self._part(number)
        raise NotFound(f"There is no {name} in this playlist.")

    def _complete(self, number: int) -> Segment:
        for segment in self._segments:
            if segment.number == number and segment.is_complete:
                return segment
        raise NotFound(f"Segment {number} is not there.")

    async def _part(self, number: int) -> bytes:
        if number == self._next_part and self._segments:
            await self._wait(lambda: self._next_part > number)
        for segment in self._segments:
            for part in segment.parts:
                if part.number == number:
                    return part.data
        raise NotFound(f"Part {number} is not there.")

    def _catch_up(self) -> None:
        """Begin with the newest keyframes, where nothing is packaged yet."""
        if self._configuration is not None and not self._segments:
            self._last = None
            for unit in self._groups.units:
                self._package(unit, self._configuration)

    def _package(self, unit: CodedUnit, configuration: VideoConfiguration) -> None:
        if self._last is not None and self._is_gap(unit, self._last):
            self._end_run()
        if self._last is None and not unit.is_key:
            return
        if self._is_cut_before(unit):
            self._end_segment(unit.dts_90k)
            self._begin_segment(unit, configuration)
        self._add(unit)

    def _is_gap(self, unit: CodedUnit, last: CodedUnit) -> bool:
        return unit.dts_90k - last.dts_90k > _GAP_90K + 2 * self._interval_90k

    def _is_cut_before(self, unit: CodedUnit) -> bool:
        if self._last is None or not self._segments or self._segments[-1].is_complete:
            return True
        length_90k = unit.dts_90k - self._segments[-1].start_90k
        is_full = length_90k + self._interval_90k > _MAX_SEGMENT_90K
        return is_full or (unit.is_key and length_90k >= _MIN_SEGMENT_90K)

    def _begin_segment(self, unit: CodedUnit, configuration: VideoConfiguration) -> None:
        init = init_segment(configuration)
        is_new_coding = self._inits.get(self._init) != init
        if is_new_coding:
            self._init += 1
            self._inits[self._init] = init
        is_gap = self._last is None and not self._is_first
        self._is_first = False
        self._segments.append(
            Segment(
                self._next_number,
                self._init,
                unit.captured_at,
                is_gap or is_new_coding,
                unit.dts_90k,
            )
        )
        self._next_number += 1
        while len(self._segments) > _SEGMENTS:
            self._segments.popleft()
            # What a playlist's first segment begins has begun before the playlist.
            self._left_discontinuities += self._segments[0].is_discontinuous
        in_use = {segment.init for segment in self._segments}
        self._inits = {number: data for number, data in self._inits.items() if number in in_use}

    def _add(self, unit: CodedUnit) -> None:
        self._measure(unit)
        if unit.dts_90k + self._interval_90k - self._part_start_90k > self._part_target_90k:
            # It comes late: what waits for it is told to end where it has to.
            self._end_part(unit.dts_90k - self._part_start_90k)
        self._sequence += 1
        if not self._fragments:
            self._part_is_independent = unit.is_key
            self._part_start_90k = unit.dts_90k
        self._fragments.append(fragment(self._sequence, unit))
        self._last = unit
        length_90k = unit.dts_90k + self._interval_90k - self._part_start_90k
        if length_90k + self._interval_90k > self._part_target_90k:
            self._end_part(length_90k)

    def _measure(self, unit: CodedUnit) -> None:
        """How far apart pictures are, and how long a part may become, which never falls."""
        if self._last is None:
            self._intervals_90k.clear()
        step_90k = unit.duration_90k if self._last is None else unit.dts_90k - self._last.dts_90k
        self._intervals_90k.append(max(1, step_90k))
        self._interval_90k = median_low(self._intervals_90k)
        if not self._part_target_90k:
            pictures = max(1, _PART_90K // self._interval_90k)
            # Pictures do not come at even intervals; a part must not be longer than announced.
            self._part_target_90k = pictures * self._interval_90k * 11 // 10
        self._part_target_90k = max(self._part_target_90k, self._interval_90k)

    def _end_part(self, duration_90k: int) -> None:
        if not self._fragments:
            return
        segment = self._segments[-1]
        duration_90k = min(duration_90k, self._part_target_90k)
        segment.parts.append(
            Part(
                self._next_part,
                b"".join(self._fragments),
                duration_90k,
                self._part_is_independent,
            )
        )
        self._next_part += 1
        segment.duration_90k += duration_90k
        self._fragments.clear()
        self._wake()

    def _end_segment(self, end_90k: int | None = None) -> None:
        """Complete the newest segment; `end_90k` is where the next one begins, if it goes on."""
        if not self._segments or self._segments[-1].is_complete:
            return
        last, segment = self._last, self._segments[-1]
        if last is not None:
            ends_90k = last.dts_90k + self._interval_90k if end_90k is None else end_90k
            self._end_part(ends_90k - self._part_start_90k)
            segment.duration_90k = ends_90k - segment.start_90k
        segment.is_complete = True
        self._wake()

    def _end_run(self) -> None:
        self._end_segment()
        self._groups.clear()
        self._last = None

    def _drop_all(self) -> None:
        self._segments.clear()
        self._inits.clear()
        self._fragments.clear()
        self._last = None

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

"""The newest seconds of one camera's coded video."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sentinel_camera.clips.memory import ClipMemory
from sentinel_camera.restream.sinks import CodedUnit, VideoConfiguration
from sentinel_core.domain.media_clock import TICKS_PER_SECOND


@dataclass(slots=True)
class _Group:
    """A keyframe and what depends on it."""

    configuration: VideoConfiguration
    units: list[CodedUnit] = field(default_factory=list)
    size_bytes: int = 0

    @property
    def start_90k(self) -> int:
        return self.units[0].pts_90k


@dataclass(frozen=True, slots=True)
class Footage:
    """Access units of one coding in decode order; the first is a keyframe."""

    configuration: VideoConfiguration
    units: Sequence[CodedUnit]


class ClipRing:
    """A `PacketSink` that keeps `keep_s` seconds, in whole groups of pictures.

    What lies before the first keyframe, or behind damage up to the next one, is not kept. The
    newest group stays even where it alone is longer than `keep_s`: without its keyframe the
    rest could not be decoded. Where it alone is larger than `limit_bytes`, as with a camera that
    never sends a second keyframe, it goes, and the next keyframe begins anew.
    """

    def __init__(self, keep_s: float, memory: ClipMemory, limit_bytes: int | None = None) -> None:
        self._keep_90k = round(keep_s * TICKS_PER_SECOND)
        self._limit_bytes = limit_bytes
        self._memory = memory
        self._configuration: VideoConfiguration | None = None
        self._groups: deque[_Group] = deque()
        self._size_bytes = 0
        self._end_90k: int | None = None
        memory.join(self)

    @property
    def size_bytes(self) -> int:
        """Coded bytes that are kept."""
        return self._size_bytes

    @property
    def complete_90k(self) -> int | None:
        """Every picture that is shown before this is there; None while nothing is kept."""
        if not self._groups:
            return None
        newest = self._groups[-1].units[-1]
        return newest.dts_90k + newest.duration_90k

    def configure(self, configuration: VideoConfiguration) -> None:
        """The next units are coded like this; a change starts a new group with a keyframe."""
        self._configuration = configuration

    def take(self, unit: CodedUnit) -> None:
        """Keep a unit, let go what is too old."""
        if self._configuration is None:
            return
        if unit.is_key:
            self._groups.append(_Group(self._configuration))
        elif not self._groups or self._groups[-1].configuration != self._configuration:
            return
        group = self._groups[-1]
        group.units.append(unit)
        group.size_bytes += len(unit.data)
        self._size_bytes += len(unit.data)
        self._end_90k = max(self._end_90k or 0, unit.pts_90k + unit.duration_90k)
        self._drop_outdated(self._end_90k - self._keep_90k)
        self._memory.take(len(unit.data))
        self._keep_within_limit()

    def pause(self) -> None:
        """What was seen before the source was lost may still be wanted: nothing goes."""

    def forget(self) -> None:
        """Let all go."""
        self._memory.give_back(self._size_bytes)
        self._groups.clear()
        self._size_bytes = 0
        self._end_90k = None

    def close(self) -> None:
        """Let all go, for ever."""
        self.forget()
        self._memory.leave(self)

    def drop_oldest(self) -> int:
        """Let the oldest group go, unless it is the only one."""
        if len(self._groups) <= 1:
            return 0
        size_bytes = self._groups.popleft().size_bytes
        self._size_bytes -= size_bytes
        self._memory.give_back(size_bytes)
        return size_bytes

    def cut(self, epoch: str, from_90k: int, to_90k: int) -> Footage | None:
        """What is kept of [from, to), from the keyframe at or before `from` on.

        It ends earlier where the video is coded differently from then on. The media clock goes
        on over epochs; the epoch tells that the times are of this clock at all. None where nothing
        of that epoch or of that time is kept.
        """
        if not any(_is_of(group, epoch) for group in self._groups):
            return None
        earlier = [group for group in self._groups if group.start_90k <= from_90k]
        first = earlier[-1] if earlier else self._groups[0]
        if first.start_90k >= to_90k:
            return None
        units = list(_until(self._units_from(first), to_90k, first.start_90k))
        if units[-1].pts_90k + units[-1].duration_90k <= from_90k:
            return None
        return Footage(first.configuration, units)

    def _units_from(self, first: _Group) -> Iterator[CodedUnit]:
        reached = False
        for group in self._groups:
            reached = reached or group is first
            if not reached:
                continue
            if group.configuration != first.configuration:
                return
            yield from group.units

    def _keep_within_limit(self) -> None:
        if self._limit_bytes is None:
            return
        while self._size_bytes > self._limit_bytes:
            if self.drop_oldest() == 0:
                self.forget()

    def _drop_outdated(self, horizon_90k: int) -> None:
        while len(self._groups) > 1 and self._groups[1].start_90k <= horizon_90k:
            self.drop_oldest()


def _is_of(group: _Group, epoch: str) -> bool:
    return any(unit.epoch == epoch for unit in group.units)


def _until(units: Iterator[CodedUnit], to_90k: int, start_90k: int) -> Iterator[CodedUnit]:
    """Units until all that are shown before `to` are there, and none is missing between them.

    What is decoded after the first keyframe and shown before it refers to what is left out.
    """
    shown_90k = 0
    for unit in units:
        if unit.dts_90k >= to_90k and unit.pts_90k > shown_90k:
            return
        shown_90k = max(shown_90k, unit.pts_90k)
        if unit.pts_90k >= start_90k:
            yield unit

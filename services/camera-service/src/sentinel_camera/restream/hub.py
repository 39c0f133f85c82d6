"""Fans the live video of one camera out to its viewers."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sentinel_camera.restream.fmp4 import fragment, init_segment
from sentinel_camera.restream.sinks import CodedUnit, VideoConfiguration

_MAX_GROUP_BYTES = 16 << 20
_MAX_BACKLOG_FRAGMENTS = 300


@dataclass(frozen=True, slots=True)
class _Fragment:
    init: bytes
    data: bytes
    is_key: bool


class LiveHub:
    """A `PacketSink` for browsers: keeps the pictures since the newest keyframe, so that a new viewer starts at once.

    Belongs to one event loop. A viewer that does not keep up misses pictures up to the next
    keyframe; it never slows down the others or the camera.
    """

    def __init__(self, *, max_backlog: int = _MAX_BACKLOG_FRAGMENTS) -> None:
        self._max_backlog = max_backlog
        self._init: bytes | None = None
        self._sequence = 0
        self._group: list[_Fragment] = []
        self._group_bytes = 0
        self._viewers: set[_Viewer] = set()
        self._closed = False

    @property
    def viewers(self) -> int:
        """How many are watching."""
        return len(self._viewers)

    def configure(self, configuration: VideoConfiguration) -> None:
        """The next units are coded like this; nothing happens where they already were."""
        init = init_segment(configuration)
        if init != self._init:
            self._init = init
            self._forget_group()

    def take(self, unit: CodedUnit) -> None:
        """Send an access unit to all viewers; ignored before `configure`."""
        if self._init is None:
            return
        self._sequence += 1
        piece = _Fragment(self._init, fragment(self._sequence, unit), unit.is_key)
        self._keep(piece)
        for viewer in self._viewers:
            viewer.put(piece)

    def pause(self) -> None:
        """The camera is offline: a new viewer must not take its last pictures for live ones."""
        self._forget_group()

    def forget(self) -> None:
        """Nothing taken so far may be shown any more, not even to a viewer that is behind."""
        self._forget_group()
        for viewer in self._viewers:
            viewer.forget()

    def close(self) -> None:
        """The camera is gone: viewers end once they have taken what waits for them."""
        self._closed = True
        for viewer in self._viewers:
            viewer.close()

    @contextmanager
    def watch(self) -> Iterator[AsyncIterator[bytes]]:
        """Join at the newest keyframe."""
        viewer = _Viewer(self._max_backlog)
        viewer.start(self._group)
        if self._closed:
            viewer.close()
        self._viewers.add(viewer)
        try:
            yield viewer
        finally:
            self._viewers.discard(viewer)

    def _keep(self, piece: _Fragment) -> None:
        if piece.is_key:
            self._forget_group()
        elif not self._group:
            return
        self._group.append(piece)
        self._group_bytes += len(piece.data)
        if self._group_bytes > _MAX_GROUP_BYTES:
            # New viewers wait for the next keyframe rather than the camera eats the memory.
            self._forget_group()

    def _forget_group(self) -> None:
        self._group.clear()
        self._group_bytes = 0


class _Viewer:
    """A bounded queue that is cut at keyframes. Iterate once."""

    def __init__(self, max_backlog: int) -> None:
        self._max_backlog = max_backlog
        self._pending: deque[_Fragment] = deque()
        self._needs_key = True
        self._sent_init: bytes | None = None
        self._wake = asyncio.Event()
        self._closed = False

    def start(self, group: list[_Fragment]) -> None:
        """Begin with the present group, however long it is."""
        self._pending.extend(group)
        self._needs_key = not group
        if group:
            self._wake.set()

    def put(self, piece: _Fragment) -> None:
        """Queue a fragment, or skip it where the viewer waits for a keyframe."""
        if piece.is_key:
            self._needs_key = False
            if len(self._pending) >= self._max_backlog:
                self._pending.clear()
        elif len(self._pending) >= self._max_backlog:
            # What waits is in order and stays; the viewer goes on at the next keyframe.
            self._needs_key = True
        if not self._needs_key:
            self._pending.append(piece)
            self._wake.set()

    def forget(self) -> None:
        """Drop what is queued; go on at the next keyframe."""
        self._pending.clear()
        self._needs_key = True

    def close(self) -> None:
        """End after what is queued."""
        self._closed = True
        self._wake.set()

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Itself."""
        return self

    async def __anext__(self) -> bytes:
        """The next init segment or fragment; waits for it."""
        while not self._pending:
            if self._closed:
                raise StopAsyncIteration
            self._wake.clear()
            await self._wake.wait()
        piece = self._pending[0]
        if piece.init is not self._sent_init:
            self._sent_init = piece.init
            return piece.init
        self._pending.popleft()
        return piece.data

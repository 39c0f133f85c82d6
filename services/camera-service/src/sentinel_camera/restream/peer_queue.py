"""The newest units of a camera for viewers who take them one by one, as WebRTC does."""

import asyncio
from collections import deque

from sentinel_camera.restream.parameter_sets import parameter_sets
from sentinel_camera.restream.sinks import CodedUnit, VideoConfiguration
from sentinel_core.domain.errors import DependencyUnavailable, InvalidInput

_MAX_WAITING = 250
_LENGTH_BYTES = 4
_START_CODE = b"\x00\x00\x00\x01"


class PeerQueue:
    """What waits for one viewer: from a keyframe on, and at a keyframe again after an overflow."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._needs_key = True
        self._wake = asyncio.Event()
        self._is_closed = False

    def put(self, configuration: VideoConfiguration, unit: CodedUnit) -> None:
        """Add a unit, or skip it where a keyframe is needed first."""
        if len(self._waiting) >= _MAX_WAITING:
            self._waiting.clear()
            self._needs_key = True
        if self._needs_key and not unit.is_key:
            return
        self._needs_key = False
        self._waiting.append((unit.pts_90k, annex_b(configuration, unit)))
        self._wake.set()

    def close(self) -> None:
        """Nothing follows."""
        self._is_closed = True
        self._wake.set()

    async def take(self) -> tuple[int, bytes] | None:
        """Time and NAL units with start codes of the next unit; None at the end."""
        while not self._waiting:
            if self._is_closed:
                return None
            self._wake.clear()
            await self._wake.wait()
        return self._waiting.popleft()


class PeerSink:
    """A `PacketSink` that hands units to queues, and knows whether WebRTC can carry them."""

    def __init__(self) -> None:
        self._configuration: VideoConfiguration | None = None
        self._queues: set[PeerQueue] = set()
        self._newest_90k: int | None = None
        self._reorders = False

    def join(self) -> PeerQueue:
        """A new viewer.

        Raises:
            InvalidInput: The video cannot be sent over WebRTC: says why.
            DependencyUnavailable: The camera has sent no picture yet.
        """
        if self._configuration is None or self._newest_90k is None:
            raise DependencyUnavailable("The camera has not sent a picture yet.")
        if self._configuration.codec != "h264":
            raise InvalidInput("The camera sends H.265, which most browsers do not take by WebRTC.")
        if self._reorders:
            raise InvalidInput("The camera sends B-frames, which WebRTC cannot carry.")
        queue = PeerQueue()
        self._queues.add(queue)
        return queue

    def leave(self, queue: PeerQueue) -> None:
        """The viewer is gone."""
        self._queues.discard(queue)

    def configure(self, configuration: VideoConfiguration) -> None:
        """The next units are coded like this."""
        if configuration == self._configuration:
            return
        self._configuration = configuration
        self._reorders = False
        if configuration.codec != "h264":
            self._end_all()

    def take(self, unit: CodedUnit) -> None:
        """Hand it to each viewer; B-frames end them all, since players would show nonsense."""
        if self._configuration is None:
            return
        if self._newest_90k is not None and unit.pts_90k < self._newest_90k:
            self._reorders = True
            self._end_all()
        self._newest_90k = max(unit.pts_90k, self._newest_90k or 0)
        for queue in self._queues:
            queue.put(self._configuration, unit)

    def pause(self) -> None:
        """Viewers wait."""

    def forget(self) -> None:
        """What waits for viewers may not be shown any more: they begin anew."""
        self._end_all()

    def close(self) -> None:
        """Viewers end."""
        self._end_all()

    def _end_all(self) -> None:
        for queue in self._queues:
            queue.close()
        self._queues.clear()


def annex_b(configuration: VideoConfiguration, unit: CodedUnit) -> bytes:
    """The unit with start codes; before a keyframe stands what a decoder needs to begin."""
    parts: list[bytes] = []
    if unit.is_key:
        for parameters in parameter_sets(configuration):
            parts += (_START_CODE, parameters)
    position = 0
    while position + _LENGTH_BYTES < len(unit.data):
        start = position + _LENGTH_BYTES
        position = start + int.from_bytes(unit.data[position:start])
        parts += (_START_CODE, unit.data[start:position])
    return b"".join(parts)

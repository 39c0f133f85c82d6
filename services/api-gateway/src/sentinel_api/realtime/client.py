"""One connected browser: what waits to be sent to it."""

import asyncio
from collections import deque

from sentinel_api.realtime.schemas import Outgoing, Subscribe
from sentinel_core.ports.clock import Clock

MAX_WAITING_DETECTIONS = 128
MAX_WAITING_DURABLE = 4_096

BURST = 5
RATE_PER_S = 10.0
"""A bucket of `BURST` tokens that fills at `RATE_PER_S` lets at most 15 pass in any second."""


class _Allowance:
    """Token bucket of one camera."""

    def __init__(self, now_s: float) -> None:
        self._tokens = float(BURST)
        self._at_s = now_s

    def take(self, now_s: float) -> bool:
        self._tokens = min(float(BURST), self._tokens + (now_s - self._at_s) * RATE_PER_S)
        self._at_s = now_s
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True


class LiveClient:
    """A bounded queue that never makes the broadcaster wait.

    Of detections the oldest go first, and no camera sends more than 15 messages a second: what
    comes too fast is held back, the newest only. Everything else is kept; a client that lets
    thousands of those pile up is closed and may resume.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._durable: deque[Outgoing] = deque()
        self._detections: deque[Outgoing] = deque(maxlen=MAX_WAITING_DETECTIONS)
        self._held: dict[str, Outgoing] = {}
        self._allowances: dict[str, _Allowance] = {}
        self._subscription = Subscribe(cameras=[], detections=False)
        self._wanted: frozenset[str] | None = frozenset()
        self._wake = asyncio.Event()
        self._overrun = asyncio.Event()
        self.dropped = 0

    @property
    def waiting(self) -> int:
        """Messages that can be taken now."""
        return len(self._durable) + len(self._detections)

    async def wait_for_overrun(self) -> None:
        """Return when the client is too slow to be served."""
        await self._overrun.wait()

    def subscribe(self, subscription: Subscribe) -> None:
        """Replace the subscription; detections that wait and are no longer wanted go."""
        self._subscription = subscription
        cameras = subscription.cameras
        self._wanted = None if cameras == "*" else frozenset(cameras)
        self._held.clear()
        kept = [m for m in self._detections if self.wants(m.camera_key or "")]
        self._detections = deque(kept, maxlen=MAX_WAITING_DETECTIONS)

    def wants(self, camera_key: str) -> bool:
        """Whether detections of this camera are subscribed."""
        if not self._subscription.detections:
            return False
        return self._wanted is None or camera_key in self._wanted

    def offer(self, message: Outgoing) -> None:
        """Queue a message."""
        if message.camera_key is None:
            self._durable.append(message)
            self._wake.set()
            if len(self._durable) > MAX_WAITING_DURABLE:
                self._overrun.set()
        elif self.wants(message.camera_key):
            self._offer_detections(message.camera_key, message)

    def release_held(self) -> None:
        """Queue what was held back, as far as the cameras' rates allow. Call often."""
        now_s = self._clock.monotonic()
        for camera_key in [k for k in self._held if self._allowances[k].take(now_s)]:
            self._queue_detections(self._held.pop(camera_key))

    async def take(self) -> Outgoing:
        """The next message in the order of `seq`; waits for one."""
        while not self.waiting:
            self._wake.clear()
            await self._wake.wait()
        if not self._detections:
            return self._durable.popleft()
        if not self._durable or self._detections[0].seq < self._durable[0].seq:
            return self._detections.popleft()
        return self._durable.popleft()

    def _offer_detections(self, camera_key: str, message: Outgoing) -> None:
        now_s = self._clock.monotonic()
        allowance = self._allowances.setdefault(camera_key, _Allowance(now_s))
        if self._held.pop(camera_key, None) is not None:
            self.dropped += 1
        if allowance.take(now_s):
            self._queue_detections(message)
        else:
            self._held[camera_key] = message

    def _queue_detections(self, message: Outgoing) -> None:
        if len(self._detections) == MAX_WAITING_DETECTIONS:
            self.dropped += 1
        self._detections.append(message)
        self._wake.set()

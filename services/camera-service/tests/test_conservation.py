"""Every picture that was due is inferred, dropped for a reason, or in flight: at every moment.

Two real feeds with their forwarders, ledgers and rates, in any order of what can happen to them.
"""

import asyncio
from collections import Counter, deque

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sentinel_camera.forwarding.leases import SlotLease
from sentinel_camera.sampling.rates import NodeRates, RateLimits
from sentinel_camera.supervision.feed import CameraFeed
from sentinel_camera.supervision.states import StateBoard
from sentinel_camera.worker.messages import Packet
from sentinel_camera.worker.shared_memory import SlotViews
from sentinel_core.adapters.memory.event_bus import MemoryEventBus
from sentinel_core.domain.cameras import SourceReason, SourceState
from sentinel_core.domain.errors import DependencyUnavailable
from sentinel_core.domain.frames import DropReason
from sentinel_core.testing.builders import make_camera
from sentinel_core.testing.clock import ManualClock
from sentinel_vision.frames.frame import Frame, Picture
from sentinel_vision.frames.transport import INFERRED, FrameOutcome, InProcessFrameTransport

KEYS = ("cam_01", "cam_02")
WORKER_REASONS = (
    DropReason.QUEUE_FULL,
    DropReason.CORRUPT,
    DropReason.BEFORE_KEYFRAME,
    DropReason.MOTION_GATED,
    DropReason.PRIVACY_HOLD,
)
keys = st.sampled_from(KEYS)


class FeedMachine(RuleBasedStateMachine):
    """The model: how many pictures were due, how many were inferred, which slots are out."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = ManualClock()
        self.due: Counter[str] = Counter()
        self.inferred: Counter[str] = Counter()
        self.units: Counter[str] = Counter()
        self.slots_out = 0
        self.asked: deque[tuple[str, asyncio.Future[FrameOutcome]]] = deque()
        self.feeds: dict[str, CameraFeed] = {}
        self.runner.run(self.start())

    async def start(self) -> None:
        transport = InProcessFrameTransport()
        transport.connect(self.infer)
        self.board = StateBoard(MemoryEventBus(), self.clock)
        for key in KEYS:
            self.board.update(key, SourceState.CONNECTING, SourceReason.STARTING)
            self.feeds[key] = CameraFeed(key, transport, self.board, self.clock)
            self.feeds[key].begin(make_camera(key=key, source_url="rtsp://camera/1"))
            self.feeds[key].forwarder.start()
        limits = RateLimits(floor_fps=2.0, node_budget_fps=None, staleness_budget_s=0.5)
        cameras = {key: feed.rate for key, feed in self.feeds.items()}
        self.rates = NodeRates(lambda: cameras, limits, self.clock)

    async def infer(self, frame: Frame) -> FrameOutcome:
        answer: asyncio.Future[FrameOutcome] = asyncio.get_running_loop().create_future()
        self.asked.append((frame.camera_key, answer))
        return await answer

    def settle(self) -> None:
        self.runner.run(self.clock.settle())

    @rule(key=keys, source_url=st.sampled_from(["rtsp://camera/1", "/a.mp4"]))
    def configure(self, key: str, source_url: str) -> None:
        """A network camera, or a file that is read once."""
        self.feeds[key].begin(make_camera(key=key, source_url=source_url, loops=False))

    @rule(key=keys, is_known=st.booleans())
    def show_picture(self, key: str, is_known: bool) -> None:
        self.units[key] += 1
        self.due[key] += 1
        self.runner.run(self.take_picture(key, self.units[key], is_known=is_known))
        self.settle()

    async def take_picture(self, key: str, unit: int, *, is_known: bool) -> None:
        feed = self.feeds[key]
        if is_known:
            packet = Packet(
                unit=unit,
                run=0,
                pts=unit * 3_600,
                dts=unit * 3_600,
                duration=3_600,
                is_key=True,
                offset=0,
                size=1,
                arrived_s=self.clock.monotonic(),
            )
            feed.take_unit(1, packet, b"1")
        pixel = np.zeros((2, 2), np.uint8)
        views = SlotViews(np.zeros((2, 2, 3), np.uint8), pixel, pixel[:1, :1], pixel[:1, :1])
        lease = SlotLease(self.give_back)
        self.slots_out += 1
        let_go = lease.hold()
        picture = Picture(y=views.y, u=views.u, v=views.v)
        feed.take_picture(unit, picture, views, lease, ready_s=self.clock.monotonic())
        let_go()

    def give_back(self) -> None:
        self.slots_out -= 1

    @rule(key=keys, reason=st.sampled_from(WORKER_REASONS))
    def miss_picture(self, key: str, reason: DropReason) -> None:
        self.due[key] += 1
        self.feeds[key].drop(reason)

    @precondition(lambda self: self.asked)
    @rule(outcome=st.sampled_from([None, DropReason.STALE, DropReason.INFERENCE_TIMEOUT, "away"]))
    def answer(self, outcome: DropReason | str | None) -> None:
        key, answer = self.asked.popleft()
        if outcome is None:
            self.inferred[key] += 1
            answer.set_result(INFERRED)
        elif isinstance(outcome, DropReason):
            answer.set_result(FrameOutcome(outcome))
        else:
            answer.set_exception(DependencyUnavailable("away"))
        self.settle()

    @rule(key=keys, reason=st.sampled_from([DropReason.WORKER_KILLED, DropReason.SHUTDOWN]))
    def lose_worker(self, key: str, reason: DropReason) -> None:
        self.feeds[key].lose_worker(reason)
        self.feeds[key].come_offline(SourceReason.STALLED, "It is silent.")
        self.board.update(key, SourceState.CONNECTING)

    @rule(key=keys)
    def change_masks(self, key: str) -> None:
        self.feeds[key].forget_pictures()

    @rule(seconds=st.floats(0.01, 2.0))
    def wait(self, seconds: float) -> None:
        self.runner.run(self.clock.advance(seconds))
        self.rates.adapt()

    @invariant()
    def all_frames_are_accounted_for(self) -> None:
        total = 0
        for key, feed in self.feeds.items():
            counts = feed.ledger.counts()
            assert counts.is_balanced
            assert counts.captured == self.due[key]
            assert counts.inferred == self.inferred[key]
            assert counts.in_flight >= sum(asked == key for asked, _ in self.asked)
            total += counts.inferred + counts.in_flight + sum(counts.dropped.values())
        assert total == self.due.total()

    @invariant()
    def slots_are_held_by_who_needs_them(self) -> None:
        in_flight = sum(feed.ledger.in_flight for feed in self.feeds.values())
        assert in_flight <= self.slots_out + len(self.asked)
        assert self.slots_out <= in_flight + len(self.feeds)

    @invariant()
    def rates_stay_within_floor_and_wish(self) -> None:
        for feed in self.feeds.values():
            assert 2.0 <= feed.rate.rate_fps <= feed.rate.wanted_fps

    def teardown(self) -> None:
        self.runner.run(self.stop())
        for key, feed in self.feeds.items():
            counts = feed.ledger.counts()
            assert counts.is_balanced
            assert counts.in_flight == 0
            assert counts.captured == self.due[key]
        assert self.slots_out == 0
        self.runner.close()

    async def stop(self) -> None:
        for _, answer in self.asked:
            answer.set_exception(DependencyUnavailable("away"))
        await asyncio.gather(*(feed.stop() for feed in self.feeds.values()))


TestConservation = FeedMachine.TestCase
TestConservation.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)

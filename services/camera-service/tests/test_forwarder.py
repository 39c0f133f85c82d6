import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest

from sentinel_camera.forwarding.forwarder import FrameForwarder
from sentinel_camera.forwarding.leases import SlotLease
from sentinel_core.domain.errors import DependencyUnavailable
from sentinel_core.domain.frames import DropReason, FrameLedger
from sentinel_core.testing.builders import NOON
from sentinel_core.testing.clock import ManualClock
from sentinel_vision.frames.frame import Frame, Picture
from sentinel_vision.frames.transport import INFERRED, FrameOutcome, InProcessFrameTransport


class Desk:
    """A forwarder whose inference answers when the test says so."""

    def __init__(self) -> None:
        self.ledger = FrameLedger()
        self.transport = InProcessFrameTransport()
        self.clock = ManualClock()
        self.inferred: list[tuple[float, float]] = []
        self.forwarder = FrameForwarder(
            self.transport,
            self.ledger,
            self.clock,
            staleness_budget_s=0.5,
            note_inferred=lambda *ages: self.inferred.append(ages),
        )
        self.answers: asyncio.Queue[FrameOutcome | Exception] = asyncio.Queue()
        self.asked: list[int] = []
        self.released: list[int] = []
        self.transport.connect(self._infer)

    async def _infer(self, frame: Frame) -> FrameOutcome:
        self.asked.append(frame.index)
        answer = await self.answers.get()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def offer(self, index: int, *, age_s: float = 0.0, is_live: bool = True) -> None:
        self.ledger.capture()
        pixel = np.zeros((2, 2), np.uint8)
        self.forwarder.offer(
            Frame(
                camera_key="cam_01",
                stream_epoch="E",
                index=index,
                pts_90k=index,
                captured_at=NOON,
                arrived_monotonic_s=self.clock.monotonic() - age_s,
                is_live=is_live,
                rgb=np.zeros((2, 2, 3), np.uint8),
                picture=Picture(y=pixel, u=pixel[:1, :1], v=pixel[:1, :1]),
                release=lambda: self.released.append(index),
            )
        )

    async def until_asked(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.asked) < count:
                await asyncio.wait([asyncio.create_task(asyncio.Event().wait())], timeout=0.001)

    def dropped(self) -> dict[DropReason, int]:
        assert self.ledger.counts().is_balanced
        return dict(self.ledger.counts().dropped)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    desk.forwarder.start()
    yield desk
    desk.answers.put_nowait(INFERRED)
    await desk.forwarder.stop()


async def test_one_frame_is_in_flight_and_the_newest_waits(desk: Desk) -> None:
    desk.offer(1)
    await desk.until_asked(1)
    for index in (2, 3, 4):
        desk.offer(index)
    assert desk.dropped() == {DropReason.QUEUE_FULL: 2}
    assert desk.released == [2, 3]
    desk.answers.put_nowait(INFERRED)
    await desk.until_asked(2)
    assert desk.asked == [1, 4]
    assert desk.ledger.counts().inferred == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (FrameOutcome(DropReason.STALE), DropReason.STALE),
        (DependencyUnavailable("away"), DropReason.INFERENCE_ERROR),
        (RuntimeError("bug"), DropReason.INFERENCE_ERROR),
    ],
)
async def test_what_became_of_a_frame_is_counted(
    desk: Desk, answer: FrameOutcome | Exception, reason: DropReason
) -> None:
    desk.offer(1)
    desk.answers.put_nowait(answer)
    desk.answers.put_nowait(INFERRED)
    await desk.until_asked(1)
    desk.offer(2)
    await desk.until_asked(2)
    assert desk.dropped() == {reason: 1}
    assert desk.released[0] == 1


async def test_stopping_drops_what_waits_and_ends_what_hangs() -> None:
    desk = Desk()
    desk.forwarder.start()
    desk.offer(1)
    await desk.until_asked(1)
    desk.offer(2)
    stopping = asyncio.create_task(desk.forwarder.stop())
    await asyncio.wait([stopping], timeout=0)
    desk.answers.put_nowait(INFERRED)
    await stopping
    desk.offer(3)
    assert desk.dropped() == {DropReason.SHUTDOWN: 2}
    assert sorted(desk.released) == [1, 2, 3]
    assert desk.ledger.in_flight == 0


async def test_a_dead_worker_takes_its_waiting_frame_along(desk: Desk) -> None:
    desk.offer(1)
    await desk.until_asked(1)
    desk.offer(2)
    desk.forwarder.drop_waiting(DropReason.WORKER_KILLED)
    assert desk.dropped() == {DropReason.WORKER_KILLED: 1}


async def test_a_frame_that_waited_too_long_is_stale(desk: Desk) -> None:
    desk.offer(1)
    await desk.until_asked(1)
    desk.offer(2, age_s=0.1)
    await desk.clock.advance(0.45)
    desk.answers.put_nowait(INFERRED)
    await desk.clock.settle()
    desk.offer(3)
    await desk.until_asked(2)
    assert desk.asked == [1, 3]
    assert desk.dropped() == {DropReason.STALE: 1}
    assert desk.inferred[0] == pytest.approx((0.45, 0.45))


async def test_ages_are_told_apart(desk: Desk) -> None:
    desk.offer(1, age_s=0.3)
    await desk.until_asked(1)
    await desk.clock.advance(0.1)
    desk.answers.put_nowait(INFERRED)
    await desk.clock.settle()
    assert desk.inferred[0] == pytest.approx((0.4, 0.1))


async def test_frames_of_a_file_that_is_read_once_all_have_their_turn(desk: Desk) -> None:
    for index in (1, 2, 3):
        desk.offer(index, age_s=9.0, is_live=False)
    desk.forwarder.drop_waiting(DropReason.WORKER_KILLED)
    for count in (1, 2, 3):
        await desk.until_asked(count)
        desk.answers.put_nowait(INFERRED)
    await desk.clock.settle()
    assert desk.asked == [1, 2, 3]
    assert desk.dropped() == {}
    assert desk.ledger.counts().inferred == 3


def test_a_slot_is_given_back_when_all_have_let_go() -> None:
    given: list[str] = []
    lease = SlotLease(lambda: given.append("back"))
    first, second = lease.hold(), lease.hold()
    first()
    first()
    assert given == []
    second()
    assert given == ["back"]

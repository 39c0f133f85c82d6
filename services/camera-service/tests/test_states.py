import asyncio

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentinel_camera.supervision.states import StateBoard
from sentinel_camera.supervision.transitions import IllegalTransition, check_transition
from sentinel_core.adapters.memory.event_bus import MemoryEventBus
from sentinel_core.contracts.generated.camera_state_event import CameraStateEvent
from sentinel_core.contracts.topics import CAMERA_STATES
from sentinel_core.domain.cameras import SourceReason, SourceState
from sentinel_core.domain.errors import DependencyUnavailable
from sentinel_core.domain.media_clock import ClockAnchor
from sentinel_core.ports.event_bus import TopicPartition
from sentinel_core.testing.clock import ManualClock


class FlakyBus(MemoryEventBus):
    """Away while `is_away`."""

    is_away = False

    async def publish(self, topic: str, key: str, value: bytes) -> None:
        if self.is_away:
            raise DependencyUnavailable("the bus is away")
        await super().publish(topic, key, value)

    async def read(self) -> list[CameraStateEvent]:
        start = {TopicPartition(CAMERA_STATES, 0): 0}
        async with self.subscribe([CAMERA_STATES], start=start) as subscription:
            messages = await subscription.poll(max_messages=1000, timeout_s=0)
        return [msgspec.json.decode(message.value, type=CameraStateEvent) for message in messages]


async def test_only_changes_are_published() -> None:
    bus, clock = FlakyBus(), ManualClock()
    board = StateBoard(bus, clock)
    board.update("cam_01", SourceState.OFFLINE, SourceReason.REFUSED, detail="no")
    await board.flush()
    await clock.advance(5)
    board.update("cam_01", SourceState.OFFLINE, SourceReason.REFUSED, detail="no")
    await board.flush()
    (event,) = await bus.read()
    assert (event.state, event.reason, event.detail) == ("offline", "refused", "no")
    assert event.since == "2026-01-10T12:00:00.000Z"


async def test_the_epoch_and_its_anchor_stay() -> None:
    bus, clock = FlakyBus(), ManualClock()
    board = StateBoard(bus, clock)
    board.update("cam_01", SourceState.CONNECTING, SourceReason.STARTING)
    board.begin_epoch("cam_01", ClockAnchor("E1", 500, clock.utc_now()))
    await clock.advance(2)
    board.update("cam_01", SourceState.ONLINE, fps=25.0)
    await board.flush()
    (event,) = await bus.read()
    assert (event.state, event.epoch, event.fps) == ("online", "E1", 25.0)
    assert event.clock is not None
    assert (event.clock.pts_90k, event.clock.utc) == (500, "2026-01-10T12:00:00.000Z")
    assert event.since == "2026-01-10T12:00:02.000Z"


async def test_states_are_repeated_for_those_who_come_late() -> None:
    bus, clock = FlakyBus(), ManualClock()
    board = StateBoard(bus, clock)
    tasks = [
        asyncio.create_task(board.publish_changes()),
        asyncio.create_task(board.repeat_states()),
    ]
    board.update("cam_01", SourceState.CONNECTING)
    await clock.advance(25)
    assert len(await bus.read()) == 3
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_bus_that_is_away_gets_the_newest_state_later() -> None:
    bus, clock = FlakyBus(), ManualClock()
    board = StateBoard(bus, clock)
    bus.is_away = True
    board.update("cam_01", SourceState.CONNECTING, SourceReason.STARTING)
    flushing = asyncio.create_task(board.flush())
    await clock.advance(3)
    board.update("cam_01", SourceState.ONLINE)
    bus.is_away = False
    await clock.advance(3)
    await flushing
    (event,) = await bus.read()
    assert event.state == "online"


async def test_a_removed_camera_goes_offline() -> None:
    bus, clock = FlakyBus(), ManualClock()
    board = StateBoard(bus, clock)
    board.update("cam_01", SourceState.CONNECTING)
    board.update("cam_01", SourceState.ONLINE)
    board.remove("cam_01")
    await board.flush()
    (event,) = await bus.read()
    assert (event.state, event.reason) == ("offline", "disabled")
    assert board.states == {}


STATES = st.sampled_from([None, *SourceState])
REASONS_OR_NONE = st.sampled_from([None, *SourceReason])


@given(before=STATES, after=st.sampled_from(SourceState), reason=REASONS_OR_NONE)
def test_offline_has_a_reason_and_leads_online_by_connecting_alone(
    before: SourceState | None, after: SourceState, reason: SourceReason | None
) -> None:
    try:
        check_transition(before, after, reason)
    except IllegalTransition:
        return
    if after is SourceState.OFFLINE:
        assert reason is not None
    if after is SourceState.ONLINE:
        assert before in (SourceState.CONNECTING, SourceState.ONLINE)
        assert reason in (None, SourceReason.SLOW_CLOCK, SourceReason.CORRUPT)


@pytest.mark.parametrize("state", SourceState)
@pytest.mark.parametrize("reason", [SourceReason.DISABLED, SourceReason.CRASHED])
def test_every_state_can_be_left(state: SourceState, reason: SourceReason) -> None:
    check_transition(state, SourceState.OFFLINE, reason)
    check_transition(state, SourceState.CONNECTING, SourceReason.STARTING)


async def test_a_state_that_cannot_follow_is_refused() -> None:
    board = StateBoard(FlakyBus(), ManualClock())
    board.update("cam_01", SourceState.OFFLINE, SourceReason.REFUSED)
    with pytest.raises(IllegalTransition):
        board.update("cam_01", SourceState.ONLINE)
    assert board.states["cam_01"].state is SourceState.OFFLINE

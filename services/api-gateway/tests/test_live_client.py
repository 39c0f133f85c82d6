"""What waits for one browser: nothing durable is dropped, of detections the oldest go."""

import asyncio

from sentinel_api.realtime.client import MAX_WAITING_DETECTIONS, MAX_WAITING_DURABLE, LiveClient
from sentinel_api.realtime.history import MessageHistory
from sentinel_api.realtime.schemas import Outgoing, Subscribe
from sentinel_core.testing.clock import ManualClock


def detections(seq: int, camera: str) -> Outgoing:
    return Outgoing(seq, f"detections {seq}", camera)


def durable(seq: int) -> Outgoing:
    return Outgoing(seq, f"durable {seq}")


async def taken(client: LiveClient, count: int) -> list[int]:
    async with asyncio.timeout(5):
        return [(await client.take()).seq for _ in range(count)]


async def test_messages_go_out_in_their_order() -> None:
    client = LiveClient(ManualClock())
    client.subscribe(Subscribe())
    for message in (durable(1), detections(2, "a"), durable(3), detections(4, "b")):
        client.offer(message)
    assert await taken(client, 4) == [1, 2, 3, 4]


async def test_slow_client_loses_its_oldest_detections_only() -> None:
    client = LiveClient(ManualClock())
    client.subscribe(Subscribe())
    for seq in range(1, 501):
        client.offer(durable(seq) if seq % 5 == 0 else detections(seq, f"cam_{seq}"))
    got = await taken(client, 100 + MAX_WAITING_DETECTIONS)
    assert [seq for seq in got if seq % 5 == 0] == list(range(5, 501, 5))
    others = [seq for seq in got if seq % 5 != 0]
    assert others == [seq for seq in range(1, 501) if seq % 5 != 0][-MAX_WAITING_DETECTIONS:]
    assert client.dropped == 400 - MAX_WAITING_DETECTIONS


async def test_in_any_second_at_most_15_messages_of_a_camera() -> None:
    clock = ManualClock()
    client = LiveClient(clock)
    client.subscribe(Subscribe(cameras=["fast", "calm"]))
    sent_at_s: list[float] = []
    calm = 0
    for tick in range(300):  # 100 messages a second for three seconds
        client.offer(detections(2 * tick, "fast"))
        if tick % 20 == 0:
            client.offer(detections(2 * tick + 1, "calm"))
        client.release_held()
        while client.waiting:
            message = await client.take()
            if message.camera_key == "fast":
                sent_at_s.append(clock.monotonic())
            else:
                calm += 1
        await clock.advance(0.01)
    assert calm == 15
    for start_s in sent_at_s:
        assert sum(start_s <= at_s < start_s + 1.0 for at_s in sent_at_s) <= 15
    assert len(sent_at_s) >= 30


async def test_held_back_message_is_the_newest_and_comes_without_another() -> None:
    clock = ManualClock()
    client = LiveClient(clock)
    client.subscribe(Subscribe())
    for seq in range(1, 21):
        client.offer(detections(seq, "fast"))
    assert await taken(client, client.waiting) == [1, 2, 3, 4, 5]
    client.release_held()
    assert client.waiting == 0
    await clock.advance(0.1)
    client.release_held()
    assert await taken(client, 1) == [20]
    assert client.dropped == 14


async def test_new_subscription_drops_what_is_no_longer_wanted() -> None:
    client = LiveClient(ManualClock())
    client.subscribe(Subscribe())
    client.offer(detections(1, "a"))
    client.offer(detections(2, "b"))
    client.offer(durable(3))
    client.subscribe(Subscribe(cameras=["b"]))
    assert await taken(client, 2) == [2, 3]


async def test_client_that_takes_nothing_is_overrun() -> None:
    client = LiveClient(ManualClock())
    for seq in range(MAX_WAITING_DURABLE + 1):
        client.offer(durable(seq))
    async with asyncio.timeout(5):
        await client.wait_for_overrun()


def test_history_knows_what_it_forgot() -> None:
    history = MessageHistory(3)
    assert history.after(0) == []
    for seq in (2, 5, 6, 9):
        history.append(durable(seq))
    assert history.after(1) is None
    assert history.after(2) == [durable(5), durable(6), durable(9)]
    assert history.after(6) == [durable(9)]
    assert history.after(9) == []

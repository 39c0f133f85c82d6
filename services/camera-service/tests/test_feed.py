from sentinel_camera.supervision.feed import CameraFeed
from sentinel_camera.supervision.states import StateBoard
from sentinel_camera.worker.messages import Configured, Packet
from sentinel_core.adapters.memory.event_bus import MemoryEventBus
from sentinel_core.domain.cameras import SourceReason, SourceState
from sentinel_core.domain.frames import DropReason
from sentinel_core.testing.clock import ManualClock
from sentinel_vision.frames.transport import InProcessFrameTransport

AVCC = bytes.fromhex("0142001effe1000467420000010002") + b"\x68\x00"


def make_feed() -> tuple[CameraFeed, StateBoard]:
    clock = ManualClock()
    board = StateBoard(MemoryEventBus(), clock)
    board.update("cam_01", SourceState.CONNECTING, SourceReason.STARTING)
    return CameraFeed("cam_01", InProcessFrameTransport(), board, clock), board


def send_units(feed: CameraFeed, count: int, interval_90k: int) -> None:
    for unit in range(count):
        packet = Packet(
            unit=unit,
            run=0,
            pts=unit * interval_90k,
            dts=unit * interval_90k,
            duration=3_600,
            is_key=unit == 0,
            offset=0,
            size=4,
            arrived_s=1_000 + unit * interval_90k / 90_000,
        )
        feed.take_unit(1, packet, b"data")


def test_the_rate_is_measured_where_the_source_does_not_say_it() -> None:
    feed, board = make_feed()
    feed.configure(Configured("h264", AVCC, 160, 96, None))
    send_units(feed, 60, 7_200)
    assert board.states["cam_01"].fps == 12.5


def test_an_announced_rate_is_believed() -> None:
    feed, board = make_feed()
    feed.configure(Configured("h264", AVCC, 160, 96, 25.0))
    send_units(feed, 60, 7_200)
    assert board.states["cam_01"].fps == 25.0


def test_an_epoch_is_noted_before_the_first_picture() -> None:
    feed, board = make_feed()
    feed.configure(Configured("h264", AVCC, 160, 96, 25.0))
    send_units(feed, 1, 3_600)
    assert board.states["cam_01"].epoch is not None
    assert board.states["cam_01"].state is SourceState.CONNECTING


def test_pictures_that_could_not_be_had_are_counted() -> None:
    feed, _ = make_feed()
    feed.drop(DropReason.BEFORE_KEYFRAME)
    feed.drop(DropReason.CORRUPT)
    counts = feed.ledger.counts()
    assert counts.is_balanced
    assert counts.captured == 2

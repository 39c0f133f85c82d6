import msgspec
import pytest

from sentinel_camera.worker.channel import Channel, ChannelClosed, socket_pair
from sentinel_camera.worker.messages import Alive, Consumed, Failed, FromWorker, ToWorker
from sentinel_core.domain.cameras import SourceReason


def test_last_words_are_heard_though_the_other_end_left_messages_unread() -> None:
    ours, theirs = socket_pair()
    parent: Channel[FromWorker] = Channel(ours, msgspec.msgpack.Decoder(FromWorker))
    worker: Channel[ToWorker] = Channel(theirs, msgspec.msgpack.Decoder(ToWorker))
    parent.send(Consumed(1))
    worker.send(Alive())
    worker.send(Failed(SourceReason.ENDED, "over"))
    worker.close()
    assert parent.receive() == (Alive(), None)
    assert parent.receive() == (Failed(SourceReason.ENDED, "over"), None)
    with pytest.raises(ChannelClosed):
        parent.receive()
    parent.close()

"""The newest durable messages, for clients that come back."""

from collections import deque
from collections.abc import Sequence

from sentinel_api.realtime.schemas import Outgoing


class MessageHistory:
    """A ring of the newest messages that are never dropped: incidents, camera states, syncs."""

    def __init__(self, size: int) -> None:
        self._messages: deque[Outgoing] = deque(maxlen=size)
        self._forgotten_seq = 0

    def append(self, message: Outgoing) -> None:
        """Remember a message, forget the oldest where there is no room."""
        if len(self._messages) == self._messages.maxlen:
            self._forgotten_seq = self._messages[0].seq
        self._messages.append(message)

    def after(self, seq: int) -> Sequence[Outgoing] | None:
        """All durable messages after `seq`; None where some of them are forgotten."""
        if seq < self._forgotten_seq:
            return None
        return [message for message in self._messages if message.seq > seq]

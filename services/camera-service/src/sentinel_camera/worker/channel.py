"""A local datagram connection between a worker and its parent: typed, in order, with descriptors."""

import os
import socket
import sys
from collections.abc import Sequence
from typing import Generic, TypeVar

import msgspec

_Incoming = TypeVar("_Incoming")

_MAX_MESSAGE_BYTES = 64 * 1024
_DESCRIPTOR_BYTES = 4


class ChannelClosed(Exception):
    """The other end is gone."""


class Channel(Generic[_Incoming]):
    """One end. `receive` never blocks; `send` blocks if the socket does."""

    def __init__(self, end: socket.socket, incoming: msgspec.msgpack.Decoder[_Incoming]) -> None:
        self._socket = end
        self._decoder = incoming
        self._encoder = msgspec.msgpack.Encoder()

    def fileno(self) -> int:
        """For selectors and `add_reader`."""
        return self._socket.fileno()

    def send(self, message: msgspec.Struct, descriptors: Sequence[int] = ()) -> None:
        """Send one message.

        Raises:
            ChannelClosed: Nobody is there to read it.
            BlockingIOError: The socket does not block and the other end does not read.
        """
        data = self._encoder.encode(message)
        try:
            if descriptors:
                socket.send_fds(self._socket, [data], descriptors)
            else:
                self._socket.send(data)
        except (BrokenPipeError, ConnectionResetError):
            raise ChannelClosed from None

    def receive(self) -> tuple[_Incoming, int | None] | None:
        """The next message and its descriptor, which the caller must close; None: none waits.

        Raises:
            ChannelClosed: No message will ever come.
        """
        try:
            data, ancillary = self._read_datagram()
        except BlockingIOError:
            return None
        if not data:
            raise ChannelClosed
        return self._decoder.decode(data), _descriptor_in(ancillary)

    def _read_datagram(self) -> tuple[bytes, Sequence[tuple[int, int, bytes]]]:
        while True:
            try:
                # Not `socket.recv_fds`: that forgets about its flags.
                data, ancillary, _, _ = self._socket.recvmsg(
                    _MAX_MESSAGE_BYTES,
                    socket.CMSG_SPACE(_DESCRIPTOR_BYTES),
                    socket.MSG_DONTWAIT | socket.MSG_CMSG_CLOEXEC,
                )
            except ConnectionResetError:
                # Said once, where the other end left messages of ours unread; its own last
                # messages are still to be read.
                continue
            return data, ancillary

    def close(self) -> None:
        """Close this end; fine to call twice."""
        self._socket.close()


def socket_pair() -> tuple[socket.socket, socket.socket]:
    """Two connected ends that keep message boundaries."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def _descriptor_in(ancillary: Sequence[tuple[int, int, bytes]]) -> int | None:
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            return int.from_bytes(data[:_DESCRIPTOR_BYTES], sys.byteorder)
    return None


def close_descriptor(descriptor: int | None) -> None:
    """Close a descriptor that came with a message nobody expected one from."""
    if descriptor is not None:
        os.close(descriptor)

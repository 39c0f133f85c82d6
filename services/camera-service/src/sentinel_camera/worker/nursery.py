"""The nursery: a process that has loaded what a worker needs and forks itself for each.

Forked workers share the loaded libraries' memory, and a fork takes milliseconds where a new
interpreter takes half a second. The nursery has one thread, so that forking is safe, and its
memory holds no secrets but the jobs it hands on. Workers die with it, it dies with its parent.
"""

import ctypes
import gc
import os
import select
import signal
import socket
import sys
from collections.abc import Mapping

# One thread before numpy's linear algebra starts its own: a process with threads cannot fork.
os.putenv("OPENBLAS_NUM_THREADS", "1")

import av
import msgspec

from sentinel_camera.worker.channel import Channel, ChannelClosed
from sentinel_camera.worker.main import run_worker
from sentinel_camera.worker.messages import Fork, Forked, Job, Kill, ToNursery

_PR_SET_PDEATHSIG = 1


class _Nursery:
    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._channel: Channel[ToNursery] = Channel(control, msgspec.msgpack.Decoder(ToNursery))
        self._poll = select.poll()
        self._poll.register(control.fileno(), select.POLLIN)
        self._workers: dict[int, tuple[int, int]] = {}
        """Process and its descriptor, by worker."""

    def run(self) -> None:
        """Fork and bury until the parent closes its end; then end all workers."""
        while True:
            self._poll.poll()
            try:
                self._obey()
            except ChannelClosed:
                break
            self._bury()
        for pid, _ in self._workers.values():
            os.kill(pid, signal.SIGKILL)
        for pid, _ in self._workers.values():
            os.waitpid(pid, 0)

    def _obey(self) -> None:
        while (received := self._channel.receive()) is not None:
            message, descriptor = received
            if isinstance(message, Kill):
                if message.worker in self._workers:
                    os.kill(self._workers[message.worker][0], signal.SIGKILL)
            elif descriptor is not None:
                self._fork(message, descriptor)

    def _fork(self, message: Fork, descriptor: int) -> None:
        parent = os.getpid()
        try:
            pid = os.fork()
        except OSError:
            # No room for another process: the parent sees the channel end, and tries again.
            os.close(descriptor)
            return
        if pid == 0:
            self._become_worker(message.job, descriptor, parent)
        os.close(descriptor)
        process = os.pidfd_open(pid)
        self._workers[message.worker] = (pid, process)
        self._poll.register(process, select.POLLIN)
        self._channel.send(Forked(message.worker, pid))

    def _become_worker(self, job: Job, descriptor: int, parent: int) -> None:
        code = 1
        try:
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            self._control.close()
            for _, process in self._workers.values():
                os.close(process)
            if os.getppid() == parent:
                code = run_worker(job, descriptor)
        finally:
            os._exit(code)

    def _bury(self) -> None:
        for worker, (pid, process) in _ended(self._workers).items():
            os.waitpid(pid, 0)
            self._poll.unregister(process)
            os.close(process)
            del self._workers[worker]


def _ended(workers: Mapping[int, tuple[int, int]]) -> dict[int, tuple[int, int]]:
    return {
        worker: (pid, process)
        for worker, (pid, process) in workers.items()
        if os.waitid(os.P_PIDFD, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    }


def main() -> None:
    """Serve the control socket whose descriptor is the only argument."""
    for number in (signal.SIGINT, signal.SIGTERM):
        # They reach the whole group; the parent decides, and ends this process by its channel.
        signal.signal(number, signal.SIG_IGN)
    av.logging.set_level(av.logging.PANIC)  # its lines hold URLs with passwords
    gc.freeze()
    _Nursery(socket.socket(fileno=int(sys.argv[1]))).run()


if __name__ == "__main__":
    main()

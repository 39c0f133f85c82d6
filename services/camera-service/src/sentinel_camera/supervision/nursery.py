"""The parent's side of the nursery: starts worker processes and kills them."""

import asyncio
import itertools
import sys

import msgspec
import structlog

from sentinel_camera.worker.channel import Channel, ChannelClosed, socket_pair
from sentinel_camera.worker.messages import Fork, Forked, FromWorker, Job, Kill
from sentinel_core.domain.errors import DependencyUnavailable

_log = structlog.get_logger(__name__)

_MODULE = "sentinel_camera.worker.nursery"
_STOP_WAIT_S = 3.0


class Worker:
    """A process that does one job, and the channel to it."""

    def __init__(self, number: int, channel: Channel[FromWorker], nursery: "Nursery") -> None:
        self.number = number
        self.channel = channel
        self.pid: int | None = None
        self._nursery = nursery

    def kill(self) -> None:
        """End the process, whatever it is doing, and close the channel; fine to call twice."""
        self._nursery.kill(self)
        self.channel.close()


class Nursery:
    """Starts its process with the first worker, and again should it ever die."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._control: Channel[Forked] | None = None
        self._numbers = itertools.count(1)
        self._workers: dict[int, Worker] = {}
        self._starting = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self._control is not None and self._process else None

    @property
    def worker_pids(self) -> list[int]:
        """Processes of the workers that were not killed."""
        return [worker.pid for worker in self._workers.values() if worker.pid is not None]

    async def start_worker(self, job: Job) -> Worker:
        """Fork a worker for `job`; it runs from now on.

        Raises:
            DependencyUnavailable: No process can be started on this machine now.
        """
        async with self._starting:
            control = self._control or await self._start_process()
        ours, theirs = socket_pair()
        ours.setblocking(False)  # noqa: FBT003 - the standard library's signature
        number = next(self._numbers)
        channel: Channel[FromWorker] = Channel(ours, msgspec.msgpack.Decoder(FromWorker))
        worker = Worker(number, channel, self)
        self._workers[number] = worker
        try:
            control.send(Fork(number, job), [theirs.fileno()])
        except (ChannelClosed, BlockingIOError):
            self._forget_process()
            worker.kill()
            raise DependencyUnavailable("The process that starts readers has died.") from None
        finally:
            theirs.close()
        return worker

    def kill(self, worker: Worker) -> None:
        """End a worker's process."""
        if self._workers.pop(worker.number, None) is None or self._control is None:
            return
        try:
            self._control.send(Kill(worker.number))
        except (ChannelClosed, BlockingIOError):
            self._forget_process()

    async def stop(self) -> None:
        """End all workers and the nursery; returns when the processes are gone."""
        for worker in list(self._workers.values()):
            worker.kill()
        self._forget_process()
        process, self._process = self._process, None
        if process is None:
            return
        try:
            async with asyncio.timeout(_STOP_WAIT_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _start_process(self) -> Channel[Forked]:
        if self._process is not None:
            await self._process.wait()
        ours, theirs = socket_pair()
        ours.setblocking(False)  # noqa: FBT003 - the standard library's signature
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                "-m",
                _MODULE,
                str(theirs.fileno()),
                pass_fds=[theirs.fileno()],
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
            )
        except OSError as error:
            ours.close()
            raise DependencyUnavailable(f"No process can be started: {error.strerror}.") from None
        finally:
            theirs.close()
        control: Channel[Forked] = Channel(ours, msgspec.msgpack.Decoder(Forked))
        asyncio.get_running_loop().add_reader(ours.fileno(), self._note_forked)
        self._control = control
        return control

    def _note_forked(self) -> None:
        if self._control is None:
            return
        try:
            while (received := self._control.receive()) is not None:
                message, _ = received
                if message.worker in self._workers:
                    self._workers[message.worker].pid = message.pid
        except ChannelClosed:
            _log.warning("the process that starts readers has died")
            self._forget_process()

    def _forget_process(self) -> None:
        """Close the control channel: a living nursery ends by it."""
        if self._control is not None:
            asyncio.get_running_loop().remove_reader(self._control.fileno())
            self._control.close()
            self._control = None

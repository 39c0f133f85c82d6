"""The threads that run the network, and who may use them next."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Workers:
    """A fixed number of threads, given out first come, first served.

    A camera has one frame in flight, so first come is also fair between cameras.
    """

    def __init__(self, threads: int) -> None:
        self._turns = asyncio.Semaphore(threads)
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="inference")

    @property
    def turns(self) -> asyncio.Semaphore:
        """Hold one while calling `run`: then a thread is free for it."""
        return self._turns

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `call` in a thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, lambda: call(*args, **kwargs))

    def close(self) -> None:
        """Take no more calls; running ones finish by themselves."""
        self._executor.shutdown(wait=False, cancel_futures=True)

"""Frames that wait, a line for each camera, and cameras that take turns."""

from collections import OrderedDict, deque
from collections.abc import Hashable, Iterator, Set
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Ticket(Generic[T]):
    """A place in a line.

    Attributes:
        shape: What can go through the network together has the same.
        came_s: Monotonic seconds, as `deadline_s`.
        deadline_s: From then on it is too late; inf: never.
    """

    camera_key: str
    shape: Hashable
    came_s: float
    deadline_s: float
    item: T


class FairQueue(Generic[T]):
    """Cameras take turns, whatever they send; each camera's frames stay in order."""

    def __init__(self) -> None:
        # In order of their turns: who was served goes to the end.
        self._lines: OrderedDict[str, deque[Ticket[T]]] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def put(self, ticket: Ticket[T]) -> None:
        """Join the line of the ticket's camera."""
        self._lines.setdefault(ticket.camera_key, deque()).append(ticket)
        self._count += 1

    def first_in_line(self, limit: int, busy: Set[str]) -> list[Ticket[T]]:
        """Up to `limit` frames of as many cameras, by their turns, none of a busy one.

        All have the shape of the first, which always comes along: no shape waits for another for
        longer than a turn.
        """
        ready: list[Ticket[T]] = []
        for camera_key, line in self._lines.items():
            if camera_key not in busy and (not ready or line[0].shape == ready[0].shape):
                ready.append(line[0])
                if len(ready) == limit:
                    break
        return ready

    def take(self, limit: int, busy: Set[str]) -> list[Ticket[T]]:
        """`first_in_line`, taken out."""
        taken = self.first_in_line(limit, busy)
        for ticket in taken:
            self._pop(ticket.camera_key)
        return taken

    def remove(self, ticket: Ticket[T]) -> bool:
        """Leave the line; False if it is not there any more."""
        line = self._lines.get(ticket.camera_key, deque())
        if ticket not in line:
            return False
        line.remove(ticket)
        self._count -= 1
        if not line:
            del self._lines[ticket.camera_key]
        return True

    def clear(self) -> list[Ticket[T]]:
        """Take out everything."""
        tickets = list(self)
        self._lines.clear()
        self._count = 0
        return tickets

    def __iter__(self) -> Iterator[Ticket[T]]:
        for line in self._lines.values():
            yield from line

    def _pop(self, camera_key: str) -> None:
        line = self._lines[camera_key]
        line.popleft()
        self._count -= 1
        if line:
            self._lines.move_to_end(camera_key)
        else:
            del self._lines[camera_key]

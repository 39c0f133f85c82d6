"""Incidents that changed and are stored, in the order in which browsers shall hear of it."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

HANDLED = "handled"
"""The transition of a change that a person made."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """Incident `incident_id` is stored after `transition`."""

    incident_id: UUID
    transition: str


class Announcements:
    """A queue from those who commit (persister, people) to the broadcaster.

    It carries ids, not incidents: the broadcaster reads the incident when its turn comes, so the
    last message about an incident is never older than what is stored.
    """

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Announcement] = asyncio.Queue()

    def put(self, incident_id: UUID, transition: str) -> None:
        """Call after the commit."""
        self._queue.put_nowait(Announcement(incident_id, transition))

    async def take(self) -> Announcement:
        """The next one."""
        return await self._queue.get()

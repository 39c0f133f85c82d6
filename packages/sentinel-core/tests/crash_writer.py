"""Run by test_sqlite_crash: writes transaction after transaction until it is killed.

Arguments: the database's URL and a secret key. Says the number of each transaction on standard
output once it is committed.
"""

import asyncio
import sys

from sentinel_core.adapters.fernet_secrets import FernetSecrets
from sentinel_core.adapters.sql import open_database
from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.domain.media_clock import TICKS_PER_SECOND
from sentinel_core.ports.event_bus import TopicPartition
from sentinel_core.ports.repositories import UnitOfWork
from sentinel_core.testing.builders import make_detection_event, make_incident_event, make_object

CONSUMER = "crash_writer"
POSITION = TopicPartition("events.detections", 0)
EVENTS_PER_TRANSACTION = 10
OBJECTS_PER_EVENT = 20


async def write(unit: UnitOfWork, number: int) -> None:
    """The rows of one transaction: an incident, detections that are all kept, an offset."""
    await unit.incidents.apply(
        make_incident_event(key=f"track:{number}", start_pts_90k=number * TICKS_PER_SECOND)
    )
    first = number * EVENTS_PER_TRANSACTION
    objects = [make_object(track_id=track) for track in range(OBJECTS_PER_EVENT)]
    await unit.detections.store(
        [
            make_detection_event(index * 5, detections=objects)
            for index in range(first, first + EVENTS_PER_TRANSACTION)
        ]
    )
    await unit.offsets.save(CONSUMER, {POSITION: number + 1})


async def main(url: str, key: str) -> None:
    """Go on where the last process stopped."""
    database = open_database(url, clock=SystemClock(), secrets=FernetSecrets(key))
    async with database.transaction() as unit:
        number = (await unit.offsets.load(CONSUMER)).get(POSITION, 0)
    while True:
        async with database.transaction() as unit:
            await write(unit, number)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        number += 1


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

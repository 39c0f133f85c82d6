"""One event as all cameras saw it that look at its place."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sentinel_core.domain.incidents import Condition, Incident
from sentinel_core.ports.repositories import UnitOfWork


@dataclass(frozen=True, slots=True)
class EventGroup:
    """The incident of the camera that saw it first, and its duplicates."""

    first: Incident
    duplicates: Sequence[Incident] = ()

    def also_seen_by(self, camera_key: str) -> list[str]:
        """Keys of the other cameras."""
        seen_by = {incident.camera_key for incident in (self.first, *self.duplicates)}
        return sorted(seen_by - {camera_key})

    @property
    def goes_on_elsewhere(self) -> bool:
        """Whether a duplicate is active."""
        return any(incident.condition is Condition.ACTIVE for incident in self.duplicates)


async def read_groups(work: UnitOfWork, incidents: Iterable[Incident]) -> Mapping[UUID, EventGroup]:
    """The group of each incident, by the id of its first one."""
    incidents = list(incidents)
    firsts = {incident.id: incident for incident in incidents if incident.duplicate_of is None}
    for incident in incidents:
        first_id = incident.duplicate_of
        if first_id is not None and first_id not in firsts:
            firsts[first_id] = await work.incidents.get(first_id)
    shared = [first.id for first in firsts.values() if first.place is not None]
    duplicates: dict[UUID, list[Incident]] = {}
    for duplicate in await work.incidents.duplicates_of(shared) if shared else ():
        if duplicate.duplicate_of is not None:
            duplicates.setdefault(duplicate.duplicate_of, []).append(duplicate)
    return {
        first_id: EventGroup(first, tuple(duplicates.get(first_id, ())))
        for first_id, first in firsts.items()
    }


def group_of(groups: Mapping[UUID, EventGroup], incident: Incident) -> EventGroup:
    """That of an incident that `groups` was read for."""
    return groups[incident.duplicate_of or incident.id]

"""Where the evidence of each incident is, and the writing of it beside the frame path."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from sentinel_core.domain.incidents import Condition, Incident
from sentinel_core.ports.object_store import ObjectStore
from sentinel_inference.archiving.snapshots import Snapshot, evidence_keys, store_snapshot
from sentinel_vision.rules.scene import SceneFrame


class EvidenceArchive:
    """Knows the newest state of each active incident; writes snapshots in the background.

    Args:
        on_complete: Called once the evidence of an incident is stored, with the incident as it is
            then and the scene that the evidence shows.
    """

    def __init__(
        self, store: ObjectStore, on_complete: Callable[[Incident, SceneFrame], None]
    ) -> None:
        self._store = store
        self._on_complete = on_complete
        self._known: dict[UUID, Incident] = {}
        self._writing: dict[UUID, asyncio.Task[None]] = {}

    def remember(self, incident: Incident) -> None:
        """An incident that was active before this run: its evidence stays what it is."""
        self._known[incident.id] = incident

    def attach(self, incident: Incident) -> Incident:
        """The incident with its evidence, from now on its newest state."""
        known = self._known.get(incident.id)
        evidence = known.evidence if known else evidence_keys(incident)
        self._known[incident.id] = replace(incident, evidence=evidence)
        attached = self._known[incident.id]
        self._forget_if_over(incident.id)
        return attached

    def save(self, snapshot: Snapshot) -> None:
        """Write a snapshot in the background."""
        incident_id = snapshot.incident.id
        self._writing[incident_id] = asyncio.create_task(
            self._save(snapshot), name=f"snapshot-{incident_id}"
        )

    async def drain(self) -> None:
        """Wait for what is being written."""
        await asyncio.gather(*self._writing.values())

    async def _save(self, snapshot: Snapshot) -> None:
        incident = self.attach(snapshot.incident)
        evidence = await store_snapshot(self._store, incident.evidence, snapshot)
        del self._writing[incident.id]
        if evidence is not None:
            # The incident may have changed, even ended, while its pictures were written.
            newest = replace(self._known.get(incident.id, incident), evidence=evidence)
            self._known[incident.id] = newest
            self._on_complete(newest, snapshot.scene)
        self._forget_if_over(incident.id)

    def _forget_if_over(self, incident_id: UUID) -> None:
        if incident_id in self._writing:
            return
        if self._known[incident_id].condition is Condition.ENDED:
            del self._known[incident_id]

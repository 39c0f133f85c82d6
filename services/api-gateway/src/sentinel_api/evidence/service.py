"""Use cases of evidence: look at it, check it, take it away."""

from collections.abc import AsyncIterator
from uuid import UUID

from sentinel_api.access import Principal
from sentinel_api.audit import record_change
from sentinel_api.evidence.schemas import EvidenceFault, EvidenceReport
from sentinel_api.turns import Turns
from sentinel_core.domain.errors import Conflict, InvalidInput, NotFound
from sentinel_core.domain.incidents import Evidence
from sentinel_core.evidence.export import SealedEvidence, read_evidence, zip_evidence
from sentinel_core.evidence.verification import Fault, FaultKind, verify_manifest
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.object_store import ObjectKey, ObjectStore
from sentinel_core.ports.repositories import Database

CHECKS_AT_ONCE, CHECKS_WAITING = 2, 8
"""A check reads whole clips."""


class EvidenceDesk:
    """The evidence of incidents, as it is in the object store."""

    def __init__(self, *, clock: Clock, database: Database, objects: ObjectStore) -> None:
        self._clock = clock
        self._database = database
        self._objects = objects
        self._checks = Turns(
            at_once=CHECKS_AT_ONCE,
            waiting=CHECKS_WAITING,
            refusal="other evidence is being checked: try again later",
        )

    async def report(self, incident_id: UUID, *, verify: bool) -> EvidenceReport:
        """What there is; `verify` reads all of it and compares.

        Raises:
            NotFound: There is no such incident.
            Conflict: Too much is being checked at once.
        """
        evidence = await self._evidence(incident_id)
        key = _manifest_key(evidence)
        if key is None:
            return EvidenceReport.of(incident_id, evidence, None)
        try:
            sealed = await read_evidence(self._objects, key)
        except (NotFound, InvalidInput):
            sealed = None
        report = EvidenceReport.of(incident_id, evidence, sealed)
        if not verify:
            return report
        faults = [EvidenceFault.of(fault) for fault in await self._check(incident_id, key, sealed)]
        return report.model_copy(update={"verified": not faults, "faults": faults})

    async def clip(self, incident_id: UUID) -> ObjectKey:
        """Where the clip is. Raises NotFound where there is none (yet)."""
        evidence = await self._evidence(incident_id)
        if evidence.clip is None or not evidence.has_clip:
            raise NotFound("this incident has no clip (yet)")
        return ObjectKey.parse(evidence.clip)

    async def manifest(self, incident_id: UUID) -> bytes:
        """The manifest's file, whatever is in it. Raises NotFound where there is none (yet)."""
        key = _manifest_key(await self._evidence(incident_id))
        if key is None:
            raise NotFound("this incident has no manifest (yet)")
        return await self._objects.get(key)

    async def export(
        self, incident_id: UUID, caller: Principal
    ) -> tuple[str, AsyncIterator[bytes]]:
        """Name and content of a ZIP; who took it is in the audit log.

        Raises:
            NotFound: There is no such incident, or its manifest is gone.
            Conflict: The evidence is not complete yet, or its manifest cannot be read.
        """
        key = _manifest_key(await self._evidence(incident_id))
        if key is None:
            raise Conflict("the evidence of this incident is not complete (yet)")
        try:
            sealed = await read_evidence(self._objects, key)
        except InvalidInput as error:
            raise Conflict(f"the manifest was changed: {error.message}") from error
        taken: dict[str, object] = {"manifest": str(key), "sha256": sealed.sha256}
        async with self._database.transaction() as work:
            await record_change(
                work, self._clock, caller, "incident.export", str(incident_id), (None, taken)
            )
        return sealed.zip_name, zip_evidence(self._objects, sealed)

    async def _check(
        self, incident_id: UUID, key: ObjectKey, sealed: SealedEvidence | None
    ) -> list[Fault]:
        async with self._checks.take():
            faults = (await verify_manifest(self._objects, key)).faults
        if sealed is not None and sealed.manifest.incident.id != str(incident_id):
            detail = f"it is the manifest of incident {sealed.manifest.incident.id}"
            faults.append(Fault(kind=FaultKind.MANIFEST_MOVED, key=str(key), detail=detail))
        return faults

    async def _evidence(self, incident_id: UUID) -> Evidence:
        async with self._database.transaction() as work:
            return (await work.incidents.get(incident_id)).evidence


def _manifest_key(evidence: Evidence) -> ObjectKey | None:
    if evidence.manifest is None or not evidence.complete:
        return None
    return ObjectKey.parse(evidence.manifest)

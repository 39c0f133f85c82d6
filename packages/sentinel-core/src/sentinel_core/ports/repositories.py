"""Stored state. A unit of work is one database transaction.

All times are timezone-aware UTC. Lists come newest first unless they say otherwise.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sentinel_core.contracts.generated.detection_event import DetectionEvent
from sentinel_core.contracts.generated.flow_event import FlowEvent
from sentinel_core.contracts.generated.incident_event import IncidentEvent
from sentinel_core.domain.camera_leases import CameraInstance, CameraLease
from sentinel_core.domain.cameras import Camera, CameraStatus
from sentinel_core.domain.incidents import Handling, Incident
from sentinel_core.domain.normality import NormalityCell
from sentinel_core.domain.recordings import Recording
from sentinel_core.domain.users import AuditEntry, Session, User
from sentinel_core.domain.zones import ZoneSet
from sentinel_core.ports.event_bus import TopicPartition


class Cameras(Protocol):
    """Configured cameras and their zones."""

    async def add(self, camera: Camera) -> None:
        """Raises Conflict if the key is taken."""
        ...

    async def list(self) -> Sequence[Camera]:
        """All, by key."""
        ...

    async def get(self, id_or_key: str) -> Camera:
        """By UUID or key. Raises NotFound."""
        ...

    async def update(self, camera: Camera) -> None:
        """Replace all but id, key and `created_at`; `revision` must be the stored one plus one.

        Raises:
            NotFound: No such camera.
            Conflict: The stored revision is another.
        """
        ...

    async def remove(self, camera_id: UUID) -> None:
        """Remove the camera and its zones; events and incidents stay. Raises NotFound."""
        ...

    async def set_status(self, camera_key: str, status: CameraStatus) -> None:
        """What the API shows; does not touch the revision. Fine where there is no such camera."""
        ...

    async def zones(self, camera_id: UUID) -> ZoneSet:
        """The newest version; version 0 where none was drawn."""
        ...

    async def replace_zones(self, camera_id: UUID, zones: ZoneSet) -> ZoneSet:
        """Store a new version and return it. `zones.version` is the version it replaces.

        Raises:
            NotFound: No such camera.
            Conflict: The newest version is another.
        """
        ...


class CameraLeases(Protocol):
    """Who reads which camera. What has expired is for callers to tell, by their own clocks."""

    async def beat(self, instance: CameraInstance) -> None:
        """Insert the instance, or replace its address and heartbeat."""
        ...

    async def instances(self) -> Sequence[CameraInstance]:
        """All, by id."""
        ...

    async def forget(self, instance_id: str) -> None:
        """Remove an instance; its leases stay. Fine where there is none."""
        ...

    async def list(self) -> Sequence[CameraLease]:
        """All, by camera; none for a camera that was never held."""
        ...

    async def acquire(self, lease: CameraLease, seen: CameraLease | None) -> bool:
        """Store a lease in place of the one that was seen; False where that is not there any more.

        Of several that saw the same one gets it. `seen` None: there was no lease of the camera.
        """
        ...

    async def renew(self, leases: Sequence[CameraLease]) -> None:
        """Store `expires_at` and `resume_90k` of those whose holder and fence are still the same."""
        ...

    async def release(self, lease: CameraLease) -> None:
        """Give a lease back, with its `resume_90k`, where holder and fence are still the same."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """Which incidents or transitions to read. None: any."""

    camera_key: str | None = None
    incident_id: UUID | None = None
    start: datetime | None = None
    end: datetime | None = None
    types: frozenset[str] | None = None
    handlings: frozenset[Handling] | None = None
    active_only: bool = False
    duplicates: bool = True
    """False: of an event that several cameras see, the first one's incident alone; with
    `active_only`, where that has ended, those of the others that go on."""
    text: str | None = None
    """Part of a camera's key or name, a zone's name or a type; case-insensitive."""
    before: tuple[datetime, UUID] | None = None
    """Keyset cursor: only rows older than this (time, id)."""
    limit: int = 100


class Incidents(Protocol):
    """Incidents and their transitions. A transition is stored once, by its event id."""

    async def apply(self, event: IncidentEvent) -> bool:
        """Store a transition and bring the incident up to date; False if it was stored before.

        Never touches the handling. Transitions may come twice, never out of order. A transition
        may make an ended incident active again. Another incident that is still active for the
        same camera, type and key is ended (`restarted`). `evidence_complete` changes nothing but
        the evidence of an incident that is known.

        An incident that another camera saw first at the same place (`first_sight`) is stored as
        its duplicate, for ever, and takes its handling over.

        Raises:
            InvalidInput: An id, a time or a word of the event cannot be read.
        """
        ...

    async def get(self, incident_id: UUID) -> Incident:
        """Raises NotFound."""
        ...

    async def list(self, wanted: EventFilter) -> Sequence[Incident]:
        """By `alarm_at`, newest first."""
        ...

    async def transitions(self, wanted: EventFilter) -> Sequence[IncidentEvent]:
        """By `timestamp`, newest first."""
        ...

    async def duplicates_of(self, incident_ids: Collection[UUID]) -> Sequence[Incident]:
        """What other cameras saw of these incidents, by `started_at`."""
        ...

    async def set_handling(
        self, incident_id: UUID, *, expected: Handling, handling: Handling, by: str, at: datetime
    ) -> Incident:
        """Compare and set, of all that cameras saw of the same event.

        Raises:
            NotFound: No such incident.
            StaleState: The handling is no longer `expected`; `current` holds `handling`, `by`
                and `at` (ISO 8601 or None).
        """
        ...


class Detections(Protocol):
    """What is kept of the raw detections (behaviour.md): samples, tracks, counts per minute."""

    async def store(self, events: Sequence[DetectionEvent]) -> int:
        """Store a batch, skipping events that were stored before; returns how many were new.

        Events of a camera that does not exist (any more) are skipped too. The events of a camera
        come in order. Keeps of each track its first detection in each media second and all detections that
        belong to an incident; updates track rows and minute counts.

        Raises:
            InvalidInput: An id or a time of an event cannot be read; nothing is stored.
        """
        ...

    async def recent(self, camera_key: str, limit: int = 100) -> Sequence[Mapping[str, object]]:
        """Newest stored detections of a camera."""
        ...


class Flow(Protocol):
    """How traffic flowed, minute by minute, and what is usual by hour of the week."""

    async def store(self, events: Sequence[FlowEvent]) -> Sequence[FlowEvent]:
        """Store minutes; returns those that were not stored before, by their event ids.

        Each new one that was watched for long enough and is not disturbed is learned from, once.

        Raises:
            InvalidInput: An id or a time of an event cannot be read; nothing is stored.
        """
        ...

    async def minutes(self, camera_key: str, start: datetime, end: datetime) -> Sequence[FlowEvent]:
        """The minutes that began from `start` up to `end` (not included), oldest first."""
        ...

    async def normality(self, camera_key: str) -> Sequence[NormalityCell]:
        """What was learned about a camera's zones, by hours of the site's week."""
        ...


class Recordings(Protocol):
    """Video that people want kept. The API asks for it here, camera-service sees to it."""

    async def add(self, recording: Recording) -> None:
        """Ask for a recording. Raises Conflict where the id is taken."""
        ...

    async def get(self, recording_id: UUID) -> Recording:
        """By id. Raises NotFound."""
        ...

    async def of_camera(self, camera_id: UUID, limit: int = 100) -> Sequence[Recording]:
        """Newest first."""
        ...

    async def unfinished(self) -> Sequence[Recording]:
        """Those that are being recorded or stored, oldest first."""
        ...

    async def total_bytes(self) -> int:
        """Size of all together, those that still grow included."""
        ...

    async def request_end(self, recording_id: UUID, ended_at: datetime) -> None:
        """Ask for its end; one that has ended keeps its end. Raises NotFound."""
        ...

    async def save(self, recording: Recording) -> None:
        """Write how far it has come; an end that is stored already stays. Raises NotFound."""
        ...

    async def remove(self, recording_id: UUID) -> None:
        """Forget it; its object stays. Raises NotFound."""
        ...


class Users(Protocol):
    """Accounts and their sessions."""

    async def add(self, user: User) -> None:
        """Raises Conflict if the name is taken."""
        ...

    async def list(self) -> Sequence[User]:
        """All, by name."""
        ...

    async def get(self, user_id: UUID) -> User:
        """Raises NotFound."""
        ...

    async def find(self, name: str) -> User | None:
        """By name, or None."""
        ...

    async def update(self, user: User) -> None:
        """Replace role, password hash and `disabled`. Raises NotFound."""
        ...

    async def save_session(self, session: Session) -> None:
        """Insert or replace by id."""
        ...

    async def get_session(self, session_id: UUID) -> Session | None:
        """By id, or None."""
        ...

    async def revoke_sessions(self, user_id: UUID) -> None:
        """End all sessions of a user."""
        ...


class Audit(Protocol):
    """Who changed what. Append only."""

    async def append(self, entry: AuditEntry) -> None:
        """Add one row."""
        ...

    async def list(self, limit: int = 100) -> Sequence[AuditEntry]:
        """Newest first."""
        ...


class Offsets(Protocol):
    """How far a consumer has come, stored in the same transaction as what it wrote."""

    async def load(self, consumer: str) -> Mapping[TopicPartition, int]:
        """Next offset to read per partition; empty for a new consumer."""
        ...

    async def save(self, consumer: str, offsets: Mapping[TopicPartition, int]) -> None:
        """Insert or replace."""
        ...


class UnitOfWork(Protocol):
    """The repositories within one transaction."""

    @property
    def cameras(self) -> Cameras:
        """Cameras and zones."""
        ...

    @property
    def camera_leases(self) -> CameraLeases:
        """Who reads which camera."""
        ...

    @property
    def incidents(self) -> Incidents:
        """Incidents and transitions."""
        ...

    @property
    def detections(self) -> Detections:
        """Kept detections."""
        ...

    @property
    def flow(self) -> Flow:
        """Flow of traffic and normality."""
        ...

    @property
    def recordings(self) -> Recordings:
        """Recordings."""
        ...

    @property
    def users(self) -> Users:
        """Accounts and sessions."""
        ...

    @property
    def audit(self) -> Audit:
        """The audit log."""
        ...

    @property
    def offsets(self) -> Offsets:
        """Places of consumers."""
        ...


class Database(Protocol):
    """Opens transactions. Safe to use from many tasks."""

    def transaction(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Commits when the block ends, rolls back when it raises.

        Raises:
            DependencyUnavailable: The database is away. Nothing was committed.
            StorageFull: No room to commit.
        """
        ...

    async def ping(self) -> None:
        """Raises DependencyUnavailable where the database does not answer."""
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...

"""Writes a batch within one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sentinel_api.cameras.board import show_status
from sentinel_api.persistence.batch import Batch
from sentinel_core.contracts.generated.flow_event import FlowEvent
from sentinel_core.domain.cameras import CameraStatus, SourceState
from sentinel_core.ports.repositories import EventFilter, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was new, to be taken over after the commit.

    Attributes:
        transitions: (incident, transition) in the order of the bus.
        sources: State of each camera's source that the batch named.
        flows: Minutes of flow.
    """

    detections: int
    transitions: tuple[tuple[UUID, str], ...]
    sources: Mapping[str, SourceState]
    flows: Sequence[FlowEvent]


async def write_batch(
    work: UnitOfWork, batch: Batch, sources: Mapping[str, SourceState]
) -> Written:
    """Store the batch's events and bring the cameras' statuses up to date.

    Args:
        work: The transaction.
        batch: What to store.
        sources: State of each camera's source before the batch.
    """
    transitions: list[tuple[UUID, str]] = []
    touched: set[str] = set()
    for event in batch.incidents:
        if await work.incidents.apply(event):
            transitions.append((UUID(event.incident_id), event.transition))
            touched.add(event.camera_id)
    stored = await work.detections.store(batch.detections) if batch.detections else 0
    flows = await work.flow.store(batch.flows) if batch.flows else ()
    named = {event.camera_id: SourceState(event.state) for event in batch.states}
    known = {**sources, **named}
    for camera_key in sorted(touched | named.keys()):
        state = known.get(camera_key, SourceState.OFFLINE)
        await work.cameras.set_status(camera_key, await _status(work, camera_key, state))
    return Written(detections=stored, transitions=tuple(transitions), sources=named, flows=flows)


async def _status(work: UnitOfWork, camera_key: str, state: SourceState) -> CameraStatus:
    active = EventFilter(camera_key=camera_key, active_only=True, limit=1)
    return show_status(state, has_active=bool(await work.incidents.list(active)))

"""Use cases of incidents. The rule owns `condition`; here people change `handling`."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sentinel_api.access import Principal
from sentinel_api.audit import record_change
from sentinel_api.cursors import read_cursor, write_cursor
from sentinel_api.incidents.groups import EventGroup, group_of, read_groups
from sentinel_api.incidents.schemas import (
    HandleIncident,
    IncidentAnswer,
    IncidentPage,
    IncidentQuery,
)
from sentinel_api.realtime.announcements import HANDLED, Announcements
from sentinel_core.domain.cameras import Camera
from sentinel_core.domain.errors import Conflict, NotFound, StaleState
from sentinel_core.domain.incidents import HandlingAction, Incident, next_handling
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.object_store import ObjectKey, ObjectStore
from sentinel_core.ports.repositories import Database, EventFilter, UnitOfWork


class IncidentDesk:
    """Incidents as stored, with the names of their cameras."""

    def __init__(
        self,
        *,
        clock: Clock,
        database: Database,
        objects: ObjectStore,
        announcements: Announcements,
    ) -> None:
        self._clock = clock
        self._database = database
        self._objects = objects
        self._announcements = announcements

    async def find(self, query: IncidentQuery) -> IncidentPage:
        """A page, newest alarm first."""
        shows_duplicates = (
            query.camera is not None if query.duplicates is None else query.duplicates
        )
        wanted = EventFilter(
            camera_key=query.camera,
            start=query.start,
            end=query.end,
            types=_words(query.type),
            handlings=query.handling or None,
            active_only=query.active,
            duplicates=shows_duplicates,
            text=query.q or None,
            before=read_cursor(query.cursor),
            limit=query.limit + 1,
        )
        async with self._database.transaction() as work:
            found = list(await work.incidents.list(wanted))
            page = found[: query.limit]
            groups = await read_groups(work, page)
            names = _names(await work.cameras.list())
        more = len(found) > query.limit
        shown = page if shows_duplicates else _firsts(page, groups)
        return IncidentPage(
            items=[_show(incident, names, groups) for incident in shown],
            next=write_cursor(page[-1].alarm_at, page[-1].id) if more else None,
        )

    async def get(self, incident_id: UUID) -> IncidentAnswer:
        """One incident. Raises NotFound."""
        async with self._database.transaction() as work:
            incident = await work.incidents.get(incident_id)
            return await show_incident(work, incident)

    async def snapshot(self, incident_id: UUID, *, with_boxes: bool) -> bytes:
        """The picture of the alarm as JPEG. Raises NotFound where there is none (yet)."""
        async with self._database.transaction() as work:
            evidence = (await work.incidents.get(incident_id)).evidence
        url = evidence.snapshot_boxes if with_boxes else evidence.snapshot
        if url is None:
            raise NotFound("this incident has no picture")
        return await self._objects.get(ObjectKey.parse(url))

    async def handle(
        self,
        incident_id: UUID,
        action: HandlingAction,
        body: HandleIncident | None,
        caller: Principal,
    ) -> IncidentAnswer:
        """Do what a button says.

        Raises:
            NotFound: No such incident.
            StaleState: Somebody was faster, or the action makes no sense now; carries the incident.
        """
        try:
            async with self._database.transaction() as work:
                before = await work.incidents.get(incident_id)
                _check_expected(before, body)
                after = await self._change(work, before, action, caller)
                answer = await show_incident(work, after)
        except Conflict as error:
            raise await self._stale(incident_id, error) from error
        self._announcements.put(incident_id, HANDLED)
        return answer

    async def _change(
        self, work: UnitOfWork, before: Incident, action: HandlingAction, caller: Principal
    ) -> Incident:
        after = await work.incidents.set_handling(
            before.id,
            expected=before.handling,
            handling=next_handling(before.handling, action),
            by=caller.name,
            at=self._clock.utc_now(),
        )
        await record_change(
            work,
            self._clock,
            caller,
            f"incident.{action}",
            str(before.id),
            ({"handling": str(before.handling)}, {"handling": str(after.handling)}),
        )
        return after

    async def _stale(self, incident_id: UUID, error: Conflict) -> StaleState:
        current = await self.get(incident_id)
        return StaleState(error.message, current=current.model_dump(mode="json"))


def _check_expected(incident: Incident, body: HandleIncident | None) -> None:
    expected = body.expected if body else None
    if expected is not None and incident.handling is not expected:
        by = f" by {incident.handled_by}" if incident.handled_by else ""
        raise Conflict(f"the incident is {incident.handling.replace('_', ' ')}{by} already")


async def show_incident(work: UnitOfWork, incident: Incident) -> IncidentAnswer:
    """The incident with the name of its camera, read in the same transaction."""
    group = group_of(await read_groups(work, [incident]), incident)
    try:
        camera = await work.cameras.get(incident.camera_key)
    except NotFound:
        return IncidentAnswer.of(incident, incident.camera_key, group)
    return IncidentAnswer.of(incident, camera.name, group)


def _firsts(page: Sequence[Incident], groups: Mapping[UUID, EventGroup]) -> list[Incident]:
    """Each event once, by its first incident; one may be on the page for its duplicates alone."""
    firsts = [group_of(groups, incident).first for incident in page]
    return list({first.id: first for first in firsts}.values())


def _show(
    incident: Incident, names: dict[str, str], groups: Mapping[UUID, EventGroup]
) -> IncidentAnswer:
    name = names.get(incident.camera_key, incident.camera_key)
    return IncidentAnswer.of(incident, name, group_of(groups, incident))


def _names(cameras: Sequence[Camera]) -> dict[str, str]:
    return {camera.key: camera.name for camera in cameras}


def _words(types: frozenset[str] | None) -> frozenset[str] | None:
    return frozenset(str(word) for word in types) if types else None

"""Which cameras' rules are suspended, by the incidents that are active."""

from collections.abc import Mapping

from sentinel_api.cameras.schemas import RulesSuspended
from sentinel_core.domain.incidents import IncidentType
from sentinel_core.ports.repositories import Database, EventFilter
from sentinel_vision.rules.view_faults import SUSPENDING

_MOST = 10_000


async def find_suspensions(
    database: Database, camera_key: str | None = None
) -> Mapping[str, RulesSuspended]:
    """By camera key, the one that began first; of one camera or of all."""
    wanted = EventFilter(
        camera_key=camera_key,
        types=frozenset({IncidentType.CAMERA_TAMPER.value}),
        active_only=True,
        limit=_MOST,
    )
    async with database.transaction() as work:
        incidents = await work.incidents.list(wanted)
    first = sorted(incidents, key=lambda incident: incident.alarm_at, reverse=True)
    return {
        incident.camera_key: RulesSuspended.of(incident)
        for incident in first
        if incident.key in SUSPENDING
    }

"""One row for each change: who, what, before, after, from where."""

from uuid import uuid4

from sentinel_api.access import Principal
from sentinel_core.domain.users import AuditEntry
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.repositories import UnitOfWork


async def record_change(
    work: UnitOfWork,
    clock: Clock,
    caller: Principal,
    action: str,
    subject: str,
    change: tuple[dict[str, object] | None, dict[str, object] | None] = (None, None),
) -> None:
    """Write the row in the transaction of the change itself. `change` is (before, after)."""
    before, after = change
    await work.audit.append(
        AuditEntry(
            id=uuid4(),
            at=clock.utc_now(),
            actor=caller.name,
            action=action,
            subject=subject,
            before=before,
            after=after,
            origin=caller.origin,
        )
    )

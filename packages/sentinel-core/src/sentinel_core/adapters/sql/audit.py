"""The audit log."""

from collections.abc import Sequence
from dataclasses import asdict

import sqlalchemy as sa

from sentinel_core.adapters.sql.models import AuditRow
from sentinel_core.adapters.sql.statements import Statements
from sentinel_core.domain.users import AuditEntry


class SqlAudit:
    """`Audit` in a table."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def append(self, entry: AuditEntry) -> None:
        """Insert."""
        await self._statements.write(
            sa.insert(AuditRow), asdict(entry), conflict=f"the audit entry {entry.id} is there"
        )

    async def list(self, limit: int = 100) -> Sequence[AuditEntry]:
        """Newest first."""
        rows = await self._statements.rows(
            sa.select(AuditRow).order_by(AuditRow.at.desc(), AuditRow.id.desc()).limit(limit)
        )
        return [
            AuditEntry(
                id=row.id,
                at=row.at,
                actor=row.actor,
                action=row.action,
                subject=row.subject,
                before=row.before,
                after=row.after,
                origin=row.origin,
            )
            for row in rows
        ]

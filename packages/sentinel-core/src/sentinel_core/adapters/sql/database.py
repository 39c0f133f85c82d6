"""Transactions over a pool of connections."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from sentinel_core.adapters.sql.audit import SqlAudit
from sentinel_core.adapters.sql.camera_leases import SqlCameraLeases
from sentinel_core.adapters.sql.cameras import SqlCameras
from sentinel_core.adapters.sql.detections import SqlDetections
from sentinel_core.adapters.sql.engine import make_engine, parse_database_url
from sentinel_core.adapters.sql.errors import translated
from sentinel_core.adapters.sql.flow import SqlFlow
from sentinel_core.adapters.sql.incidents import SqlIncidents
from sentinel_core.adapters.sql.migration import is_current
from sentinel_core.adapters.sql.offsets import SqlOffsets
from sentinel_core.adapters.sql.recordings import SqlRecordings
from sentinel_core.adapters.sql.statements import Statements
from sentinel_core.adapters.sql.users import SqlUsers
from sentinel_core.domain.site_time import UTC_NAME
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.repositories import UnitOfWork
from sentinel_core.ports.secrets import Secrets


class SqlUnitOfWork:
    """All repositories over one transaction."""

    def __init__(
        self, statements: Statements, *, clock: Clock, secrets: Secrets, timezone: str
    ) -> None:
        self.cameras = SqlCameras(statements, clock=clock, secrets=secrets)
        self.camera_leases = SqlCameraLeases(statements)
        self.incidents = SqlIncidents(statements)
        self.detections = SqlDetections(statements)
        self.flow = SqlFlow(statements, timezone)
        self.recordings = SqlRecordings(statements)
        self.users = SqlUsers(statements)
        self.audit = SqlAudit(statements)
        self.offsets = SqlOffsets(statements)


class SqlDatabase:
    """`Database` on SQLite or PostgreSQL."""

    def __init__(
        self, engine: AsyncEngine, *, clock: Clock, secrets: Secrets, timezone: str = UTC_NAME
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._secrets = secrets
        self._timezone = timezone
        self._sessions = async_sessionmaker(engine, expire_on_commit=False, autoflush=False)
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[UnitOfWork]:
        """Commit at the end of the block, roll back where it raises or is cancelled."""
        session = self._sessions()
        statements = Statements(session, self._turn)
        try:
            yield SqlUnitOfWork(
                statements, clock=self._clock, secrets=self._secrets, timezone=self._timezone
            )
            await statements.commit()
        finally:
            # A second cancellation must not leave the connection or the turn behind.
            await asyncio.shield(self._end(session, statements))

    async def ping(self) -> None:
        """Ask the database for the number one."""
        with translated():
            async with self._engine.connect() as connection:
                await connection.execute(sa.select(1))

    async def schema_is_current(self) -> bool:
        """Whether the newest migration of this code, and no newer one, was run."""
        with translated():
            async with self._engine.connect() as connection:
                return await connection.run_sync(is_current)

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()

    async def _end(self, session: AsyncSession, statements: Statements) -> None:
        try:
            with translated():
                await session.close()
        finally:
            if statements.has_turn:
                self._turn.release()


def open_database(
    url: str, *, clock: Clock, secrets: Secrets, timezone: str = UTC_NAME
) -> SqlDatabase:
    """The database at `url`, which `upgrade_database` brought up to date before.

    Args:
        url: `sqlite+aiosqlite:///path` or `postgresql+asyncpg://…`.
        clock: Dates what the database dates by itself.
        secrets: Encrypts the sources of cameras.
        timezone: IANA name: what is usual is learned and read by the hours of its week.

    Raises:
        InvalidInput: The URL is of no kind we support.
    """
    engine = make_engine(parse_database_url(url))
    return SqlDatabase(engine, clock=clock, secrets=secrets, timezone=timezone)

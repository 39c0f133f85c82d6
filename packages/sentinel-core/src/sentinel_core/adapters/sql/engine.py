"""Makes SQLAlchemy engines for the databases we support."""

from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from sentinel_core.domain.errors import InvalidInput

BUSY_TIMEOUT_MS = 10_000
POOL_SIZE = 5
POOL_OVERFLOW = 5
DRIVERS = frozenset({"sqlite+aiosqlite", "postgresql+asyncpg"})

_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    # FULL: a committed incident survives a power cut, at one fsync per transaction.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
)
_MIGRATION_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
    "PRAGMA journal_mode = WAL",
    # A batch migration drops and renames tables, which must not take the rows of others along.
    "PRAGMA foreign_keys = OFF",
)


def parse_database_url(url: str) -> sa.URL:
    """Check that `url` names a database and a driver that we support.

    Raises:
        InvalidInput: It does not.
    """
    try:
        parsed = sa.make_url(url)
    except exc.ArgumentError as error:
        raise InvalidInput("the database URL cannot be read", field="database_url") from error
    if parsed.drivername not in DRIVERS:
        raise InvalidInput(
            f"{parsed.drivername} is no database we speak: use one of {', '.join(sorted(DRIVERS))}",
            field="database_url",
        )
    if parsed.drivername.startswith("sqlite") and parsed.database in (None, "", ":memory:"):
        raise InvalidInput("SQLite needs a file", field="database_url")
    return parsed


def make_engine(url: sa.URL) -> AsyncEngine:
    """An engine for the repositories. Opens no connection yet."""
    engine = _create(url, pool_size=POOL_SIZE, max_overflow=POOL_OVERFLOW)
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, _SQLITE_PRAGMAS)
    return engine


def make_migration_engine(url: sa.URL) -> AsyncEngine:
    """An engine whose transactions cover the change of tables too."""
    engine = _create(url, poolclass=NullPool)
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, _MIGRATION_PRAGMAS)
        event.listen(engine.sync_engine, "begin", _begin_immediate)
    return engine


def _create(url: sa.URL, **options: Any) -> AsyncEngine:
    try:
        return create_async_engine(
            url,
            json_serializer=lambda value: msgspec.json.encode(value).decode(),
            json_deserializer=msgspec.json.decode,
            **options,
        )
    except ModuleNotFoundError as error:
        raise InvalidInput(
            f"the driver {error.name} is not installed", field="database_url"
        ) from error


def _prepare_sqlite(engine: AsyncEngine, pragmas: tuple[str, ...]) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        # The driver would begin transactions by itself, too late and without the write lock.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()


def _begin_immediate(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")

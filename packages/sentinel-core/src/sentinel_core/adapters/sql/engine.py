"""Makes SQLAlchemy engines for the databases we support."""

from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from sentinel_core.adapters.sql.sqlite import (
    MIGRATION_PRAGMAS,
    PRAGMAS,
    begin_immediate,
    sqlite_connector,
)
from sentinel_core.domain.errors import InvalidInput

POOL_SIZE = 5
POOL_OVERFLOW = 5
DRIVERS = frozenset({"sqlite+aiosqlite", "postgresql+asyncpg"})


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
    if is_sqlite(parsed) and parsed.database in (None, "", ":memory:"):
        raise InvalidInput("SQLite needs a file", field="database_url")
    return parsed


def is_sqlite(url: sa.URL) -> bool:
    """Whether the database is a file."""
    return url.get_backend_name() == "sqlite"


def make_engine(url: sa.URL) -> AsyncEngine:
    """An engine for the repositories. Opens no connection yet."""
    options: dict[str, Any] = {"pool_size": POOL_SIZE, "max_overflow": POOL_OVERFLOW}
    if is_sqlite(url):
        options["async_creator"] = sqlite_connector(url, PRAGMAS)
    return _create(url, **options)


def make_migration_engine(url: sa.URL) -> AsyncEngine:
    """An engine whose transactions cover the change of tables too."""
    if not is_sqlite(url):
        return _create(url, poolclass=NullPool)
    connector = sqlite_connector(url, MIGRATION_PRAGMAS)
    engine = _create(url, poolclass=NullPool, async_creator=connector)
    event.listen(engine.sync_engine, "begin", begin_immediate)
    return engine


def _create(url: sa.URL, **options: Any) -> AsyncEngine:
    try:
        return create_async_engine(
            url,
            hide_parameters=True,  # they hold secrets, and errors end in logs
            json_serializer=lambda value: msgspec.json.encode(value).decode(),
            json_deserializer=msgspec.json.decode,
            **options,
        )
    except ModuleNotFoundError as error:
        raise InvalidInput(
            f"the driver {error.name} is not installed", field="database_url"
        ) from error

"""Brings a database's tables up to date, by Alembic."""

import asyncio
from collections.abc import Callable
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from sentinel_core.adapters.sql.engine import (
    is_sqlite,
    make_migration_engine,
    parse_database_url,
)
from sentinel_core.adapters.sql.errors import translated
from sentinel_core.domain.errors import Conflict, DependencyUnavailable

_MIGRATIONS = Path(__file__).parent / "migrations"


async def upgrade_database(url: str, *, revision: str = "head") -> None:
    """Run the migrations that are missing, all or none; makes a new SQLite file if need be.

    Safe to call from several processes at once.

    Raises:
        InvalidInput: The URL is of no kind we support.
        Conflict: The database was made by a newer version of the product.
        DependencyUnavailable: The database is away, or its folder cannot be written.
        StorageFull: No room; nothing was changed.
    """
    await asyncio.to_thread(_run, url, lambda config: command.upgrade(config, revision))


async def downgrade_database(url: str, *, revision: str) -> None:
    """Undo the migrations after `revision` ("base": all of them). What only they stored is lost."""
    await asyncio.to_thread(_run, url, lambda config: command.downgrade(config, revision))


def is_current(connection: sa.Connection) -> bool:
    """Whether the newest migration, and no newer one, was run on this database."""
    present = MigrationContext.configure(connection).get_current_heads()
    return set(present) == _newest()


def alembic_config(connection: sa.Connection | None = None) -> Config:
    """Alembic's settings, without a file."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


@cache
def _newest() -> frozenset[str]:
    return frozenset(ScriptDirectory.from_config(alembic_config()).get_heads())


def _run(url: str, migrate: Callable[[Config], None]) -> None:
    parsed = parse_database_url(url)
    try:
        if is_sqlite(parsed):
            _make_file(Path(str(parsed.database)))
        with translated():
            asyncio.run(_migrate(parsed, migrate))
    except CommandError as error:
        raise Conflict(
            f"the database was made by another version of the product: {error}"
        ) from error


def _make_file(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # it holds password hashes and addresses of cameras
    except OSError as error:
        raise DependencyUnavailable(f"the database file cannot be made: {error}") from error


async def _migrate(url: sa.URL, migrate: Callable[[Config], None]) -> None:
    engine = make_migration_engine(url)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(lambda sync: migrate(alembic_config(sync)))
    finally:
        await engine.dispose()

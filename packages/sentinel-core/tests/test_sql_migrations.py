"""Migrations: forth, back, together, and the same tables as the models."""

import asyncio
import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from sentinel_core.adapters.sql import (
    SqlDatabase,
    downgrade_database,
    open_database,
    upgrade_database,
)
from sentinel_core.adapters.sql.models import Base
from sentinel_core.adapters.sql.sqlite import PRAGMAS, sqlite_connector
from sentinel_core.domain.errors import Conflict, DependencyUnavailable, InvalidInput
from sentinel_core.ports.secrets import Secrets
from sentinel_core.testing.clock import ManualClock
from sentinel_core.testing.contracts.cameras import read_camera, stored_camera


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Path:
    return tmp_path / "sentinel.db"


def schema_of(path: Path) -> dict[str, str]:
    """Definitions of tables and indexes by name."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        schema = dict(rows.fetchall())
    connection.close()
    return schema


def execute(path: Path, statement: str) -> None:
    """Run one statement beside the product."""
    with sqlite3.connect(path) as connection:
        connection.execute(statement)
    connection.close()


async def is_current(url: str, clock: ManualClock, secrets: Secrets) -> bool:
    database = open_database(url, clock=clock, secrets=secrets)
    try:
        return await database.schema_is_current()
    finally:
        await database.close()


async def test_up_down_up_ends_with_the_same_schema(sqlite_url: str, sqlite_file: Path) -> None:
    await upgrade_database(sqlite_url)
    first = schema_of(sqlite_file)
    await downgrade_database(sqlite_url, revision="base")
    assert set(schema_of(sqlite_file)) == {"alembic_version"}
    await upgrade_database(sqlite_url)
    assert _clauses(schema_of(sqlite_file)) == _clauses(first)


async def test_models_and_migrations_agree(sqlite_url: str) -> None:
    await upgrade_database(sqlite_url)
    engine = sa.create_engine(sqlite_url.replace("+aiosqlite", ""))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)
    engine.dispose()
    assert differences == []


async def test_migrated_checks_and_references_are_those_of_the_models(
    sqlite_url: str, sqlite_file: Path, tmp_path: Path
) -> None:
    """Alembic does not compare check constraints, so the definitions are compared as they are."""
    await upgrade_database(sqlite_url)
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'models.db'}")
    Base.metadata.create_all(engine)
    engine.dispose()
    migrated, modelled = schema_of(sqlite_file), schema_of(tmp_path / "models.db")
    del migrated["alembic_version"]
    assert _clauses(migrated) == _clauses(modelled)


def _clauses(schema: dict[str, str]) -> dict[str, list[str]]:
    """By table; a batch migration writes them in another order and quotes the table's name.

    SQLite writes a column that was added behind the last one, on the same line.
    """
    lines = {name: re.sub(r", (?=\w+ [A-Z])", ",\n", sql) for name, sql in schema.items()}
    return {
        name: sorted(line.strip().rstrip(",").replace('"', "") for line in sql.splitlines())
        for name, sql in lines.items()
    }


async def test_upgrading_again_keeps_the_rows(
    sqlite_url: str, clock: ManualClock, secrets: Secrets
) -> None:
    await upgrade_database(sqlite_url)
    database = open_database(sqlite_url, clock=clock, secrets=secrets)
    camera = await stored_camera(database)
    await upgrade_database(sqlite_url)
    assert await read_camera(database, camera.key) == camera
    await database.close()


async def test_several_may_upgrade_at_once(
    sqlite_url: str, clock: ManualClock, secrets: Secrets
) -> None:
    await asyncio.gather(*(upgrade_database(sqlite_url) for _ in range(4)))
    assert await is_current(sqlite_url, clock, secrets)


def test_new_file_that_another_is_writing_is_waited_for(sqlite_file: Path) -> None:
    """The switch to WAL does not wait for a lock by itself."""
    writer = sqlite3.connect(sqlite_file, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor() as threads:
        opening = threads.submit(asyncio.run, _open_and_close(sqlite_file))
        assert not wait([opening], timeout=0.2).done, opening.exception()
        writer.execute("COMMIT")
        opening.result()
    writer.close()


async def _open_and_close(file: Path) -> None:
    connection = await sqlite_connector(sa.make_url(f"sqlite:///{file}"), PRAGMAS)()
    await connection.close()


async def test_schema_is_current_only_after_the_upgrade(
    sqlite_url: str, clock: ManualClock, secrets: Secrets
) -> None:
    assert not await is_current(sqlite_url, clock, secrets)
    await upgrade_database(sqlite_url)
    assert await is_current(sqlite_url, clock, secrets)
    await downgrade_database(sqlite_url, revision="base")
    assert not await is_current(sqlite_url, clock, secrets)


async def test_database_of_a_newer_version_is_left_alone(
    sqlite_url: str, sqlite_file: Path, clock: ManualClock, secrets: Secrets
) -> None:
    await upgrade_database(sqlite_url)
    execute(sqlite_file, "UPDATE alembic_version SET version_num = '9999'")
    before = schema_of(sqlite_file)
    with pytest.raises(Conflict, match="another version"):
        await upgrade_database(sqlite_url)
    assert schema_of(sqlite_file) == before
    assert not await is_current(sqlite_url, clock, secrets)


async def test_failing_migration_changes_nothing(sqlite_url: str, sqlite_file: Path) -> None:
    """A table that is in the way of the last steps undoes the first ones too."""
    execute(sqlite_file, "CREATE TABLE consumer_offsets (x)")
    with pytest.raises(DependencyUnavailable, match="consumer_offsets"):
        await upgrade_database(sqlite_url)
    assert set(schema_of(sqlite_file)) == {"consumer_offsets"}


async def test_folder_of_the_file_is_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "sentinel.db"
    await upgrade_database(f"sqlite+aiosqlite:///{path}")
    assert path.stat().st_mode & 0o077 == 0


async def test_file_in_the_way_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("in the way")
    with pytest.raises(DependencyUnavailable, match="cannot be made"):
        await upgrade_database(f"sqlite+aiosqlite:///{tmp_path / 'a' / 'sentinel.db'}")


@pytest.fixture
def letter(sqlite_file: Path) -> Path:
    """A file that somebody mistook for a database."""
    sqlite_file.write_bytes(b"this is a letter, no database\n" * 100)
    return sqlite_file


async def test_file_that_is_no_database_is_named(sqlite_url: str, letter: Path) -> None:
    with pytest.raises(DependencyUnavailable, match="not a database"):
        await upgrade_database(sqlite_url)
    with pytest.raises(sqlite3.DatabaseError):
        schema_of(letter)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "sqlite:///x.db",
        "sqlite+aiosqlite://",
        "sqlite+aiosqlite:///:memory:",
        "mysql+aiomysql://u@h/d",
        "postgresql://u@h/d",
    ],
)
async def test_unsupported_urls_are_refused(url: str, clock: ManualClock, secrets: Secrets) -> None:
    with pytest.raises(InvalidInput) as refused:
        open_database(url, clock=clock, secrets=secrets)
    assert refused.value.field == "database_url"
    with pytest.raises(InvalidInput):
        await upgrade_database(url)


async def test_password_of_a_bad_url_is_not_repeated(clock: ManualClock, secrets: Secrets) -> None:
    with pytest.raises(InvalidInput) as refused:
        open_database("mysql://u:hunter2@h/d", clock=clock, secrets=secrets)
    assert "hunter2" not in refused.value.message


async def test_migrated_database_is_current(database: SqlDatabase) -> None:
    assert await database.schema_is_current()

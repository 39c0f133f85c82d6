"""How SQLite files are opened."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence

import aiosqlite
import sqlalchemy as sa

BUSY_TIMEOUT_S = 10.0
"""How long to wait for another process's lock, where the URL has no `?timeout=`."""

PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    # FULL: a committed incident survives a power cut, at one fsync per transaction.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)
MIGRATION_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    # A batch migration drops and renames tables, which must not take the rows of others along.
    "PRAGMA foreign_keys = OFF",
)

_TURNS = 100
"""How often a pragma is tried again after another connection's lock was waited for."""

Connector = Callable[[], Awaitable[aiosqlite.Connection]]


def sqlite_connector(url: sa.URL, pragmas: Sequence[str]) -> Connector:
    """Opens and prepares connections.

    A connection is opened before aiosqlite gets it: the thread of one that cannot be opened
    would outlive the event loop and end with a traceback on the terminal.
    """
    path = str(url.database)
    timeout_s = float(str(url.query.get("timeout", BUSY_TIMEOUT_S)))

    async def connect() -> aiosqlite.Connection:
        opened = await asyncio.to_thread(_open, path, timeout_s, pragmas)
        connection = aiosqlite.Connection(lambda: opened, iter_chunk_size=64)
        # As SQLAlchemy does: a connection that nobody closed must not keep the process alive.
        connection._thread.daemon = True  # noqa: SLF001  (there is no public way)
        return await connection

    return connect


def begin_immediate(connection: sa.Connection) -> None:
    """Begin a transaction with the write lock; for the event of that name."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _open(path: str, timeout_s: float, pragmas: Sequence[str]) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path,
        timeout=timeout_s,
        # The driver would begin transactions by itself, too late and without the write lock.
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        for pragma in pragmas:
            _execute_in_turn(connection, pragma)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _execute_in_turn(connection: sqlite3.Connection, pragma: str) -> None:
    """Run a pragma, also where others prepare the same file.

    The switch to WAL fails at once where another connection has a lock: SQLite does not wait
    there, since two that wait for each other would never end. A new transaction does wait.
    """
    for _ in range(_TURNS):
        try:
            connection.execute(pragma)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        else:
            return
    connection.execute(pragma)

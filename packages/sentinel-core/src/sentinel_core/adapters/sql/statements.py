"""Runs the statements of one transaction: the only place that talks to SQLAlchemy's session."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from sentinel_core.adapters.sql.errors import translated
from sentinel_core.adapters.sql.models import Base

Entity = TypeVar("Entity", bound=Base)
Insert = sqlite.Insert | postgresql.Insert
Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]]


class Statements:
    """Reads see what is committed at that moment; the first write opens the transaction.

    On SQLite a transaction that reads first and writes later fails as soon as another one
    committed in between. So reads there run by themselves, and the first write takes the one
    write lock (`BEGIN IMMEDIATE`), after waiting its turn among the tasks of this process. That
    is what PostgreSQL calls READ COMMITTED, its default: what must not change between a read
    and a write is said in the write's own condition.
    """

    def __init__(self, session: AsyncSession, turn: asyncio.Lock) -> None:
        self._session = session
        self._turn = turn
        self._writing = False

    @property
    def has_turn(self) -> bool:
        """Whether this transaction holds `turn`."""
        return self._writing and self._is_sqlite

    async def rows(self, query: sa.Select[Entity]) -> Sequence[Entity]:
        """All entities a query finds, fresh from the database."""
        with translated():
            found = await self._session.scalars(
                query.execution_options(populate_existing=True),
            )
            return found.all()

    async def row(self, query: sa.Select[Entity]) -> Entity | None:
        """The first entity a query finds."""
        found = await self.rows(query.limit(1))
        return found[0] if found else None

    async def values(
        self, query: sa.Select[*tuple[Any, ...]]
    ) -> Sequence[sa.Row[*tuple[Any, ...]]]:
        """Plain columns."""
        with translated():
            return (await self._session.execute(query)).all()

    async def write(
        self,
        statement: sa.UpdateBase,
        parameters: Parameters | None = None,
        *,
        conflict: str = "the row clashes with one that is stored",
    ) -> int:
        """Run an insert, update or delete; returns how many rows it changed.

        Raises:
            Conflict: With the text `conflict`, where a unique key is taken.
        """
        await self.begin_write()
        with translated(conflict):
            connection = await self._session.connection()
            return (await connection.execute(statement, parameters)).rowcount

    async def write_returning(
        self, statement: sa.UpdateBase, parameters: Parameters
    ) -> Sequence[sa.Row[*tuple[Any, ...]]]:
        """Run a statement with RETURNING."""
        await self.begin_write()
        with translated():
            connection = await self._session.connection()
            return (await connection.execute(statement, parameters)).all()

    def insert(self, table: type[Base]) -> Insert:
        """An insert of this database's dialect, which knows ON CONFLICT."""
        return sqlite.insert(table) if self._is_sqlite else postgresql.insert(table)

    async def commit(self) -> None:
        """Make it last."""
        with translated():
            await self._session.commit()

    @property
    def _is_sqlite(self) -> bool:
        return self._session.get_bind().dialect.name == "sqlite"

    async def begin_write(self) -> None:
        """Open the transaction if it is not: reads from here on and its writes go together."""
        if self._writing:
            return
        if self._is_sqlite:
            await self._turn.acquire()
            self._writing = True
            with translated():
                await self._session.execute(sa.text("BEGIN IMMEDIATE"))
        self._writing = True

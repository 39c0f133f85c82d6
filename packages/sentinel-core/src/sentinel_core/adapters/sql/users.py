"""Accounts and sessions."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

import sqlalchemy as sa

from sentinel_core.adapters.sql.models import SessionRow, UserRow
from sentinel_core.adapters.sql.statements import Statements
from sentinel_core.domain.errors import NotFound
from sentinel_core.domain.users import Session, User


class SqlUsers:
    """`Users` in tables."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def add(self, user: User) -> None:
        """Insert."""
        await self._statements.write(
            sa.insert(UserRow),
            asdict(user),
            conflict=f"there is a user {user.name} already",
        )

    async def list(self) -> Sequence[User]:
        """All, by name."""
        rows = await self._statements.rows(sa.select(UserRow).order_by(UserRow.name))
        return [_user(row) for row in rows]

    async def get(self, user_id: UUID) -> User:
        """By id."""
        row = await self._statements.row(sa.select(UserRow).where(UserRow.id == user_id))
        if row is None:
            raise NotFound(f"there is no user {user_id}")
        return _user(row)

    async def find(self, name: str) -> User | None:
        """By name."""
        row = await self._statements.row(sa.select(UserRow).where(UserRow.name == name))
        return None if row is None else _user(row)

    async def update(self, user: User) -> None:
        """Replace what may change."""
        changed = await self._statements.write(
            sa.update(UserRow)
            .where(UserRow.id == user.id)
            .values(role=user.role, password_hash=user.password_hash, disabled=user.disabled)
        )
        if not changed:
            raise NotFound(f"there is no user {user.name}")

    async def save_session(self, session: Session) -> None:
        """Insert or replace."""
        insert = self._statements.insert(SessionRow)
        await self._statements.write(
            insert.on_conflict_do_update(
                index_elements=[SessionRow.id],
                set_={
                    "token_hash": insert.excluded.token_hash,
                    "expires_at": insert.excluded.expires_at,
                    "revoked": insert.excluded.revoked,
                },
            ),
            asdict(session),
            conflict="the session's user is gone",
        )

    async def get_session(self, session_id: UUID) -> Session | None:
        """By id."""
        row = await self._statements.row(sa.select(SessionRow).where(SessionRow.id == session_id))
        if row is None:
            return None
        return Session(
            id=row.id,
            user_id=row.user_id,
            token_hash=row.token_hash,
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked=row.revoked,
        )

    async def revoke_sessions(self, user_id: UUID) -> None:
        """Mark all as revoked."""
        await self._statements.write(
            sa.update(SessionRow).where(SessionRow.user_id == user_id).values(revoked=True)
        )


def _user(row: UserRow) -> User:
    return User(
        id=row.id,
        name=row.name,
        role=row.role,
        password_hash=row.password_hash,
        created_at=row.created_at,
        disabled=row.disabled,
    )

"""What every `Users` and `Audit` repository promises."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from sentinel_core.domain.errors import Conflict, NotFound
from sentinel_core.domain.users import Role, User
from sentinel_core.ports.repositories import Database
from sentinel_core.testing.builders import at, make_audit_entry, make_session, make_user


async def stored_user(database: Database, **changes: object) -> User:
    """A user who is in the database."""
    user = make_user(**changes)
    async with database.transaction() as unit:
        await unit.users.add(user)
    return user


class UsersContract:
    """Needs fixture `database`, empty and migrated."""

    @pytest.mark.parametrize("role", list(Role))
    async def test_user_comes_back(self, database: Database, role: Role) -> None:
        user = await stored_user(database, role=role, disabled=True)
        async with database.transaction() as unit:
            assert await unit.users.get(user.id) == user
            assert await unit.users.find("olga") == user

    async def test_taken_name_is_a_conflict(self, database: Database) -> None:
        user = await stored_user(database)
        with pytest.raises(Conflict, match="olga"):
            await stored_user(database)
        async with database.transaction() as unit:
            assert list(await unit.users.list()) == [user]

    async def test_list_is_by_name(self, database: Database) -> None:
        for name in ("olga", "anna", "zoe"):
            await stored_user(database, name=name)
        async with database.transaction() as unit:
            assert [user.name for user in await unit.users.list()] == ["anna", "olga", "zoe"]

    async def test_unknown_user(self, database: Database) -> None:
        await stored_user(database)
        async with database.transaction() as unit:
            assert await unit.users.find("nobody") is None
            with pytest.raises(NotFound):
                await unit.users.get(uuid4())

    async def test_update_replaces_role_password_and_state(self, database: Database) -> None:
        user = await stored_user(database)
        changed = replace(user, role=Role.ADMIN, password_hash="$argon2id$new", disabled=True)  # noqa: S106  (of no password)
        async with database.transaction() as unit:
            await unit.users.update(replace(changed, name="other"))
        async with database.transaction() as unit:
            assert await unit.users.get(user.id) == changed

    async def test_update_of_a_missing_user_is_not_found(self, database: Database) -> None:
        with pytest.raises(NotFound):
            async with database.transaction() as unit:
                await unit.users.update(make_user())


class SessionsContract:
    """Needs fixture `database`, empty and migrated."""

    async def test_session_comes_back(self, database: Database) -> None:
        session = make_session(await stored_user(database))
        async with database.transaction() as unit:
            await unit.users.save_session(session)
        async with database.transaction() as unit:
            assert await unit.users.get_session(session.id) == session

    async def test_unknown_session_is_none(self, database: Database) -> None:
        async with database.transaction() as unit:
            assert await unit.users.get_session(uuid4()) is None

    async def test_saving_again_replaces(self, database: Database) -> None:
        session = make_session(await stored_user(database))
        rotated = replace(
            session,
            token_hash="f" * 64,
            expires_at=session.expires_at + timedelta(days=1),
            revoked=True,
        )
        async with database.transaction() as unit:
            await unit.users.save_session(session)
            await unit.users.save_session(rotated)
        async with database.transaction() as unit:
            assert await unit.users.get_session(session.id) == rotated

    async def test_revoking_ends_all_of_one_user(self, database: Database) -> None:
        olga, anna = await stored_user(database), await stored_user(database, name="anna")
        sessions = [make_session(olga), make_session(olga), make_session(anna)]
        async with database.transaction() as unit:
            for session in sessions:
                await unit.users.save_session(session)
            await unit.users.revoke_sessions(olga.id)
        async with database.transaction() as unit:
            found = [await unit.users.get_session(session.id) for session in sessions]
        assert [session.revoked for session in found if session is not None] == [True, True, False]


class AuditContract:
    """Needs fixture `database`, empty and migrated."""

    async def test_entry_comes_back(self, database: Database) -> None:
        entry = make_audit_entry(before={"zones": [1, {"a": None}]}, after={"name": "Länsi"})
        async with database.transaction() as unit:
            await unit.audit.append(entry)
        async with database.transaction() as unit:
            assert list(await unit.audit.list()) == [entry]

    async def test_entry_of_few_words_comes_back(self, database: Database) -> None:
        entry = make_audit_entry(before=None, after=None, origin=None)
        async with database.transaction() as unit:
            await unit.audit.append(entry)
        async with database.transaction() as unit:
            assert list(await unit.audit.list()) == [entry]

    async def test_newest_come_first_up_to_the_limit(self, database: Database) -> None:
        entries = [make_audit_entry(at=at(second)) for second in (2, 3, 1)]
        async with database.transaction() as unit:
            for entry in entries:
                await unit.audit.append(entry)
        async with database.transaction() as unit:
            assert list(await unit.audit.list(2)) == [entries[1], entries[0]]

"""Use cases of accounts."""

from dataclasses import replace
from uuid import uuid4

from sentinel_api.access import Principal
from sentinel_api.audit import record_change
from sentinel_api.users.passwords import generate_password, hash_password
from sentinel_api.users.schemas import CreatedUser, CreateUser, NewPassword, UserAnswer
from sentinel_core.domain.errors import InvalidInput, NotFound
from sentinel_core.domain.users import Role, User
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.repositories import Database

ADMIN_NAME = "admin"
LOCAL_NAME = "local"
"""Who acts where sign-in is switched off, and who the command line of this machine is."""


class UserAccounts:
    """Accounts as stored."""

    def __init__(self, *, clock: Clock, database: Database) -> None:
        self._clock = clock
        self._database = database

    async def list_all(self) -> list[UserAnswer]:
        """All, by name."""
        async with self._database.transaction() as work:
            return [UserAnswer.of(user) for user in await work.users.list()]

    async def create(self, wanted: CreateUser, caller: Principal) -> CreatedUser:
        """Add an account.

        Raises:
            InvalidInput: The name is reserved.
            Conflict: The name is taken.
        """
        if wanted.name.lower() == LOCAL_NAME:
            raise InvalidInput(f"the name {LOCAL_NAME} is reserved", field="name")
        password = wanted.password or generate_password()
        user = await _new_user(self._clock, wanted.name, wanted.role, password)
        async with self._database.transaction() as work:
            await work.users.add(user)
            await record_change(
                work,
                self._clock,
                caller,
                "user.create",
                user.name,
                (None, {"role": str(user.role)}),
            )
        return CreatedUser(
            name=user.name,
            role=user.role,
            disabled=user.disabled,
            created_at=user.created_at,
            password=None if wanted.password else password,
        )

    async def reset_password(self, name: str, caller: Principal) -> NewPassword:
        """Give a new random password and end all sessions. Raises NotFound."""
        password = generate_password()
        password_hash = await hash_password(password)
        async with self._database.transaction() as work:
            user = await work.users.find(name)
            if user is None:
                raise NotFound(f"no user {name!r}")
            await work.users.update(replace(user, password_hash=password_hash))
            await work.users.revoke_sessions(user.id)
            await record_change(work, self._clock, caller, "user.reset-password", user.name)
        return NewPassword(password=password)


async def ensure_admin(database: Database, clock: Clock) -> str | None:
    """Make the first administrator, `admin`, where no user exists.

    Returns:
        Its password, to be shown once; None where there were users.
    """
    async with database.transaction() as work:
        if await work.users.list():
            return None
    password = generate_password()
    user = await _new_user(clock, ADMIN_NAME, Role.ADMIN, password)
    async with database.transaction() as work:
        if await work.users.list():
            return None
        await work.users.add(user)
        caller = Principal(name=LOCAL_NAME, role=Role.ADMIN)
        await record_change(
            work, clock, caller, "user.create", user.name, (None, {"role": str(user.role)})
        )
    return password


async def _new_user(clock: Clock, name: str, role: Role, password: str) -> User:
    return User(
        id=uuid4(),
        name=name,
        role=role,
        password_hash=await hash_password(password),
        created_at=clock.utc_now(),
    )

"""Use cases of sign-in."""

import asyncio
import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid4

import structlog

from sentinel_api.access import Principal
from sentinel_api.audit import record_change
from sentinel_api.auth.cookies import RefreshGrant
from sentinel_api.auth.schemas import AccessAnswer, CallerAnswer
from sentinel_api.auth.throttle import LoginThrottle
from sentinel_api.auth.tokens import AccessTokens
from sentinel_api.users.passwords import password_matches
from sentinel_api.users.service import LOCAL_NAME
from sentinel_core.domain.errors import Conflict, NotAuthenticated, NotFound
from sentinel_core.domain.users import Role, Session, User
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.repositories import Database, UnitOfWork

TOKEN_BYTES = 32
GRACE_S = 10.0
"""Two tabs that refresh at once are no theft: so long, the token before is only refused."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What the answer carries, and what the cookies carry."""

    answer: AccessAnswer
    refresh: RefreshGrant


class OpenGate:
    """Sign-in is switched off: everybody is the local administrator."""

    def identify(self, token: str | None) -> Principal:
        """The local administrator, whatever the token."""
        del token
        return Principal(name=LOCAL_NAME, role=Role.ADMIN)


class TokenGate:
    """Whoever holds a valid access token."""

    def __init__(self, tokens: AccessTokens) -> None:
        self._tokens = tokens

    def identify(self, token: str | None) -> Principal:
        """The holder. Raises NotAuthenticated."""
        if token is None:
            raise NotAuthenticated("sign in first")
        return self._tokens.read(token)


class SignIn:
    """Sessions: a family of refresh tokens, of which only the newest is good."""

    def __init__(
        self,
        *,
        clock: Clock,
        database: Database,
        tokens: AccessTokens,
        throttle: LoginThrottle,
        session_days: int,
        is_required: bool,
    ) -> None:
        self._clock = clock
        self._database = database
        self._tokens = tokens
        self._throttle = throttle
        self._lifetime = timedelta(days=session_days)
        self._replaced: dict[UUID, tuple[str, float]] = {}
        self._rotating = asyncio.Lock()
        self.is_required = is_required

    async def log_in(self, name: str, password: str, origin: str) -> SignedIn:
        """Start a session.

        Raises:
            RateLimited: Too many tries.
            NotAuthenticated: Name or password is wrong; does not say which.
        """
        self._throttle.count_try(name, origin)
        async with self._database.transaction() as work:
            user = await work.users.find(name)
        known = await password_matches(password, user.password_hash if user else None)
        if user is None or not known or user.disabled:
            _log.info("sign-in refused", user=name, origin=origin)
            raise NotAuthenticated("name or password is wrong")
        token, session = self._new_session(user)
        async with self._database.transaction() as work:
            await work.users.save_session(session)
            caller = Principal(name=user.name, role=user.role, origin=origin)
            await record_change(work, self._clock, caller, "session.start", str(session.id))
        return self._signed_in(user, session, token)

    async def refresh(self, refresh_token: str | None) -> SignedIn:
        """Go on with a session; its refresh token is replaced.

        Raises:
            NotAuthenticated: The token is unknown, expired, or was used before; the latter ends
                the session.
            Conflict: It was replaced a moment ago, by another tab.
        """
        session_id, token_hash = _parse(refresh_token)
        async with self._rotating:
            return await self._rotate(session_id, token_hash)

    async def log_out(self, refresh_token: str | None) -> None:
        """End the session of the token; fine where there is none."""
        try:
            session_id, token_hash = _parse(refresh_token)
        except NotAuthenticated:
            return
        async with self._database.transaction() as work:
            session = await work.users.get_session(session_id)
            if session and hmac.compare_digest(session.token_hash, token_hash):
                await work.users.save_session(replace(session, revoked=True))

    async def _rotate(self, session_id: UUID, token_hash: str) -> SignedIn:
        async with self._database.transaction() as work:
            session = await work.users.get_session(session_id)
            if session is None or session.revoked or session.expires_at <= self._clock.utc_now():
                raise NotAuthenticated("the session has ended; sign in again")
            is_newest = hmac.compare_digest(session.token_hash, token_hash)
            user = await _user_of(work, session) if is_newest else None
        if user is None:
            raise await self._refuse_old(session, token_hash)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        renewed = replace(session, token_hash=_hash(token))
        async with self._database.transaction() as work:
            await work.users.save_session(renewed)
        self._replaced[session.id] = (session.token_hash, self._clock.monotonic())
        self._forget_old_replacements()
        return self._signed_in(user, renewed, token)

    async def _refuse_old(self, session: Session, token_hash: str) -> Exception:
        replaced_hash, at_s = self._replaced.get(session.id, ("", 0.0))
        in_time = self._clock.monotonic() - at_s <= GRACE_S
        if in_time and hmac.compare_digest(replaced_hash, token_hash):
            return Conflict("the session was refreshed a moment ago; use the newer cookie")
        async with self._database.transaction() as work:
            await work.users.save_session(replace(session, revoked=True))
        _log.warning("an old refresh token came back: session ended", session=str(session.id))
        return NotAuthenticated("the session has ended; sign in again")

    def _new_session(self, user: User) -> tuple[str, Session]:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        now = self._clock.utc_now()
        session = Session(
            id=uuid4(),
            user_id=user.id,
            token_hash=_hash(token),
            created_at=now,
            expires_at=now + self._lifetime,
        )
        return token, session

    def _signed_in(self, user: User, session: Session, token: str) -> SignedIn:
        answer = AccessAnswer(
            access_token=self._tokens.issue(user),
            expires_in_s=self._tokens.lifetime_s,
            user=CallerAnswer(name=user.name, role=user.role),
        )
        left = session.expires_at - self._clock.utc_now()
        grant = RefreshGrant(
            token=f"{session.id}.{token}",
            csrf=secrets.token_urlsafe(TOKEN_BYTES),
            lifetime_s=int(left.total_seconds()),
        )
        return SignedIn(answer, grant)

    def _forget_old_replacements(self) -> None:
        now_s = self._clock.monotonic()
        self._replaced = {
            session_id: (token_hash, at_s)
            for session_id, (token_hash, at_s) in self._replaced.items()
            if now_s - at_s <= GRACE_S
        }


async def _user_of(work: UnitOfWork, session: Session) -> User:
    try:
        user = await work.users.get(session.user_id)
    except NotFound as error:
        raise NotAuthenticated("the account is gone") from error
    if user.disabled:
        raise NotAuthenticated("the account is disabled")
    return user


def _parse(refresh_token: str | None) -> tuple[UUID, str]:
    session_id, _, token = (refresh_token or "").partition(".")
    try:
        return UUID(session_id), _hash(token)
    except ValueError as error:
        raise NotAuthenticated("sign in first") from error


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

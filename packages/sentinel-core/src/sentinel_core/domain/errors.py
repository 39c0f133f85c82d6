"""Every error the product raises on purpose.

SentinelError
├── InvalidInput            the request cannot be right: says which field and why
├── NotAuthenticated        nobody knows who is asking
├── AccessDenied            known, but not allowed
├── NotFound
├── Conflict                clashes with what is there
│   └── StaleState          somebody was faster; carries the newer state
├── RateLimited
├── DependencyUnavailable   broker, database, store or another service is away
├── StorageFull
├── SourceFailed            a camera or a file cannot be opened or read; carries the reason
└── ModelRefused            a model file that must not be served; carries the reason

At the HTTP edge one handler maps each class to a status (`sentinel_api.problems`); the command
line prints the message and exits with 1.
"""

from collections.abc import Mapping

from sentinel_core.domain.cameras import SourceReason


class SentinelError(Exception):
    """Base of the tree.

    Attributes:
        message: One sentence for a person, without secrets.
        code: Stable word for a program, also the tail of the problem type URI.
    """

    code = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidInput(SentinelError):
    """The input can never be accepted as it is. `field` names the culprit where one does."""

    code = "invalid-input"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class NotAuthenticated(SentinelError):
    """Sign-in is missing, wrong or expired."""

    code = "not-authenticated"


class AccessDenied(SentinelError):
    """The caller is known and may not do this."""

    code = "access-denied"


class NotFound(SentinelError):
    """No such thing, or its existence is not the caller's to know."""

    code = "not-found"


class Conflict(SentinelError):
    """The request clashes with the present state, for example a key that is taken."""

    code = "conflict"


class StaleState(Conflict):
    """Somebody changed the thing first. `current` is its newer state, ready to be shown."""

    code = "stale-state"

    def __init__(self, message: str, *, current: Mapping[str, object]) -> None:
        super().__init__(message)
        self.current = current


class RateLimited(SentinelError):
    """Too many tries. `retry_after_s` says when the next one may succeed."""

    code = "rate-limited"

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class DependencyUnavailable(SentinelError):
    """A part the request needs is away; trying again later is right."""

    code = "dependency-unavailable"


class StorageFull(SentinelError):
    """The disk or the store has no room left; nothing was half written."""

    code = "storage-full"


class SourceFailed(SentinelError):
    """A video source cannot be opened or read."""

    code = "source-failed"

    def __init__(self, message: str, *, reason: SourceReason) -> None:
        super().__init__(message)
        self.reason = reason


class ModelRefused(SentinelError):
    """A model file whose head, hash or size is not what is served here."""

    code = "model-refused"

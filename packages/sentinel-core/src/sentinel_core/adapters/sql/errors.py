"""What drivers raise, in the words of the product."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from sentinel_core.domain.errors import (
    Conflict,
    DependencyUnavailable,
    InvalidInput,
    SentinelError,
    StorageFull,
)

_SQLITE_FULL = 13
_SQLITE_IOERR_SHMSIZE = 4874  # no room for the index of the write-ahead log
_FULL_CODES = frozenset({_SQLITE_FULL, _SQLITE_IOERR_SHMSIZE})
_FULL_STATES = frozenset({"53100"})  # PostgreSQL: disk_full


@contextmanager
def translated(conflict: str = "the row clashes with one that is stored") -> Iterator[None]:
    """Raise the product's errors for the driver's.

    Args:
        conflict: What to say where a unique key is taken.
    """
    try:
        yield
    except exc.IntegrityError as error:
        raise Conflict(conflict) from error
    except exc.DataError as error:
        raise InvalidInput(f"the database cannot hold this value: {_cause(error)}") from error
    except exc.DBAPIError as error:
        raise _classified(error.orig) from error
    except (exc.StatementError, OverflowError, UnicodeError) as error:
        raise InvalidInput(f"the database cannot hold this value: {_cause(error)}") from error
    except (exc.TimeoutError, OSError) as error:
        raise DependencyUnavailable(f"the database does not answer: {error}") from error


@contextmanager
def understood(what: str) -> Iterator[None]:
    """Refuse an event whose ids, times or words cannot be read."""
    try:
        yield
    except ValueError as error:
        raise InvalidInput(f"{what} cannot be read: {error}") from error


def _cause(error: BaseException) -> BaseException:
    return error.orig or error if isinstance(error, exc.StatementError) else error


def _classified(error: BaseException | None) -> SentinelError:
    if getattr(error, "sqlite_errorcode", None) in _FULL_CODES:
        return StorageFull("no room left on the disk of the database")
    if getattr(error, "sqlstate", None) in _FULL_STATES:
        return StorageFull("no room left on the database server's disk")
    return DependencyUnavailable(f"the database failed: {error}")

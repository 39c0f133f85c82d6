"""The object store in a folder, by obstore's LocalStore: one folder per bucket."""

import asyncio
import errno
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import LocalStore

from sentinel_core.domain.errors import (
    Conflict,
    DependencyUnavailable,
    InvalidInput,
    NotFound,
    StorageFull,
)
from sentinel_core.ports.object_store import ObjectInfo, ObjectKey


class FilesystemObjectStore:
    """Writes to a temporary name and renames, so that a reader sees all of an object or none."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._buckets: dict[str, LocalStore] = {}

    async def put(self, key: ObjectKey, data: bytes, *, if_absent: bool = False) -> None:
        """Write and rename."""
        with _translated(key):
            await self._bucket(key.bucket).put_async(
                key.path, data, mode="create" if if_absent else "overwrite"
            )

    async def put_file(self, key: ObjectKey, path: Path) -> None:
        """Write piece by piece and rename."""
        with _translated(key):
            if not await asyncio.to_thread(path.is_file):
                raise DependencyUnavailable(f"there is no file to store as {key}")
            await self._bucket(key.bucket).put_async(key.path, path)

    async def get_range(self, key: ObjectKey, start: int, end: int) -> bytes:
        """Read a part of the file."""
        with _translated(key):
            found = await self._bucket(key.bucket).get_range_async(key.path, start=start, end=end)
            return bytes(found)

    async def get(self, key: ObjectKey) -> bytes:
        """Read the whole file."""
        with _translated(key):
            found = await self._bucket(key.bucket).get_async(key.path)
            return bytes(await found.bytes_async())

    async def head(self, key: ObjectKey) -> ObjectInfo:
        """Size and age of the file."""
        with _translated(key):
            meta = await self._bucket(key.bucket).head_async(key.path)
        return ObjectInfo(key, meta["size"], meta["last_modified"])

    async def delete(self, key: ObjectKey) -> None:
        """Remove the file."""
        try:
            with _translated(key):
                await self._bucket(key.bucket).delete_async(key.path)
        except NotFound:
            return

    async def list(self, bucket: str, prefix: str = "") -> AsyncIterator[ObjectInfo]:
        """Walk the bucket's folder."""
        async for batch in self._bucket(bucket).list(prefix or None):
            for meta in batch:
                yield ObjectInfo(
                    ObjectKey(bucket, meta["path"]), meta["size"], meta["last_modified"]
                )

    def _bucket(self, name: str) -> LocalStore:
        if name not in self._buckets:
            if not name or "/" in name or name.startswith("."):
                raise InvalidInput(f"{name!r} is no bucket name")
            self._buckets[name] = LocalStore(self._root / name, mkdir=True, automatic_cleanup=False)
        return self._buckets[name]


@contextmanager
def _translated(key: ObjectKey) -> Iterator[None]:
    try:
        yield
    except (NotFoundError, FileNotFoundError) as error:
        raise NotFound(f"no object {key}") from error
    except AlreadyExistsError as error:
        raise Conflict(f"{key} is there already") from error
    except ValueError as error:  # a path with `..` in it
        raise InvalidInput(f"{key} is no place for an object") from error
    except (BaseError, OSError) as error:
        if _is_full(error):
            raise StorageFull(f"no room left to write {key}") from error
        raise DependencyUnavailable(f"the object store failed on {key}: {error}") from error


def _is_full(error: BaseException) -> bool:
    code = getattr(error, "errno", None)
    return code in (errno.ENOSPC, errno.EDQUOT) or "No space left on device" in str(error)

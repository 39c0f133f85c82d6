"""The object store: whole objects under keys, in buckets. No reader ever sees half an object."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ObjectKey:
    """Where an object is. Written `s3://bucket/path` in contracts, whatever the store."""

    bucket: str
    path: str

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.path}"

    @classmethod
    def parse(cls, url: str) -> "ObjectKey":
        """The inverse of `str()`.

        Raises:
            ValueError: `url` is no `s3://bucket/path`.
        """
        bucket, _, path = url.removeprefix("s3://").partition("/")
        if not url.startswith("s3://") or not bucket or not path:
            raise ValueError(f"{url!r} is no s3://bucket/path")
        return cls(bucket, path)


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """What is known of an object without reading it."""

    key: ObjectKey
    size_bytes: int
    modified_at: datetime


class ObjectStore(Protocol):
    """Buckets are made on first use."""

    async def put(self, key: ObjectKey, data: bytes, *, if_absent: bool = False) -> None:
        """Write the whole object; it appears at once or not at all.

        Raises:
            Conflict: `if_absent` and the object is there already.
            StorageFull: No room; nothing is left behind.
            DependencyUnavailable: The store is away.
        """
        ...

    async def put_file(self, key: ObjectKey, path: Path) -> None:
        """Write the whole object from a file, piece by piece; it appears at once or not at all.

        Raises:
            StorageFull: No room; nothing is left behind.
            DependencyUnavailable: The store is away, or the file cannot be read.
        """
        ...

    async def get_range(self, key: ObjectKey, start: int, end: int) -> bytes:
        """The bytes from `start` up to `end` (not included), which lie inside the object.

        Raises:
            NotFound: There is none.
        """
        ...

    async def get(self, key: ObjectKey) -> bytes:
        """The whole object.

        Raises:
            NotFound: There is none.
        """
        ...

    async def head(self, key: ObjectKey) -> ObjectInfo:
        """Size and age. Raises NotFound where there is none."""
        ...

    async def delete(self, key: ObjectKey) -> None:
        """Remove the object; fine where there is none."""
        ...

    def list(self, bucket: str, prefix: str = "") -> AsyncIterator[ObjectInfo]:
        """Objects below `prefix` (whole path segments), in no stated order."""
        ...

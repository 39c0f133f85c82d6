"""A camera's chain of manifests: appended to by conditional puts, so that it cannot fork.

The n-th manifest takes the n-th place, which can be taken once. Of two writers one gets it, and
the other goes on behind it. `head.json` notes the newest manifest. It is written afterwards, so it
may lag behind after a crash: whoever needs the end goes on from it, place by place.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import msgspec
from msgspec import Struct

from sentinel_core.contracts.topics import CLIPS_BUCKET
from sentinel_core.domain.errors import Conflict, DependencyUnavailable, InvalidInput, NotFound
from sentinel_core.evidence.keys import chain_prefix, head_key, manifest_key, place_in_chain
from sentinel_core.evidence.manifest import Manifest, decode, encode, seal, sha256_hex
from sentinel_core.ports.object_store import ObjectStore

_MOST_TRIES = 100


class Head(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The newest manifest of a camera: its number, and the SHA-256 of its file."""

    sequence: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Appended:
    """A manifest in its place."""

    manifest: Manifest
    sha256: str


_NO_HEAD = Head(sequence=0, sha256="")


async def append(
    store: ObjectStore, camera_key: str, make: Callable[[int, str | None], Manifest]
) -> Appended:
    """Write a manifest at the end of a camera's chain.

    Args:
        store: Where the chain is.
        camera_key: Whose.
        make: Gives the manifest for a number and the hash of the one before; may be called again.

    Raises:
        StorageFull: No room. Nothing was written.
        DependencyUnavailable: The store is away; the manifest may be there or not.
    """
    for _ in range(_MOST_TRIES):
        last = await find_end(store, camera_key)
        manifest = seal(make(last.sequence + 1, last.sha256 or None))
        data = encode(manifest)
        try:
            await store.put(manifest_key(camera_key, manifest.sequence), data, if_absent=True)
        except Conflict:
            continue
        await note_head(
            store, camera_key, Head(sequence=manifest.sequence, sha256=sha256_hex(data))
        )
        return Appended(manifest, sha256_hex(data))
    raise DependencyUnavailable(f"others write evidence of {camera_key} all the time")


async def note_head(store: ObjectStore, camera_key: str, head: Head) -> None:
    """Remember the newest manifest."""
    await store.put(head_key(camera_key), msgspec.json.encode(head))


async def read_head(store: ObjectStore, camera_key: str) -> Head | None:
    """The note, or None where there is none.

    Raises:
        InvalidInput: It cannot be read.
    """
    try:
        data = await store.get(head_key(camera_key))
    except NotFound:
        return None
    try:
        head = msgspec.json.decode(data, type=Head)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"the note of the newest manifest cannot be read: {error}") from error
    if msgspec.json.encode(head) != data:
        raise InvalidInput("the note of the newest manifest is not as it was written")
    return head


async def find_end(store: ObjectStore, camera_key: str) -> Head:
    """The newest manifest, number 0 where there is none.

    What the note tells is believed even where that manifest is gone: the next one then says so.
    """
    try:
        end = await read_head(store, camera_key)
    except InvalidInput:
        end = None
    if end is None:
        end = await _newest_listed(store, camera_key)
    while True:
        try:
            data = await store.get(manifest_key(camera_key, end.sequence + 1))
        except NotFound:
            return end
        end = Head(sequence=end.sequence + 1, sha256=sha256_hex(data))


async def newest_manifests(
    store: ObjectStore, camera_key: str, count: int
) -> AsyncIterator[Appended]:
    """The newest `count` manifests, newest first; those that cannot be read are left out."""
    end = await find_end(store, camera_key)
    for sequence in range(end.sequence, max(0, end.sequence - count), -1):
        found = await read_place(store, camera_key, sequence)
        if found is not None:
            yield found


async def read_place(store: ObjectStore, camera_key: str, sequence: int) -> Appended | None:
    """The manifest of that number; None where it is gone or cannot be read."""
    try:
        data = await store.get(manifest_key(camera_key, sequence))
        return Appended(decode(data), sha256_hex(data))
    except (NotFound, InvalidInput):
        return None


async def list_places(store: ObjectStore, camera_key: str) -> list[int]:
    """Numbers of the manifests that are there, in order."""
    return sorted(
        [
            place[1]
            async for found in store.list(CLIPS_BUCKET, chain_prefix(camera_key))
            if (place := place_in_chain(found.key)) is not None
        ]
    )


async def _newest_listed(store: ObjectStore, camera_key: str) -> Head:
    places = await list_places(store, camera_key)
    if not places:
        return _NO_HEAD
    data = await store.get(manifest_key(camera_key, places[-1]))
    return Head(sequence=places[-1], sha256=sha256_hex(data))

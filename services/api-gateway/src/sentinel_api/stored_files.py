"""Files of the object store over HTTP, whole or in parts."""

from collections.abc import AsyncIterator

from fastapi import Response
from fastapi.responses import StreamingResponse

from sentinel_api.byte_ranges import MAX_PIECE_BYTES, RangeNotSatisfiable, parse_range
from sentinel_core.ports.object_store import ObjectKey, ObjectStore


class StoredFiles:
    """Answers requests for objects."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    async def answer(self, key: ObjectKey, wanted: str | None, media_type: str) -> Response:
        """The object, or the part that the `Range` header names.

        Raises:
            NotFound: There is none.
        """
        size_bytes = (await self._objects.head(key)).size_bytes
        headers = {"Accept-Ranges": "bytes", "Cache-Control": "private, max-age=3600"}
        try:
            part = parse_range(wanted, size_bytes)
        except RangeNotSatisfiable:
            return Response(status_code=416, headers={"Content-Range": f"bytes */{size_bytes}"})
        if part is None:
            headers["Content-Length"] = str(size_bytes)
            pieces = self._read_all(key, size_bytes)
            return StreamingResponse(pieces, media_type=media_type, headers=headers)
        headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{size_bytes}"
        data = await self._objects.get_range(key, part.start, part.end)
        return Response(data, status_code=206, media_type=media_type, headers=headers)

    async def _read_all(self, key: ObjectKey, size_bytes: int) -> AsyncIterator[bytes]:
        for start in range(0, size_bytes, MAX_PIECE_BYTES):
            end = min(size_bytes, start + MAX_PIECE_BYTES)
            yield await self._objects.get_range(key, start, end)

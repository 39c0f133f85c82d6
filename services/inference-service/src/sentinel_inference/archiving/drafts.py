"""Drafts: what is known of evidence that is being put together, kept where it outlives us.

A draft is stored before the first file and deleted once the database knows that the evidence is
complete. Whoever starts finds what an earlier run left unfinished, and finishes it.
"""

from uuid import UUID

import msgspec
import structlog
from msgspec import Struct

from sentinel_core.contracts.generated.incident_event import IncidentEvent
from sentinel_core.contracts.topics import CLIPS_BUCKET
from sentinel_core.domain.errors import NotFound
from sentinel_core.evidence.keys import UNFINISHED_PREFIX, draft_key
from sentinel_core.evidence.manifest import ClipFacts, EvidenceFile
from sentinel_core.ports.object_store import ObjectKey, ObjectStore

log = structlog.get_logger(__name__)


class Draft(Struct, kw_only=True):
    """Evidence that is being put together.

    Attributes:
        opened: The message of the alarm.
        began_at: When the draft was begun, by the clock that manifests are dated by.
        model_sha256: Of the model that saw it.
        span_90k: Begin and end of the clip that is wanted; None: none is.
        files: Those that are to be there, as they were when they were made; a file may be named
            before it is stored.
        clip: What the clip shows, once it is cut.
        no_clip: Why there is none.
        frames_inferred: As in the manifest.
        manifest: Number of its manifest, once that is written.
    """

    opened: IncidentEvent
    began_at: str
    model_sha256: str
    span_90k: tuple[int, int] | None
    files: list[EvidenceFile] = []
    clip: ClipFacts | None = None
    no_clip: str | None = None
    frames_inferred: float | None = None
    manifest: int | None = None

    @property
    def camera_key(self) -> str:
        """Whose incident it is."""
        return self.opened.camera_id

    @property
    def incident_id(self) -> UUID:
        """Whose evidence it is."""
        return UUID(self.opened.incident_id)


_decoder = msgspec.json.Decoder(Draft)


class DraftShelf:
    """Drafts in the object store."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def put(self, draft: Draft) -> None:
        """Write how far it has come."""
        key = draft_key(draft.camera_key, draft.incident_id)
        await self._store.put(key, msgspec.json.encode(draft))

    async def remove(self, camera_key: str, incident_id: UUID) -> None:
        """It is finished."""
        await self._store.delete(draft_key(camera_key, incident_id))

    async def read_all(self) -> list[Draft]:
        """What earlier runs left, in order; what cannot be read is said and left alone."""
        keys = [found.key async for found in self._store.list(CLIPS_BUCKET, UNFINISHED_PREFIX)]
        drafts = [await self._read(key) for key in sorted(keys, key=str)]
        return [draft for draft in drafts if draft is not None]

    async def _read(self, key: ObjectKey) -> Draft | None:
        try:
            return _decoder.decode(await self._store.get(key))
        except NotFound:
            return None
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            log.warning("a draft of evidence cannot be read", key=str(key), reason=str(error))
            return None

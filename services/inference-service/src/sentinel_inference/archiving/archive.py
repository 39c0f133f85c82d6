"""Where the evidence of each incident is, and the writing of it beside the frame path."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from uuid import UUID

import structlog

from sentinel_core.domain.errors import DependencyUnavailable, NotFound, StorageFull
from sentinel_core.domain.incidents import Condition, Evidence, Incident, Transition
from sentinel_core.domain.media_clock import TICKS_PER_SECOND, format_utc
from sentinel_core.evidence.keys import manifest_key
from sentinel_core.evidence.manifest import FileRole, Manifest
from sentinel_core.ports.camera_control import CameraControl, ClipCut
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.object_store import ObjectStore
from sentinel_core.ports.repositories import Database
from sentinel_inference.archiving.clips import ClipCutter, ClipTimes, NoClip
from sentinel_inference.archiving.completion import NOT_KEPT, EvidenceWriter
from sentinel_inference.archiving.drafts import Draft, DraftShelf
from sentinel_inference.archiving.frame_shares import FrameShares
from sentinel_inference.archiving.lost_incidents import incident_of
from sentinel_inference.archiving.snapshots import Snapshot, evidence_keys
from sentinel_inference.publishing.messages import incident_event
from sentinel_vision.rules.scene import SceneFrame

log = structlog.get_logger(__name__)

RETRY_PAUSES_S = (5.0, 30.0, 120.0)
DRAIN_S = 6.0
CONFIRM_AFTER_S = 2.0
REMEMBERED = 1_000
"""Incidents that ended; a rule opens one again within 30 s."""

Announce = Callable[[Transition, Incident, SceneFrame | None], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivePorts:
    """What the archive works with. `control` None: there are no clips."""

    clock: Clock
    store: ObjectStore
    database: Database
    control: CameraControl | None


@dataclass(slots=True)
class _Work:
    """Evidence in the making. `snapshot` until it is stored; None, too, for an earlier run's."""

    draft: Draft
    alarm_s: float
    snapshot: Snapshot | None = None
    scene: SceneFrame | None = None
    is_resumed: bool = False
    cut: ClipCut | NoClip | None = None
    has_manifest: bool = field(default=False)


class EvidenceArchive:
    """Knows the newest state of each active incident; writes its evidence in the background.

    Args:
        announce: Called when the pictures of an incident are stored (`updated`), and when its
            evidence is complete, with the incident as it is then and the scene of the alarm.
    """

    def __init__(self, ports: ArchivePorts, times: ClipTimes, announce: Announce) -> None:
        self._clock = ports.clock
        self._database = ports.database
        self._control = ports.control
        self._times = times
        self._announce = announce
        self._shelf = DraftShelf(ports.store)
        self._writer = EvidenceWriter(ports.store, self._shelf)
        self._cutter = ClipCutter(ports.control)
        self._shares = FrameShares()
        self._hurry = asyncio.Event()
        self._known: dict[UUID, Incident] = {}
        self._ended: dict[UUID, Incident] = {}
        self._writing: dict[UUID, asyncio.Task[None]] = {}
        self._unconfirmed: dict[UUID, tuple[str, float]] = {}

    def remember(self, incident: Incident) -> None:
        """An incident that was active before this run: its evidence stays what it is."""
        self._known[incident.id] = incident

    def attach(self, incident: Incident) -> Incident:
        """The incident with its evidence, from now on its newest state."""
        known = self._known.get(incident.id) or self._ended.pop(incident.id, None)
        evidence = known.evidence if known else evidence_keys(incident)
        self._known[incident.id] = replace(incident, evidence=evidence)
        attached = self._known[incident.id]
        self._forget_if_over(incident.id)
        return attached

    def save(self, snapshot: Snapshot, model_sha256: str) -> None:
        """Put the evidence of a new incident together, in the background.

        Call it before the incident's changes are told: one that is over at once is known then.
        """
        scene = snapshot.scene
        self._known[snapshot.incident.id] = incident = replace(
            snapshot.incident, evidence=evidence_keys(snapshot.incident)
        )
        draft = Draft(
            opened=incident_event(Transition.OPENED, incident, scene, at=scene.captured_at),
            began_at=format_utc(self._clock.utc_now()),
            model_sha256=model_sha256,
            span_90k=self._times.span_90k(incident.start_pts_90k, scene.pts_90k),
        )
        self._begin(_Work(draft, self._clock.monotonic(), snapshot, scene))

    async def resume(self) -> None:
        """Begin to finish what earlier runs left unfinished."""
        try:
            drafts = await self._shelf.read_all()
        except DependencyUnavailable as error:
            log.warning("unfinished evidence waits for the next start", reason=error.message)
            return
        for draft in drafts:
            self._begin(_Work(draft, self._clock.monotonic(), is_resumed=True))

    async def sweep(self) -> None:
        """Once a second: read the frame counters, and let go of drafts that are done with.

        Raises:
            DependencyUnavailable: The database or the store is away.
        """
        now_s = self._clock.monotonic()
        if self._control is not None:
            self._shares.note(now_s, self._control.frame_counts())
        due = [key for key, (_, at_s) in self._unconfirmed.items() if at_s <= now_s]
        for incident_id in due:
            await self._confirm(incident_id)

    async def drain(self) -> None:
        """Wait for what is being written; clips end now. What takes too long is left as a draft."""
        self._hurry.set()
        tasks = set(self._writing.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=DRAIN_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _begin(self, work: _Work) -> None:
        incident_id = work.draft.incident_id
        task = asyncio.create_task(self._finish(work), name=f"evidence-{incident_id}")
        self._writing[incident_id] = task
        task.add_done_callback(lambda done: self._end(incident_id, done))

    def _end(self, incident_id: UUID, task: asyncio.Task[None]) -> None:
        del self._writing[incident_id]
        self._forget_if_over(incident_id)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("evidence failed", incident=str(incident_id), exc_info=error)

    async def _finish(self, work: _Work) -> None:
        """All steps, again from the one that failed while the store is away or full."""
        for pause_s in (*RETRY_PAUSES_S, None):
            try:
                await self._take_steps(work)
            except (StorageFull, DependencyUnavailable) as error:
                log.warning(
                    "evidence is not stored",
                    incident=str(work.draft.incident_id),
                    reason=error.message,
                    again_in_s=pause_s,
                )
                if pause_s is None or self._hurry.is_set():
                    return
                await self._wait(pause_s)
            else:
                return

    async def _take_steps(self, work: _Work) -> None:
        draft = work.draft
        if work.is_resumed and await self._is_known_complete(draft):
            await self._shelf.remove(draft.camera_key, draft.incident_id)
            return
        if work.snapshot is not None:
            await self._writer.store_pictures(draft, work.snapshot)
            work.snapshot = None
            self._tell(Transition.UPDATED, draft.incident_id, work.scene, has_pictures=True)
        if draft.no_clip is None and not await self._writer.has_clip(draft):
            work.cut = work.cut or await self._cut(work)
            await self._writer.store_clip(draft, work.cut)
            work.cut = None
        await self._seal(work)

    async def _cut(self, work: _Work) -> ClipCut | NoClip:
        draft, span_90k = work.draft, work.draft.span_90k
        if span_90k is None:
            return NoClip(NOT_KEPT)
        if not work.is_resumed:
            await self._wait(work.alarm_s + self._times.after_s - self._clock.monotonic())
            span_90k = self._span_until_now(work, span_90k)
        cut = await self._cutter.cut(draft.camera_key, _epoch_of(work), span_90k)
        draft.frames_inferred = self._share(work, span_90k)
        if work.is_resumed and isinstance(cut, NoClip):
            return NoClip(f"Sentinel ended before it was cut. Afterwards: {cut.reason}")
        return cut

    def _span_until_now(self, work: _Work, span_90k: tuple[int, int]) -> tuple[int, int]:
        """Where there is no time to wait for its end: a clip that ends now."""
        passed_s = self._clock.monotonic() - work.alarm_s
        now_90k = work.draft.opened.pts_90k + round(passed_s * TICKS_PER_SECOND)
        begin, end = span_90k
        return begin, (max(begin + 1, min(end, now_90k)) if self._hurry.is_set() else end)

    def _share(self, work: _Work, span_90k: tuple[int, int]) -> float | None:
        alarm_90k = work.draft.opened.pts_90k
        begin_s, end_s = (work.alarm_s + (tick - alarm_90k) / TICKS_PER_SECOND for tick in span_90k)
        return (
            None if work.is_resumed else self._shares.share(work.draft.camera_key, begin_s, end_s)
        )

    async def _seal(self, work: _Work) -> None:
        """Write the manifest, and say so."""
        draft, incident_id = work.draft, work.draft.incident_id
        incident = await self._newest(draft)
        ended_at = None if incident.ended_at is None else format_utc(incident.ended_at)
        appended = await self._writer.write_manifest(draft, self._clock.utc_now(), ended_at)
        # It may have changed meanwhile.
        incident = self._known.get(incident_id, incident)
        complete = replace(incident, evidence=_evidence_of(appended.manifest))
        if incident_id in self._known:
            self._known[incident_id] = complete
        self._announce(Transition.EVIDENCE_COMPLETE, complete, work.scene)
        self._unconfirmed[incident_id] = (
            draft.camera_key,
            self._clock.monotonic() + CONFIRM_AFTER_S,
        )

    def _tell(
        self,
        transition: Transition,
        incident_id: UUID,
        scene: SceneFrame | None,
        *,
        has_pictures: bool,
    ) -> None:
        """The incident may have changed, even ended, while its pictures were written."""
        known = self._known[incident_id]
        newest = replace(known, evidence=replace(known.evidence, has_pictures=has_pictures))
        self._known[incident_id] = newest
        self._announce(transition, newest, scene)

    async def _newest(self, draft: Draft) -> Incident:
        """The incident as it is now; of an earlier run, as it was stored, or as it was lost."""
        known = self._known.get(draft.incident_id)
        if known is not None:
            return known
        try:
            async with self._database.transaction() as unit:
                return await unit.incidents.get(draft.incident_id)
        except NotFound:
            return incident_of(draft.opened, lost_at=self._clock.utc_now())

    async def _is_known_complete(self, draft: Draft) -> bool:
        """Whether the database knows that it is complete."""
        try:
            async with self._database.transaction() as unit:
                incident = await unit.incidents.get(draft.incident_id)
        except NotFound:
            return False
        return incident.evidence.complete

    async def _confirm(self, incident_id: UUID) -> None:
        """Forget a draft once nothing can be lost any more."""
        camera_key, _ = self._unconfirmed[incident_id]
        try:
            async with self._database.transaction() as unit:
                incident = await unit.incidents.get(incident_id)
        except NotFound:
            is_stored = False
        else:
            is_stored = incident.evidence.complete
        if is_stored:
            await self._shelf.remove(camera_key, incident_id)
            del self._unconfirmed[incident_id]
        else:
            again_s = self._clock.monotonic() + CONFIRM_AFTER_S
            self._unconfirmed[incident_id] = (camera_key, again_s)

    async def _wait(self, seconds: float) -> None:
        """Unless there is no time."""
        if seconds <= 0 or self._hurry.is_set():
            return
        sides = {
            asyncio.ensure_future(self._clock.sleep(seconds)),
            asyncio.ensure_future(self._hurry.wait()),
        }
        try:
            await asyncio.wait(sides, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for side in sides:
                side.cancel()

    def _forget_if_over(self, incident_id: UUID) -> None:
        known = self._known.get(incident_id)
        if known is None or incident_id in self._writing:
            return
        if known.condition is Condition.ENDED:
            # It may be opened again by its rule, with the evidence that it has.
            self._ended[incident_id] = self._known.pop(incident_id)
            while len(self._ended) > REMEMBERED:
                del self._ended[next(iter(self._ended))]


def _epoch_of(work: _Work) -> str:
    return work.draft.opened.stream_epoch


def _evidence_of(manifest: Manifest) -> Evidence:
    keys = {file.role: file.key for file in manifest.files}
    return Evidence(
        snapshot=keys.get(FileRole.SNAPSHOT),
        snapshot_boxes=keys.get(FileRole.SNAPSHOT_BOXES),
        clip=keys.get(FileRole.CLIP),
        manifest=str(manifest_key(manifest.camera_key, manifest.sequence)),
        has_pictures=FileRole.SNAPSHOT in keys,
        complete=True,
    )

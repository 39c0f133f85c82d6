"""Keeps the leases of one camera-service: renews its own, takes what is free, gives back the rest."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from sentinel_camera.assignment.observations import Observations
from sentinel_camera.assignment.rendezvous import choose_instance
from sentinel_camera.assignment.tenure import Tenure
from sentinel_core.domain.camera_leases import CameraInstance, CameraLease
from sentinel_core.domain.errors import SentinelError
from sentinel_core.domain.media_clock import TICKS_PER_SECOND
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.repositories import CameraLeases, Database
from sentinel_core.runtime.waiting import sleep_until_set

_log = structlog.get_logger(__name__)

_SHORTEST_WAIT_S = 0.05
_JUMP_RESERVE_S = 15.0
"""A source's clock may jump ahead by up to 10 s within an epoch, see `MediaTimeline`."""
_FORGET_AFTER = 20
"""Times to live without a heartbeat, and an instance is removed from the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseTimes:
    """How long things last.

    Attributes:
        lease_s: A lease that was not renewed for so long is free.
        renew_s: Between two renewals.
        margin_s: The holder stops so much earlier: its reader must have hung up by then.
    """

    lease_s: float = 5.0
    renew_s: float = 1.0
    margin_s: float = 1.0

    @property
    def reserve_90k(self) -> int:
        """Media time a holder can come ahead of its newest renewal at most."""
        return round((self.lease_s + _JUMP_RESERVE_S) * TICKS_PER_SECOND)


class LeaseKeeper:
    """Implements `CameraAssignment` over leases in the database."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        instance_id: str,
        address: str = "",
        times: LeaseTimes | None = None,
    ) -> None:
        """Prepare; nothing is stored before `start`.

        Args:
            database: Shared by all instances.
            clock: Of this process; no other's is compared with it.
            instance_id: Another one for each start of the process.
            address: Where others reach this one's gRPC server, see `announce`.
            times: How long leases last.
        """
        self._database = database
        self._clock = clock
        self._times = times or LeaseTimes()
        now = clock.utc_now()
        self._instance = CameraInstance(
            instance_id=instance_id, address=address, started_at=now, heartbeat_at=now
        )
        self._cameras: frozenset[UUID] = frozenset()
        self._tenures: dict[UUID, Tenure] = {}
        self._seen = Observations()
        self._changed: Callable[[], None] = lambda: None
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.trouble: str | None = None

    def announce(self, address: str) -> None:
        """Before `start`: where others reach this instance."""
        self._instance = replace(self._instance, address=address)

    @property
    def held(self) -> Mapping[UUID, Tenure]:
        """What is held and is to stay here."""
        now_s = self._clock.monotonic()
        return {
            camera_id: tenure
            for camera_id, tenure in self._tenures.items()
            if tenure.is_wanted and tenure.is_valid(now_s)
        }

    @property
    def hang_up_after_s(self) -> float:
        """As soon as the holder must: it cannot where its process is stopped or hangs."""
        return self._times.lease_s - self._times.margin_s

    def start(self, changed: Callable[[], None]) -> None:
        """Begin to keep leases."""
        self._changed = changed
        self._tasks = [
            asyncio.create_task(self._keep(), name="lease-keeper"),
            asyncio.create_task(self._watch(), name="lease-watch"),
        ]

    def settle(self, cameras: Collection[UUID]) -> None:
        """Note what there is; what is new is asked for at once."""
        before, self._cameras = self._cameras, frozenset(cameras)
        if self._cameras != before:
            self._wake.set()

    async def give_back(self, tenure: Tenure) -> None:
        """Release the lease, with the media time that was reached."""
        if self._tenures.get(tenure.camera_id) is tenure:
            del self._tenures[tenure.camera_id]
        await self._release([tenure])

    async def stop(self) -> None:
        """Release all and leave."""
        tasks, self._tasks = self._tasks, []
        if not tasks:
            return
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        tenures = list(self._tenures.values())
        self._tenures.clear()
        await self._release(tenures, leave=True)

    async def tick(self) -> None:
        """Renew, look around, take and give: what is done again and again."""
        started_s = self._clock.monotonic()
        now = self._clock.utc_now()
        tenures = list(self._tenures.values())
        async with self._database.transaction() as work:
            await work.camera_leases.beat(replace(self._instance, heartbeat_at=now))
            await work.camera_leases.renew([self._renewed(tenure, now) for tenure in tenures])
            instances = await work.camera_leases.instances()
            stored = {lease.camera_id: lease for lease in await work.camera_leases.list()}
            await self._forget_dead(work.camera_leases, instances)
        self._note(instances, stored)
        for tenure in tenures:
            self._confirm(tenure, stored.get(tenure.camera_id), started_s)
        live = self._live(instances)
        ours = {camera for camera in self._cameras if choose_instance(camera, live) == self._id}
        self._give_up(self._tenures.keys() - ours)
        await self._take([camera for camera in sorted(ours) if camera not in self._tenures], stored)

    @property
    def _id(self) -> str:
        return self._instance.instance_id

    async def _keep(self) -> None:
        while True:
            try:
                await self.tick()
            except SentinelError as error:
                if self.trouble is None:
                    _log.warning("leases cannot be renewed", reason=error.message)
                self.trouble = error.message
            else:
                self.trouble = None
            await self._pause(self._times.renew_s)

    async def _pause(self, seconds: float) -> None:
        await sleep_until_set(self._clock, seconds, self._wake)
        self._wake.clear()

    async def _watch(self) -> None:
        """Drop what has expired, also while the database does not answer."""
        while True:
            now_s = self._clock.monotonic()
            first_s = min(
                (tenure.valid_until_s for tenure in self._tenures.values()),
                default=now_s + self._times.renew_s,
            )
            await self._clock.sleep(max(_SHORTEST_WAIT_S, first_s - now_s))
            self.drop_expired()

    def drop_expired(self) -> None:
        """Let go of what was not renewed in time."""
        now_s = self._clock.monotonic()
        lost = [tenure for tenure in self._tenures.values() if not tenure.is_valid(now_s)]
        for tenure in lost:
            self._lose(tenure, "it was not renewed in time")

    def _renewed(self, tenure: Tenure, now: datetime) -> CameraLease:
        return CameraLease(
            camera_id=tenure.camera_id,
            instance_id=self._id,
            fence=tenure.fence,
            expires_at=now + timedelta(seconds=self._times.lease_s),
            resume_90k=_reached_90k(tenure) + self._times.reserve_90k,
        )

    async def _forget_dead(self, leases: CameraLeases, instances: Sequence[CameraInstance]) -> None:
        now_s = self._clock.monotonic()
        for instance in instances:
            silent_s = self._seen.unchanged_s(instance.instance_id, now_s)
            if silent_s > _FORGET_AFTER * self._times.lease_s:
                await leases.forget(instance.instance_id)

    def _note(
        self, instances: Sequence[CameraInstance], stored: Mapping[UUID, CameraLease]
    ) -> None:
        heartbeats = [(instance.instance_id, instance.heartbeat_at) for instance in instances]
        self._seen.note([*heartbeats, *stored.items()], self._clock.monotonic())

    def _confirm(self, tenure: Tenure, row: CameraLease | None, started_s: float) -> None:
        if self._tenures.get(tenure.camera_id) is not tenure:
            return  # given back meanwhile
        if row is not None and (row.instance_id, row.fence) == (self._id, tenure.fence):
            tenure.valid_until_s = started_s + self._times.lease_s - self._times.margin_s
            tenure.promised_90k = row.resume_90k
        else:
            self._lose(tenure, "another instance has taken it")

    def _lose(self, tenure: Tenure, why: str) -> None:
        _log.warning("camera lost", camera=str(tenure.camera_id), fence=tenure.fence, reason=why)
        tenure.valid_until_s = float("-inf")
        del self._tenures[tenure.camera_id]
        self._changed()

    def _live(self, instances: Sequence[CameraInstance]) -> set[str]:
        now_s = self._clock.monotonic()
        return {self._id} | {
            instance.instance_id
            for instance in instances
            if self._seen.unchanged_s(instance.instance_id, now_s) < self._times.lease_s
        }

    def _give_up(self, cameras: Collection[UUID]) -> None:
        """Let readers stop; the leases are renewed until they are given back."""
        for camera_id in cameras:
            if self._tenures[camera_id].is_wanted:
                self._tenures[camera_id].is_wanted = False
                self._changed()

    def _is_free(self, row: CameraLease | None) -> bool:
        if row is None or row.instance_id is None or row.instance_id == self._id:
            return True
        unchanged_s = self._seen.unchanged_s(row.camera_id, self._clock.monotonic())
        return unchanged_s >= self._times.lease_s

    async def _take(self, wanted: Sequence[UUID], stored: Mapping[UUID, CameraLease]) -> None:
        free = [camera_id for camera_id in wanted if self._is_free(stored.get(camera_id))]
        if not free:
            return
        started_s = self._clock.monotonic()
        taken: list[Tenure] = []
        async with self._database.transaction() as work:
            for camera_id in free:
                seen = stored.get(camera_id)
                tenure = self._begin(camera_id, seen, started_s)
                lease = self._renewed(tenure, self._clock.utc_now())
                tenure.promised_90k = lease.resume_90k
                if await work.camera_leases.acquire(lease, seen):
                    taken.append(tenure)
        for tenure in taken:
            self._tenures[tenure.camera_id] = tenure
            _log.info("camera taken", camera=str(tenure.camera_id), fence=tenure.fence)
        self._changed()

    def _begin(self, camera_id: UUID, seen: CameraLease | None, started_s: float) -> Tenure:
        # A camera that is removed and comes again under its old name must not be refused for the
        # fence it once had: the first one is a time.
        first = int(self._clock.utc_now().timestamp())
        return Tenure(
            camera_id=camera_id,
            fence=first if seen is None else seen.fence + 1,
            starts_at_90k=0 if seen is None else seen.resume_90k,
            valid_until_s=started_s + self._times.lease_s - self._times.margin_s,
        )

    async def _release(self, tenures: Sequence[Tenure], *, leave: bool = False) -> None:
        now = self._clock.utc_now()
        try:
            async with self._database.transaction() as work:
                for tenure in tenures:
                    held = self._renewed(tenure, now)
                    await work.camera_leases.release(replace(held, resume_90k=_reached_90k(tenure)))
                if leave:
                    await work.camera_leases.forget(self._id)
        except SentinelError as error:
            _log.warning("leases not given back, they will expire", reason=error.message)


def _reached_90k(tenure: Tenure) -> int:
    """Where the camera's media clock has come to under this tenure."""
    reached = 0 if tenure.media_end_90k is None else tenure.media_end_90k()
    return max(tenure.starts_at_90k, reached)

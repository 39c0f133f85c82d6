"""Whatever stops, dies, is cut off or comes back: no camera has two readers, no clock goes back."""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar
from uuid import NAMESPACE_OID, UUID, uuid5

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from sentinel_camera.assignment.leases import LeaseKeeper, LeaseTimes
from sentinel_camera.assignment.tenure import Tenure
from sentinel_core.adapters.fernet_secrets import FernetSecrets, generate_key
from sentinel_core.adapters.sql import SqlDatabase, open_database, upgrade_database
from sentinel_core.domain.media_clock import TICKS_PER_SECOND
from sentinel_core.testing.builders import make_camera

T = TypeVar("T")

TIMES = LeaseTimes(lease_s=5.0, renew_s=1.0, margin_s=1.0)
CAMERAS = 3


@dataclass
class MachineClock:
    """The clock of one machine: apart from the others' by any offset, and it may stand still."""

    now_s: float
    wall_offset_s: float

    def utc_now(self) -> datetime:
        return datetime(2026, 1, 10, tzinfo=UTC) + timedelta(
            seconds=self.now_s + self.wall_offset_s
        )

    def monotonic(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError


class Absence(Enum):
    """How a camera-service is away for a time."""

    ASLEEP = "its process does nothing, as after SIGSTOP"
    SUSPENDED = "its machine stands still, with its clock"
    CUT_OFF = "it does not reach the database"


@dataclass
class Service:
    """A camera-service: its keeper, and what it reads since when."""

    keeper: LeaseKeeper
    clock: MachineClock
    reading: dict[UUID, Tenure] = field(default_factory=dict)
    absence: Absence | None = None
    was_suspended: bool = False

    @property
    def runs(self) -> bool:
        return self.absence in (None, Absence.CUT_OFF)


class LeaseMachine(RuleBasedStateMachine):
    """Time and services move one at a time; the receiver of frames sees all of them."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "leases.db"
        shutil.copy(self.template, path)
        self.url = f"sqlite+aiosqlite:///{path}"
        self.now_s = 1_000.0
        self.services: list[Service] = []
        self.cameras: list[UUID] = []
        self.newest: dict[UUID, tuple[int, int]] = {}
        """By camera: fence and media time of the newest frame that the receiver took."""
        self.fences: dict[tuple[UUID, int], Tenure] = {}
        self.joined = 0

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @initialize()
    def begin(self) -> None:
        self.database: SqlDatabase = open_database(
            self.url, clock=self._clock(0.0), secrets=FernetSecrets(generate_key())
        )
        self.run(self._add_cameras())
        for _ in range(2):
            self.join(0.0)
        self.live(3.0)

    async def _add_cameras(self) -> None:
        for number in range(CAMERAS):
            camera = make_camera(id=uuid5(NAMESPACE_OID, f"{number}"), key=f"cam_{number}")
            async with self.database.transaction() as work:
                await work.cameras.add(camera)
            self.cameras.append(camera.id)

    def _clock(self, offset_s: float) -> MachineClock:
        return MachineClock(self.now_s + abs(offset_s) * 7, offset_s)

    @precondition(lambda self: len(self.services) < 4)
    @rule(offset_s=st.sampled_from([-3600.0, 0.0, 40.0]))
    def join(self, offset_s: float) -> None:
        clock = self._clock(offset_s)
        # Names and ids are the same in each replay of an example: they decide who reads what.
        self.joined += 1
        keeper = LeaseKeeper(
            self.database,
            clock,
            instance_id=f"service_{self.joined}",
            address="127.0.0.1:1",
            times=TIMES,
        )
        keeper.settle(self.cameras)
        self.services.append(Service(keeper, clock))

    @precondition(lambda self: len(self.services) > 2)
    @rule(data=st.data())
    def die(self, data: st.DataObject) -> None:
        self.services.remove(self._some(data))

    @rule(
        data=st.data(),
        how=st.sampled_from(Absence),
        seconds=st.sampled_from([2.0, 4.5, 6.5, 7.0, 12.0]),
    )
    def be_away(self, data: st.DataObject, how: Absence, seconds: float) -> None:
        service = self._some(data)
        service.absence = how
        service.was_suspended |= how is Absence.SUSPENDED
        self.live(seconds)
        service.absence = None
        # What it finds to do first is what it was about to do.
        data.draw(st.sampled_from([self.send_frames, self.renew]), label="first")()

    @rule(seconds=st.sampled_from([0.5, 7.0]))
    def live(self, seconds: float) -> None:
        """Everybody renews once a second and sends."""
        while seconds > 0:
            self._pass_time(min(1.0, seconds))
            seconds -= 1.0
            self.renew()
            self.send_frames()
            self.no_camera_is_read_twice()

    def _pass_time(self, seconds: float) -> None:
        self.now_s += seconds
        for service in self.services:
            if service.absence is not Absence.SUSPENDED:
                service.clock.now_s += seconds

    def renew(self) -> None:
        for service in self.services:
            if service.runs:
                service.keeper.drop_expired()
                if service.absence is not Absence.CUT_OFF:
                    self.run(service.keeper.tick())
                self.run(self._reconcile(service))

    async def _reconcile(self, service: Service) -> None:
        """What the fleet does: stop what is not held any more, then begin what is new."""
        held = service.keeper.held
        for camera, tenure in list(service.reading.items()):
            if held.get(camera) is not tenure:
                del service.reading[camera]
                if service.absence is not Absence.CUT_OFF:
                    await service.keeper.give_back(tenure)
        for camera, tenure in held.items():
            if camera not in service.reading:
                assert self.fences.setdefault((camera, tenure.fence), tenure) is tenure
                began_s = self.now_s
                tenure.media_end_90k = lambda tenure=tenure, began_s=began_s: (
                    tenure.starts_at_90k + round((self.now_s - began_s) * TICKS_PER_SECOND)
                )
                service.reading[camera] = tenure

    def send_frames(self) -> None:
        """Everybody sends what it reads, as `TenureTransport` does; the receiver looks at fences."""
        for service in self.services:
            for camera, tenure in service.reading.items() if service.runs else ():
                assert tenure.media_end_90k is not None
                pts_90k = tenure.media_end_90k()
                if not tenure.is_valid(service.clock.monotonic()):
                    continue
                if pts_90k >= tenure.promised_90k:
                    continue
                fence, newest_90k = self.newest.get(camera, (0, -1))
                if tenure.fence < fence:
                    continue
                assert pts_90k >= newest_90k, "the media clock went back"
                self.newest[camera] = (tenure.fence, pts_90k)

    @invariant()
    def no_camera_is_read_twice(self) -> None:
        """Where clocks go on, however wrong they are; one that stood still is kept out by fences."""
        for camera in self.cameras:
            readers = [
                service
                for service in self.services
                if service.runs
                and not service.was_suspended
                and (tenure := service.reading.get(camera)) is not None
                and tenure.is_valid(service.clock.monotonic())
            ]
            assert len(readers) <= 1

    def _some(self, data: st.DataObject) -> Service:
        return data.draw(st.sampled_from(self.services), label="service")

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.run(self.database.close())
        self.runner.close()
        self.folder.cleanup()


def test_leases_hold_whatever_happens(tmp_path: Path) -> None:
    template = tmp_path / "template.db"
    asyncio.run(upgrade_database(f"sqlite+aiosqlite:///{template}"))
    LeaseMachine.template = template
    quick = settings(
        max_examples=20,
        phases=[Phase.generate],  # a database makes shrinking take minutes
        stateful_step_count=10,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(LeaseMachine, settings=quick)

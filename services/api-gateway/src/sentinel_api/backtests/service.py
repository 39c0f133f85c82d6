"""Use cases of back-tests: start, look, cancel. One runs at a time; the last ones are remembered."""

from collections import OrderedDict
from uuid import UUID, uuid4

import structlog

from sentinel_api.backtests.run import BacktestRun
from sentinel_api.backtests.schemas import BacktestAnswer, StartBacktest
from sentinel_api.raw_detections.service import DetectionArchivist
from sentinel_core.domain.errors import (
    Conflict,
    DependencyUnavailable,
    InvalidInput,
    NotFound,
    StorageFull,
)
from sentinel_core.ports.detection_archive import DetectionArchive
from sentinel_core.ports.repositories import Database
from sentinel_vision.backtest.plan import BacktestPlan
from sentinel_vision.backtest.replay import Backtest

REMEMBERED = 20

_log = structlog.get_logger(__name__)


class BacktestDesk:
    """Runs back-tests in this process.

    Args:
        archivist: Writes the newest frames before they are read; None: nothing is archived here.
    """

    def __init__(
        self,
        *,
        database: Database,
        archive: DetectionArchive,
        archivist: DetectionArchivist | None,
    ) -> None:
        self._database = database
        self._archive = archive
        self._archivist = archivist
        self._runs: OrderedDict[UUID, BacktestRun] = OrderedDict()

    async def start(self, asked: StartBacktest) -> BacktestAnswer:
        """Begin one.

        Raises:
            NotFound: No such camera.
            InvalidInput: It cannot be tried: the rule looks at pictures, a parameter is wrong.
            Conflict: Another one still runs.
        """
        async with self._database.transaction() as work:
            camera = await work.cameras.get(asked.camera)
            zones = await work.cameras.zones(camera.id)
            learned = await work.flow.normality(camera.key)
        zone_names = [zone.name for zone in zones.zones]
        if asked.zone is not None and asked.zone not in zone_names:
            raise InvalidInput(f"the camera has no zone {asked.zone}", field="zone")
        plan = BacktestPlan(
            zones=zones,
            rule=asked.rule,
            changes=asked.set,
            swept=asked.sweep.parameter if asked.sweep else "",
            values=asked.sweep.values if asked.sweep else (),
            zone_name=asked.zone,
        )
        if any(run.is_running for run in self._runs.values()):
            raise Conflict("another back-test still runs")
        backtest = Backtest(camera.key, plan, asked.start, asked.end, learned=learned)
        run = BacktestRun(uuid4(), backtest, asked)
        self._runs[run.id] = run
        while len(self._runs) > REMEMBERED:
            self._runs.popitem(last=False)
        run.start(self._archive, self._write_newest)
        return run.describe()

    def get(self, run_id: UUID) -> BacktestAnswer:
        """How far it is, or what it found. Raises NotFound."""
        return self._find(run_id).describe()

    async def cancel(self, run_id: UUID) -> BacktestAnswer:
        """Stop it; fine where it is over. Raises NotFound."""
        run = self._find(run_id)
        await run.cancel()
        return run.describe()

    async def close(self) -> None:
        """Stop what runs."""
        for run in self._runs.values():
            await run.cancel()

    async def _write_newest(self) -> None:
        if self._archivist is None:
            return
        try:
            await self._archivist.write_now()
        except (DependencyUnavailable, StorageFull) as error:
            _log.warning("the newest frames are left out of a back-test", reason=error.message)

    def _find(self, run_id: UUID) -> BacktestRun:
        run = self._runs.get(run_id)
        if run is None:
            raise NotFound(f"there is no back-test {run_id}")
        return run

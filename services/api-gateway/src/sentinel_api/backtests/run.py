"""One back-test that runs in the background."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog

from sentinel_api.backtests.schemas import (
    MAX_INCIDENTS,
    BacktestAnswer,
    BacktestState,
    Coverage,
    FoundIncident,
    StartBacktest,
    VariantAnswer,
)
from sentinel_core.domain.errors import SentinelError
from sentinel_core.domain.incidents import EndReason, Incident
from sentinel_core.ports.detection_archive import DetectionArchive
from sentinel_vision.backtest.replay import Backtest, BacktestResult, VariantResult

PIECE = 50
"""Frames that are judged without a break: live video waits no longer than that."""

_log = structlog.get_logger(__name__)


class BacktestRun:
    """Reads the archive and feeds the rules, a piece at a time in a thread.

    Args:
        run_id: Its own.
        backtest: What is tried, before its first frame.
        asked: What was asked for.
    """

    def __init__(self, run_id: UUID, backtest: Backtest, asked: StartBacktest) -> None:
        self.id = run_id
        self._asked = asked
        self._backtest = backtest
        self._state = BacktestState.RUNNING
        self._message: str | None = None
        self._result: BacktestResult | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        """Until it is done, has failed or was cancelled."""
        return self._state is BacktestState.RUNNING

    def start(self, archive: DetectionArchive, prepare: Callable[[], Awaitable[None]]) -> None:
        """Begin; `prepare` is awaited before the archive is read."""
        self._task = asyncio.create_task(self._run(archive, prepare), name="backtest")

    async def cancel(self) -> None:
        """Stop it, if it still runs."""
        if self._task is None or not self.is_running:
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._state = BacktestState.CANCELLED

    def describe(self) -> BacktestAnswer:
        """As the API tells it."""
        asked, result = self._asked, self._result
        return BacktestAnswer(
            id=self.id,
            camera_id=self._backtest.camera_key,
            rule=asked.rule,
            parameter=asked.sweep.parameter if asked.sweep else None,
            start=asked.start,
            end=asked.end,
            state=self._state,
            progress=1.0 if self._state is BacktestState.DONE else self._progress(),
            message=self._message,
            coverage=None if result is None else _coverage(result),
            usual_hours=None if result is None else result.usual_hours,
            variants=None if result is None else [_variant(one) for one in result.variants],
        )

    async def _run(self, archive: DetectionArchive, prepare: Callable[[], Awaitable[None]]) -> None:
        try:
            await prepare()
            async for group in archive.read(
                self._backtest.camera_key, self._asked.start, self._asked.end
            ):
                for first in range(0, len(group), PIECE):
                    await asyncio.to_thread(self._backtest.feed, group[first : first + PIECE])
            self._result = await asyncio.to_thread(self._backtest.result)
            self._state = BacktestState.DONE
        except SentinelError as error:
            self._fail(error.message)
        except Exception as error:  # noqa: BLE001  (outermost loop: nobody else awaits this task)
            _log.error("a back-test failed", exc_info=error)
            self._fail(f"it failed: {type(error).__name__}")

    def _fail(self, message: str) -> None:
        self._state, self._message = BacktestState.FAILED, message

    def _progress(self) -> float:
        last, asked = self._backtest.coverage.last, self._asked
        return 0.0 if last is None else (last - asked.start) / (asked.end - asked.start)


def _coverage(result: BacktestResult) -> Coverage:
    found = result.coverage
    return Coverage(
        span_s=found.span_s,
        covered_s=found.covered_s,
        share=found.share,
        frames=found.frames,
        first=found.first,
        last=found.last,
    )


def _variant(result: VariantResult) -> VariantAnswer:
    return VariantAnswer(
        value=result.value,
        alarms=len(result.incidents),
        alarms_per_day=result.alarms_per_day,
        incidents=[_incident(incident) for incident in result.incidents[:MAX_INCIDENTS]],
    )


def _incident(incident: Incident) -> FoundIncident:
    was_open = incident.end_reason is EndReason.STREAM_LOST
    return FoundIncident(
        zone_id=incident.zone_id,
        zone=incident.zone_name,
        started_at=incident.started_at,
        alarm_at=incident.alarm_at,
        ended_at=None if was_open else incident.ended_at,
        severity=incident.severity,
        track_ids=list(incident.track_ids),
    )

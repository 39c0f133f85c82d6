"""Routes of back-tests."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from sentinel_api.access import requires
from sentinel_api.backtests.schemas import BacktestAnswer, StartBacktest
from sentinel_api.context import Context
from sentinel_api.schemas import BODY_PROBLEMS, problems
from sentinel_core.domain.users import Role

router = APIRouter(tags=["backtests"])

RunId = Annotated[UUID, Path(description="As the start answered.")]


@router.post(
    "/backtest",
    status_code=202,
    dependencies=[requires(Role.ENGINEER)],
    responses=problems(404, 409, *BODY_PROBLEMS),
)
async def start_backtest(context: Context, body: StartBacktest) -> BacktestAnswer:
    """Run archived detections of a camera through a rule with other parameters.

    It runs in the background, one at a time; ask for it until it is done.
    """
    return await context.backtests.start(body)


@router.get("/backtest/{run}", dependencies=[requires(Role.ENGINEER)], responses=problems(404, 422))
async def get_backtest(context: Context, run: RunId) -> BacktestAnswer:
    """How far it is, and what it found."""
    return context.backtests.get(run)


@router.delete(
    "/backtest/{run}", dependencies=[requires(Role.ENGINEER)], responses=problems(404, 422)
)
async def cancel_backtest(context: Context, run: RunId) -> BacktestAnswer:
    """Stop it."""
    return await context.backtests.cancel(run)
